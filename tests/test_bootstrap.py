"""The way from an empty cluster to a synced gateway, printed and run."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.aws.registry import stacks
from generator.bootstrap import Stage, deploy, stages
from generator.cli import main
from generator.environment.load import load, names
from generator.environment.model import Environment

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "environments"


def titles(found: list[Stage]) -> list[str]:
    return [stage.title for stage in found]


def commands(found: list[Stage]) -> list[str]:
    return [" ".join(step.argv) for stage in found for step in stage.steps if step.argv]


@pytest.mark.parametrize("name", names(FOLDER))
def test_every_stack_is_deployed_once_from_its_file_and_in_order(name: str) -> None:
    env = load(FOLDER, name)
    deployed = [line.split("--template-file ")[1].split()[0] for line in commands(stages(env)) if " deploy " in line]
    assert deployed == [f"rendered/{name}/aws/{stack.name}.yaml" for stack in stacks(env)]
    missing = [path for path in deployed if not (ROOT / path).is_file()]
    assert not missing, f"Missing: {missing}"


@pytest.mark.parametrize("name", names(FOLDER))
def test_every_manifest_that_is_applied_is_rendered(name: str) -> None:
    applied = [line.rpartition(" ")[2] for line in commands(stages(load(FOLDER, name))) if "apply -f rendered/" in line]
    assert applied, "nothing would start the first sync"
    missing = [path for path in applied if not (ROOT / path).is_file()]
    assert not missing, f"Missing: {missing}"


@pytest.mark.parametrize("name", names(FOLDER))
def test_no_command_can_reach_another_cluster_or_region(name: str) -> None:
    env = load(FOLDER, name)
    for line in commands(stages(env)):
        if line.startswith("kubectl"):
            assert line.startswith(f"kubectl --context {env.cluster.arn} "), line
        if line.startswith(("aws cloudformation", "aws eks")):
            assert f"--region {env.cluster.region}" in line, line


def test_secrets_and_outputs_come_before_the_first_sync() -> None:
    found = titles(stages(load(FOLDER, "staging")))
    order = [found.index(title) for title in ("What the account yields", "Secrets", "Argo CD", "The first sync")]
    assert order == sorted(order), found


def test_an_account_of_somebody_else_gets_no_stack() -> None:
    env = load(FOLDER, "staging")
    others = replace(env, aws=replace(env.aws, managed=False))
    assert not [line for line in commands(stages(others)) if "cloudformation" in line or "import-outputs" in line]
    by_hand = [step.what for stage in stages(others) for step in stage.steps if not step.argv]
    assert any("userPoolArn, userPoolClientId, userPoolDomain" in what for what in by_hand), by_hand


def test_a_fleet_member_is_synced_by_its_hub() -> None:
    env = load(FOLDER, "prod")
    argocd = replace(env.gitops.argocd, mode="fleet")
    member = replace(env, gitops=replace(env.gitops, argocd=argocd))
    assert "The first sync" not in titles(stages(member))
    assert any("openclaw.io/environment=prod" in step.what for stage in stages(member) for step in stage.steps)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "environments")
    return tmp_path


def invoke(repository: Path, *argv: str, answer: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--root", str(repository), *argv], input=answer)
    return done.exit_code, done.output


def test_an_environment_without_outputs_is_bootstrapped_but_not_rendered(repository: Path) -> None:
    (repository / "environments/staging.outputs.yaml").unlink()
    code, output = invoke(repository, "render")
    assert code == 2
    assert "environments/staging.yaml:" in output
    assert (
        "ingress.signIn.cognito.userPoolArn: component ingress needs it, "
        "and environments/staging.outputs.yaml has no userPoolArn; deploy stack door, then: "
        "python -m generator import-outputs staging" in output
    )
    assert not (repository / "rendered").exists()
    code, output = invoke(repository, "bootstrap", "staging")
    assert code == 0, output
    assert "wrote rendered/staging/aws/state.yaml" in output
    assert sorted(path.name for path in (repository / "rendered/staging").iterdir()) == ["aws"]


def test_bootstrap_prints_and_runs_nothing_unasked(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.console.subprocess.run", lambda *_, **__: pytest.fail("a command was run"))
    code, output = invoke(repository, "bootstrap", "dev")
    assert code == 0, output
    assert deploy(load(FOLDER, "dev"), "state").argv[0] in output


def test_a_failed_step_ends_the_run_and_shows_what_is_left(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = repository / "programs"
    programs.mkdir()
    (programs / "aws").write_text("#!/bin/sh\necho 999999999999\n")
    (programs / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    code, output = invoke(repository, "bootstrap", "dev", "--run")
    assert code == 1
    assert "this step failed" in output
    assert "111122223333" in output
    assert "deploy" not in output, "what follows a failed stage is not run"


def test_a_stage_that_is_not_there_is_refused(repository: Path) -> None:
    code, output = invoke(repository, "bootstrap", "dev", "--stage", "99")
    assert code == 2
    assert "there are stages 1 to" in output


DOOR = {
    "UserPoolArn": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Real",
    "UserPoolClientId": "abc",
    "UserPoolDomain": "openclaw-real",
}


def cloudformation(stack: str, values: dict[str, str]) -> str:
    outputs = [{"OutputKey": key, "OutputValue": value} for key, value in values.items()]
    return json.dumps({"Stacks": [{"StackName": stack, "Outputs": outputs}, {"StackName": "of-somebody-else"}]})


def read(repository: Path, env: str = "staging") -> Environment:
    return load(repository / "environments", env)


@pytest.mark.parametrize(
    "answer",
    [
        cloudformation("openclaw-staging-door", DOOR),
        json.dumps({name: {"value": value, "sensitive": False} for name, value in DOOR.items()}),
    ],
    ids=["cloudformation", "terraform"],
)
def test_outputs_become_values_of_the_environment(repository: Path, answer: str) -> None:
    (repository / "environments/staging.outputs.yaml").unlink()
    code, output = invoke(repository, "import-outputs", "staging", "-", answer=answer)
    assert (code, output) == (0, "wrote environments/staging.outputs.yaml\n")
    cognito = read(repository).ingress.sign_in.cognito
    assert cognito
    assert (cognito.user_pool_arn, cognito.client_id, cognito.domain) == tuple(DOOR.values())
    code, output = invoke(repository, "import-outputs", "staging", "-", answer=answer)
    assert (code, output) == (0, "environments/staging.outputs.yaml is as before\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (cloudformation("openclaw-staging-door", {"UserPoolArn": DOOR["UserPoolArn"]}), "no UserPoolClientId"),
        (cloudformation("openclaw-prod-door", DOOR), "component ingress needs it; deploy stack openclaw-staging-door"),
        ("{", "the answer is no JSON"),
        ("[]", "expected the JSON object"),
        ('{"a": 1}', "neither `aws cloudformation describe-stacks` nor"),
        (cloudformation("openclaw-staging-door", DOOR | {"UserPoolArn": "arn:x"}), "userPoolArn: «arn:x»: expected"),
    ],
)
def test_an_answer_that_does_not_do_changes_nothing(repository: Path, answer: str, said: str) -> None:
    before = (repository / "environments/staging.outputs.yaml").read_text()
    code, output = invoke(repository, "import-outputs", "staging", "-", answer=answer)
    assert code == 2, output
    assert said in output
    assert (repository / "environments/staging.outputs.yaml").read_text() == before


def test_an_environment_that_takes_nothing_needs_no_file(repository: Path) -> None:
    code, output = invoke(repository, "import-outputs", "dev", "-", answer="{}")
    assert code == 0
    assert "is not needed" in output
    assert not (repository / "environments/dev.outputs.yaml").exists()
