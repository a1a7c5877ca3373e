"""Every switch of the environment file, with what a user would write to turn it each way.

The first value of a switch is what defaults.yaml holds; a value is a piece of an environment file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Mapping[str, Any]]

ROOM: Mapping[str, Any] = {
    "compute": {"limits": {"cpu": 512, "memory": "2048Gi"}},
    "cost": {"monthlyCeiling": 100000},
}
"""Under every combination: ceilings are a matter of degree, not of a switch."""

_KEY = {"openclaw": {"budget": None}}
"""LiteLLM counts budgets by provider."""

_DOOR: Mapping[str, Any] = {
    "ingress": {
        "enabled": True,
        "domain": "agents.example.com",
        "albSubnets": ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"],
    }
}

SWITCHES: Mapping[str, Values] = {
    "provisioner": {
        "karpenter": {},
        "auto-mode": {
            "compute": {"provisioner": "auto-mode", "node": {"role": "AmazonEKSAutoNodeRole", "expireAfter": "336h"}}
        },
    },
    "graviton": {"4": {}, "3": {"compute": {"graviton": 3}}},
    "capacity": {"spot-first": {}, "on-demand": {"compute": {"capacity": "on-demand"}}},
    "zone spread": {"required": {}, "preferred": {"compute": {"zoneSpread": "preferred"}}},
    "freezes": {"none": {}, "some": {"compute": {"freezes": [{"schedule": "0 6 * * mon-fri", "duration": "12h"}]}}},
    "kubernetes": {
        "1.35": {},
        "1.34": {"cluster": {"kubernetesVersion": "1.34"}},
        "1.36": {"cluster": {"kubernetesVersion": "1.36"}},
    },
    "cni": {"vpc-cni": {}, "cilium": {"network": {"cni": "cilium"}}},
    "tree": {"rendered": {}, "overlays": {"gitops": {"tree": "overlays"}}},
    "argocd": {"self-managed": {}, "eks-managed": {"gitops": {"argocd": {"mode": "eks-managed"}}}},
    "sync windows": {
        "none": {},
        "weekend": {"gitops": {"syncWindows": [{"kind": "deny", "schedule": "0 18 * * fri", "duration": "60h"}]}},
    },
    "gateways": {
        "one": {},
        "two": {"openclaw": {"gateways": {"research": {"tools": "web"}}}},
        "on-demand": {"openclaw": {"gatewayDefaults": {"capacity": "on-demand"}}},
    },
    "ingress": {"off": {}, "on": _DOOR, "sign-in": {**_DOOR, "openclaw": {"gatewayDefaults": {"auth": "sso"}}}},
    "engine": {"bifrost": {}, "litellm": {"llmGateway": {"engine": "litellm", "virtualKeys": _KEY}}},
    "replicas": {
        "scaled": {},
        "fixed": {"llmGateway": {"replicas": {"minimum": 2, "maximum": 2}}},
        "one": {"llmGateway": {"replicas": {"minimum": 1, "maximum": 1}}},
    },
    "cache": {
        "in-cluster": {},
        "elasticache": {
            "cache": {"mode": "elasticache", "endpoint": "master.openclaw.abc123.use1.cache.amazonaws.com"}
        },
        "none": {"cache": {"mode": "none"}},
    },
    "semantic cache": {
        "off": {},
        "on": {"cache": {"semantic": {"model": "cohere.embed-multilingual-v3", "dimension": 1024, "threshold": 0.9}}},
    },
    "anthropic": {"off": {}, "on": {"providers": {"anthropic": {}}}},
    "vllm": {"off": {}, "on": {"providers": {"vllm": {"baseUrl": "http://vllm.llm.svc.cluster.local"}}}},
    "routes": {"some": {}, "none": {"routing": {"routes": []}}},
    "langfuse": {
        "off": {},
        "external": {"langfuse": {"enabled": True, "url": "https://langfuse.example.com"}},
    },
    "xray": {"off": {}, "on": {"telemetry": {"xray": True}}},
    "enforcement": {"deny": {}, "audit": {"policies": {"enforcement": "audit"}}},
}
