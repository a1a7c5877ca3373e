"""The record of metrics: what each program exposes in each version, as read from it (metrics/*.json).

A file is for one program: `image` is how its image is called (none for what the platform runs), `prefix` what its
metrics begin with, and each version has its source and its metrics with type, labels (null: not known) and, where a
label has few values, those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator.check.objectset import ObjectSet
from generator.check.walk import text
from generator.check.workloads.pods import containers

FOLDER = Path(__file__).parent / "metrics"

TARGET = frozenset(
    ("cluster", "container", "endpoint", "instance", "job", "namespace", "node", "pod", "prometheus", "service")
)
"""Labels that the Prometheus Operator puts on every series it scrapes, and that remote storage may add."""

PARTS = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}


@dataclass(frozen=True)
class Metric:
    """A metric; `labels` is None where they are not recorded, `values` are those of labels with few of them."""

    name: str
    type: str
    labels: frozenset[str] | None
    values: Mapping[str, tuple[str, ...]]

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series."""
        return tuple(self.name + part for part in PARTS.get(self.type, ("",)))

    def has(self, label: str) -> bool:
        """Whether its series may carry a label; what collides with a label of the target is renamed `exported_`."""
        if self.labels is None or label in TARGET or label in self.labels or label == "__name__":
            return True
        if label == "le":
            return self.type == "histogram"
        if label == "quantile":
            return self.type == "summary"
        return label.startswith("exported_") or any(
            one.endswith("*") and label.startswith(one[:-1]) for one in self.labels
        )


@dataclass(frozen=True)
class Program:
    """A program in one version."""

    name: str
    version: str
    prefix: str
    metrics: Mapping[str, Metric]
    """By the names of their series, and by their own."""
    series: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Known:
    """The programs that run in a set and on its platform, and those that are recorded but do not run in it."""

    running: tuple[Program, ...]
    absent: tuple[Program, ...]

    @property
    def series(self) -> frozenset[str]:
        """The names of all series that can be there."""
        return frozenset().union(*(one.series for one in self.running))

    def metric(self, series: str) -> Metric | None:
        """The metric that a series belongs to, by its name; a histogram is found by its bare name, too."""
        return next((found for one in self.running if (found := one.metrics.get(series))), None)

    def elsewhere(self, series: str) -> Program | None:
        """A recorded program that would have the series, if it ran."""
        return next((one for one in self.absent if series in one.metrics), None)

    def owner(self, series: str) -> Program | None:
        """The program whose prefix a series has."""
        return next(
            (one for one in (*self.running, *self.absent) if one.prefix and series.startswith(one.prefix)), None
        )


def known(objects: ObjectSet) -> Known:
    """What a set can expose.  Where it runs none of the programs, as a folder of rules alone, all of them count."""
    tags: dict[str, set[str]] = {}
    for item in objects.workloads():
        for container in containers(item):
            if found := re.search(r"([^/:@]+):([^/@:]+)(?:@[^/]+)?$", text(container.spec, "image")):
                tags.setdefault(found[1], set()).add(found[2])
    running: list[Program] = []
    absent: list[Program] = []
    some = False
    for record in records():
        used = {tag for name in tags if record.image and name.startswith(record.image) for tag in tags[name]}
        some = some or bool(used)
        if used or not record.image:
            running += [_nearest(record.versions, tag) for tag in sorted(used or {""})]
        else:
            absent.append(_nearest(record.versions, ""))
    return Known(tuple(running), tuple(absent)) if some else Known((*running, *absent), ())


@dataclass(frozen=True)
class Record:
    """A file of metrics/."""

    image: str
    versions: Mapping[str, Program]


@lru_cache(maxsize=1)
def records() -> list[Record]:
    """All files, by name."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        read = json.loads(path.read_text("utf-8"))
        name, prefix = read["software"], read.get("prefix", "")
        versions = {
            version: _program(name, version, prefix, entry["metrics"]) for version, entry in read["versions"].items()
        }
        found.append(Record(read.get("image", ""), versions))
    return found


def _program(name: str, version: str, prefix: str, entries: Mapping[str, Any]) -> Program:
    found: dict[str, Metric] = {}
    series: set[str] = set()
    for metric_name, entry in entries.items():
        labels = None if entry["labels"] is None else frozenset(entry["labels"])
        values = {label: tuple(some) for label, some in entry.get("values", {}).items()}
        metric = Metric(metric_name, entry["type"], labels, values)
        found |= dict.fromkeys((metric_name, *metric.series), metric)
        series.update(metric.series)
    return Program(name, version, prefix, found, frozenset(series))


def _nearest(versions: Mapping[str, Program], tag: str) -> Program:
    """The record of a version, else of the newest that is not newer, else of the oldest; without a tag the newest."""
    ordered = sorted(versions, key=_numbers)
    below = [version for version in ordered if not tag or _numbers(version) <= _numbers(tag)]
    return versions[tag if tag in versions else (below or ordered[:1])[-1]]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
