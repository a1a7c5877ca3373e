"""A repository of many environments: the examples again and again, each with names, limits and settings of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).parents[2] / "environments"
KINDS = ("dev", "staging", "prod")


def write(root: Path, count: int) -> None:
    """Environments like dev, staging and prod in turn."""
    folder = root / "environments"
    folder.mkdir(parents=True)
    (folder / "defaults.yaml").write_bytes((EXAMPLES / "defaults.yaml").read_bytes())
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        name = f"{kind}-{number:04d}"
        (folder / f"{name}.yaml").write_text(_dumped(_varied(_named(f"{kind}.yaml", kind, name), number)), "utf-8")
        if (EXAMPLES / f"{kind}.outputs.yaml").exists():
            (folder / f"{name}.outputs.yaml").write_text(_dumped(_named(f"{kind}.outputs.yaml", kind, name)), "utf-8")


def edited(root: Path, edition: int) -> None:
    """Changes one environment, in which pods restart."""
    path = root / "environments" / "dev-0000.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["openclaw"]["gatewayDefaults"]["resources"] = {"memoryLimit": f"{2049 + edition}Mi"}
    path.write_text(_dumped(data), "utf-8")


def _named(file: str, kind: str, name: str) -> dict[str, Any]:
    text = (EXAMPLES / file).read_text("utf-8")
    for joint in "-/":
        text = text.replace(f"openclaw{joint}{kind}", f"openclaw{joint}{name}")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _varied(data: dict[str, Any], number: int) -> dict[str, Any]:
    """What teams set differently; dashboards, alerts, budgets and volumes follow."""
    monitoring = data.setdefault("monitoring", {})
    monitoring["grafana"] = f"https://grafana-{number}.example.com"
    monitoring["thresholds"] = {"latency": 3 + number % 50 / 10, "errors": round(0.02 + number % 80 / 1000, 3)}
    data["openclaw"].setdefault("gatewayDefaults", {})["storage"] = f"{5 + number % 40}Gi"
    data["cost"]["monthlyCeiling"] += number
    return data


def _dumped(data: dict[str, Any]) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
