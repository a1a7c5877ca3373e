"""How many pods a load means: by arithmetic, from what is rendered."""

import pytest

from tests.real import addresses, manifests
from tools.load.plan import Scaler, Share, admitted, ceiling, replicas, scaler, share

SHARE, SCALER = Share(0.5, None, 2048), Scaler(2, 4, 0.7)


@pytest.mark.parametrize(
    ("rate", "cpu", "pods"),
    [
        (1, 0.001, 2),  # never below the least
        (100, 0.007, 2),  # 0.7 cores are exactly two pods at their target
        (101, 0.007, 3),
        (1_000, 0.007, 20),  # more than the most: that is what is wanted, not what is had
    ],
)
def test_the_autoscaler_wants_the_target_kept(rate: float, cpu: float, pods: int) -> None:
    assert replicas(rate, cpu, SHARE, SCALER) == pods


def test_the_most_pods_end_at_their_target() -> None:
    rate = ceiling(0.007, SHARE, SCALER)
    assert rate == pytest.approx(200)
    assert replicas(rate, 0.007, SHARE, SCALER) == SCALER.most


@pytest.mark.parametrize("environment", manifests.environments())
def test_every_llm_gateway_is_understood(environment: str) -> None:
    given = share(environment, "llm-gateway")
    assert 0 < given.cpu <= (given.cpu_limit or given.cpu)
    assert given.memory_limit >= 512
    found = scaler(manifests.objects(environment, "llm-gateway"))
    assert found is None or (0 < found.least <= found.most and 0 < found.target < 1)


def test_what_the_keys_may_ask_is_what_all_pods_of_bifrost_count_together() -> None:
    limits = addresses.config("staging", "llm-gateway", "/config.json")["governance"]["rate_limits"]
    found = scaler(manifests.objects("staging", "llm-gateway"))
    assert found
    assert admitted("staging") == pytest.approx(found.most * sum(limit["request_max_limit"] for limit in limits) / 60)


def test_an_agents_gateway_has_no_autoscaler() -> None:
    assert scaler(manifests.objects("prod", "openclaw-main")) is None
