"""The price list: every price has a source and a date, and a Region without its own borrows within a range."""

from __future__ import annotations

import pytest

from generator.cost.prices import Span, borrowed, hourly, price_list, usd
from tools.prices import document


@pytest.mark.parametrize("name", price_list()["prices"])
def test_a_price_names_its_unit_source_and_date(name: str) -> None:
    price = price_list()["prices"][name]
    assert price["source"].partition(":")[0] in price_list()["sources"]
    assert price["unit"]
    assert price["date"]
    assert all(value > 0 for value in price["usd"].values())


def test_ranges_and_shares_name_their_source() -> None:
    data = price_list()
    for part in (data["spot"], data["autoMode"], data["ec2"]):
        assert part["source"] in data["sources"]
    assert 0 < data["spot"]["low"] < data["spot"]["high"] < 1


def test_the_file_is_laid_out_by_its_tool() -> None:
    assert document.TARGET.read_text("utf-8") == document.text(document.read())


def test_a_region_without_prices_borrows_within_a_range() -> None:
    assert usd("nat.hour", "us-east-1") == Span(0.045, 0.045)
    assert usd("nat.hour", "eu-central-1") == Span(0.045, 0.045 * 1.25)
    assert usd("transfer.out", "eu-central-1") == Span(0.09, 0.09)
    assert usd("waf.acl", "eu-central-1") == Span(5, 5)
    assert usd("nat.hour", "ap-south-2") == Span(0.045, 0.045 * 1.5)
    assert hourly("m8g", "large", "eu-central-1") == Span(0.08976 * 1.198, 0.08976 * 1.206)
    assert hourly("x9z", "large") is None
    assert borrowed("us-east-1") == ""
    assert "1.198 to 1.206 for instances" in borrowed("eu-central-1")


def test_an_unknown_price_is_an_error() -> None:
    with pytest.raises(KeyError):
        usd("gold.ounce", "us-east-1")
