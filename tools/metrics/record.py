"""Records what a program exposes: its metrics page into generator/check/monitoring/metrics/NAME.json.

    curl -s http://localhost:4000/metrics | python tools/metrics/record.py bifrost v2.7.0 "the real 2.7.0 after ..."

A program shows a metric when it has something to count: call it first, with errors, streams and cache hits.  What the
record has for its newest release and the page lacks is kept if --keep is given, and named either way.  Runtime metrics
(go_, process_, python_) have a record of their own.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "generator" / "check" / "monitoring" / "metrics"
RUNTIME = re.compile(r"(go|process|promhttp|python)_")
_TYPE = re.compile(r"# TYPE (\S+) (\S+)")
_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? \S+")
_LABEL = re.compile(r'([A-Za-z_]\w*)="')


def families(page: str) -> dict[str, Any]:
    """Metrics of a page in the text format: type and labels; labels of a family without samples are not known."""
    types = {found[1]: found[2] for line in page.splitlines() if (found := _TYPE.match(line))}
    labels: dict[str, set[str]] = {}
    for line in page.splitlines():
        if not line.startswith("#") and (found := _SAMPLE.match(line)):
            labels.setdefault(_family(found[1], types), set()).update(_LABEL.findall(found[2] or ""))
    return {
        name: {
            "type": kind if kind in ("counter", "histogram", "summary") else "gauge",
            "labels": sorted(labels[name] - {"le", "quantile", "job"}) if name in labels else None,
        }
        for name, kind in sorted(types.items())
        if not RUNTIME.match(name) and not name.endswith("_created")
    }


def _family(sample: str, types: dict[str, str]) -> str:
    for part in ("_bucket", "_count", "_sum"):
        if types.get(sample.removesuffix(part)) in ("histogram", "summary"):
            return sample.removesuffix(part)
    return sample


def text(record: dict[str, Any]) -> str:
    """A record as it is written: a line a metric, so that a review shows which ones came and went."""
    head = [
        f" {json.dumps(key)}: {json.dumps(record[key])}," for key in ("software", "prefix", "image") if key in record
    ]
    versions = []
    for version, entry in record["versions"].items():
        source = json.dumps(entry["source"], ensure_ascii=False)
        metrics = [
            f"    {json.dumps(name)}: {json.dumps(metric, ensure_ascii=False)}"
            for name, metric in sorted(entry["metrics"].items())
        ]
        lines = [f'   "source": {source},', '   "metrics": {', ",\n".join(metrics), "   }"]
        versions.append("\n".join([f"  {json.dumps(version)}: {{", *lines, "  }"]))
    return "\n".join(["{", *head, ' "versions": {', ",\n".join(versions), " }", "}"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a file of the record without .json, e.g. bifrost")
    parser.add_argument("version", help="the release, spelt as the tag of its image")
    parser.add_argument("source", help="where the page is from, and what was done to it before")
    parser.add_argument("--keep", action="store_true", help="keep metrics that the page lacks")
    given = parser.parse_args()
    path = FOLDER / f"{given.name}.json"
    record = json.loads(path.read_text("utf-8"))
    before = list(record["versions"].values())[-1]["metrics"]
    found = families(sys.stdin.read())
    for name in sorted(before.keys() - found.keys()):
        print(f"{'kept' if given.keep else 'gone'}: {name}")
    for name in sorted(found.keys() - before.keys()):
        print(f"new: {name}")
    metrics = {name: before.get(name, {}) | metric for name, metric in found.items()}
    record["versions"][given.version] = {
        "source": given.source,
        "metrics": (before if given.keep else {}) | metrics,
    }
    path.write_text(text(record), "utf-8")


if __name__ == "__main__":
    main()
