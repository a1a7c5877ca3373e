"""The table of platforms by which rule arch-images judges: generator/check/images.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from .reference import Reference
from .registry import Resolved

FILE = "generator/check/images.json"
Records = Mapping[str, Mapping[str, Any]]


def updated(records: Records, found: Mapping[Reference, Resolved], today: date) -> dict[str, Mapping[str, Any]]:
    """The records with what the registries say, where it differs.

    A record holds for tags in which only numbers differ, so one whose platforms and form of tag are still right stays.
    """
    made = dict(records)
    for repository in sorted({image.repository for image in found}):
        mine = {image: resolved for image, resolved in found.items() if image.repository == repository}
        platforms = sorted(set.intersection(*(set(one.platforms) for one in mine.values())))
        tags = {form(image.tag): image.tag for image in sorted(mine, key=str)}
        old = records.get(repository, {})
        if old.get("platforms") == platforms and tags.keys() <= set(map(form, old.get("tags", ()))):
            continue
        names = ", ".join(f"{image.tag} is {mine[image].digest}" for image in sorted(mine, key=str))
        made[repository] = {
            "platforms": platforms,
            "tags": sorted(tags.values()),
            "source": f"{image_registry(repository)}, {names}",
            "date": today.isoformat(),
        }
    return dict(sorted(made.items()))


def image_registry(repository: str) -> str:
    return repository.partition("/")[0]


def form(tag: str) -> str:
    """What tags of one build have in common: `v2.6.1` is like `v2.6.0`, `v2.6.0-amd64` is not."""
    return re.sub(r"\d+", "0", tag)


def text(records: Records) -> str:
    """The file: a line a field."""
    blocks = [
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in record.items())
        + "\n  }"
        for name, record in records.items()
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"
