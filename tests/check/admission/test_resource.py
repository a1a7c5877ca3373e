"""How a request names the resource of an object."""

import pytest

from generator.check.admission.resource import Resource, plural, resource


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Deployment", "deployments"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gateways"),
        ("EC2NodeClass", "ec2nodeclasses"),
        ("Endpoints", "endpoints"),
        ("IngressClassParams", "ingressclassparams"),
        ("Prometheus", "prometheuses"),
        ("StorageClass", "storageclasses"),
    ],
)
def test_the_plural_of_a_kind(kind: str, expected: str) -> None:
    assert plural(kind) == expected


@pytest.mark.parametrize(
    ("api_version", "kind", "metadata", "expected"),
    [
        (
            "apps/v1",
            "Deployment",
            {"name": "a", "namespace": "b"},
            Resource("apps", "v1", "Deployment", "deployments", "b", "a"),
        ),
        ("v1", "ConfigMap", {"name": "a"}, Resource("", "v1", "ConfigMap", "configmaps", "default", "a")),
        ("v1", "Namespace", {"name": "a"}, Resource("", "v1", "Namespace", "namespaces", "a", "a")),
        (
            "karpenter.sh/v1",
            "NodePool",
            {"name": "a"},
            Resource("karpenter.sh", "v1", "NodePool", "nodepools", "", "a"),
        ),
        ("v1", "Pod", {"generateName": "a-"}, Resource("", "v1", "Pod", "pods", "default", "")),
    ],
)
def test_the_resource_of_an_object(api_version: str, kind: str, metadata: dict[str, str], expected: Resource) -> None:
    assert resource({"apiVersion": api_version, "kind": kind, "metadata": metadata}) == expected
