"""`check`: planted faults are named with file, line and path; trees must be current; zero objects are an error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import main
from tests.conftest import ROOT

DEPLOYMENT = "rendered/staging/llm-gateway/deployment-llm-gateway.yaml"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    ignored = shutil.ignore_patterns("dev*", "prod*")
    shutil.copytree(ROOT / "environments", root / "environments", ignore=ignored)
    done = CliRunner().invoke(main, ["--root", str(root), "render"])
    assert done.exit_code == 0, done.output
    return root


@pytest.fixture
def repository(rendered: Path, tmp_path: Path) -> Path:
    shutil.copytree(rendered, tmp_path / "r")
    return tmp_path / "r"


def check(root: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--root", str(root), "check", *arguments])
    return done.exit_code, done.output


def plant(root: Path, path: str, old: str, new: str) -> int:
    """Replaces one text by another; returns the line."""
    text = (root / path).read_text("utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    (root / path).write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_environments_have_no_finding() -> None:
    code, output = check(ROOT)
    assert code == 0, output
    assert "no findings" in output


def test_unknown_field_is_named_with_file_line_path_and_proposal(repository: Path) -> None:
    line = plant(repository, DEPLOYMENT, "terminationGracePeriodSeconds:", "terminationGracePeriodSecond:")
    code, output = check(repository)
    assert code == 1
    where = f"{DEPLOYMENT}:{line}: spec.template.spec.terminationGracePeriodSecond"
    assert where in output
    assert "did you mean terminationGracePeriodSeconds?" in output


def test_wrong_type_is_named(repository: Path) -> None:
    line = plant(repository, DEPLOYMENT, "revisionHistoryLimit: 3", "revisionHistoryLimit: three")
    code, output = check(repository)
    assert code == 1
    assert f"{DEPLOYMENT}:{line}: spec.revisionHistoryLimit: " in output


def test_missing_key_is_named(repository: Path) -> None:
    path = "rendered/staging/karpenter/nodepool-openclaw.yaml"
    plant(repository, path, "        kind: EC2NodeClass\n", "")
    code, output = check(repository)
    assert code == 1
    assert f"{path}:" in output
    assert "spec.template.spec.nodeClassRef" in output
    assert "kind" in output


@pytest.mark.parametrize("tree", ["rendered/staging/storage", "overlays/staging/storage", "base/storage"])
def test_hand_edit_in_any_tree_is_reported_with_its_line(repository: Path, tree: str) -> None:
    path = sorted((repository / tree).glob("*.yaml"))[-1]
    path.write_text("# mine\n" + path.read_text())
    code, output = check(repository)
    assert code == 1
    assert f"{path.relative_to(repository)}:1: is not what environments/ yields: found «# mine»" in output
    assert "environments/<env>/patches/" in output


def test_left_over_and_missing_files_are_reported(repository: Path) -> None:
    (repository / "rendered/staging/old.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    (repository / DEPLOYMENT).unlink()
    code, output = check(repository)
    assert code == 1
    assert "rendered/staging/old.yaml: nothing in environments/ yields it" in output
    assert f"{DEPLOYMENT}: missing" in output


def test_broken_yaml_in_a_tree_is_reported_not_raised(repository: Path) -> None:
    (repository / DEPLOYMENT).write_text("a: [1\n")
    code, output = check(repository)
    assert code == 1
    assert f"{DEPLOYMENT}:2: not valid YAML" in output


def test_json_output_is_for_machines(repository: Path) -> None:
    line = plant(repository, DEPLOYMENT, "revisionHistoryLimit: 3", "revisionHistoryLimit: three")
    code, output = check(repository, "--json")
    assert code == 1
    (schema,) = [finding for finding in json.loads(output) if finding["rule"] == "schema"]
    assert (schema["file"], schema["line"], schema["path"]) == (DEPLOYMENT, line, "spec.revisionHistoryLimit")


def test_any_directory_can_be_checked(repository: Path, tmp_path: Path) -> None:
    code, output = check(repository, str(repository / "rendered/staging"))
    assert code == 0, output
    two = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadat: {}\n"
    (tmp_path / "two.yml").write_text(two)
    code, output = check(repository, str(tmp_path / "two.yml"))
    assert code == 1
    assert "two.yml:7: metadat" in output


def test_nothing_to_check_is_an_error(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, output = check(repository, str(tmp_path / "empty"))
    assert code == 1
    assert "0 objects found: nothing was checked" in output


def test_broken_environment_writes_nothing_and_exits_2(repository: Path) -> None:
    before = (repository / DEPLOYMENT).read_bytes()
    path = repository / "environments/staging.yaml"
    path.write_text(path.read_text("utf-8").replace("cni: cilium", "cni: calico"), "utf-8")
    done = CliRunner().invoke(main, ["--root", str(repository), "render"])
    assert done.exit_code == 2
    assert "environments/staging.yaml:" in done.output
    assert "network.cni: «calico» is not one of cilium, vpc-cni" in done.output
    assert "1 error; nothing was written" in done.output
    assert (repository / DEPLOYMENT).read_bytes() == before


def test_unsupported_kubernetes_version_is_named_with_what_there_is(repository: Path) -> None:
    code, output = check(repository, str(repository / "rendered/staging"), "--kubernetes-version", "1.20")
    assert code == 2
    assert "no schemas of Kubernetes 1.20; policies/schemas holds 1.34, 1.35, 1.36" in output
