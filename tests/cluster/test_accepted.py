"""A real API server takes every rendered object of every environment, with nothing to say about it."""

from collections.abc import Callable
from dataclasses import replace

from generator.components.registry import render
from generator.environment.model import Environment
from tests.cluster.client import Obj
from tests.cluster.environment import Applied
from tests.cluster.order import parts
from tests.real import manifests


def test_every_rendered_object_is_applied(here: Applied) -> None:
    """What has no apiVersion is not for Kubernetes."""
    rendered = [obj for part in manifests.components(here.name) for obj in manifests.objects(here.name, part)]
    expected = sorted(label(obj) for obj in rendered if "apiVersion" in obj)
    assert sorted(label(obj) for obj, _ in here.answers) == expected


def test_every_object_is_accepted(here: Applied, figure: Callable[[str], None]) -> None:
    assert {label(obj): answer.message for obj, answer in here.answers if not answer.accepted} == {}
    warnings = sum(len(answer.warnings) for _, answer in here.answers)
    figure(f"{here.name}: a real API server takes {len(here.answers)} objects, with {warnings} warnings")


def test_nothing_is_warned_about(here: Applied) -> None:
    assert {label(obj): answer.warnings for obj, answer in here.answers if answer.warnings} == {}


def test_applying_again_changes_nothing(here: Applied) -> None:
    """Else Argo CD would sync for ever: what the server stores is what is rendered, but for defaults."""
    changed = {}
    before = {label(obj): answer.body["metadata"] for obj, answer in here.answers}
    for _, objects in parts(here.name):
        for obj in objects:
            after = here.cluster.client.apply(obj).result()["metadata"]
            for field in ("resourceVersion", "generation", "managedFields"):
                if after.get(field) != before[label(obj)].get(field):
                    changed[label(obj)] = f"{field}: {before[label(obj)].get(field)} became {after.get(field)}"
    assert changed == {}


def test_a_hub_of_many_clusters_is_accepted(here: Applied, environments: dict[str, Environment]) -> None:
    env = environments[here.name]
    hub = next(part for part in render(replace(env, gitops=replace(env.gitops, fleet=True))) if part.name == "argocd")
    answers = {label(obj): here.cluster.client.apply(obj, dry_run=True) for obj in hub.objects}
    assert "ApplicationSet argocd/openclaw-fleet" in answers
    assert {name: answer.message for name, answer in answers.items() if not answer.accepted} == {}
    assert {name: answer.warnings for name, answer in answers.items() if answer.warnings} == {}


def test_the_server_is_strict_and_warns(here: Applied) -> None:
    """Else the tests above would pass with anything."""
    meta = {"name": "probe", "namespace": "openclaw"}
    unknown = here.cluster.client.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "dada": {}}, dry_run=True
    )
    assert "dada: field not declared in schema" in unknown.message
    old = here.cluster.client.apply({"apiVersion": "v1", "kind": "Endpoints", "metadata": meta}, dry_run=True)
    assert old.accepted
    assert [text.partition(";")[0] for text in old.warnings] == ["v1 Endpoints is deprecated in v1.33+"]


def label(obj: Obj) -> str:
    meta = obj["metadata"]
    return f"{obj['kind']} {meta.get('namespace', '')}/{meta['name']}"
