"""The ways in and out: load balancers, NAT gateways and what passes them, logs in CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Item, ObjectSet
from generator.check.traffic.load_balancers import is_alb
from generator.check.walk import table, text
from generator.environment.model import Environment

from .line import Line, line, shown
from .models import margin
from .prices import MONTH, Span, usd

CONNECTIONS_PER_LCU = 25
"""New connections a second that one load balancer capacity unit carries, and GB an hour below (AWS, Elastic Load
Balancing pricing, read 2026-09-20)."""
GB_PER_LCU = 1


def lines(env: Environment, objects: ObjectSet) -> Iterator[Line]:
    region, usage = env.cluster.region, env.cost.usage
    balancers = load_balancers(objects)
    if balancers:
        price = usd("alb.hour", region)
        how = f"{balancers} x {MONTH} h x {shown(price)}"
        yield line("ingress", "load balancers", f"{balancers}", how, price * (balancers * MONTH), "alb.hour")
        units = capacity_units(env)
        price = usd("alb.lcu", region)
        how = f"{shown(units, '.3g')} LCU x {MONTH} h x {shown(price)}"
        yield line("ingress", "capacity units", f"{shown(units, '.3g')} LCU", how, units * price * MONTH, "alb.lcu")
    if usage.nat_gateways:
        price = usd("nat.hour", region)
        how = f"{usage.nat_gateways} x {MONTH} h x {shown(price)}"
        cost = price * (usage.nat_gateways * MONTH)
        yield line("network", "NAT gateways", f"{usage.nat_gateways}", how, cost, "nat.hour")
    if usage.egress_gb:
        amount = margin(env) * usage.egress_gb
        passed = usd("nat.gb", region) if usage.nat_gateways else Span(0, 0)
        out = usd("transfer.out", region)
        how = f"{shown(amount)} GB x ({shown(passed)} through NAT + {shown(out)} out)"
        used = ("nat.gb", "transfer.out") if usage.nat_gateways else ("transfer.out",)
        yield line("network", "data out", f"{shown(amount)} GB", how, amount * (passed + out), *used)
    if usage.logs_gb:
        amount, price = margin(env) * usage.logs_gb, usd("logs.gb", region)
        how = f"{shown(amount)} GB x {shown(price)}"
        yield line("audit", "logs in CloudWatch", f"{shown(amount)} GB", how, amount * price, "logs.gb")


def capacity_units(env: Environment) -> Span:
    """LCUs on average: the dimension that asks for most, of new connections and of data."""
    usage = env.cost.usage
    connections = usage.web_requests / (MONTH * 3600) / CONNECTIONS_PER_LCU
    data = usage.egress_gb / MONTH / GB_PER_LCU
    return margin(env) * max(connections, data)


def load_balancers(objects: ObjectSet) -> int:
    """Ingresses of one group share a load balancer; one without a group has its own.  Charts' Ingresses count too."""
    ours = [item for item in objects.of("Ingress") if is_alb(item) or _group(objects, item)]
    groups = {_group(objects, item) or f"{item.namespace}/{item.name}" for item in ours}
    return len(groups) + sum(_asks(item) for item in objects.of("Application"))


def _group(objects: ObjectSet, item: Item) -> str:
    annotated = table(item.obj, "metadata", "annotations").get("alb.ingress.kubernetes.io/group.name")
    if annotated:
        return str(annotated)
    made = objects.get("IngressClass", "", text(item.obj, "spec", "ingressClassName"))
    params = objects.get("IngressClassParams", "", text(made.obj, "spec", "parameters", "name")) if made else None
    return text(params.obj, "spec", "group", "name") if params else ""


def _asks(application: Item) -> bool:
    """Whether a chart's values ask for an Ingress of the class `alb`."""
    values = table(application.obj, "spec", "source", "helm", "valuesObject")
    return any(
        table(one, "ingress").get("enabled") is True and table(one, "ingress").get("className") == "alb"
        for one in values.values()
        if isinstance(one, dict)
    )
