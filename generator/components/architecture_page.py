"""docs/architecture.md: what runs where and in which order, how a change flows, and which module may import which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from generator.environment.model import Environment
from generator.kubernetes.objects import pod_template

from . import argocd, openclaw, registry

PATH = "docs/architecture.md"
WAVE = "argocd.argoproj.io/sync-wave"
CHART = "official chart"


@dataclass(frozen=True)
class Layer:
    """Packages and modules directly below generator/, and what they are for."""

    modules: tuple[str, ...]
    """Names, or patterns of names."""
    purpose: str
    together: bool = False
    """Whether they import one another."""


LAYERS = (
    Layer(
        ("loader", "step", "parallel"),
        "YAML with the place of each value; a command and what it is for; work for every processor",
    ),
    Layer(("environment",), "the environment file as frozen, typed values; every mistake with its place"),
    Layer(("kubernetes", "tags"), "what all components share: pods, placement, network edges, YAML; AWS tags"),
    Layer(("components",), "one function a component: environment in, objects out"),
    Layer(("aws",), "what an environment needs in its account, as CloudFormation and Terraform"),
    Layer(("trees",), "base, overlays and rendered manifests as files, and writing them"),
    Layer(("render",), "what changed, from the environment files to the disk"),
    Layer(
        ("check", "cost"), "what is wrong with the objects, and what they cost; the ceiling is a rule", together=True
    ),
    Layer(("diff",), "two commits' objects, field by field"),
    Layer(("impacts",), "what a difference does to whoever runs or calls the system"),
    Layer(("console",), "what the verbs share: loading, failing, running commands"),
    Layer(
        (
            *("report", "review", "simulate", "day2", "verify", "bootstrap", "import_outputs"),
            *("fill_secrets", "secrets_manager", "restore"),
        ),
        "the verbs, one apart from the other",
    ),
    Layer(("pin",), "digests of images, written by the editing of `day2`"),
    Layer(("cli_*",), "arguments in, text and exit code out"),
    Layer(("cli", "__main__"), "the command line", together=True),
)
"""From the bottom up: a module imports from the layers above its own in this list, and from no other."""

PHASES = (
    (-25, "ground", "the ground: controllers, namespaces, rules"),
    (-1, "supplies", "what pods need: nodes, secrets, stores"),
    (29, "path", "the path of a prompt"),
    (99, "eyes", "the eyes"),
)
"""Last wave, identifier and title of each group of the drawing."""


@dataclass(frozen=True)
class Synced:
    """An Application, or that of every gateway."""

    wave: int
    name: str
    brings: str
    namespaces: tuple[str, ...]
    """Where its pods run; of a chart, where it is installed."""
    environments: tuple[str, ...]


def files(environments: Sequence[Environment]) -> dict[str, str]:
    """The page, by path."""
    import jinja2  # 70 ms that only this command pays

    template = Path(__file__).with_name("architecture.md.j2").read_text("utf-8")
    strict = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    applications = synced(environments)
    page = strict.from_string(template).render(
        applications=applications,
        phases=list(_phases(applications)),
        layers=LAYERS,
        names=[e.name for e in environments],
    )
    return {PATH: page.rstrip() + "\n"}


def layer(module: str) -> Layer | None:
    """Where a module directly below generator/ stands; none for one that the list does not have."""
    return next((one for one in LAYERS if any(fnmatch(module, name) for name in one.modules)), None)


def synced(environments: Sequence[Environment]) -> list[Synced]:
    """Everything that Argo CD syncs, in its order, over all environments."""
    found: dict[tuple[int, str], list[tuple[str, set[str], set[str]]]] = {}
    for env in environments:
        parts = {part.name: part for part in registry.render(env)}
        delivery = parts.pop(argocd.NAME, None)
        for obj in delivery.objects if delivery else ():
            name = obj["metadata"]["name"]
            if obj["kind"] != "Application" or name == argocd.ROOT:
                continue
            wave = int(obj["metadata"]["annotations"][WAVE])
            if part := parts.get(name):
                shown = f"{openclaw.NAME}-<gateway>" if part.base == openclaw.NAME else name
                kinds = {one["kind"] for one in part.objects}
                pods = [one["metadata"] for one in part.objects if pod_template(one)]
                spaces = {one["namespace"] for one in pods if "namespace" in one}
            else:
                shown, kinds, spaces = name, {CHART}, {obj["spec"]["destination"]["namespace"]}
            found.setdefault((wave, shown), []).append((env.name, kinds, spaces))
    return [_merged(wave, name, uses) for (wave, name), uses in sorted(found.items())]


def _merged(wave: int, name: str, uses: Sequence[tuple[str, set[str], set[str]]]) -> Synced:
    kinds = sorted(set.union(*(found for _, found, _ in uses)))
    spaces = sorted(set.union(*(found for _, _, found in uses)))
    return Synced(wave, name, ", ".join(kinds), tuple(spaces), tuple(dict.fromkeys(env for env, _, _ in uses)))


def _phases(applications: Sequence[Synced]) -> Iterator[tuple[str, str, Mapping[int, list[str]]]]:
    """Identifier and title of each group, with its Applications by wave."""
    first = min(one.wave for one in applications)
    for last, identifier, title in PHASES:
        waves: dict[int, list[str]] = {}
        for one in applications:
            if first <= one.wave <= last:
                waves.setdefault(one.wave, []).append(one.name)
        yield identifier, title, waves
        first = last + 1
