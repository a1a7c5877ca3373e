"""What the identities of pods may do, judged by iam-simulate: a simulator of IAM that knows every action of AWS, the
resources that it takes and the condition keys that go with it.

It also judges the judge of the default suite (tests/aws/evaluate.py): both must say the same of every call.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.environment.model import Environment
from tests.aws import evaluate
from tests.aws.account import all_identities, policies
from tests.real.aws.templates import NAMES
from tools.programs import Program

KEY = "arn:aws:kms:{region}:{account}:key/11111111-2222-4333-8444-555555555555"
PATHS = {
    "loadbalancer/app/*": "loadbalancer/app/door/1",
    "listener/app/*": "listener/app/door/1/2",
    "listener-rule/app/*": "listener-rule/app/door/1/2/3",
    "targetgroup/*": "targetgroup/gateways/1",
}
"""Resources whose ids have several parts."""

UNKNOWN = (
    # Bedrock user guide, global cross-Region inference: the model of no Region.
    r"bedrock:.* on arn:aws:bedrock:::foundation-model/.*",
    # Systems Manager user guide, public parameters: they belong to no account.
    r"ssm:GetParameter on arn:aws:ssm:[^:]*::parameter/aws/service/.*",
    # Elastic Load Balancing's own list of actions has them; the controller tags both.
    r"elasticloadbalancing:(Add|Remove)Tags on .*:(targetgroup|listener|listener-rule)/.*",
)
"""Calls that AWS knows and the simulator's data does not: they cannot be judged there."""

Ask = Callable[[Mapping[str, Any], evaluate.Call], str]
"""Policy and call -> `Allowed`, `ImplicitlyDenied`, or why the call cannot be."""


@pytest.fixture(scope="session")
def simulate(programs: Callable[[str], Program]) -> Iterator[Ask]:
    program = programs("iam-simulate")
    argv = [*program.argv, str(Path(__file__).parent / "simulate.mjs"), str(program.path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:

        def ask(policy: Mapping[str, Any], call: evaluate.Call) -> str:
            assert running.stdin is not None
            assert running.stdout is not None
            account = call.resource.split(":")[4] if call.resource.count(":") > 4 else ""
            question = {
                "policy": policy,
                "action": call.action,
                "resource": call.resource,
                "account": account or "111122223333",
                "context": call.context,
            }
            running.stdin.write(json.dumps(question) + "\n")
            running.stdin.flush()
            said = json.loads(running.stdout.readline())
            return str(said.get("result") or said["error"])

        yield ask
        assert running.stdin is not None
        running.stdin.close()


def documents(env: Environment) -> dict[str, dict[str, Any]]:
    """The policy of each identity, as IAM gets it."""
    key = KEY.format(region=env.cluster.region, account=env.cluster.account)
    found = {}
    for name in all_identities(env):
        [policy] = policies(env, name)
        found[name] = json.loads(json.dumps(policy | {"Version": "2012-10-17"}).replace("StateKey.Arn", key))
    return found


def calls(statement: Mapping[str, Any]) -> Iterator[evaluate.Call]:
    """Each action of a statement on each of its resources, with what its condition asks for."""
    context = dict(satisfying(statement.get("Condition", {})))
    for action in statement["Action"]:
        for resource in statement["Resource"]:
            yield evaluate.Call(action, concrete(resource), context)


def concrete(resource: str) -> str:
    """A resource that the pattern is for."""
    for pattern, made in PATHS.items():
        resource = resource.replace(pattern, made)
    return resource if resource == "*" else resource.replace("??????", "a1B2c3").replace("*", "x")


def satisfying(condition: Mapping[str, Any]) -> Iterator[tuple[str, str | list[str]]]:
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            values = [one.replace("*", "x") for one in evaluate.listed(wanted)]
            if operator != "Null":
                yield key, values if operator.startswith("ForAllValues:") else values[0]


def variations(call: evaluate.Call) -> Iterator[evaluate.Call]:
    """Calls that are nearly this one: on another resource, from elsewhere, without one of its conditions' values."""
    yield evaluate.Call(call.action, f"{call.resource}-other" if call.resource != "*" else "*", call.context)
    for key in call.context:
        yield evaluate.Call(call.action, call.resource, {one: call.context[one] for one in call.context if one != key})
        yield evaluate.Call(call.action, call.resource, {**call.context, key: "other"})


@pytest.mark.parametrize("name", NAMES)
def test_aws_knows_what_is_allowed_and_allows_it(
    simulate: Ask, known: Mapping[str, Environment], name: str, figure: Callable[[str], None]
) -> None:
    """Every action is one of AWS's, and every resource and condition of its statement one that it can meet."""
    wrong, right = [], 0
    for role, policy in documents(known[name]).items():
        for statement in policy["Statement"]:
            said = [(call, simulate(policy, call)) for call in calls(statement)]
            good = [call for call, result in said if result == "Allowed" or unknown(call)]
            right += sum(result == "Allowed" for _, result in said)
            actions, resources = {one.action for one in good}, {one.resource for one in good}
            wrong += [f"{role}: {one}" for one in statement["Action"] if one not in actions]
            wrong += [f"{role}: {one}" for one in map(concrete, statement["Resource"]) if one not in resources]
            denied = [call for call, result in said if result.endswith("Denied")]
            wrong += [f"{role}: {call.action} on {call.resource} is refused" for call in denied]
    assert not wrong, "\n".join(wrong)
    assert right > 10
    figure(f"{name}: {right} calls of {len(documents(known[name]))} identities are AWS's, and allowed")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_nearly_allowed_is_judged_alike(
    simulate: Ask, known: Mapping[str, Environment], name: str, figure: Callable[[str], None]
) -> None:
    """Each call for every identity, and its variations for its own."""
    found = documents(known[name])
    own = [
        (role, call) for role, policy in found.items() for statement in policy["Statement"] for call in calls(statement)
    ]
    questions = [(other, call) for _, call in own for other in found]
    questions += [(role, near) for role, call in own for near in variations(call)]
    different, allowed, refused = [], 0, 0
    for role, call in {str(one): one for one in questions}.values():
        theirs, ours = simulate(found[role], call), evaluate.allowed([found[role]], call)
        if theirs not in ("Allowed", "ImplicitlyDenied"):
            continue
        allowed, refused = allowed + ours, refused + (not ours)
        if (theirs == "Allowed") != ours:
            different.append(f"{role}: {call} is {theirs} there, {'Allowed' if ours else 'refused'} here")
    assert not different, "\n".join(different[:20])
    assert refused > allowed > 10
    figure(f"{name}: judged alike, {allowed} calls allowed and {refused} refused")


def unknown(call: evaluate.Call) -> bool:
    return any(re.fullmatch(pattern, f"{call.action} on {call.resource}") for pattern in UNKNOWN)
