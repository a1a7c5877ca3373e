"""Section `services`: small services of your own beside the gateways, and what each component may be told of its."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from .fields import Range, VariableName, VariableValue
from .image import Image
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Service:
    """Small services of your own beside the gateways, each named as its component is (docs/add-a-component.md)."""

    enabled: bool
    """Whether it runs."""
    image: Image
    replicas: Annotated[int, Range(1, 20)]
    """Its pods."""
    resources: Resources
    variables: Mapping[VariableName, VariableValue]
    """Environment variables of its container, beside those that its component sets; numbers and booleans in quotes."""


def check_services(env: "Environment") -> Iterator[Flaw]:
    """Rules of the map `services`, which no single entry can check."""
    for name, service in env.services.items():
        for flaw in service.image.flaws(("image",), name, "v1.88.0"):
            yield Flaw(("services", name, *flaw.path), flaw.message, flaw.fix)
