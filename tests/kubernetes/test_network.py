"""Edges become exactly the rules that admit them, under both CNIs."""

from __future__ import annotations

from generator.kubernetes.network import (
    Addresses,
    ApiServer,
    Edge,
    Hosts,
    Namespace,
    PodIdentityAgent,
    Pods,
    policies,
    url_edge,
)
from generator.kubernetes.objects import Obj

ONE = Pods("one", "a")
OTHER = Pods("other", "b")


def policy(cni: str, pods: Pods, *edges: Edge) -> Obj:
    (made,) = policies(cni, pods, edges, "172.20.0.10")
    spec = made["spec"]
    assert isinstance(spec, dict)
    return spec


def test_an_edge_is_egress_on_one_side_and_ingress_on_the_other() -> None:
    edge = Edge(ONE, OTHER, 4000)
    leaving, arriving = policy("vpc-cni", ONE, edge), policy("vpc-cni", OTHER, edge)
    assert "ingress" not in leaving, "an empty list would not survive the server"
    assert leaving["policyTypes"] == ["Ingress", "Egress"]
    assert leaving["egress"][1:] == [
        {
            "to": [
                {
                    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "other"}},
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}},
                }
            ],
            "ports": [{"port": 4000, "protocol": "TCP"}],
        }
    ]
    assert arriving["ingress"][0]["from"][0]["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "one"}}
    assert len(arriving["egress"]) == 1, "DNS alone"


def test_an_edge_of_every_instance_covers_each_instance() -> None:
    edge = Edge(ONE, OTHER, 1)
    assert len(policy("vpc-cni", Pods("one", "a", "one-x"), edge)["egress"]) == 2
    assert len(policy("vpc-cni", Pods("one", "elsewhere", "one-x"), edge)["egress"]) == 1


def test_an_edge_of_one_instance_covers_no_other() -> None:
    edge = Edge(Pods("one", "a", "one-x"), OTHER, 1)
    assert len(policy("vpc-cni", Pods("one", "a", "one-y"), edge)["egress"]) == 1


def test_cilium_names_hosts_and_the_node_where_plain_policies_name_addresses() -> None:
    edges = [
        Edge(ONE, Hosts(("api.example.com",)), 443),
        Edge(ONE, PodIdentityAgent(), 80),
        Edge(ONE, ApiServer(("10.0.0.0/16",)), 443),
    ]
    cilium = policy("cilium", ONE, *edges)["egress"][1:]
    assert [rule.get("toFQDNs") or rule.get("toEntities") for rule in cilium] == [
        [{"matchName": "api.example.com"}],
        ["host"],
        ["kube-apiserver"],
    ]
    plain = policy("vpc-cni", ONE, *edges)["egress"][1:]
    assert [rule["to"][0]["ipBlock"]["cidr"] for rule in plain] == ["0.0.0.0/0", "169.254.170.23/32", "10.0.0.0/16"]


def test_a_host_by_name_never_opens_the_link_local_range() -> None:
    """Instance credentials are served there."""
    (rule,) = policy("vpc-cni", ONE, Edge(ONE, Hosts(("api.example.com",)), 443))["egress"][1:]
    assert "169.254.0.0/16" in rule["to"][0]["ipBlock"]["except"]


def test_load_balancer_addresses_come_in() -> None:
    edge = Edge(Addresses(("10.0.0.0/20", "10.0.16.0/20")), ONE, 18789)
    assert policy("vpc-cni", ONE, edge)["ingress"] == [
        {
            "from": [{"ipBlock": {"cidr": "10.0.0.0/20"}}, {"ipBlock": {"cidr": "10.0.16.0/20"}}],
            "ports": [{"port": 18789, "protocol": "TCP"}],
        }
    ]
    assert policy("cilium", ONE, edge)["ingress"][0]["fromCIDR"] == ["10.0.0.0/20", "10.0.16.0/20"]


def test_http_that_arrives_is_read_where_cilium_is_told_to() -> None:
    edges = [Edge(OTHER, ONE, 4000, "http"), Edge(OTHER, ONE, 6379, "redis"), Edge(OTHER, ONE, 443, "https")]
    (made,) = policies("cilium", ONE, edges, "172.20.0.10", read=True)
    assert [rule["toPorts"][0].get("rules") for rule in made["spec"]["ingress"]] == [{"http": [{}]}, None, None]
    assert all("rules" not in rule["toPorts"][0] for rule in policy("cilium", ONE, *edges)["ingress"])


def test_http_is_read_on_one_side_alone() -> None:
    """Two proxies on the way of a request would be one too many."""
    edge = Edge(ONE, OTHER, 4000, "http")
    (made,) = policies("cilium", ONE, [edge], "172.20.0.10", read=True)
    assert "rules" not in made["spec"]["egress"][1]["toPorts"][0]


def test_plain_policies_know_nothing_of_http() -> None:
    edge = Edge(OTHER, ONE, 4000, "http")
    (made,) = policies("vpc-cni", ONE, [edge], "172.20.0.10", read=True)
    assert made["spec"]["ingress"][0]["ports"] == [{"port": 4000, "protocol": "TCP"}]


def test_urls_become_edges_to_services_or_hosts() -> None:
    assert url_edge(ONE, "http://ollama.ollama.svc.cluster.local:11434") == Edge(ONE, Namespace("ollama"), 0, "http")
    assert url_edge(ONE, "https://api.upstage.ai/v1") == Edge(ONE, Hosts(("api.upstage.ai",)), 443, "https")
    assert url_edge(ONE, "postgresql://db.example.com:5432").protocol == "postgresql"
    assert url_edge(ONE, "grpc://db.example.com:4317").protocol == "tcp", "nothing that this module knows"
    assert url_edge(ONE, "http://models.example.com").port == 80


def test_equal_edges_make_one_rule() -> None:
    edge = Edge(ONE, OTHER, 4000)
    assert len(policy("cilium", ONE, edge, edge)["egress"]) == 2
