"""The workflows hold what the review relies on; `make workflows-lint` judges the rest of them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.review.comment import MARKER
from tests.conftest import ROOT

FILES = sorted((ROOT / ".github/workflows").glob("*.yaml"))


def loaded(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((ROOT / f".github/workflows/{name}.yaml").read_text())
    return found


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_rights_are_given_job_by_job_and_actions_are_pinned(file: Path) -> None:
    text, workflow = file.read_text(), loaded(file.stem)
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text
    assert "secrets." not in text
    for use in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "a value of the event would become part of the script"
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_only_the_review_may_write_and_only_comments() -> None:
    jobs = {name: job["permissions"] for stem in ("check", "real") for name, job in loaded(stem)["jobs"].items()}
    assert jobs.pop("review") == {"contents": "read", "pull-requests": "write"}
    assert all(rights == {"contents": "read"} for rights in jobs.values())


def test_the_review_of_a_fork_is_read_in_the_summary() -> None:
    summary, post = loaded("check")["jobs"]["review"]["steps"][-2:]
    assert "if" not in summary
    assert "GITHUB_STEP_SUMMARY" in summary["run"]
    assert "GH_TOKEN" not in summary["env"]
    assert post["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "--post" in post["run"]


def test_the_review_has_the_history_that_it_compares_with() -> None:
    [checkout] = [step for step in loaded("check")["jobs"]["review"]["steps"] if "checkout" in step.get("uses", "")]
    assert checkout["with"]["fetch-depth"] == 0


def test_the_script_for_gitlab_is_one() -> None:
    [snippet] = re.findall(r"```yaml\n(review:.*?)```", (ROOT / "docs/review.md").read_text(), re.DOTALL)
    script = "\n".join(yaml.safe_load(snippet)["review"]["script"])
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    programs = re.findall(r"python3 -c '(.*?)'", script, re.DOTALL)
    assert len(programs) == 2
    for program in programs:
        compile(program, "docs/review.md", "exec")
    assert MARKER in script
