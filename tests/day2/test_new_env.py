"""A new environment renders and checks as it is written; what cannot be is refused, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli_new_env import PURPOSES as OFFERED
from generator.day2.new_env import PURPOSES
from generator.environment.load import DEFAULTS, load
from generator.trees.plan import plan

from .conftest import Run

FLAGS = {
    "--from": "staging",
    "--account": "111122223333",
    "--region": "eu-west-1",
    "--zones": "eu-west-1a,eu-west-1b,eu-west-1c",
    "--vpc-cidr": "10.60.0.0/16",
}


def argv(**other: str) -> list[str]:
    given = FLAGS | {f"--{key.replace('_', '-')}": value for key, value in other.items()}
    return ["new-env", "qa", *(word for pair in given.items() for word in pair)]


def test_a_new_environment_renders(folder: Path, run: Run) -> None:
    assert run(*argv()).output.splitlines()[0] == "wrote environments/qa.yaml"
    made = plan(load(folder, DEFAULTS), [load(folder, "qa")], {})
    assert "rendered/qa/openclaw-main/statefulset-openclaw-main.yaml" in made.files


def test_the_file_is_commented_and_known_to_editors(folder: Path, run: Run) -> None:
    done = run(
        *argv(cni="cilium", engine="bifrost", domain="qa.example.com", alb_subnets="10.60.0.0/20, 10.60.16.0/20")
    )
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "wrote environments/qa.yaml")
    assert "make bootstrap ENV=qa" in done.output
    text = (folder / "qa.yaml").read_text("utf-8")
    assert text.startswith("# Qa: ")
    assert "\n# yaml-language-server: $schema=schema.json\n" in text
    env = load(folder, "qa", pending=True)
    assert (env.network.cni, env.llm_gateway.engine, env.ingress.domain) == ("cilium", "bifrost", "qa.example.com")
    assert env.cluster.name == "openclaw-qa"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"account": "1111"}, "environments/qa.yaml:6:12: cluster.account: «1111»: expected a 12-digit AWS account id"),
        ({"zones": "us-east-1a,us-east-1b"}, "cluster.zones[0]: zone «us-east-1a» is not in Region eu-west-1"),
        ({"vpc_cidr": "10.60.0.0/33"}, "cluster.vpcCidr"),
        ({"vpc_cidr": "10.60.0.0/16\nwaivers: {}"}, "cluster.vpcCidr"),
        ({"domain": "qa.example.com", "alb_subnets": "10.60.0.0/16,10.61.0.0/16"}, "holds the whole VPC"),
        ({"domain": "a b", "alb_subnets": "10.60.0.0/20,10.60.16.0/20"}, "ingress.domain: «a b»: expected a host name"),
        ({"domain": "qa.example.com"}, "there is nobody to ask: give --alb-subnets"),
        ({"cni": "calico"}, "'calico' is not one of"),
    ],
)
def test_a_bad_value_is_refused_in_the_models_own_words(
    folder: Path, run: Run, other: dict[str, str], words: str
) -> None:
    done = run(*argv(**other))
    assert (done.exit_code, words in done.output) == (2, True), done.output
    assert not (folder / "qa.yaml").exists()


@pytest.mark.parametrize("name", ["prod", "defaults", "Not a label", "qa.outputs", "../qa"])
def test_a_name_that_is_taken_or_is_none_is_refused(folder: Path, run: Run, name: str) -> None:
    before = {path: path.read_bytes() for path in folder.parent.rglob("*.yaml")}
    words = argv()
    words[1] = name
    assert run(*words).exit_code == 2
    assert {path: path.read_bytes() for path in folder.parent.rglob("*.yaml")} == before


def test_without_anybody_to_ask_everything_that_is_missing_is_named(run: Run) -> None:
    assert "give --region, --account, --zones, --vpc-cidr, --from; nothing" in run("new-env", "qa").output


def test_the_command_offers_every_purpose() -> None:
    assert tuple(PURPOSES) == OFFERED
