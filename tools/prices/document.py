"""generator/cost/prices.json as text: one line a price and a family, so that a diff shows what moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[2] / "generator" / "cost" / "prices.json"


def read(path: Path = TARGET) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def text(data: dict[str, Any]) -> str:
    """The same data, laid out by its own rule."""
    ec2 = data["ec2"]
    head = {key: value for key, value in ec2.items() if key != "usd"}
    instances = ",\n".join(
        f"      {json.dumps(region)}: {{\n{_lines(families, 8)}\n      }}" for region, families in ec2["usd"].items()
    )
    return (
        "{\n"
        f'  "currency": {json.dumps(data["currency"])},\n'
        f'  "sources": {{\n{_lines(data["sources"], 4)}\n  }},\n'
        f'  "spot": {json.dumps(data["spot"])},\n'
        f'  "autoMode": {json.dumps(data["autoMode"])},\n'
        f'  "regions": {{\n{_lines(data["regions"], 4)}\n  }},\n'
        f'  "prices": {{\n{_lines(data["prices"], 4)}\n  }},\n'
        f'  "ec2": {{\n{_lines(head, 4)},\n    "usd": {{\n{instances}\n    }}\n  }}\n'
        "}\n"
    )


def _lines(entries: dict[str, Any], indent: int) -> str:
    return ",\n".join(f"{' ' * indent}{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())
