"""The table of platforms: what a registry says comes in, what is still right stays as it is."""

import json
from datetime import date

from generator.pin.records import FILE, form, text, updated
from generator.pin.reference import reference
from generator.pin.registry import Resolved
from tests.conftest import ROOT

TODAY = date(2026, 11, 22)
DIGEST = f"sha256:{'a' * 64}"
BOTH = ("linux/amd64", "linux/arm64")


def test_the_committed_table_is_written_back_as_it_is() -> None:
    committed = (ROOT / FILE).read_text()
    assert text(json.loads(committed)) == committed


def test_a_record_that_is_still_right_stays() -> None:
    old = {"docker.io/library/redis": {"platforms": list(BOTH), "tags": ["8.4.2"], "source": "s", "date": "d"}}
    found = {reference("redis", "8.6.0"): Resolved(DIGEST, BOTH)}
    assert updated(old, found, TODAY) == old


def test_other_platforms_replace_the_record() -> None:
    old = {"docker.io/library/redis": {"platforms": ["linux/amd64"], "tags": ["8.4.2"], "source": "s", "date": "d"}}
    found = {reference("redis", "8.6.0"): Resolved(DIGEST, BOTH)}
    assert updated(old, found, TODAY) == {
        "docker.io/library/redis": {
            "platforms": list(BOTH),
            "tags": ["8.6.0"],
            "source": f"docker.io, 8.6.0 is {DIGEST}",
            "date": "2026-11-22",
        }
    }


def test_two_builds_of_one_repository_have_what_both_are_built_for() -> None:
    found = {
        reference("redis", "8.4.2"): Resolved(DIGEST, (*BOTH, "linux/riscv64")),
        reference("redis", "8.4.2-alpine"): Resolved(DIGEST, BOTH),
    }
    record = updated({}, found, TODAY)["docker.io/library/redis"]
    assert (record["platforms"], record["tags"]) == (list(BOTH), ["8.4.2", "8.4.2-alpine"])


def test_tags_of_one_build_differ_in_numbers_alone() -> None:
    assert form("v2.6.1") == form("v2.16.0")
    assert form("v2.6.1") != form("v2.6.1-alpine")
