"""What an environment no longer wants goes; what may hold state stays until a person deletes it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.argocd.application import Application
from tests.argocd.conftest import ENVIRONMENT, Delivery
from tests.cluster.client import Obj

GATEWAY = "openclaw-ci"
GONE = ("dashboards", "langfuse", "monitoring", GATEWAY)
"""The Applications of what is removed."""


@dataclass(frozen=True)
class Removal:
    """The state before and after monitoring, Langfuse and one gateway were taken out of the environment."""

    before: dict[str, list[Obj]]
    """Folder -> its objects in the repository."""
    claims: set[str]
    namespaces: set[str]
    after: dict[str, Application]


def names(delivery: Delivery, kind: str) -> set[str]:
    return {
        obj["metadata"]["name"] for obj in delivery.client.all("v1", kind) if "deletionTimestamp" not in obj["metadata"]
    }


@pytest.fixture(scope="module")
def removal(delivery: Delivery) -> Iterator[Removal]:
    fork = delivery.fork
    before = {folder: fork.objects(ENVIRONMENT, folder) for folder in fork.folders(ENVIRONMENT)}
    claims, namespaces = names(delivery, "PersistentVolumeClaim"), names(delivery, "Namespace")
    fork.drop(ENVIRONMENT, ("openclaw", "gateways", "ci"))
    fork.drop(ENVIRONMENT, ("platform", "clickhouseOperator"))
    for section in ("langfuse", "monitoring"):
        fork.set(ENVIRONMENT, (section,), {"enabled": False})
    delivery.merge("monitoring, Langfuse and a gateway removed")
    yield Removal(before, claims, namespaces, delivery.argo.applications())
    delivery.argo.wait_for(fork.revert())


def test_only_the_applications_of_what_was_removed_go(removal: Removal) -> None:
    expected = {"root" if folder == "argocd" else folder for folder in removal.before} - set(GONE)
    found = set(removal.after)
    assert found == expected, f"Missing: {expected - found}, Extra: {found - expected}"


def test_objects_without_state_are_pruned(delivery: Delivery, removal: Removal) -> None:
    objects = removal.before["monitoring"] + removal.before["dashboards"]
    left = [f"{obj['kind']} {obj['metadata']['name']}" for obj in objects if delivery.client.get(obj)]
    assert objects
    assert not left, f"Extra: {left}"


def test_a_namespace_without_use_stays_with_what_is_in_it(delivery: Delivery, removal: Removal) -> None:
    """The project no longer admits the namespace when the Application goes, and Argo CD deletes only what it admits."""
    missing = [obj["metadata"]["name"] for obj in removal.before["langfuse"] if delivery.client.get(obj) is None]
    assert not missing, f"Missing: {missing}"


def test_no_volume_and_no_namespace_goes(delivery: Delivery, removal: Removal) -> None:
    lost = removal.claims - names(delivery, "PersistentVolumeClaim")
    lost |= removal.namespaces - names(delivery, "Namespace")
    assert not lost, f"Missing: {lost}"
    assert f"state-{GATEWAY}-0" in removal.claims
    assert "langfuse" in removal.namespaces


def test_a_gateway_is_left_running(delivery: Delivery, removal: Removal) -> None:
    """Its Application has no finalizer: what removes an Application by accident must not stop a gateway."""
    missing = [obj["kind"] for obj in removal.before[GATEWAY] if delivery.client.get(obj) is None]
    assert not missing, f"Missing: {missing}"


def test_a_namespace_that_stays_holds_nothing_up(removal: Removal) -> None:
    one = removal.after["namespaces"]
    assert (one.sync, one.phase) == ("Synced", "Succeeded"), str(one)
