"""docs/network.md is current, and says of each hop what its environment really shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.components import network_page, registry
from generator.components.network_page import L7
from generator.environment.load import names
from generator.environment.model import Environment
from generator.kubernetes.network import Addresses, Edge, Hosts, Pods
from tests.conftest import ROOT

COLLECTOR = Pods("otel-collector", "telemetry")
GATEWAY = Pods("openclaw", "openclaw")


def test_the_page_is_current(environments: dict[str, Environment]) -> None:
    page = network_page.files([environments[name] for name in names(ROOT / "environments")])[network_page.PATH]
    assert (ROOT / network_page.PATH).read_text("utf-8") == page, "run `make docs`"


@pytest.mark.parametrize("name", names(ROOT / "environments"))
def test_every_edge_of_the_policies_is_on_the_page(name: str, environments: dict[str, Environment]) -> None:
    env = environments[name]
    rows = network_page.section(env).rows
    for edge in registry.all_edges(env):
        assert network_page.row(env, edge) in rows


def test_http_is_visible_exactly_where_a_policy_reads_it(environments: dict[str, Environment]) -> None:
    """The page and the policies must not tell different stories."""
    env = environments["staging"]
    read = {
        (obj["metadata"]["name"], int(ports["ports"][0]["port"]))
        for part in registry.render(env)
        for obj in part.objects
        if obj["kind"] == "CiliumNetworkPolicy"
        for rule in obj["spec"]["ingress"]
        for ports in rule.get("toPorts", ())
        if ports.get("rules", {}).get("http")
    }
    promised = {
        (edge.target.app, edge.port)
        for edge in registry.all_edges(env)
        if isinstance(edge.target, Pods) and network_page.seen(env, edge) == L7
    }
    assert promised == read
    assert {app for app, _ in read} == {"llm-gateway", "otel-collector"}


@pytest.mark.parametrize(
    ("edge", "seen"),
    [
        (Edge(GATEWAY, COLLECTOR, 4318, "http"), L7),
        (Edge(GATEWAY, COLLECTOR, 4317), "L4: both ends, verdict"),
        (Edge(GATEWAY, Pods("cache", "llm-gateway"), 6379, "redis"), "L4: both ends, verdict"),
        (Edge(Addresses(("10.0.0.0/20",)), GATEWAY, 18789, "http"), "L4: both ends, verdict"),
        (Edge(COLLECTOR, Hosts(("api.example.com",)), 443, "https"), "L4, and the name by its DNS query"),
    ],
)
def test_what_cilium_shows_of_a_hop(edge: Edge, seen: str, environments: dict[str, Environment]) -> None:
    assert network_page.seen(environments["staging"], edge) == seen


@pytest.mark.parametrize(
    ("flow_monitor", "seen"), [(True, "L4: bytes, retransmissions, round trips"), (False, "nothing")]
)
def test_the_vpc_cni_shows_no_names_and_no_http(
    flow_monitor: bool, seen: str, environments: dict[str, Environment]
) -> None:
    env = environments["prod"]
    env = replace(env, network=replace(env.network, flow_monitor=flow_monitor))
    assert {network_page.seen(env, edge) for edge in registry.all_edges(env)} == {seen}


def test_the_graph_has_one_arrow_for_each_pair(environments: dict[str, Environment]) -> None:
    section = network_page.section(environments["staging"])
    pairs = [(source, target) for source, target, _, _ in section.arrows]
    assert len(pairs) == len(set(pairs)) == len({(row.source, row.target) for row in section.rows})
