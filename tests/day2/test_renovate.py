"""Renovate finds every version that `bump` knows, at the place where it stands, and no other text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import re2  # type: ignore[import-untyped]
import yaml

from generator import known_bad
from generator.day2.pins import CHARTS, pins
from generator.environment.model import Environment
from tests.conftest import ENVIRONMENTS, ROOT

CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text("utf-8"))
MANAGERS: list[dict[str, Any]] = CONFIG["customManagers"]
DEFAULTS = "environments/defaults.yaml"


def found(path: str, text: str) -> Iterator[tuple[str, str, str]]:
    """What the managers find in a file, as Renovate does: name, version, digest."""
    for manager in MANAGERS:
        if any(re.search(pattern.strip("/"), path) for pattern in manager["managerFilePatterns"]):
            for expression in manager["matchStrings"]:
                # Renovate has RE2's dialect, without look-ahead; Python's names of groups are spelt (?P<...>).
                for match in re2.finditer(expression.replace("(?<", "(?P<"), text):
                    groups = match.groupdict()
                    name = manager.get("depNameTemplate") or groups["depName"]
                    yield name, groups["currentValue"], groups.get("currentDigest") or ""


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def images(value: Any) -> Iterator[tuple[str, str, str]]:
    """Every image of a file, as a YAML reader finds them."""
    if isinstance(value, dict):
        if {"repository", "tag"} <= value.keys():
            yield value["repository"], str(value["tag"]), value.get("digest", "")
        for item in value.values():
            yield from images(item)


def test_every_image_and_version_of_the_defaults_is_found(defaults: Environment) -> None:
    data = yaml.safe_load(read(DEFAULTS))
    expected = sorted(images(data))
    assert len(expected) == sum(pin.kind == "image" for pin in pins(defaults))
    expected += [("docker.io/langfuse/langfuse", str(data["langfuse"]["version"]), "")]
    expected += [("cilium", str(data["network"]["cilium"]["version"]), "")]
    assert sorted(found(DEFAULTS, read(DEFAULTS))) == sorted(expected)


def test_an_image_of_one_environment_is_found_with_its_digest_comments_and_quotes() -> None:
    digest = f"sha256:{'a' * 64}"
    text = f"""cache:
  image:
    repository: 'mirror.example.com:5000/library/redis' # ours
    tag: "8.4.2" # held
    digest: {digest}
"""
    assert list(found("environments/prod.yaml", text)) == [("mirror.example.com:5000/library/redis", "8.4.2", digest)]


def test_an_override_of_a_tag_alone_is_left_to_people() -> None:
    for name in ENVIRONMENTS:
        path = f"environments/{name}.yaml"
        assert sorted(found(path, read(path))) == sorted(images(yaml.safe_load(read(path))))
    assert list(found("environments/prod.yaml", "openclaw:\n  image:\n    tag: 2026.10.1\n")) == []


def test_every_chart_is_found_once() -> None:
    files = {chart.file for chart in CHARTS}
    versions = sorted(version for file in files for _, version, _ in found(file, read(file)))
    assert versions == sorted(chart.version(ROOT) for chart in CHARTS)


def test_a_chart_is_looked_for_where_its_values_come_from() -> None:
    sources = "".join(read(file) for file in {chart.file for chart in CHARTS})
    for manager in MANAGERS:
        if registry := manager.get("registryUrlTemplate"):
            assert registry in sources + read("generator/components/cilium.py"), manager["description"]


def test_compromised_releases_are_not_proposed() -> None:
    rule = next(one for one in CONFIG["packageRules"] if "ghcr.io/berriai/litellm-non_root" in one["matchPackageNames"])
    negated = re.fullmatch(r"!/(.*)/", rule["allowedVersions"])
    assert negated
    listed = [version for bad in known_bad.releases() if bad.component == "litellm" for version in bad.versions]
    for version in listed:
        assert re.search(negated[1], f"v{version}" if version.count(".") == 2 else f"v{version}.0"), version
    assert not re.search(negated[1], "v1.109.2")


def test_only_managers_run_whose_files_are_here() -> None:
    assert CONFIG["enabledManagers"] == ["custom.regex", "pep621", "github-actions"]
    assert (ROOT / "pyproject.toml").exists()
    assert Path(ROOT / "tools/lock.py").exists()
