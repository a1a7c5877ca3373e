"""What a cluster's machines do, without machines: kubelets that run nothing, and a driver of volumes that hold nothing.

A node is ready once it is there; a pod that is bound to it runs, ready, a moment later; one that is told to end does so
after a part of its grace period.  A claim gets its volume in the zone of the node that its pod is to go to, and stays
bound to that zone, as with EBS.
"""

import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from tests.cluster.client import Client, Obj

LOOK = 0.2
"""Seconds between two looks at nodes and pods."""
STARTS = 1.0
"""Seconds from being bound to being ready."""
SHARE = 0.1
"""Of its grace period that a pod takes to end: the whole would be waiting for nothing."""
ZONE = "topology.kubernetes.io/zone"
SELECTED = "volume.kubernetes.io/selected-node"
DRIVER = "ebs.csi.aws.com"


class Kubelets:
    """Those of all nodes; works in a thread of its own while its block lasts."""

    def __init__(self, client: Client) -> None:
        self._client = client.another()
        self._over = threading.Event()
        self._since: dict[tuple[str, str], float] = {}
        self._addresses = 0
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._client.close()
        if self.failure and not error:
            raise self.failure

    def _work(self) -> None:
        try:
            while not self._over.wait(LOOK):
                self._look()
        except BaseException as failure:
            self.failure = failure

    def _look(self) -> None:
        nodes = {node["metadata"]["name"]: node for node in self._client.all("v1", "Node")}
        for node in nodes.values():
            self._node(node)
        for claim in self._client.all("v1", "PersistentVolumeClaim"):
            self._claim(claim, nodes)
        for pod in self._client.all("v1", "Pod"):
            self._pod(pod)

    def _node(self, node: Obj) -> None:
        conditions = node.get("status", {}).get("conditions", [])
        if not any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
            self._client.merge(node, {"status": {"conditions": [_condition("Ready")]}}, subresource="/status")
        taints = node["spec"].get("taints", [])
        kept = [taint for taint in taints if not _of_a_daemon(taint)]
        if kept != taints:
            # The version keeps what others have changed meanwhile: refused then, and done at the next look.
            version = {"resourceVersion": node["metadata"]["resourceVersion"]}
            self._client.merge(node, {"metadata": version, "spec": {"taints": kept}})

    def _pod(self, pod: Obj) -> None:
        meta = pod["metadata"]
        if "nodeName" not in pod["spec"]:
            return
        if "deletionTimestamp" in meta:
            if self._lasts(meta["uid"], "ends") >= SHARE * meta.get("deletionGracePeriodSeconds", 0):
                self._client.delete(pod, gracePeriodSeconds=0, preconditions={"uid": meta["uid"]})
        elif pod["status"]["phase"] == "Pending" and self._lasts(meta["uid"], "starts") >= STARTS:
            self._client.merge(pod, {"status": self._running(pod)}, subresource="/status")

    def _lasts(self, uid: str, what: str) -> float:
        """Seconds since this was first seen."""
        now = time.monotonic()
        return now - self._since.setdefault((uid, what), now)

    def _running(self, pod: Obj) -> Obj:
        self._addresses += 1
        now = _now()
        return {
            "phase": "Running",
            "startTime": now,
            "podIP": f"10.0.{self._addresses // 250}.{self._addresses % 250 + 1}",
            "conditions": [_condition(name) for name in ("PodScheduled", "Initialized", "ContainersReady", "Ready")],
            "containerStatuses": [
                {
                    "name": container["name"],
                    "image": container["image"],
                    "imageID": "",
                    "ready": True,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": now}},
                }
                for container in pod["spec"]["containers"]
            ],
        }

    def _claim(self, claim: Obj, nodes: dict[str, Obj]) -> None:
        meta, spec = claim["metadata"], claim["spec"]
        node = nodes.get(meta.get("annotations", {}).get(SELECTED, ""))
        if node is None or spec.get("volumeName") or self._since.get((meta["uid"], "volume")):
            return
        self._lasts(meta["uid"], "volume")
        zone = {"key": ZONE, "operator": "In", "values": [node["metadata"]["labels"][ZONE]]}
        reference = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {
                "name": f"pvc-{meta['uid']}",
                "annotations": {"pv.kubernetes.io/provisioned-by": DRIVER},
            },
            "spec": {
                "accessModes": spec["accessModes"],
                "capacity": spec["resources"]["requests"],
                "storageClassName": spec["storageClassName"],
                "persistentVolumeReclaimPolicy": "Retain",
                "csi": {"driver": DRIVER, "volumeHandle": f"vol-{meta['uid']}"},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}},
                "claimRef": reference | {key: meta[key] for key in ("name", "namespace", "uid")},
            },
        }
        self._client.create(volume).result()


def _of_a_daemon(taint: Obj) -> bool:
    """A startup taint, which the DaemonSet that it is named after takes away when it is ready on the node."""
    return str(taint["key"]).endswith("agent-not-ready")


def _condition(name: str) -> Obj:
    return {"type": name, "status": "True", "reason": "StandIn", "message": "", "lastTransitionTime": _now()}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
