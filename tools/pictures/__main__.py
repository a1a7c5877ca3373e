"""Pictures of the dashboards of staging, which has all of them, from their rendered JSON: docs/pictures/*.svg."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from .draw import picture

ROOT = Path(__file__).parents[2]
RENDERED = ROOT / "rendered" / "staging" / "dashboards"
PICTURES = ROOT / "docs" / "pictures"


def pictures() -> dict[str, str]:
    """The pictures, by file name."""
    found = {}
    for path in sorted(RENDERED.glob("configmap-*.yaml")):
        for name, text in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["data"].items():
            found[name.replace(".json", ".svg")] = picture(json.loads(text))
    return found


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    made = pictures()
    for path in PICTURES.iterdir():
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (PICTURES / name).write_text(text, "utf-8")
        print(f"docs/pictures/{name}  {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
