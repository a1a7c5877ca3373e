"""Users' patches on an environment's objects, as kustomize applies them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from generator.components.registry import Part
from generator.environment.model import Environment
from generator.environment.patches import UserPatch
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.environment.spelling import did_you_mean
from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj, identity

from .merge import apply

DIRECTIVES = ("$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")


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
        made = _operated(patch, obj)
    elif patch.body.get("$patch") == "delete":
        return []
    else:
        try:
            made = apply(obj, patch.body)
        except TypeError as error:
            raise _unfit(
                patch, obj, f"a list is named by what is no text: {error}", "give each item its name"
            ) from None
    if not _same(obj, made):
        fix = "kustomize keeps apiVersion, kind, name, namespace and labels; leave them as they are"
        raise _unfit(patch, obj, "changes what the object is known by", fix)
    if left := next(_directives(made), ""):
        raise _unfit(patch, obj, f"«{left}» has no meaning there", "use $patch: delete or replace on a mapping")
    try:
        emit(made)
    except (TypeError, ValueError) as error:
        raise _unfit(patch, obj, f"makes it unwritable: {error}", "quote the value") from None
    return [made]


def _operated(patch: UserPatch, obj: Obj) -> Any:
    import jsonpatch  # type: ignore[import-untyped]  # only environments with such patches pay for it

    try:
        return jsonpatch.apply_patch(copy.deepcopy(obj), patch.body)
    # What stands in the wrong type, e.g. a path that is a number, fails inside of the library.
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, *_WRONG_TYPES) as error:
        problem = Problem(patch.place, "patch", f"does not apply to {identity(obj)}: {error}", "check the paths")
        raise EnvironmentInvalid([problem]) from None


_WRONG_TYPES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def _unfit(patch: UserPatch, obj: Obj, message: str, fix: str) -> EnvironmentInvalid:
    return EnvironmentInvalid([Problem(patch.place, "", f"{identity(obj)}: {message}", fix)])


def _same(before: Obj, after: Any) -> bool:
    """Whether an object is still itself, and has what every object of ours has."""
    meta = after.get("metadata") if isinstance(after, dict) else None
    if not (
        isinstance(meta, dict) and isinstance(meta.get("labels"), dict) and isinstance(after.get("spec", {}), dict)
    ):
        return False
    annotations, data = meta.get("annotations", {}), after.get("data", None if "data" in before else {})
    if not (isinstance(annotations, dict) and isinstance(data, dict)):
        return False
    if any(not isinstance(value, str) for value in data.values()):
        return False
    return (after.get("apiVersion"), after.get("kind"), meta.get("name"), meta.get("namespace", "")) == (
        before["apiVersion"],
        before["kind"],
        before["metadata"]["name"],
        before["metadata"].get("namespace", ""),
    )


def _directives(value: Any) -> Iterator[str]:
    """Directives of strategic merge that are still there after it."""
    if isinstance(value, dict):
        yield from (key for key in value if isinstance(key, str) and key.startswith(DIRECTIVES))
        for inner in value.values():
            yield from _directives(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _directives(inner)


def _lost(patch: UserPatch, parts: Sequence[Part]) -> tuple[str, str]:
    names = [obj["metadata"]["name"] for part in parts for obj in part.objects if obj["kind"] == patch.target["kind"]]
    wanted = f"{patch.target['kind']} {patch.target['name']}"
    hint = did_you_mean(patch.target["name"], names)
    return f"patches {wanted}, which this environment does not have", hint or (
        f"there are {', '.join(sorted(names))}" if names else "look in rendered/ for the objects there are"
    )
