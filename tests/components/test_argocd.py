"""Delivery: bounded by a project, in waves, and careful with what holds state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.components import argocd, registry
from generator.components.argocd import Part
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

NODE_POOL: Obj = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "p"}}
STATE: Obj = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": "team"}}
PARTS = [Part("karpenter", -20, [NODE_POOL]), Part("openclaw-main", 20, [STATE])]


def managed(env: Environment) -> Environment:
    return replace(env, gitops=replace(env.gitops, argocd=replace(env.gitops.argocd, mode="eks-managed")))


def test_project_admits_what_is_rendered_and_no_secret(defaults: Environment) -> None:
    spec = argocd.project(defaults, PARTS)["spec"]
    assert spec["clusterResourceWhitelist"] == [{"group": "karpenter.sh", "kind": "NodePool"}]
    assert [one["namespace"] for one in spec["destinations"]] == ["argocd", "team"]
    assert spec["namespaceResourceBlacklist"] == [{"group": "", "kind": "Secret"}]
    assert spec["sourceRepos"] == ["https://github.com/example/openclaw-eks.git"]


def test_eks_capability_addresses_the_cluster_by_arn(defaults: Environment) -> None:
    env = managed(defaults)
    arn = "arn:aws:eks:us-east-1:111122223333:cluster/openclaw"
    assert argocd.application(env, "a", "a", 0)["spec"]["destination"]["server"] == arn
    assert argocd.project(env, PARTS)["spec"]["sourceNamespaces"] == ["argocd"]
    assert {one["server"] for one in argocd.project(env, PARTS)["spec"]["destinations"]} == {arn}
    assert "sourceNamespaces" not in argocd.project(defaults, PARTS)["spec"]


def test_the_project_admits_where_each_application_points(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        delivery = registry.render(env)[-1].objects
        admitted = {
            obj["metadata"]["name"]: [(one["server"], one["namespace"]) for one in obj["spec"]["destinations"]]
            for obj in delivery
            if obj["kind"] == "AppProject"
        }
        refused = [
            obj["metadata"]["name"]
            for obj in delivery
            if obj["kind"] == "Application"
            and (obj["spec"]["destination"]["server"], obj["spec"]["destination"].get("namespace", ""))
            not in admitted[obj["spec"]["project"]]
        ]
        assert not refused, f"{env.name}: Argo CD would refuse {refused}"


def test_applications_sync_by_themselves_and_never_to_nothing(defaults: Environment) -> None:
    spec = argocd.application(defaults, "cache", "cache", 0)["spec"]
    assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}
    assert spec["source"]["path"] == "rendered/defaults/cache"


def test_users_may_sync_the_overlays_instead(defaults: Environment) -> None:
    env = replace(defaults, gitops=replace(defaults.gitops, tree="overlays"))
    assert argocd.application(env, "cache", "cache", 0)["spec"]["source"]["path"] == "overlays/defaults/cache"


def test_deleting_an_application_with_state_deletes_no_state(defaults: Environment) -> None:
    pool, gateway = (argocd.child(defaults, part) for part in PARTS)
    assert pool["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io/foreground"]
    assert "finalizers" not in gateway["metadata"]


def test_what_takes_more_along_stays_and_holds_no_sync_up(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        objects = [obj for part in registry.render(env) for obj in part.objects]
        kept = [obj["metadata"]["annotations"] for obj in objects if obj["kind"] in ("Namespace", "AppProject")]
        assert kept
        for found in kept:
            assert found["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=confirm"
            assert found["argocd.argoproj.io/compare-options"] == "IgnoreExtraneous"


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_waves_put_what_is_needed_before_what_needs_it(name: str, environments: dict[str, Environment]) -> None:
    delivery = registry.render(environments[name])[-1]
    waves = {
        obj["metadata"]["name"]: int(obj["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for obj in delivery.objects
        if obj["kind"] == "Application"
    }
    assert max(waves, key=lambda part: waves[part]) == "root", "what comes later waits until everything is healthy"
    order = ["namespaces", "karpenter", "secrets", "otel-collector", "llm-gateway", "openclaw-main"]
    assert sorted(order, key=lambda part: waves[part]) == order
    assert len({waves[part] for part in order}) == len(order)


def test_every_part_has_exactly_one_application(environments: dict[str, Environment]) -> None:
    for env in environments.values():
        *parts, delivery = registry.render(env)
        sources = [obj["spec"]["source"] for obj in delivery.objects if obj["kind"] == "Application"]
        paths = [source["path"] for source in sources if "chart" not in source]
        folders = [f"rendered/{env.name}/{part.name}" for part in (*parts, delivery)]
        assert sorted(paths) == sorted(folders)
