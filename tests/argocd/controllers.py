"""kube-controller-manager beside an API server: what a deleted, scaled or rolled out object needs to come to an end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.server import Cluster, argv
from tests.real.process import free_port, start

CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "deployment-controller",
    "disruption-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "statefulset-controller",
    "validatingadmissionpolicy-status-controller",
)
"""Not those of nodes and volumes: no node is there, and no cloud."""


@contextmanager
def running(cluster: Cluster, folder: Path) -> Iterator[None]:
    """The controllers, for as long as the block lasts."""
    command = [
        *argv("kube-controller-manager"),
        f"--kubeconfig={cluster.kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        f"--service-account-private-key-file={cluster.keys}",
        f"--root-ca-file={cluster.ca}",
        "--bind-address=127.0.0.1",
        f"--secure-port={free_port()}",
        "--leader-elect=false",
        "--profiling=false",
    ]
    log = folder / "kube-controller-manager.log"
    with start("kube-controller-manager", command, env={}, cwd=folder, log=log) as process:
        client = cluster.client

        def works() -> bool:
            accounts = client.all("v1", "ServiceAccount")
            return any(one["metadata"]["namespace"] == "kube-system" for one in accounts)

        process.wait_until(works, 120, "ServiceAccount in kube-system")
        yield
