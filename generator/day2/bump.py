"""Another version of one component, in an environment file or, for a chart, in the code beside its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator import known_bad
from generator.environment.load import DEFAULTS
from generator.environment.model import Environment
from generator.environment.nodes import Scalar, find

from .edit import put, remove, written
from .files import Text, loaded, own
from .keys import at, order, values_of
from .pins import CHARTS, Chart, Pin, pins


class Refused(Exception):
    """A version that must not, or need not, be set; says why."""


@dataclass(frozen=True)
class Bump:
    """One file with another version in it."""

    file: Path
    text: str
    before: str
    after: str
    unpinned: bool = False
    """Whether a digest went with the old version: it decides what runs, whatever the tag says."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Environments that say a version of their own, which a change of the defaults does not reach."""


def component(name: str, defaults: Environment) -> Pin | Chart:
    """A component by its name; raises Refused with the names that there are."""
    known: dict[str, Pin | Chart] = {pin.name: pin for pin in pins(defaults)}
    known |= {chart.name: chart for chart in CHARTS}
    if name not in known:
        raise Refused(f"no component «{name}»: there are {', '.join(known)}")
    return known[name]


def bump(
    root: Path, target: str, found: Pin | Chart, version: str, environments: Mapping[str, Environment], *, force: bool
) -> Bump:
    """The file that says the version, with the new one; raises Refused and EnvironmentInvalid, and writes nothing."""
    if isinstance(found, Chart):
        if target != DEFAULTS:
            raise Refused(f"{found.name} has one version for all environments: its values in {found.file} fit that one")
        before = found.version(root)
        users = [env for env in environments.values() if found.used(env)]
        _judge(found.name, before, version, users, force=force)
        old = Text.read(root / found.file).text
        return Bump(root / found.file, found.pattern.sub(rf"\g<1>{version}\g<3>", old, count=1), before, version)
    before = str(at(values_of(environments[target]), found.path))
    users = list(environments.values()) if target == DEFAULTS else [environments[target]]
    _judge(found.name, before, version, users, force=force)
    file = root / "environments" / f"{target}.yaml"
    text = put(Text.read(file).text, found.path, written(version), order)
    text, unpinned = _without_digest(text, found, environments[target], environments[DEFAULTS])
    if target != DEFAULTS and version == str(at(values_of(environments[DEFAULTS]), found.path)):
        text = remove(text, found.path)
    loaded(root / "environments", {target: text})
    return Bump(file, text, before, version, unpinned, _own(root, found, environments) if target == DEFAULTS else {})


def _own(root: Path, pin: Pin, environments: Mapping[str, Environment]) -> dict[str, str]:
    said = {name: find(own(root / "environments", name), pin.path) for name in environments if name != DEFAULTS}
    return {name: node.text for name, node in said.items() if isinstance(node, Scalar)}


def _without_digest(text: str, pin: Pin, env: Environment, defaults: Environment) -> tuple[str, bool]:
    """The text without the digest of the old version, which would go on to run."""
    digest = (*pin.path[:-1], "digest")
    if pin.kind != "image" or at(values_of(env), digest) is None:
        return text, False
    if env.name != DEFAULTS and at(values_of(defaults), digest) is not None:
        return put(text, digest, written(None), order), True
    return remove(text, digest), True


def _judge(name: str, before: str, version: str, users: Sequence[Environment], *, force: bool) -> None:
    """Refuses what is known to be bad, in any case; what is older, or another build, unless it is forced."""
    kubernetes: set[str] = {env.cluster.kubernetes_version for env in users}
    if bad := known_bad.find(name, version, kubernetes):
        raise Refused(f"{name} {version} {bad.told}; {bad.instead}")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}", version):
        raise Refused(f"«{version}» is no version")
    if version == before:
        raise Refused(f"{name} is at {version} already")
    if force:
        return
    if _form(version) != _form(before):
        raise Refused(
            f"«{version}» is not written like {before}: another build, or a release that moves; --force sets it"
        )
    if known_bad.numbers(version) < known_bad.numbers(before):
        raise Refused(f"{version} is older than {before}: state may not be readable to it any more; --force sets it")


def _form(version: str) -> str:
    """A version without its numbers: two releases of one build look alike."""
    return re.sub(r"\d+", "0", version)


def table(root: Path, environments: Mapping[str, Environment]) -> list[dict[str, Any]]:
    """Every component with its version in each environment; None where a chart is not used."""
    rows: list[dict[str, Any]] = []
    for pin in pins(environments[DEFAULTS]):
        versions = {name: str(at(values_of(env), pin.path)) for name, env in environments.items()}
        rows.append({"component": pin.name, "kind": pin.kind, "versions": versions, "said": ".".join(pin.path)})
    for chart in CHARTS:
        version = chart.version(root)
        there = {name for name, env in environments.items() if name == DEFAULTS or chart.used(env)}
        used = {name: version if name in there else None for name in environments}
        rows.append({"component": chart.name, "kind": "chart", "versions": used, "said": chart.file})
    return rows
