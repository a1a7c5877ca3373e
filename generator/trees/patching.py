"""Users' patches on an environment's objects, as kustomize applies them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

from generator.components.registry import Part
from generator.environment.model import Environment
from generator.environment.patches import UserPatch
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.environment.spelling import did_you_mean
from generator.kubernetes.objects import Obj, identity

from .merge import apply


def patched(
    env: Environment, parts: Sequence[Part], patches: Sequence[UserPatch]
) -> Iterator[tuple[Part, list[Obj], list[UserPatch]]]:
    """Each part with its objects after the patches that target it; a patch without a target is an error."""
    problems = [Problem(patch.place, "", *_lost(patch, parts)) for patch in patches if not _hits(patch, parts)]
    if problems:
        raise EnvironmentInvalid(problems)
    for part in parts:
        applied = [patch for patch in patches if any(_matches(patch, obj) for obj in part.objects)]
        objects: list[Obj] = part.objects
        for patch in applied:
            objects = [made for obj in objects for made in _apply(patch, obj)]
        yield part, objects, applied


def _hits(patch: UserPatch, parts: Sequence[Part]) -> bool:
    return any(_matches(patch, obj) for part in parts for obj in part.objects)


def _matches(patch: UserPatch, obj: Obj) -> bool:
    one = identity(obj)
    found = {
        "group": one.group,
        "version": obj["apiVersion"].rpartition("/")[2],
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
    }
    return all(found[key] == value for key, value in patch.target.items())


def _apply(patch: UserPatch, obj: Obj) -> list[Obj]:
    if not _matches(patch, obj):
        return [obj]
    if isinstance(patch.body, list):
        import jsonpatch  # type: ignore[import-untyped]  # only environments with such patches pay for it

        try:
            return [jsonpatch.apply_patch(copy.deepcopy(obj), patch.body)]
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
            problem = Problem(patch.place, "patch", f"does not apply to {identity(obj)}: {error}", "check the paths")
            raise EnvironmentInvalid([problem]) from None
    if patch.body.get("$patch") == "delete":
        return []
    return [apply(obj, patch.body)]


def _lost(patch: UserPatch, parts: Sequence[Part]) -> tuple[str, str]:
    names = [obj["metadata"]["name"] for part in parts for obj in part.objects if obj["kind"] == patch.target["kind"]]
    wanted = f"{patch.target['kind']} {patch.target['name']}"
    hint = did_you_mean(patch.target["name"], names)
    return f"patches {wanted}, which this environment does not have", hint or (
        f"there are {', '.join(sorted(names))}" if names else "look in rendered/ for the objects there are"
    )
