"""The comment on a pull request: made once, brought up to date, removed; of others' comments none is touched."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.review.comment import MARKER
from generator.review.post import PostFailed, post

GH = """#!{python} -S
import json, sys
state = json.load(open({state!r}))
state["calls"].append(sys.argv[1:])
if "refuses" in state:
    sys.stderr.write(state["refuses"])
    sys.exit(1)
method = sys.argv[sys.argv.index("--method") + 1] if "--method" in sys.argv else "graphql"
if method == "graphql":
    requests = [{{"pullRequest": {{"comments": {{"nodes": page}}}}}} for page in state["pages"]]
    print(json.dumps([{{"data": {{"repository": one}}}} for one in requests]))
elif method != "DELETE":
    state["bodies"].append(json.load(sys.stdin)["body"])
json.dump(state, open({state!r}, "w"))
"""
BODY = f"{MARKER}\n**2 objects**\n"


class GitHub:
    """A `gh` that answers from a file, and writes down what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "state.json"
        program = folder / "gh"
        program.write_text(GH.format(python=sys.executable, state=str(self.file)))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    def has(self, *pages: list[dict[str, Any]], **more: str) -> None:
        self.file.write_text(json.dumps({"pages": pages or [[]], "calls": [], "bodies": [], **more}))

    @property
    def changes(self) -> list[str]:
        """Method and address of each call that changes something."""
        return [f"{call[2]} {call[3]}" for call in json.loads(self.file.read_text())["calls"] if call[1] == "--method"]

    @property
    def bodies(self) -> list[str]:
        found: list[str] = json.loads(self.file.read_text())["bodies"]
        return found


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    return GitHub(tmp_path, monkeypatch)


def note(number: int, body: str, *, mine: bool = True) -> dict[str, Any]:
    return {"databaseId": number, "body": body, "viewerDidAuthor": mine}


def test_the_first_review_makes_a_comment(github: GitHub, tmp_path: Path) -> None:
    github.has([note(1, "good work")])
    assert post(tmp_path, 12, BODY) == "created"
    assert github.changes == ["POST repos/{owner}/{repo}/issues/12/comments"]
    assert github.bodies == [BODY]


def test_the_next_one_brings_it_up_to_date(github: GitHub, tmp_path: Path) -> None:
    github.has([note(1, "good work")], [note(2, f"{MARKER}\nold")])
    assert post(tmp_path, 12, BODY) == "updated"
    assert github.changes == ["PATCH repos/{owner}/{repo}/issues/comments/2"]
    assert github.bodies == [BODY]


def test_the_same_review_is_not_written_again(github: GitHub, tmp_path: Path) -> None:
    github.has([note(2, BODY.replace("\n", "\r\n").strip())])
    assert post(tmp_path, 12, BODY) == "left as it is"
    assert github.changes == []


def test_where_nothing_changes_any_more_the_comment_goes(github: GitHub, tmp_path: Path) -> None:
    github.has([note(2, BODY)])
    assert post(tmp_path, 12, "") == "deleted"
    assert github.changes == ["DELETE repos/{owner}/{repo}/issues/comments/2"]


def test_where_nothing_changes_and_nothing_was_said_nothing_happens(github: GitHub, tmp_path: Path) -> None:
    github.has([])
    assert post(tmp_path, 12, "") == "left as it is"
    assert github.changes == []


def test_comments_of_others_are_left_alone_whatever_they_begin_with(github: GitHub, tmp_path: Path) -> None:
    github.has([note(1, BODY, mine=False), note(2, f"as you said:\n{MARKER}")])
    assert post(tmp_path, 12, BODY) == "created"
    github.has([note(1, BODY, mine=False), note(2, f"as you said:\n{MARKER}")])
    assert post(tmp_path, 12, "") == "left as it is"


def test_of_two_comments_of_ours_the_first_stays(github: GitHub, tmp_path: Path) -> None:
    github.has([note(2, "x"), note(3, f"{MARKER}\na"), note(4, f"{MARKER}\nb")])
    assert post(tmp_path, 12, BODY) == "updated"
    assert github.changes == [
        "DELETE repos/{owner}/{repo}/issues/comments/4",
        "PATCH repos/{owner}/{repo}/issues/comments/3",
    ]


def test_a_token_that_may_only_read_is_told_in_githubs_words(github: GitHub, tmp_path: Path) -> None:
    github.has(refuses="gh: Resource not accessible by integration (HTTP 403)\n")
    with pytest.raises(PostFailed, match=r"gh api: gh: Resource not accessible by integration \(HTTP 403\)"):
        post(tmp_path, 12, BODY)


def test_a_machine_without_gh_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PostFailed, match="gh is not installed"):
        post(tmp_path, 12, BODY)
