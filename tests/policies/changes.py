"""Changes to objects, and the objects that a change applies to: the words in which mutations are told.

A change works in place.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from generator.check.objectset import TEMPLATES, dig
from generator.kubernetes.objects import Obj

Change = Callable[[Obj], Any]
Predicate = Callable[[Obj], bool]


def template(obj: Obj) -> Obj:
    found: Obj = dig(obj, TEMPLATES[obj["kind"]])
    return found


def pod(obj: Obj) -> Obj:
    found: Obj = template(obj)["spec"]
    return found


def container(obj: Obj) -> Obj:
    found: Obj = pod(obj)["containers"][0]
    return found


def context(obj: Obj) -> Obj:
    found: Obj = container(obj)["securityContext"]
    return found


def runs_pods(obj: Obj) -> bool:
    return obj["kind"] in TEMPLATES and bool(template(obj))


def runs_for_good(obj: Obj) -> bool:
    return runs_pods(obj) and obj["kind"] not in ("Job", "CronJob")


def on_spot(obj: Obj) -> bool:
    return runs_pods(obj) and "karpenter.sh/capacity-type" not in pod(obj).get("nodeSelector", {})


def spread_out(obj: Obj) -> bool:
    """What has replicas, or an autoscaler's."""
    return obj["kind"] in ("Deployment", "Rollout", "StatefulSet") and obj["spec"].get("replicas") != 1


def has_spread(obj: Obj) -> bool:
    return obj["kind"] in ("Deployment", "Rollout", "StatefulSet")


def has_replicas(obj: Obj) -> bool:
    return has_spread(obj) and "replicas" in obj["spec"]


def is_gateway(obj: Obj) -> bool:
    return bool(obj["kind"] == "StatefulSet" and obj["metadata"]["labels"]["app.kubernetes.io/name"] == "openclaw")


def mounts_token(obj: Obj) -> bool:
    return runs_pods(obj) and bool(pod(obj)["automountServiceAccountToken"])


def kind(name: str) -> Predicate:
    return lambda obj: bool(obj["kind"] == name)


def own_secret(obj: Obj) -> bool:
    """An ExternalSecret where the policies hold; beside a chart, Secrets are applied by the chart."""
    return bool(obj["kind"] == "ExternalSecret" and obj["metadata"]["namespace"] not in ("langfuse", "monitoring"))


def auto_mode(obj: Obj) -> bool:
    return bool(obj["kind"] == "NodePool" and node(obj)["nodeClassRef"]["group"] == "eks.amazonaws.com")


def node(obj: Obj) -> Obj:
    found: Obj = obj["spec"]["template"]["spec"]
    return found


def requirement(obj: Obj, key: str) -> Obj:
    """The requirement of a pool whose key ends so: Karpenter's and Auto Mode's differ in their domain."""
    return next(one for one in node(obj)["requirements"] if one["key"].endswith(key))


def require(key: str, operator: str, *values: str) -> Change:
    return lambda obj: requirement(obj, key).update(operator=operator, values=list(values))


def unrestricted(key: str) -> Change:
    return lambda obj: node(obj)["requirements"].remove(requirement(obj, key))


def affinity(*terms: list[Obj]) -> Obj:
    alternatives = {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": alternatives}}


def arch(*values: str) -> Obj:
    return {"key": "kubernetes.io/arch", "operator": "In", "values": list(values)}


def by_affinity(*terms: list[Obj]) -> Change:
    def change(obj: Obj) -> None:
        del pod(obj)["nodeSelector"]["kubernetes.io/arch"]
        pod(obj)["affinity"] = affinity(*terms)

    return change


def in_pod(**fields: Any) -> Change:
    return lambda obj: pod(obj).update(fields)


def in_pod_context(**fields: Any) -> Change:
    return lambda obj: pod(obj)["securityContext"].update(fields)


def in_context(**fields: Any) -> Change:
    return lambda obj: context(obj).update(fields)


def in_spec(**fields: Any) -> Change:
    return lambda obj: obj["spec"].update(fields)


def add_volume(**volume: Any) -> Change:
    return lambda obj: pod(obj).setdefault("volumes", []).append({"name": "extra", **volume})


def init_container(**fields: Any) -> Change:
    """An init container without a fault, but for the fields that are given; None takes one away."""

    def change(obj: Obj) -> None:
        sound = deepcopy({key: container(obj)[key] for key in ("image", "resources", "securityContext")})
        made = {key: value for key, value in {"name": "seed", **sound, **fields}.items() if value is not None}
        pod(obj)["initContainers"] = [made]

    return change


def image(suffix: str) -> Change:
    """The container's image with another tag, or none."""

    def change(obj: Obj) -> None:
        name, _, _ = container(obj)["image"].partition("@")[0].rpartition(":")
        container(obj)["image"] = name + suffix

    return change


def spread(**fields: Any) -> Change:
    """The first constraint, that over zones, with other fields; None takes one away."""

    def change(obj: Obj) -> None:
        found = pod(obj)["topologySpreadConstraints"][0]
        kept = {key: value for key, value in (found | fields).items() if value is not None}
        pod(obj)["topologySpreadConstraints"][0] = kept

    return change


def autoscaled_without_zones(obj: Obj) -> None:
    del obj["spec"]["replicas"], pod(obj)["topologySpreadConstraints"][0]


def mount_token(obj: Obj) -> None:
    template(obj)["metadata"].pop("annotations", None)
    pod(obj)["automountServiceAccountToken"] = True


def as_deployment(obj: Obj) -> None:
    obj["kind"] = "Deployment"
    for field in ("serviceName", "volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy", "updateStrategy"):
        del obj["spec"][field]
    obj["spec"].pop("podManagementPolicy", None)
    pod(obj).setdefault("volumes", []).append({"name": "state", "emptyDir": {}})


def as_secret(obj: Obj) -> None:
    keys = [item["secretKey"] for item in obj["spec"]["data"]]
    meta = obj["metadata"]
    obj.clear()
    obj.update(apiVersion="v1", kind="Secret", metadata=meta, stringData=dict.fromkeys(keys, "example"))


def no_time_to_end(obj: Obj) -> None:
    """The server refuses a preStop that sleeps longer than that, so there is none."""
    pod(obj)["terminationGracePeriodSeconds"] = 0
    container(obj).pop("lifecycle", None)


def unmasked(obj: Obj) -> None:
    """The server wants a user namespace around it."""
    pod(obj)["hostUsers"] = False
    context(obj)["procMount"] = "Unmasked"


def ami(**term: Any) -> Change:
    """Selected otherwise than by an alias, which tells the family."""
    return in_spec(amiFamily="AL2023", amiSelectorTerms=[term])


def without_memory(obj: Obj) -> None:
    for of_kind in container(obj)["resources"].values():
        of_kind.pop("memory", None)


def remove(*path: str) -> Change:
    """Without the field at a path from the root of the object."""

    def change(obj: Obj) -> None:
        del dig(obj, path[:-1])[path[-1]]

    return change


def remove_from_pod(*path: str | int) -> Change:
    def change(obj: Obj) -> None:
        del dig(pod(obj), path[:-1])[path[-1]]

    return change
