"""The rendered tree of a commit, read from git's objects: nothing is checked out.

Only what differs is read: a file of the working tree is compared by the name that git would give its content.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.trees.fingerprint import blob


class GitUnusable(Exception):
    """Git cannot answer; carries its own words and what to do."""


def tree(root: Path, ref: str, folders: Iterable[str]) -> dict[str, str]:
    """Path to git's name of the content, of every file below the folders in a commit."""
    prefix = _git(root, "rev-parse", "--show-prefix").decode().strip()
    below = [f"{prefix}{folder}" for folder in folders]
    shown = _git(root, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", f"{ref}^{{commit}}", *below)
    found = {}
    for line in filter(None, shown.decode("utf-8", "replace").split("\0")):
        head, _, path = line.partition("\t")
        found[path.removeprefix(prefix)] = head.split()[2]
    return found


def folders(root: Path, ref: str, folder: str) -> dict[str, str]:
    """Name to git's name of the content, of each folder in a folder of a commit."""
    prefix = _git(root, "rev-parse", "--show-prefix").decode().strip()
    shown = _git(
        root, "ls-tree", "-d", "-z", "--full-tree", "--end-of-options", f"{ref}^{{commit}}", f"{prefix}{folder}/"
    )
    lines = filter(None, shown.decode("utf-8", "replace").split("\0"))
    return {path.rpartition("/")[2]: head.split()[2] for head, _, path in (line.partition("\t") for line in lines)}


def texts(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Contents by git's names of them, in one call."""
    wanted = list(dict.fromkeys(names))
    answer = _git(root, "cat-file", "--batch", given="".join(f"{name}\n" for name in wanted).encode())
    found, position = {}, 0
    for name in wanted:
        end = answer.index(b"\n", position)
        head = answer[position:end].split()
        if head[-1] == b"missing":
            raise GitUnusable(f"git lacks the content {name}; fetch the commit in full, without a filter of blobs")
        size = int(head[2])
        found[name] = answer[end + 1 : end + 1 + size].decode("utf-8", "replace")
        position = end + size + 2
    return found


def name_of(text: str, like: str) -> str:
    """The name that git gives a content, by the hash of the repository that `like` is a name of."""
    return name_of_data(text.encode(), like)


def name_of_data(data: bytes, like: str) -> str:
    """The same for bytes, as they lie on disk."""
    return blob(data, hashlib.sha1 if len(like) == 40 else hashlib.sha256).hex()


def changed(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Path to texts before and after, of the files that differ; `before` holds git's names, `after` holds texts.

    A file that is on one side only has an empty text on the other.
    """
    like = next(iter(before.values()), "0" * 40)
    differ = [path for path, text in after.items() if before.get(path) != name_of(text, like)]
    differ += [path for path in before if path not in after]
    old = texts(root, [before[path] for path in differ if path in before])
    return {path: (old[before[path]] if path in before else "", after.get(path, "")) for path in sorted(differ)}


def merge_base(root: Path, ref: str) -> str:
    """The commit where the working tree left a branch: what others merged since is none of this change."""
    return _git(root, "merge-base", "--end-of-options", ref, "HEAD").decode().strip()


def _git(root: Path, *argv: str, given: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(("git", "-C", str(root), *argv), input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise GitUnusable("git is not installed: the diff compares with a commit") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    raise GitUnusable(_explained(argv, said))


def _explained(argv: Sequence[str], said: str) -> str:
    """What git said, as what is missing and how to get it."""
    fetch = "fetch the branch, e.g. git fetch origin main; a shallow clone wants --unshallow too, in CI fetch-depth: 0"
    if "not a git repository" in said:
        return "not a git repository: clone the repository, an archive of it has no history to compare with"
    if "Not a valid" in said or "unknown revision" in said:
        return f"no commit «{said.split()[-1].removesuffix('^{commit}')}» here; {fetch}"
    if argv[0] == "merge-base" and not said:
        return f"HEAD and {argv[-2]} have no common commit; {fetch}"
    return f"git {' '.join(argv[:2])}: {said}; run it yourself to see more"
