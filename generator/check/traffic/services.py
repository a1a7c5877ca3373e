"""From the name of a Service to the pods behind it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.check.delivery.applications import chart_namespaces
from generator.check.objectset import Item, ObjectSet, dig
from generator.check.walk import each, table, text
from generator.check.workloads.pods import ports


@dataclass(frozen=True)
class Backend:
    """A workload behind a Service, and the container port that a port of the Service leads to."""

    item: Item
    port: int


def cluster_name(objects: ObjectSet, host: str, namespace: str) -> tuple[str, str] | None:
    """Namespace and name of the Service that a host means to a pod of a namespace; None for hosts elsewhere."""
    name, _, rest = host.partition(".")
    if not rest:
        return namespace, name
    there, _, zone = rest.partition(".")
    if zone in ("svc", "svc.cluster.local") or (not zone and objects.get("Service", there, name)):
        return there, name
    # `web-0.web.shop.svc.cluster.local`: one pod of a StatefulSet by its headless Service.
    return cluster_name(objects, rest, namespace) if zone.endswith((".svc", ".svc.cluster.local")) else None


def is_ours(objects: ObjectSet, namespace: str) -> bool:
    """Whether the set makes a namespace, or runs pods in it, and shows all that is there: no chart adds to it."""
    if namespace in chart_namespaces(objects):
        return False
    return objects.get("Namespace", "", namespace) is not None or any(
        item.namespace == namespace for item in objects.workloads()
    )


def port_of(service: Item, wanted: int | str) -> dict[str, object] | None:
    """A port of a Service by number or name."""
    key = "name" if isinstance(wanted, str) else "port"
    return next((port for _, port in each(service.obj, "spec", "ports") if port.get(key) == wanted), None)


def selector_of(service: Item) -> dict[str, dict[str, object]] | None:
    """The label selector of a Service; None where someone else fills in its endpoints."""
    found = table(service.obj, "spec", "selector")
    return {"matchLabels": found} if found and text(service.obj, "spec", "type") != "ExternalName" else None


def backends(objects: ObjectSet, service: Item, port: dict[str, object]) -> list[Backend]:
    """The workloads that a port of a Service leads to; those without such a container port are left out."""
    found = [
        (item, container_port(item, port.get("targetPort", port.get("port"))))
        for item in objects.selected(service.namespace, selector_of(service))
    ]
    return [Backend(item, number) for item, number in found if number is not None]


def container_port(item: Item, target: object) -> int | None:
    """The number of a declared container port by its name or number; None where the pod declares no such port."""
    for port in ports(item):
        if target in (port.number, port.name) and target != "":
            return port.number
    return None


def external_name(service: Item) -> str:
    """The host outside the cluster that a Service of type ExternalName stands for."""
    found = dig(service.obj, ("spec", "externalName"))
    return found if isinstance(found, str) and text(service.obj, "spec", "type") == "ExternalName" else ""
