"""What a record proves unchanged is left out of a comparison, and the comparison says the same without it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from generator import cli_review
from generator.console import planned
from generator.diff import source
from generator.render import render
from generator.trees import record
from tests.diff.test_git import run
from tests.repositories import copied, edit, rendered

NAMES = {"dev", "lab"}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = rendered(tmp_path_factory.mktemp("committed"), "lab")
    run(root, "init", "--quiet")
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "-m", "base")
    return root


@pytest.fixture
def repository(committed: Path, tmp_path: Path) -> Path:
    return copied(committed, tmp_path)


def compared(root: Path, same: Collection[str]) -> source.Comparison:
    made, environments = planned(root, without=same)
    return source.compare(root, "HEAD", made.files, {env.name: env for env in environments}, same)


def assert_says_the_same_without(root: Path, same: Collection[str]) -> None:
    whole, part = compared(root, ()), compared(root, same)
    assert part.changes == whole.changes
    assert part.after.keys() == whole.after.keys() - set(same)
    for name in same:
        assert whole.before[name] == whole.after[name]


def test_all_is_left_out_where_nothing_changed(repository: Path) -> None:
    assert source.untouched(repository, "HEAD") == NAMES
    assert_says_the_same_without(repository, NAMES)


@pytest.mark.parametrize("after", [False, True], ids=["before-render", "after-render"])
def test_an_edited_environment_is_compared(repository: Path, after: bool) -> None:
    edit(repository, "environments/dev.yaml", "storage: 5Gi", "storage: 6Gi")
    if after:
        render(repository)
    assert source.untouched(repository, "HEAD") == {"lab"}
    assert_says_the_same_without(repository, {"lab"})
    assert compared(repository, {"lab"}).environments == ("dev",)


def test_a_setting_that_changes_no_object_is_compared(repository: Path) -> None:
    edit(repository, "environments/dev.yaml", "egressGb: 10", "egressGb: 11")
    render(repository)
    assert source.untouched(repository, "HEAD") == {"lab"}


def test_an_environment_that_comes_or_goes_is_compared(repository: Path) -> None:
    (repository / "environments/lab.yaml").rename(repository / "environments/new.yaml")
    render(repository)
    assert source.untouched(repository, "HEAD") == {"dev"}
    assert compared(repository, {"dev"}).environments == ("lab", "new")


def test_other_defaults_leave_nothing_out(repository: Path) -> None:
    edit(repository, "environments/defaults.yaml", "# What every", "# That which every")
    render(repository)
    assert source.untouched(repository, "HEAD") == set()


def test_a_tree_that_the_base_does_not_have_is_compared(repository: Path) -> None:
    run(repository, "rm", "--quiet", "--cached", "rendered/dev/karpenter/nodepool-openclaw.yaml")
    run(repository, "commit", "--quiet", "-m", "not all that was rendered")
    assert source.untouched(repository, "HEAD") == {"lab"}
    assert [change.name for change in compared(repository, {"lab"}).changes] == ["openclaw"]


def test_without_a_record_everything_is_compared(repository: Path) -> None:
    (repository / record.PATH).unlink()
    assert source.untouched(repository, "HEAD") == set()


def test_a_touched_tree_proves_nothing(repository: Path) -> None:
    (repository / "rendered/lab/karpenter/nodepool-openclaw.yaml").unlink()
    assert source.untouched(repository, "HEAD") == {"dev"}


def test_a_file_that_is_no_text_is_left_to_whoever_loads_it(repository: Path) -> None:
    (repository / "environments/lab.yaml").write_bytes(b"\xff")
    assert source.untouched(repository, "HEAD") == {"dev"}


def test_trees_of_an_environment_that_is_gone_are_stale_beside_one_that_is_left_out(repository: Path) -> None:
    (repository / "environments/lab.yaml").unlink()
    assert source.untouched(repository, "HEAD") == {"dev"}
    stale = cli_review.compared(repository, "HEAD").stale
    assert (stale.created, stale.changed) == ([], [])
    assert {"/".join(path.split("/")[:2]) for path in stale.deleted} == {"overlays/lab", "rendered/lab"}
