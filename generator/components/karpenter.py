"""The nodes: one Karpenter NodePool of Graviton instances, Spot first.

`karpenter.k8s.aws/instance-generation` is the number in the family's name, not the Graviton generation: Graviton4 is
family 8 (c8g, m8g, r8g), so "Graviton4 and newer" reads `Gt 7`.  On EKS Auto Mode the same pool refers to a NodeClass
of `eks.amazonaws.com` and its labels.
"""

from __future__ import annotations

from generator.environment.cluster import Compute
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata
from generator.kubernetes.placement import POOL, TAINT
from generator.tags import tag_map

NAME = "karpenter"
DRAIN_LIMIT = "30m"
"""Longest voluntary drain of a node.  Near the two minutes of a Spot notice it would void every disruption budget."""


def objects(env: Environment) -> list[Obj]:
    return [node_pool(env), auto_mode_class(env) if env.compute.provisioner == "auto-mode" else node_class(env)]


def node_pool(env: Environment) -> Obj:
    compute = env.compute
    auto_mode = compute.provisioner == "auto-mode"
    template: Obj = {
        "nodeClassRef": {
            "group": "eks.amazonaws.com" if auto_mode else "karpenter.k8s.aws",
            "kind": "NodeClass" if auto_mode else "EC2NodeClass",
            "name": POOL,
        },
        "taints": [TAINT],
        "requirements": requirements(env),
        "expireAfter": compute.node.expire_after,
        "terminationGracePeriod": DRAIN_LIMIT,
    }
    if env.network.cni == "cilium":
        # Cilium removes it once it runs on the node; undeclared, Karpenter would take the node for unusable.
        template["startupTaints"] = [{"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": metadata(POOL, app=NAME),
        "spec": {
            "weight": 50,
            "limits": {"cpu": str(compute.limits.cpu), "memory": compute.limits.memory},
            "disruption": {
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
                # Required by the CRD up to 1.14 whenever `disruption` is given.
                "consolidateAfter": compute.consolidate_after,
                "budgets": budgets(compute),
            },
            "template": {"spec": template},
        },
    }


def budgets(compute: Compute) -> list[Obj]:
    """One node at a time; none for drift inside a freeze.  Budgets hold back neither Spot interruptions nor expiry."""
    frozen: list[Obj] = [
        {"nodes": "0", "reasons": ["Drifted"], "schedule": freeze.schedule, "duration": freeze.duration}
        for freeze in compute.freezes
    ]
    return [{"nodes": "1"}, *frozen]


def requirements(env: Environment) -> list[Obj]:
    compute = env.compute
    auto_mode = compute.provisioner == "auto-mode"
    domain = "eks.amazonaws.com" if auto_mode else "karpenter.k8s.aws"
    spot = ["spot", "on-demand"] if compute.capacity == "spot-first" else ["on-demand"]
    return [
        {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]},
        # Auto Mode runs no other operating system and refuses the key.
        *([] if auto_mode else [{"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}]),
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": spot},
        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": sorted(env.cluster.zones)},
        {"key": f"{domain}/instance-category", "operator": "In", "values": sorted(compute.categories)},
        {"key": f"{domain}/instance-generation", "operator": "Gt", "values": [str(compute.graviton + 3)]},
        {"key": f"{domain}/instance-size", "operator": "In", "values": list(compute.sizes)},
    ]


def node_class(env: Environment) -> Obj:
    node = env.compute.node
    discovery = [{"tags": {"karpenter.sh/discovery": env.cluster.name}}]
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": metadata(POOL, app=NAME),
        "spec": {
            "role": node.role,
            "amiSelectorTerms": [{"alias": node.ami}],
            "subnetSelectorTerms": discovery,
            "securityGroupSelectorTerms": discovery,
            # IMDSv2 with one hop: pods cannot reach the node's credentials.
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpTokens": "required",
                "httpPutResponseHopLimit": 1,
                "httpProtocolIPv6": "disabled",
            },
            # A mapping of one's own replaces the default one with its encryption.
            "blockDeviceMappings": [
                {
                    "deviceName": "/dev/xvda",
                    "ebs": {
                        "volumeType": "gp3",
                        "volumeSize": node.volume_size,
                        "encrypted": True,
                        "deleteOnTermination": True,
                    },
                }
            ],
            "tags": {"Name": f"{env.cluster.name}-{POOL}"} | tag_map(env),
        },
    }


def auto_mode_class(env: Environment) -> Obj:
    discovery = [{"tags": {"karpenter.sh/discovery": env.cluster.name}}]
    return {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "NodeClass",
        "metadata": metadata(POOL, app=NAME),
        "spec": {
            "role": env.compute.node.role,
            "subnetSelectorTerms": discovery,
            "securityGroupSelectorTerms": discovery,
            "ephemeralStorage": {"size": env.compute.node.volume_size},
            "networkPolicy": "DefaultAllow",
            "tags": {"Name": f"{env.cluster.name}-{POOL}"} | tag_map(env),
        },
    }
