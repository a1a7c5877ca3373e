"""base/<component>: a Kustomize base of what the defaults yield."""

from __future__ import annotations

from collections.abc import Sequence

from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj

from .files import KUSTOMIZATION, Files, file_names, generated, kustomization, split


def base_files(folder: str, objects: Sequence[Obj]) -> Files:
    """The files of one base, by path."""
    hashed, plain = split(objects)
    file_name = file_names(objects)
    files = {f"{folder}/{file_name(obj)}": emit(obj) for obj in plain}
    generators = []
    for obj in hashed:
        entry, texts = generated(obj, folder)
        generators.append(entry)
        files |= texts
    fields = {"resources": sorted(file_name(obj) for obj in plain), "configMapGenerator": generators}
    return files | {f"{folder}/{KUSTOMIZATION}": kustomization(fields)}
