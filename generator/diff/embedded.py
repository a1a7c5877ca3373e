"""Files inside ConfigMaps: JSON and YAML are compared by what they say, not by how they are laid out."""

from __future__ import annotations

import json
from typing import Any

import yaml

from generator.loader import LOADER

JSON, YAML = (".json",), (".yaml", ".yml")


def embedded(path: tuple[str | int, ...], before: str, after: str) -> tuple[Any, Any] | None:
    """Both texts as values, where the key of the ConfigMap says that they are JSON or YAML; else None."""
    if not (path and path[0] == "data" and isinstance(path[-1], str) and len(path) == 2):
        return None
    try:
        if path[-1].endswith(JSON):
            return json.loads(before), json.loads(after)
        if path[-1].endswith(YAML):
            return yaml.load(before, Loader=LOADER), yaml.load(after, Loader=LOADER)  # a safe loader
    except (ValueError, yaml.YAMLError):
        return None
    return None
