"""What a component says of itself, once: its name, its place in the order, what it is for, and the functions behind it.

Everything else follows: files, Applications, policies on both ends of an edge, namespaces with their quotas, External
Secrets, the pages of docs/.  docs/add-a-component.md goes through it with an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.environment.model import Environment
from generator.kubernetes.network import Edge, Pods
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Secret


@dataclass(frozen=True)
class Platforms:
    """For which platforms an image is built, as somebody has read it; `pin --write` asks the registry itself."""

    repository: str
    """With its registry: `docker.io/library/redis`."""
    tag: str
    """The record holds for tags of this form, in which only numbers differ."""
    platforms: tuple[str, ...]
    """`linux/arm64` must be among them."""
    source: str
    """Where it was read."""
    date: str
    """When: YYYY-MM-DD."""


@dataclass(frozen=True)
class Component:
    """One component, in every environment in which it runs."""

    name: str
    """Folder below base/, overlays/<env> and rendered/<env>, name of its Application, of its pods and their policy."""
    wave: int
    """When Argo CD syncs it: after what it calls, before what calls it."""
    purpose: str
    """What it is for, in a few words: its row in docs/architecture.md."""
    objects: Callable[[Environment], list[Obj]]
    """What it consists of, but for what follows from the rest: namespaces, network policies, External Secrets."""
    namespace: str = ""
    """Where its pods run, if it has any: alerts and dashboards look there."""
    edges: Callable[[Environment], list[Edge]] = lambda env: []
    """Whom it calls, and who calls it where the caller does not know of it; an edge is said at one end alone."""
    secrets: Callable[[Environment], list[Secret]] = lambda env: []
    """What it reads from Secrets Manager."""
    runs: Callable[[Environment], bool] = lambda env: True
    """Whether an environment has it: if not, none of its functions is asked."""
    pods: Callable[[Environment], list[Pods]] = lambda env: []
    """Pods that others make for it, such as a chart, and that get network policies here."""
    instances: Callable[[Environment], Mapping[str, list[Obj]]] | None = None
    """Its objects by name of the instance, where there are several; `objects` is then the one without a name."""
    images: tuple[Platforms, ...] = ()
    """What is known of images that generator/check/images.json does not have."""
