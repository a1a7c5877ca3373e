"""Volumes that pods claim: gp3, billed by the size that is asked for, whatever is on them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.requests import quantity
from generator.check.objectset import ObjectSet
from generator.check.walk import each, text
from generator.check.workloads.scale import autoscalers, scale

from . import charts
from .charts import GIB
from .line import Line, line, shown
from .prices import Span, usd

REQUEST = ("spec", "resources", "requests", "storage")


def lines(objects: ObjectSet, region: str) -> Iterator[Line]:
    """One for the objects of each namespace, one for the charts."""
    scaled_by = autoscalers(objects)
    claimed: dict[str, Span] = {}
    for item in objects.of("StatefulSet"):
        sizes = (text(one, *REQUEST) for _, one in each(item.obj, "spec", "volumeClaimTemplates"))
        size = sum((quantity(one) or 0) / GIB for one in sizes)
        counted = scale(item, scaled_by)
        if size:
            before = claimed.get(item.namespace, Span(0, 0))
            claimed[item.namespace] = before + Span(counted.lowest, counted.highest) * size
    for item in objects.of("PersistentVolumeClaim"):
        size = (quantity(text(item.obj, *REQUEST)) or 0) / GIB
        claimed[item.namespace] = claimed.get(item.namespace, Span(0, 0)) + Span(size, size)
    of_charts = sum(size for item in objects.of("Application") for size in charts.volumes(item.obj))
    if of_charts:
        claimed["charts"] = Span(of_charts, of_charts)
    price = usd("ebs.gp3", region)
    for where, claim in claimed.items():
        amount = f"{shown(claim)} GiB"
        yield line("storage", f"volumes of {where}", amount, f"{amount} x {shown(price)}", claim * price, "ebs.gp3")
