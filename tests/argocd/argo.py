"""Argo CD on loopback: its processes, and what it is asked and told."""

import base64
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.argocd.application import Application
from tests.cluster.client import Client
from tests.cluster.server import Cluster, argv
from tests.real.process import Process, free_port, http_status, start

NAMESPACE = "argocd"
SETTINGS = Path(__file__).resolve().parents[2] / "docs/argocd-cm.yaml"
"""What docs/bootstrap.md has people apply before the first sync."""

POLL = 5
"""Seconds after which Argo CD looks into the repository again; 120 where nobody changes it."""

PATIENCE = 300
"""Seconds that a change may take on a machine with much else to do; on an idle one it takes ten."""

API = "argoproj.io/v1alpha1"
REFRESH = "argocd.argoproj.io/refresh"


@dataclass(frozen=True)
class ArgoCd:
    """Argo CD that runs; made by `running`."""

    client: Client
    controller: Process

    def applications(self) -> dict[str, Application]:
        return {obj["metadata"]["name"]: Application(obj) for obj in self.client.all(API, "Application")}

    def wait(self, condition: Callable[[dict[str, Application]], bool], timeout: float, what: str) -> None:
        """Wait until the Applications are as wanted; a failure shows them all."""

        def met() -> bool:
            time.sleep(0.5)  # a look asks for all of them
            return condition(self.applications())

        try:
            self.controller.wait_until(met, timeout, what)
        except AssertionError as failure:
            states = "\n".join(str(one) for one in self.applications().values())
            reason = str(failure).splitlines()[0]
            raise AssertionError(f"{reason}\n{states}") from None

    def wait_for(self, revision: str, timeout: float = PATIENCE) -> dict[str, Application]:
        """Wait until every Application has settled at this commit."""
        self.wait(
            lambda all_of: bool(all_of) and all(one.settled(revision) for one in all_of.values()),
            timeout,
            f"Application but at {revision[:8]}, Synced and Healthy",
        )
        return self.applications()

    def refresh(self, timeout: float = PATIENCE) -> None:
        """Compare every Application anew, with manifests that are made anew (`argocd app get --hard-refresh`)."""
        for one in self.applications().values():
            self.client.merge(one.obj, {"metadata": {"annotations": {REFRESH: "hard"}}}).result()
        self.wait(
            lambda all_of: all(REFRESH not in one.obj["metadata"].get("annotations", {}) for one in all_of.values()),
            timeout,
            "end of the hard refresh",
        )

    def sync(self, name: str) -> None:
        """Start an operation by hand (`argocd app sync --prune`)."""
        obj = self.applications()[name].obj
        what = {"prune": True, "syncOptions": obj["spec"]["syncPolicy"]["syncOptions"]}
        self.client.merge(obj, {"operation": {"initiatedBy": {"username": "engineer"}, "sync": what}}).result()


@contextmanager
def running(cluster: Cluster, folder: Path) -> Iterator[ArgoCd]:
    """Argo CD with the settings of docs/bootstrap.md, for as long as the block lasts."""
    _settings(cluster.client)
    redis, server, metrics = free_port(), free_port(), free_port()
    environment = _environment(cluster, folder)
    with ExitStack() as stack:

        def begin(name: str, command: list[str]) -> Process:
            log = folder / f"{name}.log"
            return stack.enter_context(start(name, command, env=environment, cwd=folder, log=log))

        begin("redis", [*argv("redis-server"), "--bind", "127.0.0.1", "--port", str(redis), "--save", ""])
        health = free_port()
        repositories = begin(
            "repo-server",
            [
                *argv("argocd"),
                "repo-server",
                "--address=127.0.0.1",
                f"--port={server}",
                "--metrics-address=127.0.0.1",
                f"--metrics-port={health}",
                f"--redis=127.0.0.1:{redis}",
                "--disable-tls",
                "--client-ca-path=",  # it names a file by default, and refuses one without TLS
            ],
        )
        repositories.wait_until(lambda: http_status(f"http://127.0.0.1:{health}/healthz") == 200, 60, "health")
        controller = begin(
            "application-controller",
            [
                *argv("argocd"),
                "application-controller",
                f"--namespace={NAMESPACE}",
                f"--redis=127.0.0.1:{redis}",
                f"--repo-server=127.0.0.1:{server}",
                "--repo-server-plaintext",
                f"--metrics-port={metrics}",
                "--persist-resource-health",
            ],
        )
        controller.wait_until(lambda: http_status(f"http://127.0.0.1:{metrics}/healthz") == 200, 120, "health")
        begin(
            "applicationset-controller",
            [
                *argv("argocd"),
                "applicationset-controller",
                f"--namespace={NAMESPACE}",
                f"--argocd-repo-server=127.0.0.1:{server}",
                "--repo-server-plaintext",
                *(f"--{what}-addr=127.0.0.1:{free_port()}" for what in ("metrics", "probe", "webhook")),
            ],
        )
        yield ArgoCd(cluster.client, controller)


def _environment(cluster: Cluster, folder: Path) -> dict[str, str]:
    scratch, tools = folder / "tmp", folder / "bin"
    for place in (scratch, tools):
        place.mkdir()
    # A script of Argo CD's image; it is run for each commit, but its verdict counts only where signatures are wanted.
    verify = tools / "git-verify-wrapper.sh"
    verify.write_text("#!/bin/sh\n")
    verify.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)]),  # Git is in it
        "KUBECONFIG": str(cluster.kubeconfig),
        "ARGOCD_FAKE_IN_CLUSTER": "true",  # kubernetes.default.svc is what KUBECONFIG names
        "ARGOCD_RECONCILIATION_TIMEOUT": f"{POLL}s",
        "ARGOCD_RECONCILIATION_JITTER": "0s",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_ASK_PASS_SOCK": str(scratch / "ask-pass.sock"),
        "ARGOCD_TLS_DATA_PATH": str(scratch),
        "ARGOCD_SSH_DATA_PATH": str(scratch),
        "TMPDIR": str(scratch),
    }


def _settings(client: Client) -> None:
    """Argo CD's namespace, and the objects in it that an installation brings."""
    meta = {"namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "argocd"}}
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    for obj in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta | {"name": "argocd-cm"}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": meta | {"name": "argocd-secret"},
            "data": {"server.secretkey": key},
        },
    ):
        client.create(obj).result()
    ours = yaml.safe_load(SETTINGS.read_text())
    client.apply(ours | {"metadata": ours["metadata"] | {"namespace": NAMESPACE}}, manager="kubectl").result()
