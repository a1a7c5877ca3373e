"""EKS add-ons: agents on the nodes.  EKS Auto Mode has those for Pod Identity and for node monitoring built in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.environment.model import Environment

from . import identity
from .identity import Identity
from .policy import Allow, arn, tags
from .resource import Resource
from .stack import Output

AGENT = "PodIdentityAgentAddon"
OPEN_METRICS = {"OPEN_METRICS": "on", "OPEN_METRICS_ADDRESS": "0.0.0.0", "OPEN_METRICS_PORT": 9109}
"""The Network Flow Monitor agent answers Prometheus too (docs/network.md)."""
ADDONS: dict[str, tuple[str, dict[str, str]]] = {
    "FlowMonitor": (
        "aws-network-flow-monitoring-agent",
        {"ConfigurationValues": json.dumps({"env": OPEN_METRICS})},
    ),
    "Observability": ("amazon-cloudwatch-observability", {}),
}
"""Those that call AWS, by the name of their identity: they make its association with the ServiceAccount themselves."""


def resources(env: Environment) -> list[Resource]:
    made = []
    if not _auto_mode(env):
        made.append(addon(env, AGENT, "eks-pod-identity-agent"))
        if env.aws.addons.node_monitoring:
            made.append(addon(env, "NodeMonitoringAddon", "eks-node-monitoring-agent"))
    for one in identities(env):
        made += identity.role(env, one)
        called, configuration = ADDONS[one.name]
        association = {"ServiceAccount": one.service_account, "RoleArn": identity.role_arn(one)}
        # A pod gets its credentials from the agent at its start, or never.
        after = () if _auto_mode(env) else (AGENT,)
        own = {"PodIdentityAssociations": [association], **configuration}
        made.append(addon(env, f"{one.name}Addon", called, own, after))
    return made


def outputs(env: Environment) -> list[Output]:
    return []


def identities(env: Environment) -> list[Identity]:
    made = []
    if env.network.flow_monitor and env.network.cni == "vpc-cni":
        # The action knows no resource (CloudWatchNetworkFlowMonitorAgentPublishPolicy).
        publish = [Allow(["networkflowmonitor:Publish"], ["*"])]
        account = "aws-network-flow-monitor-agent-service-account"
        made.append(Identity("FlowMonitor", "amazon-network-flow-monitor", account, publish))
    if env.aws.addons.observability:
        made.append(Identity("Observability", "amazon-cloudwatch", "cloudwatch-agent", container_insights(env)))
    return made


def container_insights(env: Environment) -> list[Allow]:
    """Of what AWS's CloudWatchAgentServerPolicy allows, what Container Insights and logs of containers need."""
    groups = f"log-group:/aws/containerinsights/{env.cluster.name}/*"
    actions = ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents", "PutRetentionPolicy")
    namespaces = {"StringEquals": {"cloudwatch:namespace": ["CWAgent", "ContainerInsights"]}}
    return [
        Allow([f"logs:{action}" for action in actions], [arn(env, "logs", groups)]),
        Allow(["cloudwatch:PutMetricData"], ["*"], namespaces),
        # What only describes knows no resource.
        Allow(["ec2:DescribeTags", "ec2:DescribeVolumes", "logs:DescribeLogGroups"], ["*"]),
    ]


def addon(
    env: Environment, name: str, called: str, more: Mapping[str, Any] | None = None, after: tuple[str, ...] = ()
) -> Resource:
    """What this repository says holds, also against what was there; EKS picks the release for the cluster's version."""
    properties = {
        "AddonName": called,
        "ClusterName": env.cluster.name,
        "ResolveConflicts": "OVERWRITE",
        "Tags": tags(env),
    }
    return Resource(name, "AWS::EKS::Addon", properties | dict(more or {}), depends=after)


def _auto_mode(env: Environment) -> bool:
    return env.compute.provisioner == "auto-mode"
