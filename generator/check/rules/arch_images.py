"""arch-images: every image of a pod on Graviton must be built for arm64.

An image without arm64 is not pulled (`no match for platform in manifest`), or its program does not start (`exec format
error`).  Nothing in a manifest shows it, and a sidecar or an init container is enough.

Looked at: all containers of pods that can only run on arm64, by what they demand or because no pool that takes them
has anything else.  Each image must be recorded with linux/arm64, in generator/check/images.json or by its component; a
registry cannot be asked offline.  A record holds for tags of the same form, in which only numbers differ: `v2.6.1`
after `v2.6.0`, but not `v2.6.0-amd64` or `-alpine`, which are other builds.  An image that is named by digest alone
counts for its repository.

Limits: a release may drop an architecture without notice; the record says when and where it was read. DaemonSets that
do not themselves demand arm64 are not looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator.check.compute.placement import ARCH, demands
from generator.check.compute.pools import Pool, hosts, pools
from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.walk import text, texts
from generator.check.workloads.pods import containers
from generator.components.workloads import WORKLOADS

ID, SEVERITY = "arch-images", Severity.ERROR
REMEDIATION = (
    "record the platforms of the image (docker buildx imagetools inspect IMAGE) in `images` of its component, let "
    "`python -m generator pin --write` record them in generator/check/images.json, or use an image that has linux/arm64"
)

PLATFORM = "linux/arm64"


def check(objects: ObjectSet) -> Iterator[Breach]:
    among = pools(objects)
    for item in objects.workloads():
        if not _arm_only(item, among):
            continue
        for one in containers(item):
            image = text(one.spec, "image")
            if image and (message := _flaw(image)):
                yield Breach(item, (*one.path, "image"), message)


def _arm_only(item: Item, among: Sequence[Pool]) -> bool:
    if all(any(one.key == ARCH and not one.admits("amd64") for one in wanted) for wanted in demands(item.pod)):
        return True
    hosting = hosts(item.pod, among) if item.kind != "DaemonSet" else []
    return bool(hosting) and not any(pool.admits(ARCH, "amd64") for pool in hosting)


def _flaw(image: str) -> str:
    repository, tag = split(image)
    record = records().get(repository)
    if record is None:
        return f"whether {repository} runs on arm64 is not recorded: without it, the container never starts on Graviton"
    platforms = texts(record, "platforms")
    if PLATFORM not in platforms:
        return f"{repository} is built for {', '.join(platforms)} alone: the container never starts on Graviton"
    recorded = texts(record, "tags")
    if tag and _form(tag) not in map(_form, recorded):
        return (
            f"{repository} is recorded for tags like {', '.join(recorded)}, «{tag}» is another build: if it lacks "
            "arm64, the container never starts on Graviton"
        )
    return ""


def split(image: str) -> tuple[str, str]:
    """Repository, with the registry that a short name means, and tag, empty where only a digest is given."""
    name = image.partition("@")[0]
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, tag = name, ""
    if not tag and "@" not in image:
        tag = "latest"
    first, slash, _ = path.partition("/")
    if not slash:
        path = f"docker.io/library/{path}"
    elif "." not in first and ":" not in first and first != "localhost":
        path = f"docker.io/{path}"
    return path, tag


@lru_cache(maxsize=1)
def records() -> dict[str, Any]:
    """What is known of images, by repository; what a registry has said goes before what a component says."""
    said = {
        one.repository: {"platforms": list(one.platforms), "tags": [one.tag], "source": one.source, "date": one.date}
        for component in WORKLOADS
        for one in component.images
    }
    found: dict[str, Any] = json.loads((Path(__file__).parents[1] / "images.json").read_text("utf-8"))
    return said | found


def _form(tag: str) -> str:
    return re.sub(r"\d+", "0", tag)
