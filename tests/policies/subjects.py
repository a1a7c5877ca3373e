"""What mutations break: everything that is rendered, and workloads as the other kinds that run the same pod."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from tests.conftest import ENVIRONMENTS

from .changes import is_gateway, runs_pods, template

Subject = tuple[str, str, Obj]
"""Environment, place and object."""


def subjects(planned: Plan) -> list[Subject]:
    rendered = [
        (name, path, obj)
        for name in ENVIRONMENTS
        for path, obj in planned.objects.items()
        if path.startswith(f"rendered/{name}/")
    ]
    others = [
        (name, f"{path} as a {made['kind']}", made)
        for name, path, obj in rendered
        if runs_pods(obj) and obj["kind"] != "CronJob" and not is_gateway(obj)
        for made in other_kinds(obj)
    ]
    return rendered + others


def other_kinds(obj: Obj) -> Iterator[Obj]:
    """The pod of a Deployment as every other kind would run it."""
    meta = {key: value for key, value in obj["metadata"].items() if key != "annotations"}
    inner = template(obj)
    ending = deepcopy(inner)
    ending["spec"]["restartPolicy"] = "Never"
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        del ending["spec"]["containers"][0][name]
    of_apps = {"selector": obj["spec"]["selector"], "template": inner}
    bare = {"metadata": meta | inner["metadata"], "spec": inner["spec"]}
    yield {"apiVersion": "v1", "kind": "Pod", **bare}
    yield {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": of_apps}
    yield {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta, "spec": of_apps}
    yield {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": of_apps | {"serviceName": "x"}}
    yield {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": meta, "spec": of_apps}
    yield {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": ending}}
    schedule = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": ending}}}
    yield {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": schedule}
