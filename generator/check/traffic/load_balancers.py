"""Application Load Balancers as Ingresses describe them to the AWS Load Balancer Controller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.services import backends, port_of
from generator.check.walk import each, number, table, text

PREFIX = "alb.ingress.kubernetes.io/"
IDLE, DEREGISTRATION = 60, 300
"""Seconds unless an attribute says otherwise (Elastic Load Balancing user guide)."""


@dataclass(frozen=True)
class Door:
    """A workload behind an Ingress, with the load balancer's patience in seconds."""

    ingress: Item
    item: Item
    idle: float
    """How long a connection may be silent."""
    deregistration: float
    """How long requests to a pod that ends may go on."""


def settings(ingress: Item) -> dict[str, str]:
    """What an Ingress asks of the controller, without the prefix."""
    found = table(ingress.obj, "metadata", "annotations")
    return {str(key).removeprefix(PREFIX): str(value) for key, value in found.items() if str(key).startswith(PREFIX)}


def is_alb(ingress: Item) -> bool:
    annotations = table(ingress.obj, "metadata", "annotations")
    named = text(ingress.obj, "spec", "ingressClassName") or annotations.get("kubernetes.io/ingress.class")
    return named == "alb" or any(str(key).startswith(PREFIX) for key in annotations)


def backend_services(ingress: Item) -> Iterator[tuple[tuple[str | int, ...], dict[str, object]]]:
    """Every `service` that an Ingress names, with its path."""
    if default := table(ingress.obj, "spec", "defaultBackend", "service"):
        yield ("spec", "defaultBackend", "service"), default
    for rule, one in each(ingress.obj, "spec", "rules"):
        for index, path in each(one, "http", "paths"):
            if service := table(path, "backend", "service"):
                yield ("spec", "rules", rule, "http", "paths", index, "backend", "service"), service


def doors(objects: ObjectSet) -> Iterator[Door]:
    """Every pair of an ALB Ingress and a workload behind it, once."""
    for ingress in objects.of("Ingress"):
        if not is_alb(ingress):
            continue
        attributes = _attributes(objects, ingress, "load-balancer-attributes")
        targets = _attributes(objects, ingress, "target-group-attributes")
        idle = number(attributes, "idle_timeout.timeout_seconds")
        delay = number(targets, "deregistration_delay.timeout_seconds")
        seen: set[str] = set()
        for _, named in backend_services(ingress):
            service = objects.get("Service", ingress.namespace, text(named, "name"))
            wanted = table(named, "port").get("number", table(named, "port").get("name"))
            port = port_of(service, wanted) if service and isinstance(wanted, int | str) else None
            for backend in backends(objects, service, port) if service and port else ():
                if backend.item.name not in seen:
                    seen.add(backend.item.name)
                    yield Door(
                        ingress,
                        backend.item,
                        IDLE if idle is None else idle,
                        DEREGISTRATION if delay is None else delay,
                    )


def _attributes(objects: ObjectSet, ingress: Item, name: str) -> dict[str, str]:
    """Attributes `a=1,b=2` of the load balancer: of the Ingress, of others in its group, of the IngressClassParams."""
    group = _group(ingress)
    sharing = [one for one in objects.of("Ingress") if group and _group(one) == group and one is not ingress]
    found = {
        text(one, "key"): text(one, "value")
        for params in objects.of("IngressClassParams")
        for _, one in each(params.obj, "spec", "loadBalancerAttributes")
        if name == "load-balancer-attributes"
    }
    for one in (*sharing, ingress):
        value = table(one.obj, "metadata", "annotations").get(f"{PREFIX}{name}")
        pairs = (pair.partition("=") for pair in str(value or "").split(","))
        found |= {key.strip(): content.strip() for key, _, content in pairs if key.strip()}
    return found


def _group(ingress: Item) -> str:
    return str(table(ingress.obj, "metadata", "annotations").get(f"{PREFIX}group.name") or "")


def actions(ingress: Item) -> set[str]:
    """Names of Services that stand for an action of the load balancer and need not exist."""
    annotations = table(ingress.obj, "metadata", "annotations")
    return {
        str(key).removeprefix(f"{PREFIX}actions.")
        for key, value in annotations.items()
        if str(key).startswith(f"{PREFIX}actions.") and _is_json(value)
    }


def _is_json(value: object) -> bool:
    try:
        json.loads(str(value))
    except ValueError:
        return False
    return True
