"""Manifests on disk as objects, and the line of a field in their text."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from generator.check.finding import Finding
from generator.environment.problem import Path as FieldPath
from generator.kubernetes.objects import Obj
from generator.loader import DEEPEST, UNREADABLE, Kubectl, too_deep

RULE = "readable"
SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 32_000_000
"""Largest file that is read: the definitions of the largest operators are a tenth of it."""
MAX_VALUES = 5_000_000
"""Values that a file may unfold to: more than a file of that size holds without aliases."""
TERRAFORM = ".tf.json"
"""What is Terraform's, and no manifest."""


SHORT_FORMS = (
    *("And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join"),
    *("Not", "Or", "Ref", "Select", "Split", "Sub", "Transform"),
)
"""Tags of CloudFormation for its functions (its user guide, intrinsic function reference)."""


class _Loader(Kubectl):
    """Reads as kubectl does, and CloudFormation's short forms in full."""


def _in_full(tag: str, loader: Any, node: yaml.Node) -> Any:
    """`!Ref x` as `{Ref: x}`, `!Sub x` as `{Fn::Sub: x}`."""
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Condition", "Ref") else f"Fn::{tag}": value}


for _tag in SHORT_FORMS:
    _Loader.add_constructor(f"!{_tag}", partial(_in_full, _tag))


@dataclass(frozen=True)
class Document:
    """One object of a file; `number` counts the documents of the file from 0."""

    file: str
    number: int
    obj: Obj
    text: str


def read_folder(folder: Path) -> tuple[list[Document], list[Finding]]:
    """Every object below a folder (or in one file), and what could not be read."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES) if folder.is_dir() else [folder]
    documents: list[Document] = []
    findings: list[Finding] = []
    for path in paths:
        if path.name.endswith(TERRAFORM):
            continue
        text = _text(path)
        if isinstance(text, Finding):
            findings.append(text)
            continue
        for found in parse_documents(str(path), text):
            if isinstance(found, Finding):
                findings.append(found)
            else:
                documents.append(found)
    return documents, findings


def _text(path: Path) -> str | Finding:
    """The text of a regular file; of a pipe or a device there would be no end."""
    try:
        known = path.stat()
        if not stat.S_ISREG(known.st_mode):
            return Finding(str(path), 0, RULE, "", "is no regular file", "name a file or a folder of manifests")
        if known.st_size > MAX_BYTES:
            return Finding(str(path), 0, RULE, "", f"larger than {MAX_BYTES} bytes", "split it")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        return Finding(str(path), 0, RULE, "", f"not UTF-8: {error.reason}", "save the file in UTF-8")
    except (OSError, RuntimeError) as error:  # a loop of links is either
        return Finding(str(path), 0, RULE, "", f"cannot be read: {getattr(error, 'strerror', error)}")


def parse_documents(file: str, text: str) -> Iterator[Document | Finding]:
    """The objects of a text; Lists are taken apart, empty documents and kustomizations skipped."""
    try:
        if too_deep(text):
            yield Finding(file, 0, RULE, "", f"nested deeper than {DEEPEST} levels", "no manifest needs that")
            return
        loaded = list(yaml.load_all(text, Loader=_Loader))
        if "*" in text and "&" in text and _expanded(loaded, {}) > MAX_VALUES:
            yield Finding(file, 0, RULE, "", f"its aliases expand to more than {MAX_VALUES} values", "write them out")
            return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"not valid YAML: {getattr(error, 'problem', error)}"
        yield Finding(file, mark.line + 1 if mark else 0, RULE, "", message)
        return
    except UNREADABLE as error:
        yield Finding(file, 0, RULE, "", f"not valid YAML: {type(error).__name__} {error}")
        return
    for number, value in enumerate(loaded):
        if value is None or (isinstance(value, dict) and value.get("kind") == "Kustomization"):
            continue
        if not isinstance(value, dict):
            fix = "a document is a mapping with apiVersion and kind"
            yield Finding(file, 1, RULE, "", "not a Kubernetes object", fix)
        elif value.get("kind") == "List" and isinstance(value.get("items"), list):
            yield from (Document(file, number, item, text) for item in value["items"] if isinstance(item, dict))
        else:
            yield Document(file, number, value, text)


def _expanded(value: Any, known: dict[int, float]) -> float:
    """Into how many values a value unfolds, each alias counted anew; endless where one contains itself."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = math.inf
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_expanded(one, known) for one in inner)
    return known[id(value)]


def line_of(text: str, path: FieldPath, number: int = 0) -> int:
    """The line, from 1, of the deepest field on the path that exists in a document; 0 where the text has none."""
    nodes = _composed(text)
    node: Any = nodes[number] if number < len(nodes) else None
    if node is None:
        return 0
    line = node.start_mark.line
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


@lru_cache(maxsize=16)  # the findings of a file come one after the other
def _composed(text: str) -> list[Any]:
    return list(yaml.compose_all(text, Loader=_Loader))
