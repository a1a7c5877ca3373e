"""docs/add-a-component.md, followed word by word: its blocks, its commands, its mistakes, and the way back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.kubernetes.objects import Obj
from tests.conftest import ROOT, assert_same_objects, kustomize

from .blocks import Command, Edit, blocks

PAGE = (ROOT / "docs/add-a-component.md").read_text("utf-8")
FILES = [one for one in blocks(PAGE, "The four files") if isinstance(one, Edit)]
COMMANDS = [one for one in blocks(PAGE, "The commands") if isinstance(one, Command)]
NEW = [edit.path for edit in FILES if edit.new and edit.path.endswith(".py")]
NAME = "cache-exporter"
WHERE = {"dev": "NetworkPolicy", "staging": "CiliumNetworkPolicy"}
"""The environments that get it, and what their policies are."""
LEFT_OUT = shutil.ignore_patterns(".*cache*", ".git", ".venv", ".hypothesis", "__pycache__", "reports")
MAKE = {
    "docs": ["-m", "generator", "docs"],
    "render": ["-m", "generator", "render"],
    "check": ["-m", "generator", "check"],
}

pytestmark = pytest.mark.skipif(
    "\nservices: {}\n" not in (ROOT / "environments/defaults.yaml").read_text("utf-8"),
    reason="the page starts from a repository without services of its own",
)


def mistakes() -> list[tuple[Edit, Command]]:
    found = list(blocks(PAGE, "What a mistake prints"))
    return [
        (one, other)
        for one, other in zip(found[::2], found[1::2], strict=True)
        if isinstance(one, Edit) and isinstance(other, Command)
    ]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def output(folder: Path, line: str) -> str:
    """What a command of the page prints; make's targets are one line each, whose programs are run by this Python."""
    program, *rest = line.split()
    if program != "make":
        return run(folder, *rest).stdout
    return "".join(run(folder, *MAKE[target]).stdout for target in rest)


def copied(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, symlinks=True)
    return folder


def state(folder: Path) -> dict[str, bytes]:
    paths = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path.read_bytes()
        for name, path in paths.items()
        if not any(
            part in (".git", "__pycache__", ".cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
            for part in name.parts
        )
    }


def test_the_page_changes_four_files_at_most_and_its_blocks_fit_the_sources(tmp_path: Path) -> None:
    assert len({edit.path for edit in FILES}) == len(FILES) <= 4
    for edit in FILES:
        if not edit.new:
            (tmp_path / edit.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / edit.path, tmp_path / edit.path)
        edit.apply(tmp_path)
    assert len(mistakes()) >= 8


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=["lint", "format"])
@pytest.mark.parametrize("edit", [edit for edit in FILES if edit.path in NEW], ids=lambda edit: edit.path)
def test_new_files_are_linted_and_formatted(edit: Edit, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--stdin-filename", edit.path, "-"]
    done = subprocess.run(command, cwd=ROOT, input=edit.text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("page") / "untouched")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, untouched: Path) -> Path:
    """The repository of somebody who has come to the end of the page."""
    folder = tmp_path_factory.mktemp("page") / "followed"
    shutil.copytree(untouched, folder, symlinks=True)
    for edit in FILES:
        edit.apply(folder)
    for command in COMMANDS:
        printed = output(folder, command.line)
        assert not command.missing(printed), f"$ {command.line}\nMissing: {command.missing(printed)}\n\n{printed}"
    return folder


def rendered(folder: Path, environment: str, component: str) -> list[Obj]:
    files = sorted((folder / "rendered" / environment / component).glob("*.yaml"))
    return [yaml.safe_load(path.read_text("utf-8")) for path in files]


@pytest.mark.thorough
def test_four_files_are_touched_and_all_others_are_generated(followed: Path, untouched: Path) -> None:
    before, after = state(untouched), state(followed)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    written = {path for path in touched if not path.startswith(("base/", "overlays/", "rendered/", "docs/"))}
    assert written - {"environments/schema.json"} == {edit.path for edit in FILES}


@pytest.mark.thorough
@pytest.mark.parametrize("environment", WHERE)
def test_its_objects_are_there_with_policies_on_both_ends_of_each_edge(followed: Path, environment: str) -> None:
    kinds = {obj["kind"] for obj in rendered(followed, environment, NAME)}
    assert kinds >= {"Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", WHERE[environment]}
    for component, port in ((NAME, 9121), (NAME, 6379), ("cache", 6379)):
        [policy] = [obj for obj in rendered(followed, environment, component) if obj["kind"] == WHERE[environment]]
        assert str(port) in yaml.safe_dump(policy["spec"]), f"{component} in {environment} says nothing of {port}"
    [of_cache] = [obj for obj in rendered(followed, environment, "cache") if obj["kind"] == WHERE[environment]]
    assert NAME in yaml.safe_dump(of_cache["spec"]["ingress"])


@pytest.mark.thorough
@pytest.mark.parametrize("environment", WHERE)
@pytest.mark.parametrize("component", [NAME, "cache", "namespaces", "argocd"])
def test_kustomize_builds_from_the_overlay_what_is_rendered(
    followed: Path, kubectl: str, environment: str, component: str
) -> None:
    built = kustomize(kubectl, followed / "overlays" / environment / component)
    assert_same_objects(built, rendered(followed, environment, component))


@pytest.mark.thorough
def test_the_pages_list_it(followed: Path) -> None:
    network = (followed / "docs/network.md").read_text("utf-8")
    for row in (
        "| monitoring/prometheus | llm-gateway/cache-exporter |",
        "| llm-gateway/cache-exporter | llm-gateway/cache |",
    ):
        assert network.count(row) == len(WHERE), row
    assert f"| 5 | `{NAME}` | metrics of the cache |" in (followed / "docs/architecture.md").read_text("utf-8")


@pytest.mark.thorough
def test_bump_pin_and_explain_know_it(followed: Path) -> None:
    assert NAME in run(followed, "-m", "generator", "bump", "--list").stdout
    assert f"services.{NAME}.image" in run(followed, "-m", "generator", "pin", "--list").stdout
    assert "Its pods." in run(followed, "-m", "generator", "explain", f"services.{NAME}.replicas").stdout


@pytest.mark.longest
@pytest.mark.thorough
def test_types_are_clean(followed: Path) -> None:
    done = run(followed, "-m", "mypy", *NEW)
    assert done.returncode == 0, done.stdout


@pytest.mark.longest
@pytest.mark.thorough
def test_every_default_test_is_green(followed: Path) -> None:
    for command in (["init", "--quiet"], ["add", "--all"]):  # some tests ask Git what is there
        subprocess.run(["git", "-C", followed, *command], check=True)
    done = run(followed, "-m", "pytest", "-n", "2", "--ignore", "tests/docs/test_add_a_component.py")
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.longest
@pytest.mark.thorough
@pytest.mark.parametrize("section", ["Adding a rule", "Adding an alert"])
def test_a_rule_and_an_alert_are_added_as_the_page_says(section: str, tmp_path: Path) -> None:
    folder = copied(tmp_path / "repository")
    for one in blocks(PAGE, section):
        if isinstance(one, Edit):
            one.apply(folder)
            continue
        printed = output(folder, one.line)
        assert not one.missing(printed), f"Missing: {one.missing(printed)}\n\n{printed}"
        assert " failed" not in printed, printed[-6000:]
        assert " error" not in printed, printed[-6000:]


@pytest.mark.longest
@pytest.mark.thorough
@pytest.mark.parametrize("mistake", mistakes(), ids=lambda pair: pair[1].line + " " + pair[0].path)
def test_a_mistake_prints_what_the_page_says(followed: Path, tmp_path: Path, mistake: tuple[Edit, Command]) -> None:
    edit, command = mistake
    folder = tmp_path / "mistaken"
    shutil.copytree(followed, folder, symlinks=True)
    edit.apply(folder)
    printed = output(folder, command.line)
    assert not command.missing(printed), f"Missing: {command.missing(printed)}\n\n{printed}"


@pytest.mark.longest
@pytest.mark.thorough
def test_without_it_the_tree_is_as_before(followed: Path, untouched: Path, tmp_path: Path) -> None:
    folder = tmp_path / "back"
    shutil.copytree(followed, folder, symlinks=True)
    for edit in FILES:
        (folder / edit.path).unlink() if edit.new else shutil.copy(untouched / edit.path, folder / edit.path)
    for target in ("docs", "render"):
        assert run(folder, *MAKE[target]).returncode == 0
    before, after = state(untouched), state(folder)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == set()
