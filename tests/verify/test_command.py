"""The command: which checks it runs, what it prints, and how it ends."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from generator import cli_verify
from generator.cli_verify import verify
from generator.environment.model import Environment
from generator.trees.plan import Plan
from generator.verify import programs
from generator.verify.access import Unseen
from generator.verify.rights import Right, roles
from tests.conftest import ROOT
from tests.verify.recorded import FORBIDDEN, Recorded
from tests.verify.test_platform import CLAIMS, EVENTS, claim

GOOD = Recorded({CLAIMS: {"items": [claim("a", "spot")]}, EVENTS: {"items": []}})
BAD = Recorded({CLAIMS: {"items": []}, EVENTS: FORBIDDEN})
DARK = Recorded({CLAIMS: FORBIDDEN, EVENTS: FORBIDDEN})

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, environments: dict[str, Environment], planned: Plan) -> Run:
    """Runs the command on the committed environments, before a recorded cluster."""

    def command(*arguments: str, cluster: Recorded | None = None) -> Result:
        monkeypatch.setattr(cli_verify, "planned", lambda root: (planned, list(environments.values())))
        monkeypatch.setattr(programs, "Programs", lambda context, account, region: cluster)
        return CliRunner().invoke(verify, arguments, obj=ROOT)

    return command


@pytest.mark.parametrize(("cluster", "code", "word"), [(GOOD, 0, "ok"), (BAD, 1, "failed"), (DARK, 3, "not seen")])
def test_the_exit_code_is_the_worst_that_was_found(run: Run, cluster: Recorded, code: int, word: str) -> None:
    done = run("dev", "--only", "9", cluster=cluster)
    assert done.exit_code == code, done.output
    assert done.stderr == f"9/9 Spot is handled ... {word}\n"
    assert done.stdout.endswith(f"dev: 1 {word}\n")


def test_what_is_wrong_comes_with_what_to_do(run: Run) -> None:
    done = run("dev", "--only", "9", cluster=BAD)
    assert "     FAILED: no node of pool openclaw" in done.stdout
    assert "       -> kubectl describe nodepool openclaw" in done.stdout
    assert f"     could not see: {FORBIDDEN}" in done.stdout


def test_the_result_is_also_there_for_machines(run: Run) -> None:
    found = json.loads(run("dev", "--only", "9", "--json", cluster=GOOD).stdout)
    assert found["context"] == "arn:aws:eks:us-west-2:111122223333:cluster/openclaw-dev"
    [check] = found["checks"]
    assert (check["number"], check["state"]) == (9, "ok")
    assert check["observations"][0] == {"state": "ok", "evidence": "nodes of pool openclaw: 1 spot", "remedy": ""}


def test_all_nine_are_run_unless_one_is_named(run: Run) -> None:
    class Nobody(Recorded):
        def get(self, path: str, **query: str) -> object:
            raise Unseen("no cluster")

    done = run("dev", "--context", "here", cluster=Nobody())
    assert [line[:3] for line in done.stderr.splitlines()] == [f"{number}/9" for number in range(1, 10)]


def test_an_unknown_environment_is_named(run: Run) -> None:
    done = run("nowhere")
    assert (done.exit_code, done.output) == (2, "no environment «nowhere»: there are dev, prod, staging\n")


def test_the_list_says_what_each_check_needs_and_asks_nobody(run: Run) -> None:
    done = run("prod", "--list", cluster=None)
    assert done.exit_code == 0, done.output
    for line in ("1  pods run", "     list statefulsets in openclaw", "     sqs:GetQueueUrl", "     eks:DescribeAddon"):
        assert line in done.output.splitlines()


def test_the_roles_write_nothing() -> None:
    found = roles([Right("a", "", "pods", "list"), Right("a", "", "pods", "get"), Right("", "x", "y", "list")], "sre")
    assert [(obj["kind"], obj.get("rules")) for obj in found if obj["kind"].endswith("Role")] == [
        ("ClusterRole", [{"apiGroups": ["x"], "resources": ["y"], "verbs": ["list"]}]),
        ("Role", [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]),
    ]
