"""What network policies admit, and which addresses configurations name: case by case."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.addresses import addresses
from generator.check.traffic.configs import Config
from generator.check.traffic.network.peers import Ip, Name, Peer
from generator.check.traffic.network.reach import Reach

NAMESPACES = """
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank, labels: {team: bank}}}
"""


def pod(name: str, namespace: str) -> dict[str, Any]:
    ports = [{"name": "http", "containerPort": 8080}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"containers": [{"name": name, "image": "example.com/one:1.0", "ports": ports}]},
    }


WEB, API, TELLER = (pod(*one) for one in (("web", "shop"), ("api", "shop"), ("teller", "bank")))


def reach(*policies: str) -> tuple[Reach, dict[str, Item]]:
    texts = [NAMESPACES, *policies]
    documents = [obj for text in texts for obj in yaml.safe_load_all(text) if obj]
    items = [Item("set.yaml", obj) for obj in (*documents, WEB, API, TELLER)]
    return Reach(ObjectSet(tuple(items))), {item.name: item for item in items if item.kind == "Pod"}


def plain(way: str, rules: str, select: str = "{app: web}") -> str:
    return f"""
      {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: one, namespace: shop}},
        spec: {{podSelector: {{matchLabels: {select}}}, policyTypes: [{way.capitalize()}], {way}: {rules}}}}}"""


def cilium(way: str, rules: str) -> str:
    return f"""
      {{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: one, namespace: shop}},
        spec: {{endpointSelector: {{matchLabels: {{"k8s:app": web}}}}, {way}: {rules}}}}}"""


AGENT = Ip("169.254.170.23")
PUBLIC, CACHE = Name("api.example.com"), Name("shop.abc123.use1.cache.amazonaws.com")


@pytest.mark.parametrize(
    ("rules", "peer", "port", "admitted"),
    [
        ("[]", "api", 8080, False),
        ("[{}]", "api", 8080, True),
        ("[{to: [{podSelector: {matchLabels: {app: api}}}]}]", "api", 8080, True),
        ("[{to: [{podSelector: {matchLabels: {app: api}}}]}]", "teller", 8080, False),
        ("[{to: [{namespaceSelector: {matchLabels: {team: bank}}}]}]", "teller", 8080, True),
        ("[{to: [{namespaceSelector: {}}]}]", "teller", 8080, True),
        ("[{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}]}]", "teller", 8080, False),
        ("[{to: [{podSelector: {}}], ports: [{port: 8080}]}]", "api", 8080, True),
        ("[{to: [{podSelector: {}}], ports: [{port: http}]}]", "api", 8080, True),
        ("[{to: [{podSelector: {}}], ports: [{port: https}]}]", "api", 8080, False),
        ("[{to: [{podSelector: {}}], ports: [{port: 8080, protocol: UDP}]}]", "api", 8080, False),
        ("[{to: [{podSelector: {}}], ports: [{port: 8000, endPort: 8090}]}]", "api", 8080, True),
        ("[{to: [{podSelector: {}}], ports: [{protocol: TCP}]}]", "api", 8080, True),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", "api", 8080, True),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]", "api", 8080, False),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]", PUBLIC, 443, True),
        ("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", PUBLIC, 443, False),
        ("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", CACHE, 6379, True),
        ("[{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}]", CACHE, 6379, False),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", AGENT, 80, True),
        ("[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]}]", AGENT, 80, False),
    ],
)
def test_a_network_policy_admits(rules: str, peer: str | Peer, port: int, admitted: bool) -> None:
    found, pods = reach(plain("egress", rules))
    target = found.pods(pods[peer]) if isinstance(peer, str) else peer
    assert found.admits(pods["web"], "egress", target, port) is admitted


@pytest.mark.parametrize(
    ("rules", "peer", "port", "admitted"),
    [
        ("[]", "api", 8080, True),
        ("[{}]", "api", 8080, False),
        ("[{toEndpoints: [{}]}]", "api", 8080, True),
        ("[{toEndpoints: [{}]}]", "teller", 8080, False),
        ("[{toEndpoints: [{matchLabels: {'k8s:app': api}}]}]", "api", 8080, True),
        ("[{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': bank}}]}]", "teller", 8080, True),
        ("[{toEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.team: bank}}]}]", "teller", 8080, True),
        ("[{toPorts: [{ports: [{port: '8080'}]}]}]", "teller", 8080, True),
        ("[{toEndpoints: [{}], toPorts: [{ports: [{port: '8080', protocol: ANY}]}]}]", "api", 8080, True),
        ("[{toEndpoints: [{}], toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]", "api", 8080, False),
        ("[{toEndpoints: [{}], toPorts: [{ports: [{port: http}]}]}]", "api", 8080, True),
        ("[{toEntities: [cluster]}]", "teller", 8080, True),
        ("[{toEntities: [world]}]", "teller", 8080, False),
        ("[{toCIDR: [0.0.0.0/0]}]", "teller", 8080, False),
        ("[{toCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}]", PUBLIC, 443, True),
        ("[{toFQDNs: [{matchName: API.example.com}]}]", PUBLIC, 443, True),
        ("[{toFQDNs: [{matchPattern: '*.example.com'}]}]", PUBLIC, 443, True),
        ("[{toFQDNs: [{matchPattern: '*.com'}]}]", PUBLIC, 443, False),
        ("[{toFQDNs: [{matchPattern: '*'}]}]", PUBLIC, 443, True),
        ("[{toCIDR: [169.254.170.23/32]}]", AGENT, 80, False),
        ("[{toEntities: [host]}]", AGENT, 80, True),
        ("[{toServices: [{k8sService: {serviceName: api}}]}]", "api", 8080, True),
    ],
)
def test_a_cilium_policy_admits(rules: str, peer: str | Peer, port: int, admitted: bool) -> None:
    found, pods = reach(cilium("egress", rules))
    target = found.pods(pods[peer]) if isinstance(peer, str) else peer
    assert found.admits(pods["web"], "egress", target, port) is admitted


def test_policies_of_both_kinds_add_up() -> None:
    deny = plain("egress", "[]", "{}")
    found, pods = reach(deny, cilium("egress", "[{toEndpoints: [{matchLabels: {app: api}}]}]"))
    assert found.admits(pods["web"], "egress", found.pods(pods["api"]), 8080)
    assert not found.admits(pods["web"], "egress", found.pods(pods["teller"]), 8080)
    assert not found.admits(pods["api"], "egress", found.pods(pods["web"]), 8080)


def test_a_denial_wins_over_what_is_admitted() -> None:
    denied = "[{toEndpoints: [{}]}], egressDeny: [{toEndpoints: [{}], toPorts: [{ports: [{port: '8080'}]}]}]"
    found, pods = reach(cilium("egress", denied))
    assert not found.admits(pods["web"], "egress", found.pods(pods["api"]), 8080)
    assert found.admits(pods["web"], "egress", found.pods(pods["api"]), 9090)


def test_rules_without_default_deny_isolate_nothing() -> None:
    found, pods = reach(cilium("egress", "[{toEntities: [host]}], enableDefaultDeny: {egress: false}"))
    assert found.admits(pods["web"], "egress", PUBLIC, 443)


HTTP = "[{toEndpoints: [{matchLabels: {app: api}}], toPorts: [{ports: [{port: '8080'}], rules: {http: [{}]}}]}]"


def test_what_an_http_rule_admits_is_admitted_and_read() -> None:
    found, pods = reach(cilium("egress", HTTP))
    api = found.pods(pods["api"])
    assert found.admits(pods["web"], "egress", api, 8080)
    assert found.reads_http(pods["web"], "egress", api, 8080)
    assert not found.reads_http(pods["web"], "egress", api, 6379), "another port"
    assert not found.reads_http(pods["web"], "egress", found.pods(pods["teller"]), 8080), "other pods"
    assert not found.reads_http(pods["web"], "ingress", api, 8080), "the other direction"


def test_a_rule_beside_an_http_rule_does_not_keep_it_from_reading() -> None:
    beside = HTTP.removesuffix("]") + ", {toEndpoints: [{}], toPorts: [{ports: [{port: '8080'}]}]}]"
    found, pods = reach(cilium("egress", beside))
    assert found.reads_http(pods["web"], "egress", found.pods(pods["api"]), 8080)


def test_ingress_is_judged_at_the_called_pod() -> None:
    rule = "[{from: [{namespaceSelector: {matchLabels: {team: bank}}}], ports: [{port: http}]}]"
    found, pods = reach(plain("ingress", rule))
    assert found.admits(pods["web"], "ingress", found.pods(pods["teller"]), 8080)
    assert not found.admits(pods["web"], "ingress", found.pods(pods["api"]), 8080)


def test_of_foreign_pods_only_the_namespace_is_asked() -> None:
    """What cannot be known counts as admitted: labels, and the container port behind a Service."""
    rule = (
        "[{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: platform}}, "
        "podSelector: {matchLabels: {app: queue}}}], ports: [{port: 5672}]}]"
    )
    found, pods = reach(plain("egress", rule))
    assert found.admits(pods["web"], "egress", found.foreign("platform"), 0)
    assert not found.admits(pods["web"], "egress", found.foreign("elsewhere"), 0)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("url: https://api.example.com/v1", ["url api.example.com:443"]),
        ("url: http://user:word@api.example.com:8080", ["url api.example.com:8080"]),
        ("cache: rediss://cache.example.com", ["cache cache.example.com:6379"]),
        ("url: ftp://api.example.com", []),
        ("bucket: s3://shop-backup/daily", []),
        ("text: see https://api.example.com", []),
        ("$schema: https://schemas.example.com/web", []),
        ("allowedOrigins: [https://shop.example.com]", []),
        (
            "hosts: [https://one.example.com, https://two.example.com]",
            ["hosts[0] one.example.com:443", "hosts[1] two.example.com:443"],
        ),
        ("endpoint: tempo:4317", ["endpoint tempo:4317"]),
        ("model: qwen3:8", []),
        ("image: example.com/web:443", []),
        ("{redis_host: cache, redis_port: 6379}", ["redis_host cache:6379"]),
        ("{DB_HOST: db, DB_PORT: '5432'}", ["DB_HOST db:5432"]),
        ("{host: env.DB, port: 5432}", []),
        ("{host: '${env:POD_IP}', port: 8888}", []),
        ("endpoint: '${env:POD_IP}:4317'", []),
        ("endpoint: '[2001:db8::1]:4317'", ["endpoint 2001:db8::1:4317"]),
        ("{a: 'http://localhost:80', b: 'http://127.0.0.1:80', c: 'http://0.0.0.0:80', d: 'http://[::1]:80'}", []),
        ("{a: 'http://web.localhost:80', port: yes}", []),
        (
            "model_list: [{litellm_params: {model: bedrock/converse/one, aws_region_name: eu-central-1}}]",
            ["model_list[0].litellm_params.aws_region_name bedrock-runtime.eu-central-1.amazonaws.com:443"],
        ),
    ],
)
def test_a_configuration_names(text: str, named: list[str]) -> None:
    config = Config(Item("map.yaml", {}), ("data", "web.yaml"), "web.yaml", yaml.safe_load(text))
    assert [f"{one.where} {one}" for one in addresses(config)] == named


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ("url: http://api.example.com", False),
        ("url: https://api.example.com:8443", True),
        ("cache: rediss://cache.example.com", True),
        ("endpoint: tempo:4317", False),
        ("{redis_host: cache, redis_port: 6379}", True),
        ("{redis_host: cache, redis_port: 6380}", False),
        ("{host: db, port: 5432}", True),
        ("addr: cache:6379", True),
        ("model_list: [{litellm_params: {model: bedrock/one, aws_region_name: eu-central-1}}]", True),
    ],
)
def test_what_is_surely_no_plain_http(text: str, opaque: bool) -> None:
    """By the scheme of a URL, else by what the port is registered for; where neither tells, nothing is said."""
    config = Config(Item("map.yaml", {}), ("data", "web.yaml"), "web.yaml", yaml.safe_load(text))
    assert [one.is_opaque for one in addresses(config)] == [opaque]
