"""A change in the repository, and a change by hand."""

import pytest

from tests.argocd.argo import PATIENCE
from tests.argocd.conftest import ENVIRONMENT, Delivery
from tests.cluster.client import Obj

REFUSED = "updates to statefulset spec for fields other than"


def get(delivery: Delivery, api_version: str, kind: str, name: str, namespace: str) -> Obj:
    found = delivery.live(api_version, kind, name, namespace)
    assert found is not None, f"no {kind} {namespace}/{name}"
    return found


def test_a_merged_change_reaches_the_pods_and_takes_the_old_configuration_away(delivery: Delivery) -> None:
    prefix = "openclaw-config-main-"

    def config() -> str:
        volumes = get(delivery, "apps/v1", "StatefulSet", "openclaw-main", "openclaw")["spec"]["template"]["spec"][
            "volumes"
        ]
        mounted = [volume["configMap"]["name"] for volume in volumes if "configMap" in volume]
        [name] = [name for name in mounted if name.startswith(prefix)]
        return str(name)

    before, pod = config(), get(delivery, "v1", "Pod", "openclaw-main-0", "openclaw")
    delivery.fork.set(ENVIRONMENT, ("telemetry", "sampleRatio"), 0.25)
    delivery.merge("another share of the traces")
    after = get(delivery, "v1", "ConfigMap", config(), "openclaw")
    assert '"sampleRate": 0.25' in after["data"]["openclaw.json"]
    assert after["metadata"]["name"] != before, "the pods keep the old configuration"
    assert get(delivery, "v1", "Pod", "openclaw-main-0", "openclaw")["metadata"]["uid"] != pod["metadata"]["uid"]
    assert delivery.live("v1", "ConfigMap", before, "openclaw") is None, f"{before} was not pruned"


def test_a_change_by_hand_is_taken_back(delivery: Delivery) -> None:
    deployment = get(delivery, "apps/v1", "Deployment", "otel-collector", "telemetry")
    wanted = deployment["spec"]["replicas"]
    delivery.client.merge(deployment, {"spec": {"replicas": wanted + 3}}).result()

    def restored() -> bool:
        return bool(get(delivery, "apps/v1", "Deployment", "otel-collector", "telemetry")["spec"]["replicas"] == wanted)

    delivery.argo.controller.wait_until(restored, PATIENCE, "number of replicas as in the repository")


def test_an_object_deleted_by_hand_comes_back(delivery: Delivery) -> None:
    service = get(delivery, "v1", "Service", "openclaw-main", "openclaw")
    delivery.client.delete(service).result()

    def back() -> bool:
        found = delivery.client.get(service)
        return found is not None and found["metadata"]["uid"] != service["metadata"]["uid"]

    delivery.argo.controller.wait_until(back, PATIENCE, "Service openclaw-main again")


@pytest.fixture
def refused(delivery: Delivery) -> str:
    """A commit that the API server refuses: more storage for a gateway that is there already."""
    delivery.fork.set(ENVIRONMENT, ("openclaw", "gateways", "research", "storage"), "40Gi")
    return delivery.fork.merge("more storage for a gateway")


def test_a_commit_that_the_server_refuses_changes_nothing_and_is_told(delivery: Delivery, refused: str) -> None:
    name, namespace = "openclaw-research", "openclaw"
    pod = get(delivery, "v1", "Pod", f"{name}-0", namespace)
    delivery.argo.wait(lambda all_of: REFUSED in all_of[name].message, PATIENCE, f"word of {name} about the refusal")
    told = delivery.argo.applications()[name]
    assert (told.sync, told.health) == ("OutOfSync", "Healthy"), str(told)
    assert told.differing == [f"StatefulSet {namespace}/{name}"]
    delivery.argo.wait(
        lambda all_of: all(one.settled(refused) for one in all_of.values() if one.name != name),
        PATIENCE,
        "other Application but settled: one refused object must not hold up the rest",
    )
    stays = get(delivery, "v1", "Pod", f"{name}-0", namespace)
    assert stays["metadata"]["uid"] == pod["metadata"]["uid"], "the running gateway was replaced"
    delivery.argo.wait_for(delivery.fork.revert())
