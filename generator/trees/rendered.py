"""rendered/<env>/<part>: the objects as the cluster gets them, one file each, without templates or references."""

from __future__ import annotations

from collections.abc import Sequence

from generator.kubernetes.objects import Obj

from .files import file_names
from .hashing import resolve


def rendered(folder: str, objects: Sequence[Obj]) -> dict[str, Obj]:
    """The final objects of one part by path.  File names carry no hash: a changed config is a changed file."""
    file_name = file_names(objects)
    return {f"{folder}/{file_name(obj)}": final for obj, final in zip(objects, resolve(objects), strict=True)}
