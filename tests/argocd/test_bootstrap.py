"""The first sync of an environment: everything comes, in order, and stays as it is."""

import time
from itertools import pairwise, product

import pytest

from generator.components.argocd import ROOT
from tests.argocd.argo import POLL
from tests.argocd.conftest import ENVIRONMENT, Delivery
from tests.cluster.crds import definitions

CUSTOM = {crd["spec"]["group"] for crd in definitions()}


def test_every_folder_is_synced_and_nothing_is_warned_about(delivery: Delivery) -> None:
    found = delivery.argo.applications()
    expected = {ROOT if folder == "argocd" else folder for folder in delivery.fork.folders(ENVIRONMENT)}
    assert set(found) == expected, f"Missing: {expected - set(found)}, Extra: {set(found) - expected}"
    warned = [str(one) for one in found.values() if one.conditions]
    assert not warned, "\n".join(warned)


def test_every_object_of_the_repository_is_in_the_cluster(delivery: Delivery) -> None:
    wanted = list(delivery.fork.all_objects(ENVIRONMENT))
    missing = [f"{obj['kind']} {obj['metadata']['name']}" for obj in wanted if delivery.client.get(obj) is None]
    assert not missing, f"Missing: {missing}"
    delivery.figures.append(f"objects in the cluster as in the repository: {len(wanted)}")


def test_a_wave_begins_when_the_one_before_has_been_synced(delivery: Delivery) -> None:
    children = [one for one in delivery.argo.applications().values() if one.name != ROOT]
    waves = [[one for one in children if one.wave == wave] for wave in sorted({one.wave for one in children})]
    assert len(waves) > 5
    early = [
        f"{after.name} (wave {after.wave}) was made at {after.created}, {before.name} synced at {before.first_synced}"
        for earlier, later in pairwise(waves)
        for before, after in product(earlier, later)
        if after.created < before.first_synced
    ]
    assert not early, "\n".join(early)


def test_nothing_differs_when_compared_anew_and_no_sync_follows(delivery: Delivery) -> None:
    before = {name: one.started for name, one in delivery.argo.applications().items()}
    delivery.argo.refresh()
    end = time.monotonic() + 2 * POLL
    while time.monotonic() < end:
        for name, one in delivery.argo.applications().items():
            assert one.sync == "Synced", str(one)
            assert one.started == before[name], f"synced again though nothing was changed: {one}"
        time.sleep(1)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_server_adds_nothing_inside_lists_of_custom_kinds(delivery: Delivery, environment: str) -> None:
    """Argo CD takes such a list as a whole: what a definition's defaults add to it would differ for ever."""
    added = []
    for obj in delivery.fork.all_objects(environment):
        if obj["apiVersion"].partition("/")[0] in CUSTOM and obj["kind"] not in ("Application", "AppProject"):
            # Under another name: what is there already could not become that of another environment.
            other = obj | {"metadata": obj["metadata"] | {"name": f"{obj['metadata']['name']}-new"}}
            live = delivery.client.apply(other, dry_run=True).result()
            added += [f"{obj['kind']} {obj['metadata']['name']}: {path}" for path in _added(obj["spec"], live["spec"])]
    assert not added, "\n".join(added)


def _added(wanted: object, live: object, path: str = "spec", *, listed: bool = False) -> list[str]:
    """The paths inside lists that only the server's object has."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        more = [f"{path}.{key}" for key in live.keys() - wanted.keys()] if listed else []
        return more + [
            found
            for key in wanted.keys() & live.keys()
            for found in _added(wanted[key], live[key], f"{path}.{key}", listed=listed)
        ]
    if isinstance(wanted, list) and isinstance(live, list):
        return [
            found
            for index, (one, other) in enumerate(zip(wanted, live, strict=True))
            for found in _added(one, other, f"{path}[{index}]", listed=True)
        ]
    return []
