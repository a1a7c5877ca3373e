"""What kubectl and the AWS CLI say when they cannot: recorded words, and programs that are missing or hang."""

import os
import stat
from pathlib import Path

import pytest

from generator.verify import programs
from generator.verify.access import Absent, Door, Request, Silent, Unseen
from generator.verify.programs import Programs, aws_refusal, refusal

USER = 'User "jane"'


@pytest.mark.parametrize(
    ("stderr", "kind", "told"),
    [
        (
            f'Error from server (Forbidden): pods is forbidden: {USER} cannot list resource "pods" in API group "" '
            'in the namespace "openclaw"',
            Unseen,
            "needs list pods in openclaw",
        ),
        (
            f"Error from server (Forbidden): nodeclaims.karpenter.sh is forbidden: {USER} cannot list resource "
            '"nodeclaims" in API group "karpenter.sh" at the cluster scope',
            Unseen,
            "needs list nodeclaims",
        ),
        (
            f'error: error upgrading connection: pods "a" is forbidden: {USER} cannot create resource '
            '"pods/portforward" in API group "" in the namespace "llm-gateway"',
            Unseen,
            "needs create pods/portforward in llm-gateway",
        ),
        ('Error from server (NotFound): services "x" not found', Absent, 'services "x" not found'),
        ("Error from server (NotFound): the server could not find the requested resource", Absent, "could not find"),
        ('error: context "arn:aws:eks" does not exist', Unseen, "does not exist; aws eks update-kubeconfig makes it"),
        ("error: You must be logged in to the server (Unauthorized)", Unseen, "must be logged in"),
        ("Unable to connect to the server: dial tcp: i/o timeout", Unseen, "Unable to connect"),
        ('Error from server (ServiceUnavailable): no endpoints available for service "x"', Silent, "no endpoints"),
        ("error: unable to forward port because pod is not running. Current status=Pending", Silent, "Pending"),
        ("", Silent, "kubectl failed"),
    ],
)
def test_a_refusal_of_kubectl_is_understood(stderr: str, kind: type[Exception], told: str) -> None:
    found = refusal(stderr)
    assert (type(found), told in str(found)) == (kind, True), repr(found)


@pytest.mark.parametrize(
    ("stderr", "kind", "told"),
    [
        (
            "An error occurred (AccessDeniedException) when calling the LookupEvents operation: User: arn:aws:iam::1:"
            "user/jane is not authorized to perform: cloudtrail:LookupEvents because no policy allows it",
            Unseen,
            "needs cloudtrail:LookupEvents",
        ),
        ("An error occurred (AccessDenied) when calling the GetQueueUrl operation: no", Unseen, "needs GetQueueUrl"),
        (
            "An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: "
            "The specified queue does not exist.",
            Absent,
            "The specified queue does not exist.",
        ),
        (
            "An error occurred (ResourceNotFoundException) when calling the DescribeAddon operation (reached max "
            "retries: 1): No addon: a found in cluster: c",
            Absent,
            "No addon",
        ),
        ("An error occurred (ThrottlingException) when calling the LookupEvents operation: Rate", Unseen, "Throttling"),
        ("\nUnable to locate credentials. You can configure credentials", Unseen, "Unable to locate credentials"),
        ("", Unseen, "the AWS CLI failed"),
    ],
)
def test_a_refusal_of_the_aws_cli_is_understood(stderr: str, kind: type[Exception], told: str) -> None:
    found = aws_refusal(stderr)
    assert (type(found), told in str(found)) == (kind, True), repr(found)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for programs before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def script(path: Path, name: str, text: str) -> None:
    file = path / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


HERE = Programs("here", "111122223333", "eu-central-1")
IDENTITY = """if [ "$1" = sts ]; then echo '{"Account": "111122223333"}'; exit; fi"""


def test_a_program_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unseen, match="kubectl is not installed"):
        HERE.get("/api")
    with pytest.raises(Unseen, match="kubectl is not installed"):
        HERE.call(Door("n", "s", 1), Request("/"))
    with pytest.raises(Unseen, match="aws is not installed"):
        HERE.aws("sqs", "get-queue-url", region="eu-central-1")


def test_a_program_that_hangs_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(path, "kubectl", "exec sleep 30")
    monkeypatch.setattr(programs, "PATIENCE", 0.05)
    with pytest.raises(Unseen, match=r"kubectl has no answer after 0\.1 s"):
        HERE.get("/api")
    with pytest.raises(Unseen, match=r"no way to n/s:1 within 0\.05 s"):
        HERE.call(Door("n", "s", 1), Request("/"))


def test_the_context_is_always_named(path: Path) -> None:
    script(path, "kubectl", """printf '{"argv": "%s"}' "$*" """)
    argv = HERE.get("/api/v1/pods", labelSelector="a=b,c=d")["argv"]
    assert argv == "--context here --request-timeout=10s get --raw /api/v1/pods?labelSelector=a%3Db%2Cc%3Dd"


def test_a_tunnel_that_breaks_off_tells_why(path: Path) -> None:
    script(path, "kubectl", "echo 'error: unable to forward port because pod is not running' >&2; exit 1")
    with pytest.raises(Silent, match="pod is not running"):
        HERE.call(Door("n", "s", 1), Request("/"))


def test_a_program_behind_a_tunnel_that_does_not_answer_is_named(path: Path) -> None:
    script(path, "kubectl", "echo 'connection refused' >&2; echo 'Forwarding from 127.0.0.1:9 -> 4000'; exec sleep 30")
    with pytest.raises(Silent, match=r"n/s:1: /v1/models is not answered: .*; connection refused"):
        HERE.call(Door("n", "s", 1), Request("/v1/models?limit=1"))


def test_credentials_of_another_account_are_not_used(path: Path) -> None:
    script(path, "aws", """echo '{"Account": "444455556666"}'""")
    with pytest.raises(Unseen, match="credentials of account 444455556666, the environment is in 111122223333"):
        Programs("here", "111122223333", "eu-central-1").aws("sqs", "get-queue-url", region="eu-central-1")


def test_the_region_of_each_question_is_named(path: Path) -> None:
    script(path, "aws", f"""{IDENTITY}\nprintf '{{"argv": "%s"}}' "$*" """)
    argv = Programs("here", "111122223333", "eu-central-1").aws("sqs", "get-queue-url", region="eu-central-1")["argv"]
    assert argv.startswith("sqs get-queue-url --region eu-central-1 ")
