"""1: every rendered workload is there, runs the rendered images, and has all its pods ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, pod_template

from .access import Unseen
from .look import Look
from .result import Observation, attempt, failed, ok
from .rights import Need, Right

TITLE = "pods run"
REMEDY = "look at its Application in Argo CD, then at its events: kubectl -n {namespace} describe {kind} {name}"

KINDS = {
    "Deployment": ("apps", "v1", "deployments"),
    "StatefulSet": ("apps", "v1", "statefulsets"),
    "Rollout": ("argoproj.io", "v1alpha1", "rollouts"),
    "CronJob": ("batch", "v1", "cronjobs"),
}


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    found: list[Need] = []
    for kind, namespace in _grouped(objects):
        found += [Right(namespace, KINDS[kind][0], KINDS[kind][2], "list"), Right(namespace, "", "pods", "list")]
    return found


def check(look: Look) -> Iterator[Observation]:
    for (kind, namespace), rendered in _grouped(look.objects).items():
        remedy = REMEDY.format(namespace=namespace, kind=kind.lower(), name="")
        yield from attempt(_compared(look, kind, namespace, rendered), remedy.strip())


def _grouped(objects: Sequence[Obj]) -> dict[tuple[str, str], list[Obj]]:
    found: dict[tuple[str, str], list[Obj]] = {}
    for obj in objects:
        if obj["kind"] in KINDS:
            found.setdefault((obj["kind"], obj["metadata"]["namespace"]), []).append(obj)
    return found


def _compared(look: Look, kind: str, namespace: str, rendered: list[Obj]) -> Iterator[Observation]:
    group, version, plural = KINDS[kind]
    items = look.access.get(f"/apis/{group}/{version}/namespaces/{namespace}/{plural}")["items"]
    live = {item["metadata"]["name"]: item for item in items}
    for obj in rendered:
        name = obj["metadata"]["name"]
        label = f"{kind} {namespace}/{name}"
        remedy = REMEDY.format(namespace=namespace, kind=kind.lower(), name=name)
        if name not in live:
            yield failed(f"{label} is not there", f"sync its Application in Argo CD: {kind} {name} is rendered")
            continue
        flaws = _images(obj, live[name])
        if kind != "CronJob":
            flaws += _rollout(live[name])
        if flaws:
            flaws += _reasons(look, namespace, live[name])
            yield failed(f"{label}: {'; '.join(flaws)}", remedy)
        elif kind == "CronJob":
            yield ok(f"{label}: images as rendered")
        else:
            yield ok(f"{label}: {_wanted(live[name])} of {_wanted(live[name])} ready, images as rendered")


def _images(rendered: Obj, live: Obj) -> list[str]:
    wanted, found = images(rendered), images(live)
    return [
        f"{container} runs {found.get(container, 'nothing')}, rendered is {image}"
        for container, image in wanted.items()
        if found.get(container) != image
    ]


def images(obj: Obj) -> dict[str, str]:
    """Image of every container, those that come first included."""
    spec = (pod_template(obj) or {}).get("spec", {})
    return {one["name"]: one["image"] for one in (*spec.get("initContainers", ()), *spec["containers"])}


def _wanted(live: Obj) -> int:
    return int(live["spec"].get("replicas", 1))


def _rollout(live: Obj) -> list[str]:
    status: Mapping[str, int | str] = live.get("status", {})
    wanted = _wanted(live)
    if not wanted:
        return ["is scaled to 0"]
    # A Rollout writes the number as text.
    if int(status.get("observedGeneration", 0)) < live["metadata"].get("generation", 0):
        return ["its last change has not been taken up"]
    flaws = []
    if (updated := int(status.get("updatedReplicas", 0))) < wanted:
        flaws.append(f"{updated} of {wanted} pods are of the last change")
    if (ready := int(status.get("readyReplicas", 0))) < wanted:
        flaws.append(f"{ready} of {wanted} ready")
    return flaws


def _reasons(look: Look, namespace: str, live: Obj) -> list[str]:
    """Why pods are not ready, each reason once."""
    chosen = live["spec"].get("selector", {}).get("matchLabels", {})
    if not chosen:
        return []
    selector = ",".join(f"{key}={value}" for key, value in sorted(chosen.items()))
    try:
        pods = look.access.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)["items"]
    except Unseen as error:
        return [f"could not see why: {error}"]
    return list(dict.fromkeys(reason for pod in pods for reason in _waiting(pod)))


def _waiting(pod: Obj) -> Iterator[str]:
    status = pod.get("status", {})
    for condition in status.get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield f"not scheduled: {condition.get('message', condition.get('reason', ''))}"
    for one in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        waiting = one.get("state", {}).get("waiting")
        if waiting:
            message = waiting.get("message", "")
            yield f"{one['name']}: {waiting.get('reason', 'waiting')}" + (f" ({message[:200]})" if message else "")
