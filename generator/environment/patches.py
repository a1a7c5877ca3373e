"""Users' own patches: environments/<env>/patches/*.yaml, applied last, to both trees.

A file holds either a strategic merge patch (a partial object with apiVersion, kind and metadata.name) or a JSON 6902
patch: `target:` (kind and name, group, version and namespace where needed) and `patch:` (the list of operations).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.loader import UNREADABLE, Kubectl

from .convert import TYPED
from .nodes import List, Map, Scalar, Tree, parse
from .problem import EnvironmentInvalid, Place, Problem
from .text import read_text


@dataclass(frozen=True)
class UserPatch:
    """One patch file."""

    file: str
    """Name of the file, for the overlay."""
    place: Place
    """Where the patch stands, for errors."""
    text: str
    """What kustomize reads: the merge patch, or the list of operations."""
    target: dict[str, str]
    """Kind, name, and what else narrows the target, as kustomize's `target:`."""
    body: Any
    """The merge patch as a dictionary, or the operations as a list."""


def read_patches(folder: Path, shown: str) -> list[UserPatch]:
    """The patches of an environment in the order of their file names; raises EnvironmentInvalid."""
    patches, problems = [], []
    for path in sorted(folder.glob("*.yaml")):
        name = f"{shown}/{path.name}"
        try:
            patches.append(_read(path, name))
        except EnvironmentInvalid as error:
            problems += error.problems
    if problems:
        raise EnvironmentInvalid(problems)
    return patches


def _read(path: Path, shown: str) -> UserPatch:
    text = read_text(path, shown).replace("\r\n", "\n")
    tree = parse(text, shown)
    if ambiguous := list(_ambiguous(tree)):
        raise EnvironmentInvalid(ambiguous)
    body = _loaded(text, tree)
    if "patch" in body and "target" in body:
        return _json_patch(path.name, tree, body)
    meta = body.get("metadata")
    if not (isinstance(meta, dict) and all(isinstance(meta.get(key, ""), str) for key in ("name", "namespace"))):
        meta = {}
    if not (all(isinstance(body.get(key), str) and body[key] for key in ("kind", "apiVersion")) and meta.get("name")):
        fix = "name the object to patch: apiVersion, kind, metadata.name (or `target:` and `patch:` for JSON 6902)"
        raise EnvironmentInvalid([Problem(tree.place, "", "not a patch", fix)])
    group, _, version = body["apiVersion"].rpartition("/")
    target = {"group": group, "version": version, "kind": body["kind"], "name": meta["name"]}
    target |= {"namespace": meta["namespace"]} if "namespace" in meta else {}
    return UserPatch(path.name, tree.place, text, {key: value for key, value in target.items() if value}, body)


def _ambiguous(tree: Tree) -> Iterator[Problem]:
    """Values that kustomize would read otherwise than we do: dates, `yes`, `1_000`, `0o7`, `1e3`."""
    if isinstance(tree, Scalar):
        if tree.plain and TYPED.fullmatch(tree.text) and not _AGREED.fullmatch(tree.text):
            message = f"«{tree.text}» is read as one thing by kustomize, and as another here"
            yield Problem(tree.place, "", message, f"quote it: '{tree.text}', or write it as JSON would")
    else:
        for inner in tree.items if isinstance(tree, List) else tree.entries.values():
            yield from _ambiguous(inner)


_AGREED = re.compile(r"(true|false|null|~|-?(0|[1-9][0-9]*)(\.[0-9]+)?)?", re.ASCII)


def _loaded(text: str, tree: Map) -> dict[str, Any]:
    """The data of a file, as kubectl reads it."""
    try:
        body = yaml.load(text, Loader=Kubectl)
    except UNREADABLE as error:
        said = getattr(error, "problem", None) or f"{type(error).__name__} {error}"
        raise EnvironmentInvalid([Problem(tree.place, "", f"not YAML: {said}", "quote the value")]) from None
    assert isinstance(body, dict), "parse() has found a mapping"
    return body


def _json_patch(file: str, tree: Map, body: dict[str, Any]) -> UserPatch:
    target, operations = body["target"], body["patch"]
    texts = isinstance(target, dict) and all(isinstance(one, str) for pair in target.items() for one in pair)
    if not (texts and target.get("kind") and target.get("name")):
        fix = "write `target: {kind: Deployment, name: llm-gateway}`"
        raise EnvironmentInvalid(
            [Problem(tree.entries["target"].place, "target", "needs kind and name, as texts", fix)]
        )
    if unknown := target.keys() - {"group", "version", "kind", "name", "namespace"}:
        fix = "use group, version, kind, name, namespace"
        raise EnvironmentInvalid([Problem(tree.entries["target"].place, f"target.{min(unknown)}", "unknown key", fix)])
    if not (isinstance(operations, list) and all(isinstance(one, dict) and "op" in one for one in operations)):
        fix = "write `- op: replace`, `path:` and `value:`"
        raise EnvironmentInvalid([Problem(tree.entries["patch"].place, "patch", "needs a list of operations", fix)])
    text = yaml.safe_dump(operations, allow_unicode=True, sort_keys=True)
    return UserPatch(file, tree.place, text, target, operations)
