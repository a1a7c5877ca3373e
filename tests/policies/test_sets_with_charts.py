"""Beside a chart the set does not show every pod and Service: rules must neither guess nor look away elsewhere."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from generator.check.delivery.applications import chart_namespaces
from generator.check.objectset import Item, ObjectSet
from generator.check.rules import argo_safe, edges_admitted, wiring
from generator.kubernetes.objects import Obj

from .sets import breaches

SERVER = "https://kubernetes.default.svc"
CHART: Obj = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {"name": "chart-store", "namespace": "argocd"},
    "spec": {
        "project": "charts",
        "source": {"repoURL": "https://charts.example.com", "chart": "store", "targetRevision": "1.2.3"},
        "destination": {"server": SERVER, "namespace": "store"},
    },
}
PROJECT: Obj = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AppProject",
    "metadata": {"name": "charts", "namespace": "argocd"},
    "spec": {
        "sourceRepos": ["https://charts.example.com"],
        "destinations": [{"server": SERVER, "namespace": name} for name in ("kube-system", "store")],
    },
}
NAMESPACE: Obj = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "store", "annotations": {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}},
}
PLAIN: Obj = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "store", "namespace": "store"},
    "spec": {"podSelector": {"matchLabels": {"app": "store"}}, "policyTypes": ["Ingress"]},
}
CILIUM: Obj = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumNetworkPolicy",
    "metadata": {"name": "store", "namespace": "store"},
    "spec": {"endpointSelector": {"matchLabels": {"app": "store"}}, "ingress": []},
}
CALLER: Obj = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "caller", "namespace": "shop"},
    "spec": {
        "selector": {"matchLabels": {"app": "caller"}},
        "template": {
            "metadata": {"labels": {"app": "caller"}},
            "spec": {
                "containers": [
                    {
                        "name": "caller",
                        "image": "example.com/caller:1.0",
                        "env": [{"name": "STORE", "value": "http://web.store.svc.cluster.local:3000"}],
                    }
                ]
            },
        },
    },
}


def told(rule: Any, *objects: Obj) -> list[str]:
    return breaches(rule, [Item("rendered/dev/argocd/set.yaml", obj, number) for number, obj in enumerate(objects)])


def test_a_chart_s_namespace_is_told_by_its_application() -> None:
    assert chart_namespaces(ObjectSet((Item("a.yaml", CHART), Item("a.yaml", PROJECT)))) == {"store"}


@pytest.mark.parametrize("policy", [PLAIN, CILIUM], ids=["NetworkPolicy", "CiliumNetworkPolicy"])
def test_a_policy_may_be_for_the_pods_of_a_chart(policy: Obj) -> None:
    assert [one for one in told(wiring, CHART, policy) if "finds no pod" in one] == []
    assert len([one for one in told(wiring, policy) if "finds no pod" in one]) == 1


def test_a_policy_elsewhere_still_needs_its_pods() -> None:
    elsewhere = deepcopy(PLAIN)
    elsewhere["metadata"]["namespace"] = "shop"
    assert len([one for one in told(wiring, CHART, elsewhere) if "finds no pod" in one]) == 1


def test_a_service_may_be_the_chart_s() -> None:
    assert told(edges_admitted, CHART, NAMESPACE, CALLER) == []
    (alone,) = told(edges_admitted, NAMESPACE, CALLER)
    assert "namespace store has no Service web" in alone


def test_a_project_of_charts_alone_may_admit_more_namespaces() -> None:
    assert [one for one in told(argo_safe, CHART, PROJECT) if "admits namespace" in one] == []


def test_a_project_with_folders_of_ours_may_not() -> None:
    ours = deepcopy(CHART)
    ours["metadata"]["name"] = "store"
    ours["spec"]["source"] = {
        "repoURL": "https://charts.example.com",
        "path": "rendered/dev/x",
        "targetRevision": "main",
    }
    found = [one for one in told(argo_safe, CHART, ours, PROJECT) if "admits namespace" in one]
    assert found == [
        "AppProject argocd/charts: spec.destinations[0]: admits namespace kube-system, where nothing is synced"
    ]
