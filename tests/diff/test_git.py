"""The base, read from git's objects: in a subfolder, with either hash, and with clear words where it fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.diff import git

FOLDERS = ("rendered", "environments")
FILES = {"rendered/dev/cache/a.yaml": "a: 1\n", "rendered/dev/cache/b.yaml": "b: ü\n", "environments/dev.yaml": "x\n"}


def run(root: Path, *argv: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    return subprocess.run(("git", "-C", str(root), *who, *argv), capture_output=True, text=True, check=True).stdout


def repository(root: Path, hashing: str = "sha1", below: str = "") -> Path:
    """A repository with one commit; returns the folder that holds the trees."""
    home = root / below
    for path, text in FILES.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    (home / "README.md").write_text("not read")
    run(root, "init", "--quiet", f"--object-format={hashing}")
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "-m", "base")
    return home


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that change nothing in it."""
    return repository(tmp_path_factory.mktemp("shared"))


@pytest.mark.parametrize(("hashing", "below"), [("sha1", ""), ("sha1", "deploy/openclaw"), ("sha256", "")])
def test_only_what_differs_is_read(tmp_path: Path, hashing: str, below: str) -> None:
    home = repository(tmp_path, hashing, below)
    tree = git.tree(home, "HEAD", FOLDERS)
    assert tree.keys() == FILES.keys()
    assert git.name_of("b: ü\n", next(iter(tree.values()))) == tree["rendered/dev/cache/b.yaml"]
    after = {
        "rendered/dev/cache/b.yaml": "b: ü\n",
        "rendered/dev/cache/c.yaml": "c: 1\n",
        "environments/dev.yaml": "y\n",
    }
    assert git.changed(home, tree, after) == {
        "environments/dev.yaml": ("x\n", "y\n"),
        "rendered/dev/cache/a.yaml": ("a: 1\n", ""),
        "rendered/dev/cache/c.yaml": ("", "c: 1\n"),
    }


def test_a_commit_without_the_folders_has_no_files(shared: Path) -> None:
    assert git.tree(shared, "HEAD", ("overlays",)) == {}
    assert git.changed(shared, {}, {"rendered/a.yaml": "a"}) == {"rendered/a.yaml": ("", "a")}


def test_the_working_tree_is_not_looked_at(tmp_path: Path) -> None:
    home = repository(tmp_path)
    before = git.tree(home, "HEAD", FOLDERS)
    (home / "rendered/dev/cache/a.yaml").write_text("a: 2\n")
    (home / "rendered/dev/cache/new.yaml").write_text("new\n")
    assert git.tree(home, "HEAD", FOLDERS) == before


def test_a_branch_began_where_it_left_the_other(tmp_path: Path) -> None:
    home = repository(tmp_path)
    began = run(home, "rev-parse", "HEAD").strip()
    run(home, "branch", "feature")
    run(home, "commit", "--quiet", "--allow-empty", "-m", "meanwhile")
    run(home, "checkout", "--quiet", "feature")
    assert git.merge_base(home, "main") == began


@pytest.mark.parametrize("ref", ["nowhere", "origin/main", "--output=x", "-h"])
def test_a_commit_that_is_not_there_is_asked_to_be_fetched(shared: Path, ref: str) -> None:
    with pytest.raises(git.GitUnusable, match="fetch the branch"):
        git.tree(shared, ref, FOLDERS)
    with pytest.raises(git.GitUnusable, match="fetch the branch"):
        git.merge_base(shared, ref)


def test_a_shallow_clone_without_a_common_commit_says_what_it_needs(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    home = repository(whole)
    run(home, "checkout", "--quiet", "-b", "feature")
    for branch in ("feature", "main"):
        run(home, "checkout", "--quiet", branch)
        run(home, "commit", "--quiet", "--allow-empty", "-m", branch)
    shallow = tmp_path / "shallow"
    run(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{whole}", str(shallow))
    with pytest.raises(git.GitUnusable, match="fetch-depth: 0"):
        git.merge_base(shallow, "origin/feature")


def test_a_content_that_a_filtered_clone_lacks_is_named(shared: Path) -> None:
    with pytest.raises(git.GitUnusable, match=f"lacks the content {'1' * 40}"):
        git.texts(shared, ["1" * 40])


def test_a_folder_without_a_repository_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(git.GitUnusable, match="clone the repository"):
        git.tree(tmp_path, "HEAD", FOLDERS)


def test_a_machine_without_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git.GitUnusable, match="git is not installed"):
        git.tree(tmp_path, "HEAD", FOLDERS)
