"""Every purpose, pod network, engine and door of a new environment: no findings."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from generator.check.run import check_plan
from generator.day2.new_env import PURPOSES, Answers, make
from generator.environment.load import DEFAULTS, load
from generator.trees.plan import plan
from generator.trees.write import Report
from tests.conftest import ROOT

CASES = list(product(PURPOSES, ("vpc-cni", "cilium"), ("litellm", "bifrost"), ("", "agents.example.com")))


@pytest.mark.parametrize(("purpose", "cni", "engine", "domain"), CASES)
def test_a_new_environment_has_no_findings(purpose: str, cni: str, engine: str, domain: str) -> None:
    zones = tuple(f"eu-west-1{letter}" for letter in "abc")[: 2 if purpose == "dev" else 3]
    answers = Answers(
        name="qa",
        cluster="openclaw-qa",
        account="111122223333",
        region="eu-west-1",
        zones=zones,
        vpc_cidr="10.60.0.0/16",
        purpose=purpose,
        cni=cni,
        engine=engine,
        domain=domain,
        alb_subnets=("10.60.0.0/20", "10.60.16.0/20") if domain else (),
    )
    _, env = make(ROOT / "environments", answers)
    made = plan(load(ROOT / "environments", DEFAULTS), [env], {})
    result = check_plan(ROOT, made, [env], Report([], [], [], len(made.files)), date(2026, 12, 1))
    assert result.objects > 50
    assert [f"{one.file}: {one.rule}: {one.message}" for one in result.findings] == []
