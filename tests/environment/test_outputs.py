"""What the AWS layer yields flows into the environment: typed, missed by name, and only where nobody typed it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.environment.load import load, names
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS, outputs_file
from generator.environment.problem import EnvironmentInvalid
from tests.conftest import ROOT

TOPIC = "arn:aws:sns:us-east-1:111122223333:openclaw-alerts"
SNS = "monitoring: {receivers: {sns: {}}}\n"
COGNITO = """
openclaw: {gatewayDefaults: {auth: sso}}
ingress:
  enabled: true
  domain: agents.example.com
  albSubnets: [10.0.0.0/20, 10.0.16.0/20, 10.0.32.0/20]
  signIn: {cognito: {}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of environment files with the defaults alone."""
    made = tmp_path / "environments"
    made.mkdir()
    shutil.copy(ROOT / "environments/defaults.yaml", made)
    return made


def written(folder: Path, text: str, outputs: str | None = None) -> Path:
    (folder / "test.yaml").write_text(text, "utf-8")
    if outputs is not None:
        (folder / outputs_file("test")).write_text(outputs, "utf-8")
    return folder


def problems(folder: Path, *, pending: bool = False) -> list[str]:
    with pytest.raises(EnvironmentInvalid) as caught:
        load(folder, "test", pending=pending)
    return [str(problem) for problem in caught.value.problems]


def topic(env: Environment) -> str | None:
    return env.monitoring.receivers.sns.topic_arn if env.monitoring.receivers.sns else None


def test_an_output_takes_the_place_of_the_key_that_nobody_typed(folder: Path) -> None:
    env = load(written(folder, SNS, f"alertTopicArn: {TOPIC}\n"), "test")
    assert topic(env) == TOPIC
    assert env.outputs == {"alertTopicArn"}


def test_a_missing_output_is_named_with_its_component_and_the_commands(folder: Path) -> None:
    [found] = problems(written(folder, SNS))
    assert found.startswith(
        "environments/test.yaml:1:31: monitoring.receivers.sns.topicArn: component monitoring needs it, and "
        "environments/test.outputs.yaml has no alertTopicArn; deploy stack state"
    )
    assert "python -m generator import-outputs test" in found


def test_every_missing_output_is_named_at_once(folder: Path) -> None:
    found = problems(written(folder, COGNITO, "userPoolDomain: openclaw-test\n"))
    assert [line.split(": ")[1] for line in found] == [
        "ingress.signIn.cognito.clientId",
        "ingress.signIn.cognito.userPoolArn",
    ]
    assert all("component ingress needs it" in line and "deploy stack door" in line for line in found)


def test_an_unknown_output_is_refused_with_a_proposal(folder: Path) -> None:
    assert problems(written(folder, SNS, f"alertTopicArn: {TOPIC}\nalertTopicArm: x\n")) == [
        "environments/test.outputs.yaml:2:1: alertTopicArm: unknown output; did you mean alertTopicArn?"
    ]
    assert problems(written(folder, SNS, f"alertTopicArn: {TOPIC}\nbudget: x\n")) == [
        "environments/test.outputs.yaml:2:1: budget: unknown output; the outputs are userPoolArn, userPoolClientId, "
        "userPoolDomain, alertTopicArn"
    ]


def test_an_output_of_the_wrong_shape_is_placed_in_its_file(folder: Path) -> None:
    [found] = problems(written(folder, SNS, "# by hand\nalertTopicArn: alerts\n"))
    assert found.startswith("environments/test.outputs.yaml:2:16: monitoring.receivers.sns.topicArn: ")
    assert "«alerts»" in found


def test_who_types_the_key_keeps_what_he_typed(folder: Path) -> None:
    typed = TOPIC.replace("openclaw-alerts", "of-others")
    env = load(written(folder, SNS.replace("{}", f"{{topicArn: '{typed}'}}"), f"alertTopicArn: {TOPIC}\n"), "test")
    assert topic(env) == typed
    assert env.outputs == frozenset()


def test_pending_outputs_are_enough_for_the_aws_layer(folder: Path) -> None:
    env = load(written(folder, SNS + COGNITO), "test", pending=True)
    assert env.outputs == {output.name for output in OUTPUTS}
    assert topic(env) == next(output.example for output in OUTPUTS if output.name == "alertTopicArn")


def test_what_is_wrong_otherwise_is_wrong_while_outputs_are_pending_too(folder: Path) -> None:
    assert len(problems(written(folder, SNS + "cluster: {account: 1}\n"), pending=True)) == 1


def test_a_section_that_is_not_there_waits_for_nothing(folder: Path) -> None:
    assert load(written(folder, "cluster: {name: test}\n"), "test").outputs == frozenset()


def test_the_files_of_outputs_are_no_environments(folder: Path) -> None:
    assert names(written(folder, SNS, f"alertTopicArn: {TOPIC}\n")) == ["test"]
