"""wiring: selectors find pods, ports find listeners, scalers find what they scale.

Kubernetes accepts a Service that selects nothing, a budget for no pod and an Ingress to no Service; each fails only
when somebody needs it.  Looked at:
- the selector of a workload and the labels of its pods; `serviceName` of a StatefulSet
- Service: its selector finds pods, and each targetPort a container port that those pods declare
- PodDisruptionBudget, NetworkPolicy, CiliumNetworkPolicy and PodMonitor: their selectors find pods
- HorizontalPodAutoscaler: its target exists and does not also set `replicas`
- Ingress: Service and port exist; ServiceMonitor: finds a Service with the named port
- probes and lifecycle hooks: a port by name is one that the container declares
- where the set has network policies, one of them covers every pod

Limits: a policy with an empty selector, the default of a namespace, may find no pod; Services without a selector, of
type ExternalName, and those that stand for an action of a load balancer are left alone; a container may listen on a
port that it does not declare, but then nobody can tell; a network policy beside a chart may be for the chart's pods.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.delivery.applications import chart_namespaces
from generator.check.objectset import TEMPLATES, Breach, Item, ObjectSet, dig, pod_labels, selects
from generator.check.rules import Severity
from generator.check.traffic.load_balancers import actions, backend_services
from generator.check.traffic.network.cilium import specs
from generator.check.traffic.network.reach import Way, reach_of
from generator.check.traffic.services import container_port, port_of, selector_of
from generator.check.walk import each, table, text, texts
from generator.check.workloads.pods import containers, ports

ID, SEVERITY = "wiring", Severity.ERROR
REMEDIATION = "correct the selector, name or port, or add the object that is missing"

WAYS: tuple[tuple[Way, str], ...] = (
    ("ingress", "every pod of the cluster may call it"),
    ("egress", "it may call anything"),
)
HANDLERS = (
    ("startupProbe",),
    ("readinessProbe",),
    ("livenessProbe",),
    ("lifecycle", "preStop"),
    ("lifecycle", "postStart"),
)
EFFECTS = {"lifecycle": "the hook fails", "livenessProbe": "a container that hangs is never restarted"}


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.workloads():
        yield from _own_labels(item)
        yield from _handlers(item)
    for item in objects.of("StatefulSet"):
        yield from _governing_service(objects, item)
    for item in objects.of("Service"):
        yield from _service(objects, item)
    for item in objects.of("PodDisruptionBudget", "PodMonitor"):
        yield from _budget(objects, item)
    for item in objects.of("HorizontalPodAutoscaler"):
        yield from _scaler(objects, item)
    for item in objects.of("Ingress"):
        yield from _ingress(objects, item)
    for item in objects.of("ServiceMonitor"):
        yield from _monitor(objects, item)
    yield from _policies(objects)


def _own_labels(item: Item) -> Iterator[Breach]:
    selector = table(item.obj, "spec", "selector")
    if item.kind != "Job" and len(TEMPLATES[item.kind]) == 2 and selector and not selects(selector, pod_labels(item)):
        message = "does not match the labels of its own pods: the API server refuses the object"
        yield Breach(item, ("spec", "selector"), message)


def _handlers(item: Item) -> Iterator[Breach]:
    for container in containers(item):
        declared = {text(port, "name") for _, port in each(container.spec, "ports")}
        for handler in HANDLERS:
            for action in ("httpGet", "tcpSocket"):
                port = dig(container.spec, (*handler, action, "port"))
                if isinstance(port, str) and not port.isdigit() and port not in declared:
                    effect = EFFECTS.get(handler[0], "the pod never becomes Ready")
                    message = f"container {container.name} declares no port «{port}»: {effect}"
                    yield Breach(item, (*container.path, *handler, action, "port"), message)


def _governing_service(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    name = text(item.obj, "spec", "serviceName")
    if name and objects.get("Service", item.namespace, name) is None:
        message = f"no Service {item.namespace}/{name}: the pods have no DNS names of their own"
        yield Breach(item, ("spec", "serviceName"), message)


def _service(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    selector = selector_of(item)
    if selector is None:
        return
    found = list(objects.selected(item.namespace, selector))
    if not found:
        message = "finds no pod: every connection to the Service is refused"
        yield Breach(item, ("spec", "selector"), message)
    for index, port in each(item.obj, "spec", "ports"):
        target = port.get("targetPort", port.get("port"))
        for workload in found:
            if container_port(workload, target) is None:
                listed = ", ".join(f"{one.name} {one.number}".strip() for one in ports(workload)) or "none"
                message = (
                    f"{workload} declares no container port {target} (its ports: {listed}): connections are refused"
                )
                yield Breach(item, ("spec", "ports", index, "targetPort"), message)


def _budget(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    selector = dig(item.obj, ("spec", "selector"))
    namespaces = _namespaces(objects, item)
    if not any(True for namespace in namespaces for _ in objects.selected(namespace, selector)):
        effect = "a drain may take every pod at once" if item.kind == "PodDisruptionBudget" else "nothing is scraped"
        yield Breach(item, ("spec", "selector"), f"finds no pod: {effect}")


def _scaler(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    path = ("spec", "scaleTargetRef")
    target = table(item.obj, *path)
    found = objects.get(text(target, "kind"), item.namespace, text(target, "name"))
    if found is None:
        message = f"no {text(target, 'kind')} {item.namespace}/{text(target, 'name')}: nothing is scaled"
        yield Breach(item, path, message)
    elif dig(found.obj, ("spec", "replicas")) is not None:
        message = f"{item} sets the replicas too: every sync resets what it has scaled, and pods are killed under load"
        yield Breach(found, ("spec", "replicas"), message)


def _ingress(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    for path, named in backend_services(item):
        name = text(named, "name")
        if name in actions(item):
            continue
        service = objects.get("Service", item.namespace, name)
        wanted = table(named, "port").get("number", table(named, "port").get("name"))
        if service is None:
            yield Breach(item, path, f"no Service {item.namespace}/{name}: users see 503")
        elif isinstance(wanted, int | str) and port_of(service, wanted) is None:
            yield Breach(item, (*path, "port"), f"{service} has no port {wanted}: users see 503")


def _monitor(objects: ObjectSet, item: Item) -> Iterator[Breach]:
    selector = dig(item.obj, ("spec", "selector"))
    namespaces = _namespaces(objects, item)
    found = [
        service
        for service in objects.of("Service")
        if service.namespace in namespaces and selects(selector, table(service.obj, "metadata", "labels"))
    ]
    if not found:
        yield Breach(item, ("spec", "selector"), "finds no Service: nothing is scraped, and its alerts never fire")
    for index, endpoint in each(item.obj, "spec", "endpoints"):
        port = text(endpoint, "port")
        if found and port and not any(port_of(service, port) for service in found):
            message = f"{found[0]} has no port «{port}»: nothing is scraped, and its alerts never fire"
            yield Breach(item, ("spec", "endpoints", index, "port"), message)


def _namespaces(objects: ObjectSet, item: Item) -> set[str]:
    """The namespaces in which a monitor looks; its own unless it says otherwise."""
    selector = table(item.obj, "spec", "namespaceSelector")
    if selector.get("any"):
        return {one.namespace for one in objects.items}
    return set(texts(selector, "matchNames")) or {item.namespace}


def _policies(objects: ObjectSet) -> Iterator[Breach]:
    reach, charts = reach_of(objects), chart_namespaces(objects)
    for item in objects.of("NetworkPolicy"):
        selector = dig(item.obj, ("spec", "podSelector"))
        found = item.namespace in charts or any(True for _ in objects.selected(item.namespace, selector))
        if selector and not found:
            yield Breach(item, ("spec", "podSelector"), "finds no pod: what it should limit or admit, it does not")
    pods: dict[str, list[Item]] = {}
    for item in objects.workloads():
        pods.setdefault(item.namespace, []).append(item)
        pods.setdefault("", []).append(item)
    for item in objects.of("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
        selecting = [spec for spec in specs(item) if spec.spec.get("endpointSelector")]
        among = pods.get(item.namespace, ())
        found = item.namespace in charts or any(spec.covers(reach.pods(one)) for spec in selecting for one in among)
        if selecting and not found:
            yield Breach(item, ("spec",), "finds no pod: what it should limit or admit, it does not")
    if not any(True for _ in objects.of("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")):
        return
    for item in objects.workloads():
        for way, effect in WAYS:
            if not item.pod.get("hostNetwork") and not reach.is_isolated(item, way):
                yield Breach(item, item.pod_path(), f"no network policy limits the {way} of its pods: {effect}")
