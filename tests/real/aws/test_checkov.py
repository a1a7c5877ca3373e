"""checkov finds nothing in the rendered templates but what checkov_exceptions.toml excuses, each with a reason."""

import json
import subprocess
import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.real import manifests
from tests.real.aws.templates import NAMES
from tools.programs import Program

EXCEPTIONS = Path(__file__).parent / "checkov_exceptions.toml"

pytestmark = [pytest.mark.program("checkov", name) for name in NAMES]


@pytest.fixture(scope="module")
def report(programs: Callable[[str], Program]) -> dict[str, Any]:
    argv = [*programs("checkov").argv, "--directory", str(manifests.RENDERED), "--framework", "cloudformation"]
    argv += ["--skip-download", "--compact", "--quiet", "--output", "json"]
    # Colours and progress are for people; nothing of it is asked of a network.
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    assert "results" in found, done.stdout + done.stderr
    return found


@pytest.fixture(scope="module")
def exceptions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(EXCEPTIONS.read_text()).get("exception", [])
    return found


def test_every_failed_check_is_excused(
    report: dict[str, Any], exceptions: list[dict[str, Any]], figure: Callable[[str], None]
) -> None:
    failed = report["results"]["failed_checks"]
    lines = [
        f"{one['repo_file_path']}: {one['resource']}: {one['check_id']} {one['check_name']}"
        for one in failed
        if not any(excuses(exception, one) for exception in exceptions)
    ]
    assert lines == [], "\n" + "\n".join(lines)
    summary = report["summary"]
    figure(
        f"checkov: {summary['passed']} checks passed, {summary['failed']} failed and are excused by"
        f" {len(exceptions)} reasons, {summary['resource_count']} resources"
    )


def test_every_template_could_be_read(report: dict[str, Any]) -> None:
    assert report["results"].get("parsing_errors", []) == []
    assert report["summary"]["passed"] > 0


def test_every_exception_excuses_something_and_says_why(
    report: dict[str, Any], exceptions: list[dict[str, Any]]
) -> None:
    failed = report["results"]["failed_checks"]
    idle = [
        f"{exception['check']} {resource}"
        for exception in exceptions
        for resource in exception["resources"]
        if not any(excuses(exception | {"resources": [resource]}, one) for one in failed)
    ]
    assert idle == []
    assert [exception["check"] for exception in exceptions if not exception["reason"].strip()] == []


def excuses(exception: dict[str, Any], failed: dict[str, Any]) -> bool:
    """Resources are named as in the templates, `*` for any part."""
    name = failed["resource"].rpartition(".")[2]
    return exception["check"] == failed["check_id"] and any(fnmatchcase(name, one) for one in exception["resources"])
