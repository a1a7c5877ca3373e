"""An environment on an API server of its own: everything that is rendered, applied as Argo CD applies it."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.client import Answer, Client, Obj
from tests.cluster.crds import definitions
from tests.cluster.enforced import BINDING, wait_until_live
from tests.cluster.order import parts
from tests.cluster.server import Cluster, start


@dataclass(frozen=True)
class Applied:
    """An environment whose objects a server was asked to take."""

    name: str
    cluster: Cluster
    answers: tuple[tuple[Obj, Answer], ...]
    """Every rendered object with what the server said, in the order of the sync waves."""


EXEMPT = "nobody-minds"
"""The user whose pods Pod Security lets pass, so that they come before our policies."""

ADMISSION: Obj = {
    "apiVersion": "apiserver.config.k8s.io/v1",
    "kind": "AdmissionConfiguration",
    "plugins": [
        {
            "name": "PodSecurity",
            "configuration": {
                "apiVersion": "pod-security.admission.config.k8s.io/v1",
                "kind": "PodSecurityConfiguration",
                "exemptions": {"usernames": [EXEMPT]},
            },
        }
    ],
}


@contextlib.contextmanager
def applied(name: str, folder: Path) -> Iterator[Applied]:
    """The environment on a new server; its admission policies are live before anything that they judge is applied."""
    admission = folder / "admission.json"
    admission.write_text(json.dumps(ADMISSION))
    flags = [f"--admission-control-config-file={admission}"]
    with start(folder, crds=definitions(), flags=flags) as cluster:
        client = cluster.client
        for namespace in sorted(_brought_along(name)):
            client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}).result()
        answers = []
        for part, objects in parts(name):
            answers += [(obj, client.apply(obj)) for obj in objects]
            if part == "policies":
                wait_until_live(client, [obj for obj in objects if obj["kind"] == BINDING])
        yield Applied(name, cluster, tuple(answers))


def service_accounts(client: Client, objects: Iterable[Obj]) -> None:
    """The ServiceAccounts of pods that nothing else makes: those of whole objects, and each namespace's `default`.

    A controller makes the latter in a whole cluster.
    """
    wanted = {("default", namespace["metadata"]["name"]) for namespace in client.all("v1", "Namespace")}
    pods = (obj for obj in objects if obj["kind"] == "Pod")
    wanted |= {(obj["spec"]["serviceAccountName"], obj["metadata"]["namespace"]) for obj in pods}
    for name, namespace in sorted(wanted):
        meta = {"name": name, "namespace": namespace}
        client.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}).result()


def _brought_along(name: str) -> set[str]:
    """The namespaces that the platform has before anything of ours is applied."""
    rendered = [obj for _, objects in parts(name) for obj in objects]
    own = {obj["metadata"]["name"] for obj in rendered if obj["kind"] == "Namespace"}
    return {obj["metadata"]["namespace"] for obj in rendered if "namespace" in obj["metadata"]} - own
