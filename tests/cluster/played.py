"""A played interruption, written down for the simulation: where pods were, which nodes went, what happened when."""

from collections.abc import Callable, Sequence

from tests.cluster.availability import Life, Watcher
from tests.cluster.client import Obj
from tests.cluster.kubelet import SHARE, STARTS, ZONE
from tests.cluster.workload import Workload
from tests.simulate.replay import Happened, Home, Interruption

CAPACITY = "karpenter.sh/capacity-type"
TYPE = "node.kubernetes.io/instance-type"


def recorded(
    environment: str, workloads: Sequence[Workload], nodes: dict[str, Obj], watcher: Watcher, leaving: Sequence[str]
) -> Callable[[float], Interruption]:
    """Notes where everything is; the answer, called with the moment of the notice, says what happened since."""
    homes: dict[str, list[str]] = {name: [] for name in nodes}
    there = {uid: life for uid, life in watcher.lives.items() if life.ending is None and life.node in nodes}
    for life in there.values():
        if name := _component(life, workloads):
            homes[life.node].append(name)
    labels = {name: node["metadata"]["labels"] for name, node in nodes.items()}
    ordered = sorted(nodes)
    places = [
        Home(one[ZONE], one[TYPE], one[CAPACITY] == "spot", sorted(homes[name]))
        for name, one in ((name, labels[name]) for name in ordered)
    ]
    taken = sorted(ordered.index(name) for name in leaving)

    def happened(notice: float) -> Interruption:
        found = []
        for uid, life in watcher.lives.items():
            name = _component(life, workloads)
            if name and life.ending is not None and life.ending >= notice and uid in there:
                found.append(Happened(round(life.ending - notice, 1), "evicted", name))
            if name and life.ready is not None and life.ready >= notice:
                found.append(Happened(round(life.ready - notice, 1), "ready", name, life.node not in labels))
        return Interruption(environment, places, taken, sorted(found), STARTS, SHARE)

    return happened


def _component(life: Life, workloads: Sequence[Workload]) -> str:
    own = next((one for one in workloads if one.owns(life.pod)), None)
    return f"{life.pod['metadata']['namespace']}/{own.name}" if own else ""
