"""What has no program here, played: the kubelet, volumes, and the operators whose verdict Argo CD waits for.

Each look sets the state of what is new: a pod is bound and ready, a claim is bound, an object of an operator's kind
says what the operator says when all is well.  Nothing of it judges; what the API server, its admission and Kubernetes'
own controllers think of the objects is real.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from tests.cluster.client import Client, Obj, Refused

NODE = "node-1"
READY: Obj = {"type": "Ready", "status": "True", "reason": "StandIn", "message": "as if all was well"}
SINCE = "2026-01-01T00:00:00Z"

OPERATORS: dict[tuple[str, str], Obj] = {
    ("external-secrets.io/v1", "ExternalSecret"): {"conditions": [READY | {"lastTransitionTime": SINCE}]},
    ("external-secrets.io/v1", "SecretStore"): {"conditions": [READY | {"lastTransitionTime": SINCE}]},
    ("karpenter.k8s.aws/v1", "EC2NodeClass"): {"conditions": [READY | {"lastTransitionTime": SINCE}]},
    ("karpenter.sh/v1", "NodePool"): {"conditions": [READY | {"lastTransitionTime": SINCE}]},
    ("networking.k8s.io/v1", "Ingress"): {"loadBalancer": {"ingress": [{"hostname": "lb.elb.amazonaws.com"}]}},
    ("autoscaling/v2", "HorizontalPodAutoscaler"): {
        "currentReplicas": 1,
        "desiredReplicas": 1,
        "conditions": [READY | {"type": "AbleToScale", "lastTransitionTime": SINCE}],
    },
}
"""Kind -> the status that its operator, or in the last one's case metrics-server, leads to."""


@contextmanager
def playing(client: Client) -> Iterator[None]:
    """Play for as long as the block lasts, in a thread with a connection of its own."""
    ended = threading.Event()
    own = client.another()

    def play() -> None:
        while not ended.wait(1):
            for part in (_pods, _claims, _operators):
                part(own)

    def stubbornly() -> None:
        while not ended.is_set():
            try:
                play()
            except (Refused, OSError, HTTPException):
                own.close()  # an object has gone between a look and a change, or the server has

    thread = threading.Thread(target=stubbornly, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        own.close()


def _pods(client: Client) -> None:
    for pod in client.all("v1", "Pod"):
        if pod["metadata"].get("deletionTimestamp"):
            client.delete(pod, gracePeriodSeconds=0)
        elif not pod["spec"].get("nodeName"):
            target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
            binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod["metadata"]["name"]}}
            client.request("POST", client.path(pod) + "/binding", binding | {"target": target})
        elif pod["status"].get("phase") == "Pending":
            client.merge(pod, {"status": _running(pod)}, subresource="/status")


def _running(pod: Obj) -> Obj:
    conditions = [
        READY | {"type": kind, "lastTransitionTime": SINCE}
        for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": container["image"],
            "ready": True,
            "started": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": SINCE}},
        }
        for container in pod["spec"]["containers"]
    ]
    return {"phase": "Running", "startTime": SINCE, "conditions": conditions, "containerStatuses": containers}


def _claims(client: Client) -> None:
    for claim in client.all("v1", "PersistentVolumeClaim"):
        if claim["status"].get("phase") == "Pending":
            requested = claim["spec"]["resources"]["requests"]
            client.merge(claim, {"status": {"phase": "Bound", "capacity": requested}}, subresource="/status")


def _operators(client: Client) -> None:
    for (api_version, kind), status in OPERATORS.items():
        for obj in client.all(api_version, kind):
            if not all(obj.get("status", {}).get(key) for key in status):
                client.merge(obj, {"status": status}, subresource="/status")
