"""The API server and the offline evaluator judge alike: every fixture and every mutant, word for word.

Each object is created without being stored, under the bindings as they are rendered.  A refusal names one rule alone,
so beside each enforcing binding stands another that warns, which tells what the other rules say.  Pods that Pod
Security refuses never come before our policies; they are judged once more as a user whom it lets pass.

The evaluator is asked twice: about the object as policies see it, with the server's defaults, where it must agree; and
about the object as it stands in Git, where it may find what a default hides from the server, and may pass nothing that
the server refuses.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from generator.check.admission.evaluator import Admission
from generator.environment.model import Environment
from generator.trees.plan import Plan
from tests.cluster.client import Client, Obj
from tests.cluster.enforced import BINDING, RULES, Said, Verdict, examples, telling, verdict, wait_until_live
from tests.cluster.environment import EXEMPT, Applied, service_accounts
from tests.cluster.stored import stored
from tests.policies.judging import admission
from tests.policies.mutations import MUTATIONS
from tests.policies.subjects import subjects

WORKERS = 3
"""Connections at a time: as many keep two cores busy."""
POD_SECURITY = 'violates PodSecurity "restricted:latest"'

IN_GIT_ALONE = {
    "no terminationGracePeriodSeconds: the pod is killed 30 s after it was asked to end, whatever is still running",
    "autoscaled replicas without a spread over topology.kubernetes.io/zone: one zone may hold, and take down, all of "
    "them",
}
"""What is found in Git and not at admission, where a default stands in the place of what was not said."""


@dataclass(frozen=True)
class Case:
    """An object to judge, and what it is."""

    what: str
    obj: Obj


@pytest.fixture(scope="module")
def court(here: Applied) -> Iterator[Applied]:
    """The environment's server with what its pods refer to, and with bindings that tell."""
    client = here.cluster.client
    service_accounts(client, [case.obj for case in fixtures()])
    bindings = telling(obj for obj, _ in here.answers if obj["kind"] == BINDING)
    for obj in bindings:
        client.create(obj).result()
    wait_until_live(client, bindings)
    yield here
    for obj in bindings:
        client.delete(obj).result()


def fixtures() -> Iterator[Case]:
    for rule in RULES:
        for name in ("good", "bad"):
            for obj in examples(rule, name):
                yield Case(f"{rule}/{name}.yaml: {obj['metadata']['name']}", obj)


def mutants(environment: str, planned: Plan) -> Iterator[Case]:
    found = [(where, obj) for name, where, obj in subjects(planned) if name == environment]
    for where, obj in found:
        yield Case(f"{where}: as rendered", obj)
    for mutation in MUTATIONS:
        for where, obj in found:
            if mutation.applies(obj):
                yield Case(f"{where}: {mutation.name}", mutation.of(obj))


def test_every_verdict_is_the_offline_evaluators(
    court: Applied, environments: dict[str, Environment], planned: Plan, figure: Callable[[str], None]
) -> None:
    env = environments[court.name]
    judge, enforced = admission(env), env.policies.enforcement == "deny"
    cases = [case for case in (*fixtures(), *mutants(court.name, planned)) if "apiVersion" in case.obj]
    started = time.monotonic()
    verdicts, insecure = judged(court.cluster.client, cases)
    seconds = time.monotonic() - started
    wrong, never, spoken, hidden = [], [], 0, Counter[str]()
    for case, found in zip(cases, verdicts, strict=True):
        if found.refused_before:
            never.append(f"{case.what}: {found.refused_before}")
            continue
        expected, in_git = said(judge, stored(case.obj)), said(judge, case.obj)
        spoken += bool(expected)
        hidden.update(one.message for one in in_git - expected)
        wrong += [f"{case.what}: {line}" for line in differences(found, expected, enforced)]
        wrong += [f"{case.what}: passes in Git alone: {one}" for one in expected if not in_git]
    figure(
        f"{court.name}: {len(cases)} objects judged by a real API server in {seconds:.0f} s, {spoken} found wanting, "
        f"{len(wrong)} verdicts other than the offline evaluator's; {insecure} refused by Pod Security before our "
        f"policies, {len(never)} by other validation; {hidden.total()} found in Git alone"
    )
    assert not wrong, "\n" + "\n".join(wrong[:40])
    assert not never, "\n" + "\n".join(never[:40])
    assert {*hidden} == IN_GIT_ALONE


def said(judge: Admission, obj: Obj) -> frozenset[Said]:
    return frozenset(Said(one.policy, one.message) for one in judge.verdicts(obj))


def differences(found: Verdict, expected: frozenset[Said], enforced: bool) -> Iterator[str]:
    """Missing and extra messages, and a refusal where none is due, or none where one is."""
    for one in sorted(expected - found.warned, key=str):
        yield f"Missing on the server: {one.policy}: {one.message}"
    for one in sorted(found.warned - expected, key=str):
        yield f"Extra on the server: {one.policy}: {one.message}"
    refusable = expected if enforced else frozenset()
    if found.denied not in (refusable or {None}):
        yield f"Changed: refused by {found.denied}, offline by one of {sorted(refusable, key=str)}"


def judged(client: Client, cases: Sequence[Case]) -> tuple[list[Verdict], int]:
    """The server's verdicts, in the order of the cases, and how many pods Pod Security refused first."""

    def every(share: Sequence[Case]) -> list[tuple[Verdict, bool]]:
        own, exempt = client.another(), client.another(EXEMPT)
        found = []
        try:
            for case in share:
                one = verdict(own.create(case.obj, dry_run=True))
                insecure = POD_SECURITY in one.refused_before
                found.append((verdict(exempt.create(case.obj, dry_run=True)) if insecure else one, insecure))
        finally:
            own.close()
            exempt.close()
        return found

    with ThreadPoolExecutor(WORKERS) as pool:
        shares = list(pool.map(every, [cases[first::WORKERS] for first in range(WORKERS)]))
    found = [shares[index % WORKERS][index // WORKERS] for index in range(len(cases))]
    return [one for one, _ in found], sum(insecure for _, insecure in found)
