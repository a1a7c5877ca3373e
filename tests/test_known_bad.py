"""The one list of releases that must not run: what it says of itself, and what it means."""

from __future__ import annotations

from datetime import date

import pytest

from generator import known_bad
from generator.day2.pins import CHARTS, PINS
from generator.known_bad import numbers


def test_every_entry_says_why_where_when_and_what_instead() -> None:
    for bad in known_bad.releases():
        assert bad.versions or bad.below or bad.digests, bad
        assert bad.reason, bad
        assert bad.source.startswith("https://"), bad
        assert date.fromisoformat(bad.date) <= date.today(), bad
        assert bad.instead.startswith("use "), bad


def test_every_entry_can_be_met() -> None:
    """By a component that has a version here, or by the name of a package."""
    named = set(known_bad.components().values())
    assert {bad.component for bad in known_bad.releases()} == named
    versioned = {pin.name for pin in PINS} | {chart.name for chart in CHARTS}
    assert {"cilium", "karpenter", "langfuse", "litellm"} <= named & versioned


@pytest.mark.parametrize(
    ("component", "version", "kubernetes", "known"),
    [
        ("litellm", "v1.82.6", "", True),  # before CVE-2026-49468 was mended
        ("litellm", "v1.82.7", "", True),
        ("litellm", "1.82.8", "", True),
        ("litellm", "main-v1.107.0-stable", "", True),
        ("litellm", "v1.107.99", "", True),
        ("litellm", "v1.108.6", "", True),
        ("litellm", "v1.108.7", "", False),
        ("litellm", "v1.109.1", "", False),
        ("litellm", "latest", "", False),  # refused as a tag that moves
        ("karpenter", "1.8.4", "", True),
        ("karpenter", "1.12.0", "1.35", False),
        ("karpenter", "1.12.0", "1.36", True),
        ("debug", "4.4.2", "", True),
        ("debug", "4.4.3", "", False),
        ("bifrost", "v1.82.7", "", False),
    ],
)
def test_a_release_is_known_by_its_numbers(component: str, version: str, kubernetes: str, known: bool) -> None:
    assert (known_bad.find(component, version, [kubernetes]) is not None) == known


def test_a_digest_is_known_whatever_the_tag_says() -> None:
    [digest] = [one for bad in known_bad.releases() for one in bad.digests]
    assert known_bad.find("litellm", "v1.109.1", digest=digest)
    assert not known_bad.find("litellm", "v1.109.1", digest=f"sha256:{'0' * 64}")
    assert not known_bad.find("bifrost", "v2.6.0", digest=digest)


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("v1.109.1-nightly.2", (1, 109, 1)),
        ("main-v1.82.7-stable", (1, 82, 7)),
        ("5:7.0.15-1~deb12u7", (7, 0, 15)),
        ("al2023@v20261101", (20261101,)),
        ("2026.9.6", (2026, 9, 6)),
        ("latest", ()),
    ],
)
def test_the_numbers_of_a_release(version: str, found: tuple[int, ...]) -> None:
    assert numbers(version) == found
