"""What k6 is told, and how its words are read."""

import pytest

from tools.load.drive import Arrivals, Callers, Outcome, outcome, scenario

SAID = {
    "milliseconds": 10_500,
    "metrics": {
        "checks": {"values": {"passes": 90, "fails": 10}},
        "http_reqs": {"values": {"count": 100}},
        "http_req_duration": {"values": {"med": 12.5, "p(99)": 80.0}},
        "http_req_waiting": {"values": {"med": 11.0}},
    },
}


def test_an_answer_counts_when_it_is_whole() -> None:
    found = outcome(SAID)
    assert found == Outcome(whole=90, failed=10, dropped=0, seconds=10.5, p50=12.5, p99=80.0, first_p50=11.0)
    assert found.rate == pytest.approx(90 / 10.5)
    assert not found.is_clean


def test_nothing_answered_is_no_good_outcome() -> None:
    assert not outcome({"milliseconds": 0, "metrics": {}}).is_clean


def test_arrivals_come_at_their_rate_even_below_one_a_second() -> None:
    told = scenario(Arrivals(rate=0.5, seconds=120, at_most=7))
    assert (told["executor"], told["rate"], told["timeUnit"]) == ("constant-arrival-rate", 30, "1m")
    assert (told["duration"], told["preAllocatedVUs"]) == ("120000ms", 7)


def test_callers_wait_for_their_answers() -> None:
    assert scenario(Callers(8, 2.5))["executor"] == "constant-vus"
