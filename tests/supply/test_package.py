"""The wheel holds every file that the generator opens, by what pyproject.toml says; `make dist-test` builds it."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

from click.testing import CliRunner

from generator import shipped
from generator.cli import main
from tests.conftest import ROOT

BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]


def test_the_package_is_taken_whole_with_its_policies() -> None:
    """A key such as `exclude` or `only-include` would leave files out."""
    assert BUILD["wheel"].keys() == {"packages", "force-include"}
    assert BUILD["wheel"]["packages"] == ["generator"]
    inside = {f"generator/{path.relative_to(shipped.POLICIES.parent)}" for path in shipped.POLICIES.iterdir()}
    assert set(BUILD["wheel"]["force-include"].values()) == {one for one in inside if not one.endswith(".md")}
    assert {f"generator/{source}" for source in BUILD["wheel"]["force-include"]} == inside


def test_a_repository_of_other_policies_is_refused(tmp_path: Path) -> None:
    assert shipped.other_policy(ROOT) == ""
    assert shipped.other_policy(tmp_path) == ""
    shutil.copytree(ROOT / "policies/admission", tmp_path / "policies/admission")
    assert shipped.other_policy(tmp_path) == ""
    (tmp_path / "policies/admission/zones.yaml").write_text("kind: ValidatingAdmissionPolicy\n")
    assert shipped.other_policy(tmp_path) == "policies/admission/zones.yaml"
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "render"])
    assert (done.exit_code, "policies/admission/zones.yaml: not as" in done.output) == (2, True)


def test_the_sdist_has_what_the_wheel_is_built_from() -> None:
    assert set(BUILD["sdist"]["include"]) >= {"/generator", "/policies"}


def test_nothing_of_the_package_is_ignored_by_git() -> None:
    """A build leaves out what git ignores."""
    ignored = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--others", "--ignored", "--exclude-standard", "generator", "policies"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [path for path in ignored if "__pycache__" not in path] == []
    assert shipped.POLICIES == ROOT / "policies", "generator/policies is of wheels alone"
