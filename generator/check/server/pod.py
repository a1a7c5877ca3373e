"""What the API server refuses in a pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objectset import Item, dig
from generator.check.server import syntax
from generator.check.server.values import POD, Flaw, chosen, port_flaws, repeated, said
from generator.check.walk import each, number, table, text
from generator.check.workloads.pods import Container, containers
from generator.environment.problem import Path

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
HOOKS = (("lifecycle", "preStop"), ("lifecycle", "postStart"))
HANDLERS = ("exec", "grpc", "httpGet", "sleep", "tcpSocket")


def flaws(item: Item) -> Iterator[Flaw]:
    """The flaws of the pod template of a workload, by path from the root of the object."""
    if not item.pod:
        return
    yield from chosen(item.pod, POD, item.pod_path())
    yield from _pod(item)
    found = list(containers(item))
    yield from repeated((((*one.path, "name"), one.name) for one in found), "container")
    for container in found:
        for check in (_container, _ports, _handlers, _resources, _security, _lists):
            yield from check(container)


def _pod(item: Item) -> Iterator[Flaw]:
    spec, path = item.pod, item.pod_path()
    restart = text(spec, "restartPolicy")
    if item.kind not in ("Pod", "Job", "CronJob") and restart in ("OnFailure", "Never"):
        yield (*path, "restartPolicy"), f"«{restart}»: only a Job's pods may end, those of a {item.kind} run Always"
    if item.kind in ("Job", "CronJob") and restart in ("", "Always"):
        yield (*path, "restartPolicy"), f"«{restart or 'Always'}»: pods of a {item.kind} take OnFailure or Never"
    if not spec.get("containers"):
        yield (*path, "containers"), "a pod needs a container"
    if account := text(spec, "serviceAccountName"):
        yield from said((*path, "serviceAccountName"), syntax.dns_name(account))
    yield from _seccomp(path, spec)
    volumes = [((*path, "volumes", index, "name"), text(one, "name")) for index, one in each(spec, "volumes")]
    yield from repeated(volumes, "volume")
    for where, name in volumes:
        yield from said(where, syntax.dns_label(name))
    for index, one in each(spec, "tolerations"):
        if one.get("operator") == "Exists" and one.get("value"):
            yield (*path, "tolerations", index, "value"), "operator Exists takes no value"
    yield from _spread(path, spec)


def _spread(path: Path, spec: dict[str, Any]) -> Iterator[Flaw]:
    seen: list[tuple[Any, Any]] = []
    for index, one in each(spec, "topologySpreadConstraints"):
        where = (*path, "topologySpreadConstraints", index)
        skew = number(one, "maxSkew")
        if skew is not None and skew < 1:
            yield (*where, "maxSkew"), f"{skew:g} is not above 0"
        if one.get("minDomains") is not None and one.get("whenUnsatisfiable") != "DoNotSchedule":
            yield (*where, "minDomains"), "goes with whenUnsatisfiable: DoNotSchedule only"
        pair = (one.get("topologyKey"), one.get("whenUnsatisfiable"))
        if pair in seen:
            yield where, f"topologyKey {pair[0]} with {pair[1]} occurs twice"
        seen.append(pair)
        selected = table(one, "labelSelector", "matchLabels")
        for key in one.get("matchLabelKeys") or ():
            if key in selected:
                yield (*where, "matchLabelKeys"), f"{key} is in labelSelector too"


def _container(container: Container) -> Iterator[Flaw]:
    yield from said((*container.path, "name"), syntax.dns_label(container.name))
    if not text(container.spec, "image").strip():
        yield (*container.path, "image"), "is empty"


def _ports(container: Container) -> Iterator[Flaw]:
    path = (*container.path, "ports")
    found = list(each(container.spec, "ports"))
    yield from repeated((((*path, index, "name"), text(one, "name")) for index, one in found), "port")
    pairs = (
        ((*path, index, "containerPort"), f"{one.get('containerPort')}/{one.get('protocol', 'TCP')}")
        for index, one in found
    )
    yield from repeated(pairs, "port")
    for index, one in found:
        yield from said((*path, index, "name"), syntax.port_name(text(one, "name")) if one.get("name") else "")
        yield from port_flaws((*path, index, "containerPort"), one.get("containerPort"))


def _handlers(container: Container) -> Iterator[Flaw]:
    for steps in (*((probe,) for probe in PROBES), *HOOKS):
        handler, path = dig(container.spec, steps), (*container.path, *steps)
        if not isinstance(handler, dict):
            continue
        kinds = [kind for kind in HANDLERS if handler.get(kind) is not None]
        if len(kinds) != 1:
            yield path, f"has {len(kinds)} handlers ({', '.join(kinds)}), and takes one" if kinds else "has no handler"
        for kind in ("httpGet", "tcpSocket"):
            yield from port_flaws((*path, kind, "port"), dig(handler, (kind, "port")))
        for field in ("periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"):
            value = number(handler, field)
            if value is not None and value < (0 if steps[0] == "lifecycle" else 1):
                yield (*path, field), f"{value:g} is not above 0"
        if steps in (("livenessProbe",), ("startupProbe",)) and handler.get("successThreshold") not in (None, 1):
            yield (*path, "successThreshold"), "must be 1"


def _resources(container: Container) -> Iterator[Flaw]:
    path = (*container.path, "resources")
    requests, limits = table(container.spec, "resources", "requests"), table(container.spec, "resources", "limits")
    for field, values in (("requests", requests), ("limits", limits)):
        for name, value in values.items():
            yield from said((*path, field, name), syntax.quantity(value))
            amount = syntax.amount(value)
            if amount is not None and amount < 0:
                yield (*path, field, name), f"{value} is negative"
    for name in requests.keys() & limits.keys():
        asked, allowed = syntax.amount(requests[name]), syntax.amount(limits[name])
        if asked is not None and allowed is not None and asked > allowed:
            yield (*path, "requests", name), f"{requests[name]} is above the limit of {limits[name]}"


def _security(container: Container) -> Iterator[Flaw]:
    yield from _seccomp(container.path, container.spec)
    context = table(container.spec, "securityContext")
    if context.get("privileged") is True and context.get("allowPrivilegeEscalation") is False:
        path = (*container.path, "securityContext", "allowPrivilegeEscalation")
        yield path, "false contradicts privileged: true"


def _seccomp(path: Path, spec: dict[str, Any]) -> Iterator[Flaw]:
    profile = table(spec, "securityContext", "seccompProfile")
    where = (*path, "securityContext", "seccompProfile", "localhostProfile")
    if profile.get("type") == "Localhost" and not profile.get("localhostProfile"):
        yield where, "type Localhost needs the name of a profile"
    elif profile.get("type") != "Localhost" and profile.get("localhostProfile"):
        yield where, "goes with type Localhost only"


def _lists(container: Container) -> Iterator[Flaw]:
    path = container.path
    variables = [((*path, "env", index, "name"), text(one, "name")) for index, one in each(container.spec, "env")]
    yield from repeated(variables, "variable")
    for where, name in variables:
        yield from said(where, syntax.variable_name(name))
    for index, one in each(container.spec, "env"):
        if one.get("value") and one.get("valueFrom"):
            yield (*path, "env", index, "valueFrom"), "may not stand beside a value"
    mounts = (
        ((*path, "volumeMounts", index, "mountPath"), text(one, "mountPath"))
        for index, one in each(container.spec, "volumeMounts")
    )
    yield from repeated(mounts, "mount path")
