"""`review` in a repository: what it prints, posts and returns."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.check.finding import Finding
from generator.cli import main
from generator.review import checking
from generator.review.comment import MARKER
from generator.review.post import PostFailed
from tests.conftest import ROOT
from tests.diff.test_git import run


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with dev alone, one commit, current."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "environments", root / "environments", ignore=shutil.ignore_patterns("staging*", "prod*"))
    done = CliRunner().invoke(main, ["--root", str(root), "render"])
    assert done.exit_code == 0, done.output
    run(root, "init", "--quiet")
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "-m", "base")
    return root


class NoChecks:
    """What is checked is what other tests look at."""

    def begin(self, given: Iterable[checking.Work]) -> None:
        assert [one.env.name for one in given] == ["dev"]

    def findings(self) -> list[Finding]:
        return []


@pytest.fixture
def repository(base: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same for every test, as it was committed."""
    monkeypatch.setattr(checking, "Checker", NoChecks)
    file = base / "environments/dev.yaml"
    text = file.read_text()
    yield base
    file.write_text(text)


def edit(root: Path, old: str, new: str) -> None:
    file = root / "environments/dev.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def review(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(root), "review", *arguments])


def test_nothing_is_printed_where_nothing_changes(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NoChecks, "begin", lambda _, given: list(given) == [])
    (repository / "README.md").write_text("other")
    edit(repository, "cost:", "# a comment\ncost:")
    done = review(repository, "HEAD", "--fail-on", "danger", "--fail-on", "finding")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "nothing changes against HEAD, so there is no comment\n"


def test_a_change_is_one_comment(repository: Path) -> None:
    edit(repository, "monthlyCeiling: 300", "monthlyCeiling: 100")
    edit(repository, "storage: 5Gi", "storage: 4Gi")
    done = review(repository, "main", "--fail-on", "danger")
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{MARKER}\n**")
    assert "🔴 dev: **StatefulSet openclaw/openclaw-main**: its volume shrinks from 5Gi to 4Gi" in done.stdout
    assert "(**above the ceiling of 100**)" in done.stdout
    assert f"diff {run(repository, 'rev-parse', 'HEAD').strip()}`" in done.stdout


@pytest.mark.parametrize(("cause", "code"), [("danger", 0), ("finding", 1)])
def test_trees_left_behind_are_a_finding_and_no_danger(repository: Path, cause: str, code: int) -> None:
    edit(repository, "monthlyCeiling: 300", "monthlyCeiling: 350")
    done = review(repository, "HEAD", "--fail-on", cause)
    assert "❌ policies: 1 error" in done.stdout
    assert "❌ **current** " in done.stdout
    assert done.exit_code == code


def test_a_post_that_fails_is_said_after_the_comment(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(root: Path, number: int, text: str) -> str:
        raise PostFailed(f"gh api: no pull request {number}")

    monkeypatch.setattr("generator.review.post.post", refused)
    edit(repository, "monthlyCeiling: 300", "monthlyCeiling: 350")
    done = review(repository, "HEAD", "--post", "12")
    assert done.exit_code == 1
    assert done.stdout.startswith(MARKER)
    assert done.stderr == "gh api: no pull request 12\n"


def test_a_branch_that_is_not_there_ends_it(repository: Path) -> None:
    done = review(repository)
    assert done.exit_code == 2
    assert "fetch the branch" in done.stderr
    assert done.stdout == ""
