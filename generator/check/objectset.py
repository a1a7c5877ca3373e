"""All objects of one environment, or of any folder, and how rules find their way among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from generator.environment.model import Environment
from generator.environment.problem import Path
from generator.kubernetes.objects import Identity, Obj, identity

TEMPLATES: Mapping[str, Path] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "Rollout", "StatefulSet"),
        ("spec", "template"),
    ),
}
"""Kinds that run pods, and the path of the pod template in them."""


@dataclass(frozen=True, eq=False)
class Item:
    """An object, the file that it stands in, and its number among the documents of that file.

    Each is itself alone, so that what is computed of it can be kept.
    """

    file: str
    obj: Obj
    number: int = 0

    @cached_property
    def kind(self) -> str:
        return str(self.obj.get("kind", ""))

    @cached_property
    def name(self) -> str:
        return str(self.meta.get("name", ""))

    @cached_property
    def namespace(self) -> str:
        return str(self.meta.get("namespace", ""))

    @cached_property
    def meta(self) -> Obj:
        found = self.obj.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def identity(self) -> Identity:
        return identity(self.obj)

    @cached_property
    def template(self) -> Obj:
        """The pod template (a Pod is its own); empty for kinds without one."""
        path = TEMPLATES.get(self.kind)
        found = dig(self.obj, path) if path is not None else None
        return found if isinstance(found, dict) else {}

    @cached_property
    def pod(self) -> Obj:
        """The pod spec; empty for kinds without one."""
        found = self.template.get("spec")
        return found if isinstance(found, dict) else {}

    def pod_path(self, *steps: str | int) -> Path:
        """A path below the pod spec, from the root of the object."""
        return (*TEMPLATES[self.kind], "spec", *steps)

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


class Subject(Protocol):
    """What may break a rule: an object, or what stands in a template; as text it is what waivers name."""

    @property
    def file(self) -> str: ...

    @property
    def number(self) -> int:
        """Of the document in the file."""
        ...


@dataclass(frozen=True)
class Breach:
    """A rule broken by an object: the field, and what will happen because of it."""

    item: Subject
    path: Path
    message: str


@dataclass(frozen=True, eq=False)
class ObjectSet:
    """The objects that a rule looks at together; `env` is None where the folder is not ours."""

    items: tuple[Item, ...]
    env: Environment | None = None
    _index: dict[tuple[str, str, str], Item] = field(init=False, repr=False, default_factory=dict)
    _kinds: dict[str, list[Item]] = field(init=False, repr=False, default_factory=dict)
    _workloads: list[Item] = field(init=False, repr=False, default_factory=list)
    _labelled: dict[tuple[str, ...], list[Item]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.items:
            self._index.setdefault((item.kind, item.namespace, item.name), item)
            self._kinds.setdefault(item.kind, []).append(item)
            if item.pod:
                self._workloads.append(item)
                for pair in ((), *_pairs(pod_labels(item))):
                    self._labelled.setdefault((item.namespace, *pair), []).append(item)

    def of(self, *kinds: str) -> Iterator[Item]:
        """The objects of some kinds, kind by kind in the order named."""
        return (item for kind in kinds for item in self._kinds.get(kind, ()))

    def workloads(self) -> Iterator[Item]:
        """The objects that run pods."""
        return iter(self._workloads)

    def get(self, kind: str, namespace: str, name: str) -> Item | None:
        return self._index.get((kind, namespace, name))

    def selected(self, namespace: str, match: Any) -> Iterator[Item]:
        """The workloads of a namespace whose pods a label selector matches."""
        # One of the wanted labels finds the few that may match: a look at every workload would be slow in large sets.
        pair = next(_pairs(match.get("matchLabels")), ()) if isinstance(match, dict) else ()
        return (item for item in self._labelled.get((namespace, *pair), ()) if selects(match, pod_labels(item)))


def _pairs(labels: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(labels, dict):
        yield from ((key, value) for key, value in labels.items() if isinstance(key, str) and isinstance(value, str))


def pod_labels(item: Item) -> Mapping[str, str]:
    found = dig(item.template, ("metadata", "labels"))
    return found if isinstance(found, dict) else {}


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches labels; an absent selector matches nothing, an empty one everything."""
    if not isinstance(selector, dict):
        return False
    wanted, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    pairs = wanted.items() if isinstance(wanted, dict) else ()
    return all(labels.get(key) == value for key, value in pairs) and all(
        _expression(one, labels) for one in (expressions if isinstance(expressions, list) else ())
    )


def _expression(one: Any, labels: Mapping[str, str]) -> bool:
    key, operator, values = (dig(one, (field,)) for field in ("key", "operator", "values"))
    values = values if isinstance(values, list) else []
    if not isinstance(key, str):
        return False
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def dig(value: Any, path: Iterable[str | int]) -> Any:
    """The value at a path, or None where it does not exist."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
