"""A secret in the wrong place is found there, is told the right one, and is repeated by nothing that is printed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.check import current
from generator.cli import main
from generator.environment.credentials import FORMS, form
from generator.environment.visible import visible
from generator.trees.write import Report
from tests.conftest import ROOT

KEY = "sk-" + "ant-api03-abcdefghijklmnopqrstuvwxyz0123456789"
SECRETS = {
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\n",
    "an API key": KEY,
    "a GitHub token": "ghp_" + "a1B2" * 10,
    "a GitLab token": "glpat-" + "a1B2" * 6,
    "a Slack token": "xoxb-" + "123456789012-abcdef",
    "the address of a Slack webhook": "https://hooks.slack.com/" + "services/T0A1B2C3D/B0A1B2C3D/a1B2c3D4e5F6g7H8",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc_def-1",
    "a password in a URL": "https://deploy:" + "hunter22@git.example.com",
}
"""Not one of them opens anything."""


@pytest.fixture
def repository(tmp_path: Path, few_examples: str) -> Path:
    folder = tmp_path / "environments"
    folder.mkdir()
    shutil.copyfile(ROOT / "environments/dev.yaml", folder / "dev.yaml")
    (folder / "defaults.yaml").write_text(few_examples, "utf-8")
    return tmp_path


def said(*argv: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*argv])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_every_form_has_an_example() -> None:
    assert {noun for noun, _, _ in FORMS} == SECRETS.keys()
    assert {noun: form(text) for noun, text in SECRETS.items()} == {noun: noun for noun in SECRETS}


@pytest.mark.parametrize("noun", SECRETS)
def test_what_is_printed_names_a_secret_and_does_not_repeat_it(noun: str) -> None:
    assert visible(f"value: {SECRETS[noun]} and more").count(f"({noun}, not shown)") == 1
    assert SECRETS[noun][12:].strip() not in visible(f"value: {SECRETS[noun]} and more")


@pytest.mark.parametrize(
    "text",
    [
        f"providers:\n  anthropic: {{apiKey: {KEY}}}\n",
        f"openclaw:\n  gatewayDefaults:\n    virtualKey: {KEY}\n",
        f"gitops:\n  repoUrl: {SECRETS['a password in a URL']}/x.git\n",
        f"# the key is {KEY}\ncluster: {{}}\n",
        f"cost: {{monthlyCeiling: {KEY}}}\n",
        f"{KEY}: 1\n",
        f"cluster: [\n{KEY}\n",
        f"monitoring: {{receivers: {{slack: {{channel: '{SECRETS['the address of a Slack webhook']}'}}}}}}\n",
    ],
    ids=["unknown-key", "value", "url", "comment", "number", "key", "broken-yaml", "webhook"],
)
def test_a_secret_in_an_environment_file_is_refused_where_it_stands(repository: Path, text: str) -> None:
    (repository / "environments/dev.yaml").write_text(text)
    code, output = said("--root", str(repository), "render")
    assert code == 2
    line = next(number for number, line in enumerate(text.splitlines(), 1) if form(line))
    assert f"environments/dev.yaml:{line}:" in output
    assert "which Git would keep for good; take it out, revoke it, and give the new one to Secrets Manager" in output
    assert not form(output)
    assert KEY[8:] not in output


@pytest.mark.parametrize("file", ["dev/patches/a.yaml", "dev.outputs.yaml"])
def test_a_secret_in_a_patch_or_in_outputs_is_refused(repository: Path, file: str) -> None:
    path = repository / "environments" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{key: {KEY}}}\n")
    code, output = said("--root", str(repository), "render")
    assert code == 2
    assert f"environments/{file}:4:13: holds an API key, which Git would keep for good" in output
    assert KEY[8:] not in output


@pytest.mark.parametrize("key", ["apiKey", "password", "secretAccessKey", "token"])
def test_a_key_for_a_secret_is_told_where_secrets_go(repository: Path, key: str) -> None:
    (repository / "environments/dev.yaml").write_text(f"providers:\n  openai: {{{key}: something}}\n")
    code, output = said("--root", str(repository), "render")
    assert code == 2
    assert f"environments/dev.yaml:2:12: providers.openai.{key}: unknown key; take it out, revoke it, " in output
    assert "something" not in output


@pytest.mark.parametrize(
    "form_of", [[], ["--json"], ["--github"], ["--sarif"]], ids=["text", "json", "github", "sarif"]
)
def test_check_says_where_a_secret_stands_and_does_not_repeat_it(tmp_path: Path, form_of: list[str]) -> None:
    values = json.dumps({noun.replace(" ", "-"): text for noun, text in SECRETS.items()})
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a.json": values, "b": KEY}}
    (tmp_path / "a.json").write_text(json.dumps(config))
    (tmp_path / "b.yaml").write_text(
        f"apiVersion: v1\nkind: {KEY}\nmetadata: {{name: x, labels: {{a: {KEY}}}}}\n{KEY}: 1\n"
    )
    (tmp_path / "c.yaml").write_text(f"a: {KEY}: x\n")
    code, output = said("check", str(tmp_path), *form_of)
    assert code == 1
    assert [text for text in SECRETS.values() if text[12:].strip() in output] == []


def test_a_secret_put_into_a_generated_file_by_hand_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text(f"requirepass {KEY}\n")
    (one,) = current.findings(tmp_path, {"redis.conf": "protected-mode yes\n"}, Report([], ["redis.conf"], [], 0))
    assert "redis.conf:1: is not what environments/ yields: found «requirepass (an API key, not shown)»" in str(one)
    assert KEY[8:] not in json.dumps(one.as_dict())
