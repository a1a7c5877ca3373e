"""Every way in which the rules on Spot, pools, volumes and images forbid a whole set of objects to be.

A mutation is a name, a change to all objects of an environment, and the ids of the rules that must speak. A change
applies to every object that it fits; an environment without one is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from generator.check.objectset import TEMPLATES, dig
from generator.kubernetes.objects import Obj

Change = Callable[[Obj], Any]
Predicate = Callable[[Obj], bool]
Mutate = Callable[[list[Obj]], list[Obj]]
Mutation = tuple[str, Mutate, frozenset[str]]

GATEWAY, LLM_GATEWAY = "openclaw", "llm-gateway"
"""Values of the label app.kubernetes.io/name."""


def each(applies: Predicate, change: Change) -> Mutate:
    """Changes every object that a predicate picks."""

    def mutate(objects: list[Obj]) -> list[Obj]:
        return [_changed(obj, change) if applies(obj) else obj for obj in objects]

    return mutate


def added(make: Callable[[Obj], Obj], applies: Predicate) -> Mutate:
    """Adds an object that is made from the first one that a predicate picks."""

    def mutate(objects: list[Obj]) -> list[Obj]:
        found = next(filter(applies, objects), None)
        return objects if found is None else [*objects, make(deepcopy(found))]

    return mutate


def without(applies: Predicate) -> Mutate:
    """Removes the objects that a predicate picks."""
    return lambda objects: [obj for obj in objects if not applies(obj)]


def _changed(obj: Obj, change: Change) -> Obj:
    changed = deepcopy(obj)
    change(changed)
    return changed


def kind(*names: str) -> Predicate:
    return lambda obj: obj["kind"] in names


def both(*predicates: Predicate) -> Predicate:
    return lambda obj: all(one(obj) for one in predicates)


def called(name: str) -> Predicate:
    return lambda obj: obj["metadata"]["labels"]["app.kubernetes.io/name"] == name


def runs_pods(obj: Obj) -> bool:
    return obj["kind"] in TEMPLATES


def runs_for_good(obj: Obj) -> bool:
    return runs_pods(obj) and obj["kind"] != "CronJob"


def on_spot(obj: Obj) -> bool:
    return runs_for_good(obj) and "karpenter.sh/capacity-type" not in pod(obj)["nodeSelector"]


def drains(obj: Obj) -> bool:
    """Whether the rule knows the program, and so how long it drains."""
    image = container(obj)["image"]
    return any(part in image for part in ("openclaw", "litellm", "bifrost", "collector", "redis:"))


def several(obj: Obj) -> bool:
    """Replicas, or an autoscaler that has no reason to be without more than one."""
    return runs_for_good(obj) and bool(obj["spec"].get("replicas", 2) > 1)


def autoscaled(obj: Obj) -> bool:
    return runs_for_good(obj) and "replicas" not in obj["spec"]


def spread_by_force(obj: Obj) -> bool:
    return several(obj) and bool(spread(obj)["whenUnsatisfiable"] == "DoNotSchedule")


def self_managed(obj: Obj) -> bool:
    return obj["kind"] == "NodePool" and bool(node(obj)["nodeClassRef"]["kind"] == "EC2NodeClass")


def pod(obj: Obj) -> Obj:
    found: Obj = dig(obj, (*TEMPLATES[obj["kind"]], "spec"))
    return found


def container(obj: Obj) -> Obj:
    found: Obj = pod(obj)["containers"][0]
    return found


def spread(obj: Obj) -> Obj:
    """The constraint over zones."""
    found: Obj = pod(obj)["topologySpreadConstraints"][0]
    return found


def node(obj: Obj) -> Obj:
    found: Obj = obj["spec"]["template"]["spec"]
    return found


def in_pod(**fields: Any) -> Change:
    return lambda obj: pod(obj).update(fields)


def selecting(**labels: str) -> Change:
    """Names of labels with / and . as __ and _."""
    return lambda obj: pod(obj)["nodeSelector"].update(
        {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    )


def variable(name: str, value: str | None) -> Change:
    """Sets a variable of the container, or takes it away."""

    def change(obj: Obj) -> None:
        kept = [one for one in container(obj)["env"] if one["name"] != name]
        container(obj)["env"] = kept + ([] if value is None else [{"name": name, "value": value}])

    return change


def short_grace(obj: Obj) -> None:
    pod(obj)["terminationGracePeriodSeconds"] = container(obj)["lifecycle"]["preStop"]["sleep"]["seconds"] + 1


def sleeping_command(obj: Obj) -> None:
    container(obj)["lifecycle"]["preStop"] = {"exec": {"command": ["sh", "-c", "sync && sleep 5m"]}}


def config_of(program: str, key: str, change: Change) -> Mutate:
    """Changes a JSON file in the ConfigMaps of a program's pods on Spot."""

    def mutate(objects: list[Obj]) -> list[Obj]:
        mounted = {
            volume["configMap"]["name"]
            for obj in objects
            if on_spot(obj) and called(program)(obj)
            for volume in pod(obj)["volumes"]
            if "configMap" in volume
        }
        return each(
            lambda obj: obj["kind"] == "ConfigMap" and obj["metadata"]["name"] in mounted and key in obj["data"],
            lambda obj: obj["data"].update({key: _edited(obj["data"][key], change)}),
        )(objects)

    return mutate


def _edited(text: str, change: Change) -> str:
    value = json.loads(text)
    change(value)
    return json.dumps(value)


def unbounded_turns(config: Obj) -> None:
    del config["agents"]["defaults"]["timeoutSeconds"]


def repeated_attempts(settings: Obj) -> None:
    settings["retry"]["provider"]["maxRetries"] = 1


def slow_provider(config: Obj) -> None:
    next(iter(config["providers"].values()))["network_config"]["default_request_timeout_in_seconds"] = 300


def budget_of_spot(change: Change) -> Mutate:
    """Changes the disruption budgets of workloads that may run on Spot."""

    def mutate(objects: list[Obj]) -> list[Obj]:
        names = {obj["metadata"]["name"] for obj in objects if on_spot(obj)}
        return each(lambda obj: obj["kind"] == "PodDisruptionBudget" and obj["metadata"]["name"] in names, change)(
            objects
        )

    return mutate


def budget_as_minimum(objects: list[Obj]) -> list[Obj]:
    """A budget that keeps as many pods as the autoscaler keeps at its minimum."""
    lowest = {
        obj["metadata"]["name"]: obj["spec"]["minReplicas"]
        for obj in objects
        if obj["kind"] == "HorizontalPodAutoscaler"
    }

    def change(obj: Obj) -> None:
        del obj["spec"]["maxUnavailable"]
        obj["spec"]["minAvailable"] = lowest[obj["metadata"]["name"]]

    return each(lambda obj: obj["kind"] == "PodDisruptionBudget" and obj["metadata"]["name"] in lowest, change)(objects)


def second_budget(obj: Obj) -> Obj:
    obj["metadata"]["name"] += "-again"
    return obj


def kept(obj: Obj) -> None:
    obj["spec"]["template"]["metadata"].setdefault("annotations", {})["karpenter.sh/do-not-disrupt"] = "true"


def undrained(obj: Obj) -> None:
    pod(obj)["tolerations"].append({"operator": "Exists"})


def to_spot(obj: Obj) -> None:
    del pod(obj)["nodeSelector"]["karpenter.sh/capacity-type"]


def shared_claim(objects: list[Obj]) -> list[Obj]:
    """A claim that one node can attach, mounted by replicas."""
    found = next((obj for obj in objects if several(obj) and obj["kind"] == "Deployment"), None)
    if found is None:
        return objects
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {**found["metadata"], "name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    mounted = each(lambda obj: obj is found, lambda obj: pod(obj)["volumes"].append(volume))(objects)
    return [*mounted, claim]


def second_writer(obj: Obj) -> Obj:
    """A pod that mounts a gateway's volume beside it."""
    inner = deepcopy(pod(obj))
    del inner["topologySpreadConstraints"], inner["containers"][0]["volumeMounts"]
    inner["containers"][0] |= {"name": "shell", "image": "docker.io/library/redis:8.4.2", "env": []}
    inner["volumes"] = [{"name": "state", "persistentVolumeClaim": {"claimName": f"state-{obj['metadata']['name']}-0"}}]
    meta = {"name": "shell", "namespace": obj["metadata"]["namespace"], "labels": {"app.kubernetes.io/name": "shell"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": inner}


def common_service(objects: list[Obj]) -> list[Obj]:
    """A Service that selects the gateways by what they have in common."""
    gateways = [obj for obj in objects if runs_pods(obj) and called(GATEWAY)(obj)]
    if len(gateways) < 2:
        return objects
    meta = gateways[0]["metadata"] | {"name": "gateways"}
    spec = {"selector": {"app.kubernetes.io/name": GATEWAY}, "ports": [{"port": 18789}]}
    return [*objects, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}]


def greedy_daemon(obj: Obj) -> Obj:
    obj["kind"] = "DaemonSet"
    obj["metadata"]["name"] = "greedy"
    obj["spec"]["template"]["metadata"]["labels"] = {"app.kubernetes.io/name": "greedy"}
    container(obj)["resources"]["requests"]["memory"] = "64Gi"
    return obj


def requirement(key: str, operator: str, *values: str) -> Change:
    """Replaces what a pool says of a label; of EKS Auto Mode's label where the pool is one of it."""

    def change(obj: Obj) -> None:
        wanted = key if self_managed(obj) else key.replace("karpenter.k8s.aws/", "eks.amazonaws.com/")
        kept = [one for one in node(obj)["requirements"] if one["key"] != wanted]
        node(obj)["requirements"] = [*kept, {"key": wanted, "operator": operator, "values": list(values)}]

    return change


def few_types(obj: Obj) -> None:
    requirement("karpenter.k8s.aws/instance-category", "In", "m")(obj)
    requirement("karpenter.k8s.aws/instance-size", "In", "large")(obj)


def budgets(*chosen: Obj) -> Change:
    return lambda obj: obj["spec"]["disruption"].update(budgets=list(chosen))


def autoscaled_to(most: int) -> Change:
    return lambda obj: obj["spec"].update(maxReplicas=most)


def init_container(image: str) -> Change:
    return lambda obj: pod(obj).update(initContainers=[{"name": "prepare", "image": image}])


def other_build(obj: Obj) -> None:
    container(obj)["image"] += "-amd64"


def bad_chart(obj: Obj) -> None:
    obj["spec"]["source"] |= {"chart": "karpenter", "targetRevision": "1.8.4"}


def _table(*rows: tuple[str, str, Mutate]) -> tuple[Mutation, ...]:
    return tuple((name, mutate, frozenset(rules.split())) for rules, name, mutate in rows)


WORKLOAD, SPOT, POOL = runs_for_good, on_spot, kind("NodePool")
GATEWAYS = both(runs_pods, called(GATEWAY))
REPLICAS = both(on_spot, kind("Deployment"))

MUTATIONS: tuple[Mutation, ...] = _table(
    ("spot-grace", "a grace period shorter than the drain", each(both(SPOT, drains), short_grace)),
    ("spot-grace", "a grace period longer than the notice", each(SPOT, in_pod(terminationGracePeriodSeconds=111))),
    ("spot-grace", "a preStop command that sleeps too long", each(SPOT, sleeping_command)),
    ("spot-grace", "turns without an end", config_of(GATEWAY, "openclaw.json", unbounded_turns)),
    ("spot-grace", "failed model calls asked again", config_of(GATEWAY, "settings.json", repeated_attempts)),
    ("spot-grace", "requests longer than the drain", config_of(LLM_GATEWAY, "config.json", slow_provider)),
    (
        "spot-grace",
        "a shutdown longer than the drain",
        each(
            lambda obj: SPOT(obj) and container(obj)["name"] == "litellm", variable("GRACEFUL_SHUTDOWN_TIMEOUT", "300")
        ),
    ),
    ("spot-drainable", "a budget of none", budget_of_spot(lambda obj: obj["spec"].update(maxUnavailable=0))),
    ("spot-drainable", "a budget of no percent", budget_of_spot(lambda obj: obj["spec"].update(maxUnavailable="0%"))),
    ("spot-drainable", "a budget as large as the autoscaler's minimum", budget_as_minimum),
    ("spot-drainable", "two budgets on one pod", added(second_budget, kind("PodDisruptionBudget"))),
    ("spot-drainable", "a pod that must not be disrupted", each(SPOT, kept)),
    ("spot-drainable", "a pod that tolerates every taint", each(SPOT, undrained)),
    ("spot-stateful", "a gateway moved to Spot", each(lambda obj: WORKLOAD(obj) and not SPOT(obj), to_spot)),
    (
        "spread-real",
        "a spread that one zone satisfies",
        each(spread_by_force, lambda obj: spread(obj).pop("minDomains")),
    ),
    ("spread-real", "one zone demanded", each(spread_by_force, lambda obj: spread(obj).update(minDomains=1))),
    (
        "spread-real",
        "more zones demanded than there are",
        each(both(spread_by_force, autoscaled), lambda obj: spread(obj).update(minDomains=9)),
    ),
    ("spread-real", "old revisions that count", each(spread_by_force, lambda obj: spread(obj).pop("matchLabelKeys"))),
    (
        "spread-real",
        "a key matched twice",
        each(spread_by_force, lambda obj: spread(obj)["matchLabelKeys"].append("app.kubernetes.io/name")),
    ),
    (
        "spread-zonal-volume",
        "a gateway that must be spread",
        each(GATEWAYS, lambda obj: spread(obj).update(whenUnsatisfiable="DoNotSchedule")),
    ),
    ("spread-zonal-volume", "replicas on one claim", shared_claim),
    (
        "spread-zonal-volume",
        "volumes bound before their pods",
        each(kind("StorageClass"), lambda obj: obj.update(volumeBindingMode="Immediate")),
    ),
    ("pool-reachable", "another architecture", each(WORKLOAD, selecting(kubernetes_io__arch="amd64"))),
    ("pool-reachable", "another pool", each(WORKLOAD, selecting(karpenter_sh__nodepool="other"))),
    ("pool-reachable", "another zone", each(WORKLOAD, selecting(topology_kubernetes_io__zone="us-gov-west-1a"))),
    ("pool-reachable", "a label that no node has", each(WORKLOAD, selecting(disk="fast"))),
    ("pool-reachable", "no toleration", each(WORKLOAD, in_pod(tolerations=[]))),
    (
        "pool-reachable",
        "one more taint",
        each(POOL, lambda obj: node(obj)["taints"].append({"key": "batch", "effect": "NoExecute"})),
    ),
    ("pool-reachable", "a pool of x86", each(POOL, requirement("kubernetes.io/arch", "In", "amd64"))),
    (
        "pool-reachable",
        "a generation that is not sold",
        each(POOL, requirement("karpenter.k8s.aws/instance-generation", "Gt", "99")),
    ),
    ("pool-reachable", "no pool", without(POOL)),
    ("pool-reachable", "no node class", without(kind("EC2NodeClass", "NodeClass"))),
    (
        "pool-fits",
        "a pod larger than any node",
        each(WORKLOAD, lambda obj: container(obj)["resources"]["requests"].update(memory="64Gi")),
    ),
    (
        "pool-fits",
        "an init container larger than any node",
        each(
            WORKLOAD,
            in_pod(
                initContainers=[
                    {"name": "big", "image": "docker.io/library/redis:8.4.2", "resources": {"requests": {"cpu": "64"}}}
                ]
            ),
        ),
    ),
    ("pool-fits", "limits of half a node", each(POOL, lambda obj: obj["spec"]["limits"].update(cpu="1"))),
    ("pool-fits", "limits of little memory", each(POOL, lambda obj: obj["spec"]["limits"].update(memory="4Gi"))),
    ("pool-fits", "more replicas than the limits allow", each(kind("HorizontalPodAutoscaler"), autoscaled_to(400))),
    ("pool-fits", "a DaemonSet that leaves no room", added(greedy_daemon, kind("Deployment"))),
    ("pool-spot-fallback", "few instance types", each(POOL, few_types)),
    (
        "pool-spot-fallback",
        "budgets in a window alone",
        each(POOL, budgets({"nodes": "1", "schedule": "0 8 * * *", "duration": "8h"})),
    ),
    ("pool-spot-fallback", "budgets for drift alone", each(POOL, budgets({"nodes": "1", "reasons": ["Drifted"]}))),
    ("pool-spot-fallback", "a budget of all nodes", each(POOL, budgets({"nodes": "100%"}))),
    (
        "pool-spot-fallback",
        "a drain without an end",
        each(self_managed, lambda obj: node(obj).pop("terminationGracePeriod")),
    ),
    (
        "pool-spot-fallback",
        "a drain shorter than a pod's",
        each(POOL, lambda obj: node(obj).update(terminationGracePeriod="30s")),
    ),
    (
        "pool-spot-fallback",
        "a pod that demands Spot",
        each(REPLICAS, lambda obj: pod(obj)["nodeSelector"].update({"karpenter.sh/capacity-type": "spot"})),
    ),
    (
        "own-state",
        "a heap as large as the limit",
        each(GATEWAYS, variable("NODE_OPTIONS", "--max-old-space-size=2048")),
    ),
    ("own-state", "a heap without a bound", each(GATEWAYS, variable("NODE_OPTIONS", None))),
    ("own-state", "a state without a claim", each(GATEWAYS, lambda obj: obj["spec"].pop("volumeClaimTemplates"))),
    ("own-state", "a state beside its volume", each(GATEWAYS, variable("OPENCLAW_STATE_DIR", "/tmp/state"))),
    ("own-state", "a second writer", added(second_writer, GATEWAYS)),
    ("own-state", "one Service for all gateways", common_service),
    ("arch-images", "an image that is not recorded", each(WORKLOAD, init_container("registry.example/tool:1.2.3"))),
    ("arch-images", "another build of an image", each(WORKLOAD, other_build)),
    ("known-bad", "a compromised release", each(WORKLOAD, init_container("ghcr.io/berriai/litellm-non_root:v1.107.0"))),
    ("known-bad", "a chart with a regression", each(kind("Application"), bad_chart)),
)
