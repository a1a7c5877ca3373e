"""The mapping to loopback: exact, complete, and alarmed by what it does not know."""

import pytest

from tests.real import manifests, mapping
from tests.real.mapping import NotMapped, on_loopback


def test_addresses_are_replaced_and_nothing_else() -> None:
    text = "url: http://llm-gateway.llm-gateway.svc.cluster.local:4000/v1 # keep 4000 and\ttabs\n"
    assert on_loopback(text, {"llm-gateway.llm-gateway.svc.cluster.local:4000": "127.0.0.1:1"}) == (
        "url: http://127.0.0.1:1/v1 # keep 4000 and\ttabs\n"
    )


def test_the_longest_address_wins_and_nothing_is_replaced_twice() -> None:
    assert on_loopback("a=cache b=cache:1", {"cache": "cache:1", "cache:1": "here"}) == "a=cache:1 b=here"


def test_an_address_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NotMapped, match=r"not in the rendered text: http://gone\.example\.com"):
        on_loopback("nothing", {"http://gone.example.com": "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("url: https://api.upstage.ai/v1", "api.upstage.ai"),
        ("addr: cache.llm-gateway.svc.cluster.local:6379", "cache.llm-gateway.svc.cluster.local"),
        ("host: master.prod.abc123.euc1.cache.amazonaws.com", "master.prod.abc123.euc1.cache.amazonaws.com"),
        ("endpoint: 10.0.0.7:4318", "10.0.0.7"),
        ("url: redis://cache:6379", "cache"),
    ],
)
def test_what_leads_away_is_an_error(text: str, host: str) -> None:
    with pytest.raises(NotMapped, match=f"leads away from this machine: {host}$"):
        on_loopback(text, {})


@pytest.mark.parametrize(
    "text",
    [
        "endpoint: ${env:POD_IP}:4318",
        "url: http://127.0.0.1:4318/v1/traces",
        "url: https://localhost:1",
        '"$schema": "https://www.getbifrost.ai/schema"',
        '"publicOrigin": "https://main.agents.example.com"',
        '"pricing_url": "file:///app/data/pricing.json"',
        "max_size: 805306368 # 1.5:30",
    ],
)
def test_what_stays_here_may_stay(text: str) -> None:
    assert on_loopback(text, {}) == text


@pytest.mark.parametrize("environment", manifests.environments())
def test_every_rendered_secret_has_a_value(environment: str) -> None:
    values = {
        component: manifests.variables(environment, component)
        for component in manifests.components(environment)
        if any(obj["kind"] in manifests.WORKLOADS for obj in manifests.objects(environment, component))
    }
    assert values
    assert all(value is not None for found in values.values() for value in found.values())


def test_two_secrets_differ() -> None:
    assert len(set(mapping.SECRETS.values())) == len(mapping.SECRETS)
