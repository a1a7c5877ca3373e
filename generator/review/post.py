"""The comment on its pull request, by GitHub's CLI: there once, brought up to date, gone when nothing is to be said."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .comment import MARKER

QUERY = """
query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $endCursor) {
        pageInfo { hasNextPage endCursor }
        nodes { databaseId body viewerDidAuthor }
      }
    }
  }
}
"""
"""Who wrote a comment is GitHub's answer: a name would be another for a person, an app and a workflow's token."""
REPOSITORY = "repos/{owner}/{repo}/issues"
"""`gh` fills in the repository of the folder, or of GH_REPO."""


class PostFailed(Exception):
    """GitHub did not take it, or gh is not there; carries gh's own words."""


def post(root: Path, number: int, body: str) -> str:
    """Says what it did: `created`, `updated`, `deleted` or `left as it is`. Raises PostFailed."""
    ours = _ours(root, number)
    kept = next(iter(ours), None) if body else None
    for comment in ours:
        if comment != kept:
            _gh(root, "--method", "DELETE", f"{REPOSITORY}/comments/{comment}")
    if kept is None and body:
        _gh(root, "--method", "POST", f"{REPOSITORY}/{number}/comments", "--input", "-", given={"body": body})
        return "created"
    if kept is not None and ours[kept].replace("\r\n", "\n").strip() != body.strip():
        _gh(root, "--method", "PATCH", f"{REPOSITORY}/comments/{kept}", "--input", "-", given={"body": body})
        return "updated"
    return "deleted" if ours and not body else "left as it is"


def _ours(root: Path, number: int) -> dict[int, str]:
    """Text by number, of the comments that begin with the marker and that this token wrote; the oldest first."""
    variables = ("-F", "owner={owner}", "-F", "name={repo}", "-F", f"number={number}", "-f", f"query={QUERY}")
    pages = json.loads(_gh(root, "graphql", "--paginate", "--slurp", *variables))
    comments = [comment for page in pages for comment in page["data"]["repository"]["pullRequest"]["comments"]["nodes"]]
    return {
        comment["databaseId"]: comment["body"]
        for comment in comments
        if comment["viewerDidAuthor"] and comment["body"].startswith(MARKER)
    }


def _gh(root: Path, *argv: str, given: dict[str, Any] | None = None) -> str:
    text = None if given is None else json.dumps(given)
    try:
        done = subprocess.run(("gh", "api", *argv), input=text, capture_output=True, text=True, cwd=root, check=False)
    except FileNotFoundError:
        raise PostFailed("gh is not installed: --post writes the comment with GitHub's CLI") from None
    if done.returncode != 0:
        raise PostFailed(f"gh api: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
