"""`check` judges the templates of each environment, and those of any folder, beside the objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from generator.check.finding import Finding
from generator.check.run import check_folder, check_plan
from generator.environment.model import Environment
from generator.environment.waiver import Waiver, Waivers
from generator.trees.plan import Plan
from generator.trees.write import Report

TODAY = date(2026, 11, 22)
STATE = "rendered/dev/aws/state.yaml"
KEY = "AWS::KMS::Key StateKey"


@pytest.fixture
def dev(planned: Plan, environments: dict[str, Environment]) -> tuple[Plan, Environment]:
    """Only what stands in templates, and what is not on Kubernetes' side."""
    mine = {path: obj for path, obj in planned.templates.items() if path.startswith("rendered/dev/")}
    files = {path: planned.files[path] for path in mine}
    return Plan(files, {}, mine), replace(environments["dev"], waivers=Waivers())


def checked(root: Path, dev: tuple[Plan, Environment], text: str) -> list[Finding]:
    """What check says with another text of a template on disk."""
    made, env = dev
    (root / STATE).parent.mkdir(parents=True)
    (root / STATE).write_text(text, "utf-8")
    found = check_plan(root, made, [env], Report([], [STATE], [], 0), TODAY).findings
    return [one for one in found if one.rule != "current"]


def test_a_template_is_judged_as_it_stands_on_disk(tmp_path: Path, dev: tuple[Plan, Environment]) -> None:
    text = dev[0].files[STATE]
    line = text[: text.index("UpdateReplacePolicy: Retain\n  StateKeyAlias")].count("\n") + 1
    [found] = checked(
        tmp_path, dev, text.replace("    UpdateReplacePolicy: Retain\n  StateKeyAlias", "  StateKeyAlias")
    )
    assert (found.file, found.rule, found.object) == (STATE, "aws-state-kept", KEY)
    assert found.path == "Resources.StateKey.UpdateReplacePolicy"
    assert found.line <= line


def test_a_field_that_is_there_is_named_with_its_line(tmp_path: Path, dev: tuple[Plan, Environment]) -> None:
    text = dev[0].files[STATE].replace(":root", ":role/a")
    [found] = checked(tmp_path, dev, text)
    assert found.line == text[: text.index("Action: kms:*")].count("\n") + 1
    assert (found.rule, found.path) == ("aws-wildcards", "Resources.StateKey.Properties.KeyPolicy.Statement[0].Action")


def test_a_waiver_names_the_resource(tmp_path: Path, dev: tuple[Plan, Environment]) -> None:
    made, env = dev
    waiver = Waiver("aws-wildcards", KEY, "a role administers the key in this account", "2027-01-31")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/dev.yaml").write_text("waivers:\n  accepted:\n  - rule: aws-wildcards\n")
    waived = made, replace(env, waivers=Waivers((waiver,)))
    assert checked(tmp_path, waived, made.files[STATE].replace(":root", ":role/a")) == []


def test_an_account_of_somebody_else_needs_nothing(dev: tuple[Plan, Environment], tmp_path: Path) -> None:
    made, env = dev
    foreign = replace(env, aws=replace(env.aws, managed=False))
    assert check_plan(tmp_path, made, [foreign], Report([], [], [], 1), TODAY).findings == []


def test_a_folder_may_hold_templates_and_what_is_terraforms(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text('{"resource": {}}')
    (tmp_path / "queue.yaml").write_text("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n")
    result = check_folder(tmp_path, None)
    assert result.objects == 1
    assert [(one.rule, one.line, one.object) for one in result.findings] == [
        ("aws-encrypted", 2, "AWS::SQS::Queue Queue"),
        ("aws-tls-only", 2, "AWS::SQS::Queue Queue"),
    ]


def test_short_forms_of_cloudformation_are_read(tmp_path: Path) -> None:
    text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Alias:\n    Type: AWS::KMS::Alias\n    Properties:\n"
    (tmp_path / "alias.yaml").write_text(f"{text}      TargetKeyId: !Ref Key\n      AliasName: !Sub alias/a\n")
    assert [(one.rule, one.line) for one in check_folder(tmp_path, None).findings] == [("aws-references", 6)]
