"""The page: everything computed from the rendered objects, put into one HTML file without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.check.finding import Finding
from generator.check.objectset import ObjectSet
from generator.check.rules.spot_grace import Timeline, timeline
from generator.cost.estimate import Estimate, estimate, object_set
from generator.environment.model import Environment
from generator.environment.openclaw import SPOT_NOTICE
from generator.kubernetes.objects import Obj

from .facts import dashboards, summary, versions, workloads
from .topology import drawing

SECOND = 8
"""Pixels that a second is wide in the time line."""


@dataclass(frozen=True)
class Bar:
    """A program's end on the time line."""

    name: str
    parts: tuple[tuple[str, float, float], ...]
    """Class, first second and last second of each part."""
    said: str


@dataclass(frozen=True)
class Slice:
    """A component's share of the bill."""

    name: str
    said: str
    """USD a month."""
    offset: float
    """Percent of the widest, where the range begins."""
    width: float
    """Percent of the widest, how far the range goes; 0 where there is none to see."""


def page(
    env: Environment,
    objects: Mapping[str, Obj],
    templates: Mapping[str, Obj],
    findings: Sequence[Finding],
    rules: Mapping[str, str],
    pictures: Mapping[str, str],
) -> str:
    """`rules` are those that were checked, by id; `pictures` SVGs of dashboards by the name of their file."""
    import jinja2  # 70 ms that only this command pays

    found = object_set(env, objects)
    bill = estimate(env, objects, templates)
    template = Path(__file__).with_name("report.html.j2").read_text("utf-8")
    strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return strict.from_string(template).render(
        env=env,
        summary=summary(env),
        drawing=drawing(env, workloads(found)),
        bars=bars(found),
        second=SECOND,
        notice=SPOT_NOTICE,
        bill=bill,
        slices=slices(bill),
        findings=findings,
        rules=rules,
        waivers=env.waivers.accepted,
        versions=versions(found),
        dashboards=[(title, panels, pictures.get(name, "")) for name, title, panels in dashboards(found)],
    )


def bars(found: ObjectSet) -> list[Bar]:
    return [_bar(one) for one in timeline(found)]


def _bar(one: Timeline) -> Bar:
    done = one.killed if one.drained is None else min(one.drained, one.killed)
    parts = (
        ("detection", 0.0, float(one.evicted)),
        ("prestop", float(one.evicted), float(one.signalled)),
        ("drain", float(one.signalled), float(done)),
        ("spare", float(done), float(one.killed)),
    )
    bound = "its drain is not known" if one.drain is None else f"drained after {done:g} s: {one.drain.source}"
    name = f"{one.item.name} ({one.container})"
    return Bar(name, tuple(part for part in parts if part[2] > part[1]), f"{bound}; killed after {one.killed:g} s")


def slices(bill: Estimate) -> list[Slice]:
    """Components, the dearest first."""
    sums: dict[str, tuple[float, float]] = {}
    for line in bill.lines:
        low, high = sums.get(line.component, (0.0, 0.0))
        sums[line.component] = (low + line.low, high + line.high)
    widest = max((high for _, high in sums.values()), default=1) or 1
    ordered = sorted(sums.items(), key=lambda one: -one[1][1])
    return [
        Slice(name, _said(low, high), 100 * low / widest, 100 * (high - low) / widest if high - low >= 1 else 0)
        for name, (low, high) in ordered
    ]


def _said(low: float, high: float) -> str:
    if high < 1:
        return "below 1"
    lowest, highest = f"{low:,.0f}", f"{high:,.0f}"
    return highest if lowest == highest else f"{lowest} to {highest}"
