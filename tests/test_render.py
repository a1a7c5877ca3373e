"""A render trusts its record only where hashes of the contents agree; what it writes is what a cold run writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator import parallel
from generator.environment.problem import EnvironmentInvalid
from generator.render import Rendered, render
from generator.trees import current, fingerprint, inputs, record
from tests.conftest import ROOT
from tests.repositories import copied, edit, rendered
from tests.trees.test_write import snapshot

ONE = "rendered/dev/karpenter/nodepool-openclaw.yaml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(tmp_path_factory.mktemp("written"), "lab")


@pytest.fixture
def repository(written: Path, tmp_path: Path) -> Path:
    return copied(written, tmp_path)


def trees(root: Path) -> dict[str, bytes]:
    return {path: data for path, data in snapshot(root).items() if path.startswith(("base/", "overlays/", "rendered/"))}


def assert_like_a_cold_run(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "environments", tmp_path / "cold/environments")
    render(tmp_path / "cold")
    assert trees(root) == trees(tmp_path / "cold")


def told(done: Rendered) -> tuple[list[str], list[str], list[str], int]:
    return done.report.created, done.report.changed, done.report.deleted, done.current


def test_nothing_is_rendered_again_where_nothing_changed(repository: Path) -> None:
    assert told(render(repository)) == ([], [], [], 2)


def test_one_environment_is_rendered_where_its_file_changed(repository: Path, tmp_path: Path) -> None:
    edit(repository, "environments/dev.yaml", "storage: 5Gi", "storage: 6Gi")
    done = render(repository)
    assert done.current == 1
    assert {path.split("/")[1] for path in done.report.changed} == {"dev"}
    assert_like_a_cold_run(repository, tmp_path)


def test_a_patch_is_an_input(repository: Path, tmp_path: Path) -> None:
    patch = repository / "environments/dev/patches/pool.yaml"
    patch.parent.mkdir(parents=True)
    patch.write_text("apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: openclaw}\nspec: {weight: 90}\n")
    assert ONE in render(repository).report.changed
    assert_like_a_cold_run(repository, tmp_path)
    patch.unlink()
    assert ONE in render(repository).report.changed


def test_outputs_are_an_input(repository: Path) -> None:
    before = {unit.name: unit.inputs for unit in inputs.units(repository)}
    (repository / "environments/dev.outputs.yaml").write_text("# none yet\n")
    after = {unit.name: unit.inputs for unit in inputs.units(repository)}
    assert {name for name in before if before[name] != after[name]} == {"dev"}


def test_the_defaults_and_the_generator_are_everybodys_input(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    edit(repository, "environments/defaults.yaml", "# What every", "# That which every")
    assert render(repository).current == 0
    package = tmp_path / "generator"
    package.mkdir()
    (package / "component.py").write_text("changed")
    monkeypatch.setattr(inputs, "PACKAGE", package)
    assert render(repository).current == 0
    assert render(repository).current == 2


@pytest.mark.parametrize("kind", ["edited", "deleted", "extra", "link"])
def test_a_tree_that_was_touched_is_mended(repository: Path, tmp_path: Path, kind: str) -> None:
    path = repository / ONE
    match kind:
        case "edited":
            data = path.read_bytes()
            path.write_bytes(b"#" + data[1:])  # same length
        case "deleted":
            path.unlink()
        case "extra":
            path.with_name("extra.yaml").write_text("stranger")
        case "link":
            path.rename(tmp_path / "elsewhere.yaml")
            path.symlink_to(tmp_path / "elsewhere.yaml")
    assert render(repository).current == 1
    assert_like_a_cold_run(repository, tmp_path)


def test_an_environment_that_was_removed_leaves_nothing(repository: Path, tmp_path: Path) -> None:
    (repository / "environments/dev.yaml").unlink()
    (repository / "rendered/stranger.yaml").write_text("stranger")
    done = render(repository)
    assert {"/".join(path.split("/")[:2]) for path in done.report.deleted} == {
        *("overlays/dev", "rendered/dev", "rendered/stranger.yaml")
    }
    assert not (repository / "rendered/dev").exists()
    assert_like_a_cold_run(repository, tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"dev": 1}', '{"dev": {"inputs": "x"}}'])
def test_a_broken_record_costs_a_render_and_nothing_else(repository: Path, text: str) -> None:
    (repository / record.PATH).write_text(text)
    assert told(render(repository)) == ([], [], [], 0)
    assert told(render(repository))[-1] == 2


def test_contents_are_read_once_and_again_where_a_file_was_written(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "PRECISION", 0)
    read: list[Path] = []
    of_folder = fingerprint.of_folder

    def seen(folder: Path) -> str:
        read.append(folder)
        return of_folder(folder)

    monkeypatch.setattr(fingerprint, "of_folder", seen)
    assert (render(repository).current, len(read)) == (2, 5)
    assert (render(repository).current, len(read)) == (2, 5)
    data = (repository / ONE).read_bytes()
    (repository / ONE).write_bytes(data)
    assert (render(repository).current, read[5:]) == (2, [repository / "rendered/dev"])
    (repository / ONE).write_bytes(b"#" + data[1:])
    assert render(repository).current == 1
    assert (repository / ONE).read_bytes() == data


def test_a_time_that_is_too_new_to_tell_two_changes_apart_is_not_trusted(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ONE).touch()
    assert (render(repository).current, render(repository).current) == (2, 2)
    entry = record.read(repository)["dev"]
    assert entry.stamps.keys() == {"overlays/dev"} or not entry.stamps


def test_no_record_is_trusted_when_asked(repository: Path) -> None:
    assert told(render(repository, anew=True)) == ([], [], [], 0)


def test_a_mistake_in_one_environment_keeps_all_as_they_were(repository: Path) -> None:
    before = snapshot(repository / "rendered")
    edit(repository, "environments/dev.yaml", "storage: 5Gi", "storage: 6Gi")
    edit(repository, "environments/lab.yaml", "cluster:", "clutter:")
    with pytest.raises(EnvironmentInvalid, match=r"environments/lab\.yaml:4:1: clutter"):
        render(repository)
    assert snapshot(repository / "rendered") == before


@pytest.mark.thorough
def test_several_processes_write_what_one_writes(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / "environments/dev.yaml").read_text("utf-8")
    for number in range(4):
        own = text.replace("10.20.0.0/16", f"10.{number}.0.0/16")
        (repository / f"environments/team-{number}.yaml").write_text(own, "utf-8")
    monkeypatch.setattr(parallel, "PAYS", 2)
    seen: list[tuple[int, int]] = []
    done = render(repository, progress=lambda count, of: seen.append((count, of)))
    assert (done.environments, done.current) == (6, 2)
    assert seen == [(count, 6) for count in range(7)]
    monkeypatch.undo()
    assert_like_a_cold_run(repository, tmp_path)
