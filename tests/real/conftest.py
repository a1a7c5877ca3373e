"""What all suites with real programs share: which program a test is about, and the table of what came out.

A test carries the mark `program(name, environment)`.  It does not run where the program cannot be had; that is a
failure under CI (CI=true) unless tools/programs/unavailable.toml names the program.
"""

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NoReturn

import pytest

from tests.real import manifests
from tools.programs import Program, Unavailable, program
from tools.programs.catalogue import catalogue


@dataclass
class Row:
    """One program in one environment."""

    name: str
    version: str
    rendered: str
    """The tag of the rendered image; nothing where the program stands for none."""
    environment: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    missing: str = ""
    """Why it did not run."""

    @property
    def verdict(self) -> str:
        if self.missing:
            return f"not run: {self.missing}"
        if self.failed:
            return f"failed: {', '.join(self.failed)}"
        return f"accepts, {self.passed} checks" if self.passed else "not reached"


ROWS = pytest.StashKey[dict[tuple[str, str], Row]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "program(name, environment): the program that the test is about, and where")
    config.stash[ROWS] = {}


@pytest.fixture(scope="session")
def programs() -> Callable[[str], Program]:
    """Gives a program by its name in the catalogue, or ends the test where it cannot be had."""

    def get(name: str) -> Program:
        found = program(name)
        if isinstance(found, Unavailable):
            give_up(found)
        return found

    return get


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    capture = item.config.pluginmanager.getplugin("capturemanager")
    for mark in item.iter_markers("program"):
        name, environment = mark.args
        with capture.global_and_fixture_disabled():  # an installation takes minutes and says so
            found = program(name)
        row = _row(item.config, name, environment)
        if isinstance(found, Unavailable):
            row.missing = found.reason
            give_up(found)
        row.version = found.version


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    for mark in item.iter_markers("program"):
        row = _row(item.config, *mark.args)
        if report.failed and item.name not in row.failed:
            row.failed.append(item.name)
        elif report.passed and report.when == "call":
            row.passed += 1
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = sorted(config.stash[ROWS].values(), key=lambda row: (row.name, row.environment))
    if not rows:
        return
    head = ("program", "runs", "rendered", "environment", "verdict")
    lines = [head, *((row.name, row.version, row.rendered, row.environment, row.verdict) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    terminalreporter.section("programs")
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:4], widths, strict=True)]
        terminalreporter.write_line("  ".join([*cells, line[4]]))
    for name in sorted({row.name for row in rows if row.version}):
        if reason := catalogue()[name].differs:
            terminalreporter.write_line(f"{name} is not the rendered one: {reason}")


def give_up(lack: Unavailable) -> NoReturn:
    """End a test whose program cannot be had."""
    text = f"{lack.name} cannot be had: {lack.reason}"
    if os.environ.get("CI") == "true" and not lack.allowed:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def _row(config: pytest.Config, name: str, environment: str) -> Row:
    rows = config.stash[ROWS]
    if (name, environment) not in rows:
        image = catalogue()[name].image
        tags = manifests.tags(environment, image) if image and environment in manifests.environments() else []
        rows[name, environment] = Row(name, "", ", ".join(tags), environment)
    return rows[name, environment]
