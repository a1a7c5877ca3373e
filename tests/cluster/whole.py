"""A whole cluster that runs an environment: control plane, Karpenter, and machines that are none.

The API server, etcd, the controllers, the scheduler and Karpenter are the real programs.  Karpenter launches nodes by
its kwok provider, so the pool has the provider's node class; it is otherwise as rendered.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generator.check.compute.pools import Pool, pools
from generator.check.objectset import Item, ObjectSet
from tests.cluster.client import Client, Obj
from tests.cluster.crds import definitions, stand_in
from tests.cluster.kubelet import Kubelets
from tests.cluster.machines import machines
from tests.cluster.order import parts
from tests.cluster.server import Cluster, argv, start
from tests.cluster.workload import Workload, is_ready, workloads
from tests.real.process import start as start_process

WAITS = 180
"""Seconds for pods to find their places, on a machine that does other things as well."""
CLASS = {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "openclaw"}
EPOCH = "2026-01-01T00:00:00Z"
KINDS = (
    "Namespace",
    "ResourceQuota",
    "ServiceAccount",
    "ConfigMap",
    "StorageClass",
    "Service",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Deployment",
    "StatefulSet",
)
"""What of an environment decides where its pods go."""


@dataclass(frozen=True)
class Running:
    """An environment that runs."""

    cluster: Cluster
    objects: tuple[Obj, ...]
    """Of KINDS, as rendered."""
    pool: Pool

    @property
    def client(self) -> Client:
        return self.cluster.client

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        return tuple(workloads(self.objects))

    def pods(self, workload: Workload) -> list[Obj]:
        """Those that are ready."""
        return [pod for pod in self.client.all("v1", "Pod") if workload.owns(pod) and is_ready(pod)]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        self.cluster.process.wait_until(condition, WAITS, what)

    def wait_for_pods(self, among: Iterable[Workload]) -> None:
        """Wait until each has the pods that it is to have."""
        for one in among:
            self.wait(lambda one=one: len(self.pods(one)) >= one.pods, f"pods of {one.name}")  # type: ignore[misc]


@contextlib.contextmanager
def running(name: str, region: str, folder: Path) -> Iterator[Running]:
    """An environment on a new cluster, all of its pods ready.

    Applied wave by wave, each when the pods of those before it are ready, as Argo CD does it.
    """
    crds = [crd for crd in definitions() if crd["spec"]["group"] == "karpenter.sh"]
    rendered = [obj for _, objects in parts(name) for obj in objects]
    [found] = [obj for obj in rendered if obj["kind"] == "NodePool"]
    [pool] = pools(ObjectSet((Item("", found),)))
    with start(folder, crds=[*crds, _node_class_crd()]) as cluster, contextlib.ExitStack() as programs:
        for obj in (_node_class(), _launched_by_kwok(found)):
            cluster.client.apply(obj).result()
        types = folder / "machines.json"
        types.write_text(json.dumps(machines(pool, region)))
        kubeconfig = f"--kubeconfig={cluster.kubeconfig}"
        commands = {
            "kube-controller-manager": [
                kubeconfig,
                "--leader-elect=false",
                "--secure-port=0",
                f"--service-account-private-key-file={cluster.keys}",
                f"--root-ca-file={cluster.ca}",
                "--node-monitor-grace-period=1h",  # nodes say that they live but once
                "--horizontal-pod-autoscaler-sync-period=2s",
            ],
            "kube-scheduler": [kubeconfig, "--leader-elect=false", "--secure-port=0"],
            "karpenter-kwok": ["--disable-leader-election=true", f"--instance-types-file-path={types}"],
        }
        for program, flags in commands.items():
            environment = {"KUBECONFIG": str(cluster.kubeconfig), "SYSTEM_NAMESPACE": "kube-system"}
            command = [*argv(program), *flags]
            log = folder / f"{program}.log"
            programs.enter_context(start_process(program, command, env=environment, cwd=folder, log=log))
        programs.enter_context(Kubelets(cluster.client))
        made = Running(cluster, tuple(obj for obj in rendered if obj["kind"] in KINDS), pool)
        for _, objects in parts(name):
            for obj in objects:
                if obj["kind"] in KINDS:
                    cluster.client.apply(obj).result()
            made.wait_for_pods(workloads(objects))
        yield made


def _launched_by_kwok(pool: Obj) -> Obj:
    made = deepcopy(pool)
    made["spec"]["template"]["spec"]["nodeClassRef"] = CLASS
    return made


def _node_class() -> Obj:
    return {
        "apiVersion": f"{CLASS['group']}/v1alpha1",
        "kind": CLASS["kind"],
        "metadata": {"name": CLASS["name"]},
        "spec": {"nodeRegistrationDelay": "1s"},
    }


def _node_class_crd() -> Obj:
    """As far as Karpenter reads it: a class is ready from the start."""
    ready = {"type": "Ready", "status": "True", "reason": "Ready", "message": "", "lastTransitionTime": EPOCH}
    schema = {
        "type": "object",
        "properties": {
            "spec": {"type": "object", "properties": {"nodeRegistrationDelay": {"type": "string"}}},
            "status": {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "default": {"conditions": [ready]},
            },
        },
    }
    made = stand_in(f"{CLASS['group']}/v1alpha1/{CLASS['kind']}", schema)
    made["spec"]["scope"] = "Cluster"
    made["spec"]["versions"][0]["subresources"] = {"status": {}}
    return made
