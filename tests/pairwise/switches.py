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
    "enabled": True,
    "domain": "agents.example.com",
    "albSubnets": ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"],
}
_COGNITO = {
    "userPoolArn": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_EXAMPLE",
    "clientId": "1example23456789",
    "domain": "openclaw",
}
_ISSUER = "https://id.example.com"
_OIDC = {"issuer": _ISSUER} | {
    f"{endpoint}Endpoint": f"{_ISSUER}/{endpoint}" for endpoint in ("authorization", "token", "userInfo")
}
_TOKENS = {
    "issuer": _ISSUER,
    "jwksUrl": f"{_ISSUER}/keys",
    "claims": [{"name": "aud", "format": "single-string", "values": ["openclaw"]}],
}


def _door(auth: str, **keys: Any) -> Mapping[str, Any]:
    return {"ingress": {**_DOOR, **keys}, "openclaw": {"gatewayDefaults": {"auth": auth}}}


_LANGFUSE: Mapping[str, Any] = {
    "enabled": True,
    "mode": "managed",
    "url": None,
    "bucket": "openclaw-langfuse-111122223333",
}
_CONTROLLERS = ("externalSecrets", "prometheus", "certManager", "argoRollouts", "clickhouseOperator")
"""Those that EKS Auto Mode does not bring."""

_TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"
_VPC = {"vpcId": "vpc-0123456789abcdef0", "subnetIds": ["subnet-0a1"], "routeTableIds": ["rtb-0a1"]}

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
    "cilium": {
        "existing": {},
        "managed": {"network": {"cilium": {"mode": "managed"}}},
        "for kube-proxy": {
            "network": {"cilium": {"mode": "managed", "apiServer": "ABC123.gr7.us-east-1.eks.amazonaws.com"}}
        },
    },
    "hubble": {
        "on": {},
        "off": {"network": {"hubble": {"enabled": False}}},
        "with its page": {"network": {"hubble": {"ui": True, "relay": False}}},
        "silent": {"network": {"hubble": {"metrics": False, "relay": False, "l7": []}}},
    },
    "flow monitor": {"off": {}, "on": {"network": {"flowMonitor": True}}},
    "tree": {"rendered": {}, "overlays": {"gitops": {"tree": "overlays"}}},
    "argocd": {
        "self-managed": {},
        "eks-managed": {"gitops": {"argocd": {"mode": "eks-managed"}}},
        "hub": {"gitops": {"fleet": True}},
        "fleet": {"gitops": {"argocd": {"mode": "fleet"}}},
    },
    "sync windows": {
        "none": {},
        "weekend": {"gitops": {"syncWindows": [{"kind": "deny", "schedule": "0 18 * * fri", "duration": "60h"}]}},
    },
    "gateways": {
        "one": {},
        "two": {"openclaw": {"gateways": {"research": {"tools": "web"}}}},
        "on-demand": {"openclaw": {"gatewayDefaults": {"capacity": "on-demand"}}},
    },
    "ingress": {
        "off": {},
        "on": _door("token"),
        "cognito": _door("sso", signIn={"cognito": _COGNITO}),
        "cognito, made here": _door("sso", signIn={"cognito": {}}),
        "oidc": _door("sso", signIn={"oidc": _OIDC}, subnetIds=["subnet-0a1", "subnet-0a2", "subnet-0a3"]),
        "machines": _door("jwt", machineClients=_TOKENS, scheme="internet-facing", webAcl="openclaw"),
    },
    "engine": {"bifrost": {}, "litellm": {"llmGateway": {"engine": "litellm", "virtualKeys": _KEY}}},
    "replicas": {
        "scaled": {},
        "fixed": {"llmGateway": {"replicas": {"minimum": 2, "maximum": 2}}},
        "one": {"llmGateway": {"replicas": {"minimum": 1, "maximum": 1}}},
    },
    "delivery": {
        "rolling": {},
        "canary": {"llmGateway": {"delivery": {"strategy": "canary"}}},
        "blue-green": {"llmGateway": {"delivery": {"strategy": "blue-green"}}},
    },
    "requests": {"unseen": {}, "scaled by": {"llmGateway": {"replicas": {"targetRequests": 20}}}},
    "cache": {
        "in-cluster": {},
        "elasticache": {
            "cache": {"mode": "elasticache", "endpoint": "master.openclaw.abc123.use1.cache.amazonaws.com"}
        },
        "none": {"cache": {"mode": "none"}},
    },
    "semantic cache": {
        "off": {},
        "on": {"cache": {"semantic": {"model": "amazon.titan-embed-text-v2:0", "dimension": 1024, "threshold": 0.9}}},
    },
    "anthropic": {"off": {}, "on": {"providers": {"anthropic": {}}}},
    "vllm": {"off": {}, "on": {"providers": {"vllm": {"baseUrl": "http://vllm.llm.svc.cluster.local"}}}},
    "routes": {"some": {}, "none": {"routing": {"routes": []}}},
    "langfuse": {
        "off": {},
        "external": {"langfuse": {"enabled": True, "mode": "external", "url": "https://langfuse.example.com"}},
        "managed": {"langfuse": _LANGFUSE},
        "managed, stores outside": {
            "langfuse": {
                **_LANGFUSE,
                "postgres": {"host": "langfuse.abc123.us-east-1.rds.amazonaws.com"},
                "redis": {"host": "master.langfuse.abc123.use1.cache.amazonaws.com"},
                "clickhouse": {"host": "abc123.us-east-1.aws.clickhouse.cloud"},
            }
        },
    },
    "controllers": {
        "existing": {},
        "managed": {"platform": dict.fromkeys(_CONTROLLERS, "managed")},
        "managed, on nodes of ours": {
            "platform": dict.fromkeys((*_CONTROLLERS, "karpenter", "loadBalancerController"), "managed"),
            "cluster": {"vpcId": _VPC["vpcId"]},
        },
    },
    "backup": {"off": {}, "on": {"backup": {"enabled": True, "bucket": "openclaw-backup-111122223333"}}},
    "xray": {"off": {}, "on": {"telemetry": {"xray": True}}},
    "aws": {"managed": {}, "of others": {"aws": {"managed": False}}},
    "add-ons": {
        "some": {},
        "none": {"aws": {"addons": {"nodeMonitoring": False}}},
        "all": {"aws": {"addons": {"observability": True}}},
    },
    "endpoints": {
        "none": {},
        "some": {"cluster": _VPC, "aws": {"endpoints": ["bedrock-runtime", "logs", "s3", "sts", "xray"]}},
    },
    "audit": {
        "trail": {},
        "none": {"aws": {"audit": {"trail": False}}},
        "all": {"aws": {"audit": {"invocationLogs": True, "configRules": True}, "notify": ["platform@example.com"]}},
    },
    "alerts": {
        "shown": {},
        "sns": {"monitoring": {"receivers": {"sns": {"topicArn": _TOPIC}}}},
        "sns, made here": {"monitoring": {"receivers": {"sns": {}}}},
    },
    "second factor": {"required": {}, "optional": {"aws": {"mfa": "optional"}}},
    "enforcement": {"deny": {}, "audit": {"policies": {"enforcement": "audit"}}},
}
