"""What the checks ask of the account, before moto and by the real AWS CLI: what is there, what is not, and who asks."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.verify.access import Absent, Unseen
from generator.verify.programs import Programs
from tests.real import process
from tools.programs import Program

ACCOUNT, REGION, QUEUE = "111122223333", "eu-central-1", "openclaw-staging"


@pytest.fixture(scope="module")
def account(programs: Callable[[str], Program], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """An account with one queue, and the CLI before everything else that is called `aws`.

    The CLI asks SQS at its own address whatever AWS_ENDPOINT_URL says, so it is told by an argument.
    """
    folder = Path(tmp_path_factory.mktemp("account"))
    moto, cli = programs("moto"), programs("awscli")
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    wrapper = folder / "aws"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(cli.argv)} --endpoint-url "${{TOLD:-{url}}}" "$@"\n')
    wrapper.chmod(0o755)
    command = [str(moto.path / "bin/python"), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (
        process.start(
            "moto", command, env={"MOTO_ACCOUNT_ID": ACCOUNT}, cwd=folder, log=folder / "moto.log"
        ) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        running.wait_until(lambda: process.http_status(f"{url}/moto-api/") is not None, 120, "an answer")
        variables = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}
        for name, value in (variables | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}).items():
            patch.setenv(name, value)
        made = ["aws", "sqs", "create-queue", "--queue-name", QUEUE, "--region", REGION]
        subprocess.run(made, check=True, capture_output=True, timeout=60)
        yield Programs("nowhere", ACCOUNT, REGION)


def test_a_queue_that_is_there_is_found(account: Programs) -> None:
    answer = account.aws("sqs", "get-queue-url", "--queue-name", QUEUE, region=REGION)
    assert answer["QueueUrl"].endswith(f"/{ACCOUNT}/{QUEUE}"), json.dumps(answer)


def test_a_queue_of_another_region_is_absent(account: Programs) -> None:
    with pytest.raises(Absent, match="does not exist"):
        account.aws("sqs", "get-queue-url", "--queue-name", QUEUE, region="us-west-2")


def test_an_account_of_somebody_else_is_not_asked(account: Programs) -> None:
    with pytest.raises(Unseen, match=f"credentials of account {ACCOUNT}, the environment is in 444455556666"):
        Programs("nowhere", "444455556666", REGION).aws("sqs", "get-queue-url", "--queue-name", QUEUE, region=REGION)


def test_an_account_that_does_not_answer_is_not_seen(account: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLD", f"http://127.0.0.1:{process.free_port()}")
    with pytest.raises(Unseen, match="Could not connect to the endpoint URL"):
        Programs("nowhere", ACCOUNT, REGION).aws("sqs", "get-queue-url", "--queue-name", QUEUE, region=REGION)


def test_without_credentials_nothing_is_seen(account: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(Unseen, match=r"(?i)credentials"):
        Programs("nowhere", ACCOUNT, REGION).aws("sqs", "get-queue-url", "--queue-name", QUEUE, region=REGION)
