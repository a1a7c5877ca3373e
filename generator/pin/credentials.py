"""What `docker login` has kept for a registry; without it registries are asked as anybody may."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .reference import DOCKER_HUB

_HUB_KEY = "https://index.docker.io/v1/"


def kept(config: Mapping[str, Any], registry: str) -> str:
    """User and password in Base64, as HTTP sends them; empty where none are kept, or only by a helper program."""
    auths = config.get("auths")
    for key in (registry, f"https://{registry}", *([_HUB_KEY] if registry == DOCKER_HUB else [])):
        if isinstance(auths, Mapping) and isinstance(auths.get(key), Mapping):
            return str(auths[key].get("auth", ""))
    return ""


def config() -> dict[str, Any]:
    """Docker's configuration of this user; nothing where there is none, or where it is no JSON."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
