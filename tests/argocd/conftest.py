"""One cluster with Argo CD for the whole suite: the tests are read, and run, as the story of one environment."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from tests.argocd import argo, controllers, standins
from tests.argocd.argo import ArgoCd
from tests.argocd.fork import Fork
from tests.cluster.client import Client, Obj
from tests.cluster.crds import definitions
from tests.cluster.server import start

ENVIRONMENT = "staging"
"""Self-managed Argo CD, three gateways, Cilium, sign-in, backups: of the three it has the most kinds of objects."""

BOOTSTRAP = (("AppProject", "openclaw"), ("Application", "root"))
"""What docs/bootstrap.md has people apply."""


@dataclass
class Delivery:
    """A fork, the cluster that Argo CD syncs it to, and what was measured."""

    fork: Fork
    client: Client
    argo: ArgoCd
    figures: list[str] = field(default_factory=list)

    def merge(self, message: str) -> None:
        """Merge what was edited, and wait until the cluster is as the environment then says."""
        begun = time.monotonic()
        self.argo.wait_for(self.fork.merge(message))
        self.figures.append(f"{message}: {time.monotonic() - begun:.0f} s from the merge to all Applications healthy")

    def live(self, api_version: str, kind: str, name: str, namespace: str = "") -> Obj | None:
        meta = {"name": name} | ({"namespace": namespace} if namespace else {})
        return self.client.get({"apiVersion": api_version, "kind": kind, "metadata": meta})


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Delivery]:
    """The environment, synced for the first time."""
    folder = tmp_path_factory.mktemp("argocd")
    fork = Fork(folder)
    begun = time.monotonic()
    with ExitStack() as stack:
        cluster = stack.enter_context(start(folder / "cluster", crds=definitions()))
        stack.enter_context(controllers.running(cluster, folder))
        stack.enter_context(standins.playing(cluster.client))
        argocd = stack.enter_context(argo.running(cluster, folder))
        made = Delivery(fork, cluster.client, argocd)
        made.figures.append(f"cluster and Argo CD ready: {time.monotonic() - begun:.0f} s")
        pytestconfig.stash[FIGURES] = made.figures
        revision = fork.merge("first render")
        begun = time.monotonic()
        for obj in fork.objects(ENVIRONMENT, "argocd"):
            if (obj["kind"], obj["metadata"]["name"]) in BOOTSTRAP:
                cluster.client.apply(obj, manager="kubectl").result()
        found = argocd.wait_for(revision, 2 * argo.PATIENCE)
        made.figures.append(f"first sync: {len(found)} Applications healthy after {time.monotonic() - begun:.0f} s")
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("Argo CD")
        for line in figures:
            terminalreporter.write_line(line)
