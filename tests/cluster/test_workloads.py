"""Every environment runs: its pods find the places that the rules promise, and leave them within a Spot notice.

The scheduler, the controllers and Karpenter are the real ones; the machines are not (tests/cluster/kubelet.py).  A
notice of interruption is played as Karpenter's provider for AWS takes one: it deletes the node's NodeClaim.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.environment.model import Environment
from generator.environment.openclaw import SPOT_NOTICE
from generator.trees.plan import Plan
from tests.cluster.availability import Watcher
from tests.cluster.client import Obj
from tests.cluster.kubelet import ZONE
from tests.cluster.played import recorded
from tests.cluster.whole import Running, running
from tests.cluster.workload import Workload
from tests.real import manifests
from tests.simulate.replay import Interruption, differences, live, replayed, store

CAPACITY = "karpenter.sh/capacity-type"


@dataclass(frozen=True)
class Alive:
    """An environment all of whose pods were ready."""

    name: str
    running: Running
    watcher: Watcher

    @property
    def workloads(self) -> tuple[Workload, ...]:
        return self.running.workloads

    def pods(self, workload: Workload) -> list[Obj]:
        return self.running.pods(workload)

    def nodes(self) -> dict[str, Obj]:
        return {node["metadata"]["name"]: node for node in self.running.client.all("v1", "Node")}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"{name}-runs")) for name in manifests.environments()],
)
def alive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, environments: dict[str, Environment]
) -> Iterator[Alive]:
    name: str = request.param
    folder = Path(tmp_path_factory.mktemp(f"{name}-runs"))
    with running(name, environments[name].cluster.region, folder) as found:
        budgets = [obj for obj in found.objects if obj["kind"] == "PodDisruptionBudget"]
        with Watcher(found.client, budgets) as watcher:
            there = {pod["metadata"]["uid"] for pod in found.client.all("v1", "Pod")}
            found.wait(lambda: there <= watcher.lives.keys(), "the watch to know every pod")
            yield Alive(name, found, watcher)


def test_pods_run_on_graviton_of_their_pool_and_on_spot_unless_pinned(
    alive: Alive, figure: Callable[[str], None]
) -> None:
    nodes, pinned = alive.nodes(), set()
    for workload in alive.workloads:
        for pod in alive.pods(workload):
            node = nodes[pod["spec"]["nodeName"]]
            labels = node["metadata"]["labels"]
            assert labels["kubernetes.io/arch"] == "arm64"
            assert labels["karpenter.sh/nodepool"] == alive.running.pool.name
            assert labels["node.kubernetes.io/instance-type"] in {one.name for one in alive.running.pool.types}
            if wanted := workload.spec["nodeSelector"].get(CAPACITY):
                assert labels[CAPACITY] == wanted, workload.name
                pinned.add(node["metadata"]["name"])
    bought = {name: node["metadata"]["labels"] for name, node in nodes.items()}
    assert {name: labels[CAPACITY] for name, labels in bought.items() if name not in pinned} == {
        name: "spot" for name in bought if name not in pinned
    }
    kinds = sorted(f"{labels[CAPACITY]} {labels['node.kubernetes.io/instance-type']}" for labels in bought.values())
    pods = sum(len(alive.pods(workload)) for workload in alive.workloads)
    figure(f"{alive.name}: Karpenter buys {len(nodes)} nodes for {pods} pods: {', '.join(kinds)}")


def test_replicas_are_spread_over_zones_as_their_constraint_says(alive: Alive) -> None:
    nodes = alive.nodes()
    for workload in alive.workloads:
        for constraint in workload.spec["topologySpreadConstraints"]:
            if constraint["topologyKey"] == ZONE and workload.pods > 1:
                zones = [nodes[pod["spec"]["nodeName"]]["metadata"]["labels"][ZONE] for pod in alive.pods(workload)]
                counts = [zones.count(zone) for zone in alive.running.pool.values(ZONE) or ()]
                assert len({*zones}) >= 2, f"{workload.name} is in {zones}"
                assert max(counts) - min(counts) <= constraint["maxSkew"], f"{workload.name} is in {zones}"


def test_a_spot_interruption_is_over_within_its_notice(
    alive: Alive, figure: Callable[[str], None], environments: dict[str, Environment], planned: Plan
) -> None:
    """One node goes: every pod is told to end early enough for its whole grace period, and no budget is overdrawn.

    `simulate` plays it event by event as the cluster does.
    """
    node = max(spot_nodes(alive), key=lambda name: len(on_node(alive, name)))
    lines, seen = interrupted(alive, [node])
    assert_simulated(seen, environments[alive.name], planned)
    store(seen, "one")
    late = {name: seconds for name, seconds in lines.items() if seconds > SPOT_NOTICE}
    assert late == {}, "ended by the end of the instance"
    told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(lines.items()))
    figure(f"{alive.name}: a Spot node with {len(lines)} pods is interrupted; gone, with all their grace: {told}")


def test_two_interruptions_at_once_overdraw_no_budget(
    alive: Alive, figure: Callable[[str], None], environments: dict[str, Environment], planned: Plan
) -> None:
    """Where two replicas lose their nodes together, the second waits until the first is replaced."""
    for workload in replicated(alive):
        homes = sorted({pod["spec"]["nodeName"] for pod in alive.pods(workload)} & {*spot_nodes(alive)})
        if len(homes) > 1:
            lines, seen = interrupted(alive, homes[:2])
            assert_simulated(seen, environments[alive.name], planned)
            store(seen, "two")
            told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(lines.items()))
            figure(f"{alive.name}: two Spot nodes at once; gone, with all their grace: {told}")
            return
    pytest.fail("no workload has replicas on two Spot nodes")


def test_what_is_not_asked_for_politely_overdraws_a_budget(alive: Alive) -> None:
    """Else the tests above would pass with pods that are gone: deletions ask no budget, evictions do."""
    workload = replicated(alive)[0]
    [budget] = [one for one in alive.watcher.budgets if one.name == workload.name]
    alive.watcher.begin()
    promised = alive.watcher.ready(budget) - budget.may_lack
    for pod in alive.pods(workload):
        alive.running.client.delete(pod).result()
    alive.running.wait_for_pods([workload])
    assert budget.fewest is not None
    assert budget.fewest < promised


def assert_simulated(seen: Interruption, env: Environment, planned: Plan) -> None:
    """`simulate` plays what the cluster has played: the same pods, in the same order, at about the same times."""
    assert differences(seen, replayed(seen, env, planned), live(seen)) == [], seen


def replicated(alive: Alive) -> list[Workload]:
    found = [one for one in alive.workloads if one.pods > 1]
    if not found:
        pytest.skip("no workload of this environment has replicas")
    return found


def spot_nodes(alive: Alive) -> list[str]:
    return [name for name, node in alive.nodes().items() if node["metadata"]["labels"][CAPACITY] == "spot"]


def on_node(alive: Alive, name: str) -> list[Obj]:
    return [pod for pod in alive.running.client.all("v1", "Pod") if pod["spec"].get("nodeName") == name]


def interrupted(alive: Alive, names: Sequence[str]) -> tuple[dict[str, float], Interruption]:
    """Pod -> seconds from the notice to the end of its grace period, and what happened; all pods are ready elsewhere.

    Asserts that meanwhile each budget kept what it promises.
    """
    client, watcher = alive.running.client, alive.watcher
    leaving = {pod["metadata"]["uid"] for name in names for pod in on_node(alive, name)}
    assert leaving
    before = recorded(alive.name, alive.workloads, alive.nodes(), watcher, names)
    full = {budget.name: watcher.ready(budget) for budget in watcher.budgets}
    watcher.begin()
    notice = time.monotonic()
    for claim in client.all("karpenter.sh/v1", "NodeClaim"):
        if claim["status"].get("nodeName") in names:
            client.delete(claim).result()
    alive.running.wait(lambda: not {*names} & alive.nodes().keys(), f"end of {', '.join(names)}")
    alive.running.wait_for_pods(alive.workloads)
    overdrawn = {
        budget.name: f"{budget.fewest} of {full[budget.name]}"
        for budget in watcher.budgets
        if budget.fewest is not None and budget.fewest < full[budget.name] - budget.may_lack
    }
    assert overdrawn == {}
    ended = [watcher.lives[uid] for uid in leaving]
    lines = {
        life.pod["metadata"]["name"]: life.ending - notice + life.pod["spec"]["terminationGracePeriodSeconds"]
        for life in ended
        if life.ending is not None
    }
    return lines, before(notice)
