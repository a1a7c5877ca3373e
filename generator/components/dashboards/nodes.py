"""Panels on nodes: how they are bought, which Graviton they are, how full they are, which were interrupted."""

from __future__ import annotations

from generator.components.monitoring_alert import IN_OURS
from generator.environment.model import Environment
from generator.kubernetes.placement import POOL

from .panel import Line, Panel, Query, panel

NODES = f'kube_node_labels{{label_karpenter_sh_nodepool="{POOL}"}}'
"""Nodes of our pool, with the labels that kube-state-metrics is told to show (docs/monitoring.md)."""
CAPACITY, TYPE = "label_karpenter_sh_capacity_type", "label_node_kubernetes_io_instance_type"
ON_OURS = f"* on (node) group_left () {NODES}"
NEWEST_GRAVITON = 5


def karpenter_shows(env: Environment) -> bool:
    """Whether Karpenter's own metrics can be had: on Auto Mode it runs where nobody scrapes it."""
    return env.compute.provisioner == "karpenter"


def nodes(env: Environment) -> Line:
    domain = "label_eks_amazonaws_com" if env.compute.provisioner == "auto-mode" else "label_karpenter_k8s_aws"
    pool = f'label_karpenter_sh_nodepool="{POOL}"'
    return (
        panel(
            "Spot and on-demand",
            "Nodes of our pool by how they are bought.",
            "none",
            f"count by ({CAPACITY}) ({NODES})",
            f"{{{{{CAPACITY}}}}}",
            shape="areas",
        ),
        Panel(
            "Graviton generations",
            "Nodes of our pool by processor: the number in the family's name is 4 above, c8g is Graviton4.",
            "none",
            tuple(
                Query(
                    f'count(kube_node_labels{{{pool},{domain}_instance_generation="{generation + 4}"}})',
                    f"Graviton{generation}",
                )
                for generation in range(env.compute.graviton, NEWEST_GRAVITON + 1)
            ),
            shape="areas",
        ),
        panel(
            "Instance types",
            "What Karpenter has chosen, in which zone.",
            "none",
            f"count by ({TYPE}, {CAPACITY}, label_topology_kubernetes_io_zone) ({NODES})",
            f"{{{{{TYPE}}}}} {{{{{CAPACITY}}}}} {{{{label_topology_kubernetes_io_zone}}}}",
            shape="ranking",
        ),
    )


def load() -> Line:
    asked, offered = "kube_pod_container_resource_requests", "kube_node_status_allocatable"
    return (
        Panel(
            "Asked for of what the nodes have",
            "Requests of all pods on our nodes as a share of what they offer: what is missing to 100 % is paid for "
            "and idle.",
            "percentunit",
            tuple(
                Query(
                    f'sum({asked}{{resource="{what}"}} {ON_OURS}) / sum({offered}{{resource="{what}"}} {ON_OURS})',
                    what,
                )
                for what in ("cpu", "memory")
            ),
        ),
        panel(
            "Nodes that are not Ready",
            "New nodes are not Ready for half a minute; one that stays so takes its pods along.",
            "none",
            f'sum(kube_node_status_condition{{condition="Ready",status=~"false|unknown"}} {ON_OURS})',
            "not Ready",
            shape="bars",
            limit=1,
        ),
        panel(
            "Age of the youngest node",
            "It falls to zero when a node is replaced.",
            "s",
            f"min(time() - kube_node_created {ON_OURS})",
            "youngest",
        ),
    )


def interruptions(env: Environment) -> Line:
    leaving = panel(
        "Nodes on their way out",
        "Nodes that are being emptied: interrupted, replaced by newer or cheaper ones, or too old.",
        "none",
        f'count by (key) (kube_node_spec_taint{{key="karpenter.sh/disrupted"}} {ON_OURS})',
        "being emptied",
        shape="bars",
    )
    evicted = panel(
        "Why pods had to go",
        "Pods with a disruption on record: evicted for a node that leaves, preempted, or killed by the kubelet.",
        "none",
        f"sum by (reason) (kube_pod_status_disruption_reason{{{IN_OURS}}})",
        "{{reason}}",
        shape="bars",
    )
    if not karpenter_shows(env):
        return (leaving, evicted)
    notices = panel(
        "Notices from AWS",
        "Messages of the interruption queue in an hour, by kind: a Spot notice leaves two minutes.",
        "none",
        "sum by (message_type) (increase(karpenter_interruption_received_messages_total[1h]))",
        "{{message_type}}",
        shape="bars",
    )
    reasons = panel(
        "Nodes given up",
        "Nodes in an hour that Karpenter gave up, by reason and by how they were bought.",
        "none",
        f'sum by (reason, capacity_type) (increase(karpenter_nodeclaims_disrupted_total{{nodepool="{POOL}"}}[1h]))',
        "{{reason}} {{capacity_type}}",
        shape="bars",
    )
    return (notices, reasons, leaving, evicted)
