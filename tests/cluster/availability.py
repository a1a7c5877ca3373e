"""How many pods of each disruption budget are available, at every moment, as the API server tells it."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.cluster.client import Client, Obj
from tests.cluster.workload import is_ready

LASTS = 600
"""Seconds after which a watch ends by itself."""


@dataclass
class Budget:
    """A rendered PodDisruptionBudget, and the fewest of its pods that were ready at a time."""

    namespace: str
    name: str
    labels: dict[str, str]
    may_lack: int
    fewest: int | None = None

    def covers(self, pod: Obj) -> bool:
        labels = pod["metadata"].get("labels", {})
        return bool(pod["metadata"]["namespace"] == self.namespace and self.labels.items() <= labels.items())


@dataclass
class Life:
    """Moments of one pod (time.monotonic()), as its events arrived."""

    pod: Obj
    ready: float | None = None
    ending: float | None = None
    """Its deletion was asked for: the grace period runs."""
    node: str = ""


class Watcher:
    """Follows every pod while its block lasts."""

    def __init__(self, client: Client, budgets: Iterable[Obj]) -> None:
        self._client = client.another()
        self.budgets = [_budget(obj) for obj in budgets]
        self.lives: dict[str, Life] = {}
        self._there: dict[str, Obj] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The watch ends with the server."""

    def begin(self) -> None:
        """From now on the fewest count."""
        with self._lock:
            for budget in self.budgets:
                budget.fewest = self._ready(budget)

    def ready(self, budget: Budget) -> int:
        with self._lock:
            return self._ready(budget)

    def _ready(self, budget: Budget) -> int:
        return sum(is_ready(pod) for pod in self._there.values() if budget.covers(pod))

    def _work(self) -> None:
        for event in self._client.watch("v1", "Pod", LASTS):
            now = time.monotonic()
            pod = event["object"]
            uid = pod["metadata"]["uid"]
            with self._lock:
                life = self.lives.setdefault(uid, Life(pod))
                life.pod, life.node = pod, pod["spec"].get("nodeName", "")
                if is_ready(pod) and life.ready is None:
                    life.ready = now
                if "deletionTimestamp" in pod["metadata"] and life.ending is None:
                    life.ending = now
                if event["type"] == "DELETED":
                    self._there.pop(uid, None)
                else:
                    self._there[uid] = pod
                for budget in self.budgets:
                    if budget.fewest is not None:
                        budget.fewest = min(budget.fewest, self._ready(budget))


def _budget(obj: Obj) -> Budget:
    meta, spec = obj["metadata"], obj["spec"]
    return Budget(meta["namespace"], meta["name"], spec["selector"]["matchLabels"], spec["maxUnavailable"])
