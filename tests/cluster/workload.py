"""A rendered workload, and the pods that it is to have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.cluster.client import Obj


@dataclass(frozen=True)
class Workload:
    """A Deployment or a StatefulSet."""

    obj: Obj
    pods: int
    """As many as it is to have at least."""

    @property
    def name(self) -> str:
        return str(self.obj["metadata"]["name"])

    @property
    def spec(self) -> Obj:
        """Of its pods."""
        found: Obj = self.obj["spec"]["template"]["spec"]
        return found

    def owns(self, pod: Obj) -> bool:
        wanted = self.obj["spec"]["selector"]["matchLabels"].items()
        same: bool = pod["metadata"]["namespace"] == self.obj["metadata"]["namespace"]
        return same and wanted <= pod["metadata"].get("labels", {}).items()


def workloads(objects: Sequence[Obj]) -> Iterator[Workload]:
    """Those among the objects; of what an autoscaler scales, its fewest pods."""
    scalers = [obj["spec"] for obj in objects if obj["kind"] == "HorizontalPodAutoscaler"]
    least = {(one["scaleTargetRef"]["kind"], one["scaleTargetRef"]["name"]): one["minReplicas"] for one in scalers}
    for obj in objects:
        if obj["kind"] in ("Deployment", "StatefulSet"):
            yield Workload(obj, obj["spec"].get("replicas", least.get((obj["kind"], obj["metadata"]["name"]), 1)))


def is_ready(pod: Obj) -> bool:
    """Serves, and is not on its way out."""
    conditions = pod.get("status", {}).get("conditions") or []
    serves = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return serves and "deletionTimestamp" not in pod["metadata"]
