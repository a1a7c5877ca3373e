"""The lists of parts: sound by CycloneDX's schema, complete, the same for the same commit, free of inventions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import ENVIRONMENTS, ROOT
from tools.supply import inventory, sbom
from tools.supply.part import Part

MADE = datetime(2026, 11, 22, tzinfo=UTC)
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


SILENT = {"colorama", "grafana-foundation-sdk", "promql-parser", "tzdata"}
"""Packages that are not installed on every platform, or do not say their licence."""


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All but that of the tools, which takes three seconds."""
    groups = {sbom.PYTHON: inventory.python(ROOT), **inventory.rendered(ROOT).environments}
    return {name: sbom.document(name, [(None, parts)], "0" * 40, MADE) for name, parts in groups.items()}


def parsed(texts: dict[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(texts[name])
    return found


@pytest.mark.parametrize("name", ["python", *ENVIRONMENTS])
def test_each_keeps_the_schema(texts: dict[str, str], name: str) -> None:
    assert sbom.violation(texts[name]) == ""


@pytest.mark.thorough
def test_all_documents_keep_the_schema_and_are_the_same_for_the_same_commit(texts: dict[str, str]) -> None:
    found = sbom.boms(ROOT, "0" * 40, MADE)
    assert found.keys() == {f"{name}.cdx.json" for name in ("python", "tools", *ENVIRONMENTS)}
    assert {name: wrong for name, text in found.items() if (wrong := sbom.violation(text))} == {}
    assert {name: found[f"{name}.cdx.json"] for name in texts} == texts


def test_the_validator_bites(texts: dict[str, str]) -> None:
    broken = parsed(texts, ENVIRONMENTS[0])
    broken["components"][0]["type"] = "thing"
    assert "thing" in sbom.violation(json.dumps(broken))


def test_every_python_package_has_hashes_and_what_is_installed_its_licence(texts: dict[str, str]) -> None:
    found = {(one["name"], one["version"]): one for one in parsed(texts, "python")["components"]}
    assert found.keys() == {(part.name, part.version) for part in inventory.python(ROOT)}
    assert [name for name, one in found.items() if not one.get("hashes")] == []
    assert found["click", "8.5.1"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    without = {name for (name, _), one in found.items() if not one.get("licenses")}
    assert without <= {"colorama", "grafana-foundation-sdk", "promql-parser", "tzdata"}, (
        "these are not installed here, or do not say their licence"
    )


def test_a_program_is_listed_with_what_it_needs_and_a_shared_part_once() -> None:
    shared = Part("pypi", "six", "1.17.0", "a.txt", 1, (DIGEST,))
    groups = [
        (Part("generic", "one", "1.0", "c.toml", 1), [shared, Part("golang", "example.com/m", "0.1.0", "go.mod", 3)]),
        (Part("generic", "two", "2.0", "c.toml", 5), [replace(shared, file="b.txt")]),
    ]
    made = json.loads(sbom.document("tools", groups, "0" * 40, MADE))
    needs = {one["ref"]: one.get("dependsOn", []) for one in made["dependencies"]}
    assert needs["openclaw-eks"] == ["pkg:generic/one@1.0", "pkg:generic/two@2.0"]
    assert needs["pkg:generic/one@1.0"] == ["pkg:golang/example.com/m@v0.1.0", "pkg:pypi/six@1.17.0"]
    assert needs["pkg:generic/two@2.0"] == ["pkg:pypi/six@1.17.0"]
    assert [one["purl"] for one in made["components"]].count("pkg:pypi/six@1.17.0") == 1


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_images_and_charts_are_those_that_are_rendered(texts: dict[str, str], name: str) -> None:
    made = parsed(texts, name)
    files = (ROOT / "rendered" / name).rglob("*.yaml")
    lines = [line.strip().removeprefix("- ") for path in files for line in path.read_text("utf-8").splitlines()]
    images = {line.removeprefix("image: ").strip("\"'") for line in lines if line.startswith("image: ")} - {""}
    listed = {one["purl"] for one in made["components"]}
    named = {purl.partition("?")[0].removeprefix("pkg:oci/") for purl in listed if purl.startswith("pkg:oci/")}
    assert {image.partition("@")[0].rpartition("/")[2].partition(":")[0] for image in images} >= named != set()
    charts = {line.removeprefix("chart: ") for line in lines if line.startswith("chart: ")}
    assert {
        purl.partition("@")[0].removeprefix("pkg:helm/") for purl in listed if purl.startswith("pkg:helm/")
    } == charts
    assert made["metadata"]["properties"] == [{"name": "openclaw-eks:not-listed", "value": sbom.MISSING}]


def test_no_digest_is_invented() -> None:
    image = Part("oci", "tool", "1.2", "f.yaml", 1, repository="registry.example/team/tool")
    assert image.purl.to_string() == "pkg:oci/tool?repository_url=registry.example/team/tool&tag=1.2"
    pinned = Part("oci", "tool", "1.2", "f.yaml", 1, repository="registry.example/team/tool", digest=DIGEST)
    assert pinned.purl.to_string().startswith(f"pkg:oci/tool@{DIGEST}?")


def test_the_time_is_that_of_the_commit(texts: dict[str, str]) -> None:
    assert parsed(texts, "python")["metadata"]["timestamp"] == "2026-11-22T00:00:00+00:00"
