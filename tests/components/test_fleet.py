"""A hub's ApplicationSet brings every environment of this repository to the clusters that carry its name."""

from __future__ import annotations

from dataclasses import replace

from generator.components import fleet, registry
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj


def hub(env: Environment) -> list[Obj]:
    env = replace(env, gitops=replace(env.gitops, fleet=True))
    return next(part.objects for part in registry.render(env) if part.name == "argocd")


def of_kind(objects: list[Obj], kind: str, name: str = fleet.NAME) -> Obj:
    return next(obj for obj in objects if obj["kind"] == kind and obj["metadata"]["name"] == name)


def test_only_a_hub_renders_an_application_set(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        kinds = {obj["kind"] for part in registry.render(env) for obj in part.objects}
        assert "ApplicationSet" not in kinds


def test_clusters_are_matched_with_the_folders_of_their_environment(defaults: Environment) -> None:
    spec = of_kind(hub(defaults), "ApplicationSet")["spec"]
    clusters, folders = spec["generators"][0]["matrix"]["generators"]
    assert clusters["clusters"]["selector"]["matchExpressions"] == [
        {"key": "openclaw.io/environment", "operator": "Exists"}
    ]
    every, *without = folders["git"]["directories"]
    assert every == {"path": 'rendered/{{ index .metadata.labels "openclaw.io/environment" }}/*'}
    assert without == [
        {"path": every["path"].removesuffix("*") + folder, "exclude": True} for folder in ("argocd", "aws")
    ]
    assert spec["template"]["spec"]["destination"] == {"name": "{{ .name }}", "namespace": "argocd"}
    assert spec["template"]["spec"]["source"]["path"] == "{{ .path.path }}"


def test_a_cluster_that_leaves_keeps_what_it_runs(defaults: Environment) -> None:
    spec = of_kind(hub(defaults), "ApplicationSet")["spec"]
    assert spec["syncPolicy"] == {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    assert "finalizers" not in spec["template"]["metadata"]


def test_the_project_admits_what_the_hub_syncs_on_any_cluster(defaults: Environment) -> None:
    made = hub(defaults)
    own, shared = (of_kind(made, "AppProject", name)["spec"] for name in ("openclaw", fleet.NAME))
    assert shared["clusterResourceWhitelist"] == own["clusterResourceWhitelist"]
    assert shared["namespaceResourceBlacklist"] == [{"group": "", "kind": "Secret"}]
    assert {one["name"] for one in shared["destinations"]} == {"*"}
    assert [one["namespace"] for one in shared["destinations"]] == [one["namespace"] for one in own["destinations"]]


def test_a_member_of_a_fleet_renders_no_applications(defaults: Environment) -> None:
    argocd = replace(defaults.gitops.argocd, mode="fleet")
    member = replace(defaults, gitops=replace(defaults.gitops, argocd=argocd))
    assert "argocd" not in {part.name for part in registry.render(member)}
