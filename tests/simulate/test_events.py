"""Reclaims come as often as they are asked for, alone, by pool and by type, and again with the same seed."""

from __future__ import annotations

import json
import math

import pytest

from generator.simulate.assumptions import MONTH, Assumptions, advised
from generator.simulate.events import Reclaim, months

POOLS = [("a", "c8g.large"), ("b", "c8g.large"), ("a", "m8g.large")]
COUNT = 4000


def flat(known: Assumptions, seed: int = 1, pools: list[tuple[str, str]] = POOLS) -> list[Reclaim]:
    return [one for month in months(pools, known, seed, COUNT, 2) for one in month]


def meeting(found: list[Reclaim], zone: str, kind: str, number: int) -> list[Reclaim]:
    """Those that take one instance of a pool."""
    return [one for one in found if one.type == kind and one.zone in ("", zone) and one.number in (None, number)]


def test_an_instance_is_interrupted_as_often_as_asked() -> None:
    known = Assumptions(interruptions=0.11)
    found = meeting(flat(known), "a", "c8g.large", 1)
    expected = -math.log(1 - 0.11) * COUNT
    assert abs(len(found) - expected) < 3 * math.sqrt(expected), f"{len(found)} in {COUNT} months, not {expected:.0f}"


def test_the_share_of_months_with_an_interruption_is_what_the_advisor_counts() -> None:
    known = Assumptions(interruptions=0.25)
    hit = sum(
        any(one.number in (None, 0) for one in month) for month in months([("a", "c8g.large")], known, 1, COUNT, 1)
    )
    assert hit / COUNT == pytest.approx(0.25, abs=3 * math.sqrt(0.25 * 0.75 / COUNT))


def test_types_have_the_rates_that_the_advisor_gives_them() -> None:
    known = Assumptions(interruptions=0.05, by_type={"c8g.large": 0.25})
    found = flat(known)
    often, seldom = (len(meeting(found, "a", kind, 0)) for kind in ("c8g.large", "m8g.large"))
    assert often / seldom == pytest.approx(math.log(0.75) / math.log(0.95), rel=0.2)


def test_reclaims_take_one_a_pool_or_all_zones_in_the_shares_that_are_assumed() -> None:
    known = Assumptions(interruptions=0.2, alone=0.3, everywhere=0.2)
    found = meeting(flat(known), "a", "c8g.large", 0)
    alone = sum(one.number is not None for one in found) / len(found)
    everywhere = sum(not one.zone for one in found) / len(found)
    assert alone == pytest.approx(0.3, abs=0.05)
    assert everywhere == pytest.approx(0.2, abs=0.05)


def test_a_pool_is_empty_as_long_as_assumed_and_one_instance_leaves_it_as_it_was() -> None:
    found = flat(Assumptions(drought=1800.0))
    dry = [one.until - one.at for one in found if one.number is None]
    assert sum(dry) / len(dry) == pytest.approx(1800, rel=0.1)
    assert {one.until - one.at for one in found if one.number is not None} <= {0.0}


def test_no_rate_no_reclaims() -> None:
    assert flat(Assumptions(interruptions=0.0)) == []


def test_a_pool_is_reclaimed_at_the_same_moments_whatever_else_is_on_sale() -> None:
    known = Assumptions()
    alone = [one for one in flat(known, pools=POOLS[:1]) if one.zone == "a"]
    among = [one for one in flat(known) if one.zone == "a" and one.type == "c8g.large"]
    assert alone
    assert alone == among
    assert flat(known) != flat(known, seed=2)


def test_moments_are_in_order_and_within_their_month() -> None:
    for month in months(POOLS, Assumptions(interruptions=0.9), 1, 50, 2):
        moments = [one.at for one in month]
        assert moments == sorted(moments)
        assert all(0 <= moment < MONTH for moment in moments)


def test_the_advisors_bands_are_read_by_region() -> None:
    linux = {"m8g.large": {"s": 56, "r": 0}, "c7g.large": {"s": 48, "r": 4}}
    text = json.dumps({"spot_advisor": {"eu-central-1": {"Linux": linux}}})
    assert advised(text, "eu-central-1") == {"m8g.large": 0.025, "c7g.large": 0.25}
    with pytest.raises(ValueError, match="has no Region us-east-1"):
        advised(text, "us-east-1")
    for broken in ("{}", "[", "[]", '{"spot_advisor": {"eu-central-1": {"Linux": {"m8g.large": {"r": 9}}}}}'):
        with pytest.raises(ValueError, match=r"is not AWS's spot-advisor-data\.json"):
            advised(broken, "eu-central-1")
