"""How a function of Kubernetes' expression language is declared, whatever engine runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Opaque:
    """A type of Kubernetes' own, such as `kubernetes.Quantity`; the engine carries its values as text.

    The engine finds two values equal when their texts are equal. Where that is not how Kubernetes compares,
    `equality` is false and expressions that compare with == are refused.
    """

    name: str
    encode: Callable[[Any], str]
    decode: Callable[[str], Any]
    equality: bool


Type = str | Opaque
"""A type by its name in the language (`string`, `list(int)`), or one of Kubernetes' own."""


def _engines_own(*_: Any) -> Any:
    raise NotImplementedError


@dataclass(frozen=True)
class Function:
    """One overload: `overload` is the id that Kubernetes gives it; a member is called on its first parameter.

    The implementation takes and returns plain Python values and the values of Opaque types; what it raises becomes an
    error of the expression. Without one, the engine has the function, and only its type check is told of the overload.
    """

    name: str
    overload: str
    parameters: tuple[Type, ...]
    result: Type
    implementation: Callable[..., Any] = _engines_own
    member: bool = False
