"""A hub: the ApplicationSet of one environment brings another one to a second cluster, which joins by a label."""

import base64
import json
from collections.abc import Iterator

import pytest

from generator.components import fleet
from tests.argocd import argo
from tests.argocd.application import Application
from tests.argocd.argo import PATIENCE
from tests.argocd.conftest import ENVIRONMENT, Delivery
from tests.cluster.client import Obj
from tests.cluster.crds import definitions
from tests.cluster.server import Cluster, start

MEMBER, NAME = "prod", "eu-1"


def secret(cluster: Cluster) -> Obj:
    """A cluster as Argo CD knows it, with the label by which it joins."""
    access = {
        "bearerToken": cluster.token,
        "tlsClientConfig": {"caData": base64.b64encode(cluster.ca.read_bytes()).decode()},
    }
    labels = {"argocd.argoproj.io/secret-type": "cluster", fleet.LABEL: MEMBER}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"cluster-{NAME}", "namespace": argo.NAMESPACE, "labels": labels},
        "stringData": {"name": NAME, "server": cluster.url, "config": json.dumps(access)},
    }


@pytest.fixture(scope="module")
def member(delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The second cluster, once everything of its environment is there."""
    fork = delivery.fork
    with start(tmp_path_factory.mktemp("member"), crds=definitions()) as cluster:
        joins = secret(cluster)
        delivery.client.create(joins).result()
        fork.set(ENVIRONMENT, ("gitops", "fleet"), True)
        fork.set(MEMBER, ("gitops", "argocd", "mode"), "fleet")
        fork.set(MEMBER, ("langfuse",), {"enabled": False})  # a hub brings no charts
        fork.merge("a hub and a member")
        wanted = generated(delivery)

        def synced(all_of: dict[str, Application]) -> bool:
            members = [one for name, one in all_of.items() if name in wanted]
            return len(members) == len(wanted) and all(one.sync == "Synced" for one in members)

        delivery.argo.wait(synced, 2 * PATIENCE, f"Application but Synced among {', '.join(sorted(wanted))}")
        yield cluster
        delivery.client.delete(joins).result()


def folders(delivery: Delivery) -> list[str]:
    return [path.name for path in (delivery.fork.tree / "rendered" / MEMBER).iterdir() if path.name != fleet.AWS]


def generated(delivery: Delivery) -> set[str]:
    """The Applications that the hub makes for the member."""
    return {f"{NAME}-{folder}" for folder in folders(delivery)}


def absent(delivery: Delivery, member: Cluster) -> list[str]:
    wanted = [obj for folder in folders(delivery) for obj in delivery.fork.objects(MEMBER, folder)]
    return [f"{obj['kind']} {obj['metadata']['name']}" for obj in wanted if member.client.get(obj) is None]


def test_every_object_of_the_member_is_in_its_cluster(delivery: Delivery, member: Cluster) -> None:
    missing = absent(delivery, member)
    assert not missing, f"Missing: {missing}"
    counted = sum(len(delivery.fork.objects(MEMBER, folder)) for folder in folders(delivery))
    delivery.figures.append(
        f"objects on the fleet's second cluster: {counted} by {len(folders(delivery))} Applications"
    )


def test_a_member_keeps_what_it_runs_when_the_hub_is_none_any_more(delivery: Delivery, member: Cluster) -> None:
    made = generated(delivery)
    delivery.fork.set(ENVIRONMENT, ("gitops", "fleet"), False)
    revision = delivery.fork.merge("no hub")

    def alone(all_of: dict[str, Application]) -> bool:
        return all(one.settled(revision) for name, one in all_of.items() if name not in made)

    delivery.argo.wait(alone, PATIENCE, "hub without its ApplicationSet")
    assert delivery.live(argo.API, "ApplicationSet", fleet.NAME, argo.NAMESPACE) is None
    # The garbage collector takes those Applications away that the controller has not yet made independent.
    for name, left in delivery.argo.applications().items():
        if name in made:
            delivery.client.delete(left.obj)
    delivery.argo.wait_for(revision)
    missing = absent(delivery, member)
    assert not missing, f"Missing: {missing}"
    project = delivery.live(argo.API, "AppProject", fleet.NAME, argo.NAMESPACE)
    assert project is not None, "a project is a person's to delete"
    delivery.client.delete(project).result()
