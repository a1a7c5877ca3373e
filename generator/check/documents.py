"""Manifests on disk as objects, and the line of a field in their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ClassVar

import yaml

from generator.check.finding import Finding
from generator.environment.problem import Path as FieldPath
from generator.kubernetes.objects import Obj
from generator.loader import LOADER

RULE = "readable"
SUFFIXES = (".yaml", ".yml", ".json")
TERRAFORM = ".tf.json"
"""What is Terraform's, and no manifest."""


SHORT_FORMS = (
    *("And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join"),
    *("Not", "Or", "Ref", "Select", "Split", "Sub", "Transform"),
)
"""Tags of CloudFormation for its functions (its user guide, intrinsic function reference)."""


class _Loader(LOADER):  # type: ignore[misc]  # the C loader has no stub
    """Reads as kubectl does: a date or a lone `=` is a string; and CloudFormation's short forms in full."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":value"))]
        for first, resolvers in LOADER.yaml_implicit_resolvers.items()
    }


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
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    documents: list[Document] = []
    findings: list[Finding] = []
    for path in paths:
        if path.name.endswith(TERRAFORM):
            continue
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            findings.append(Finding(str(path), 0, RULE, "", f"cannot be read: {error}"))
            continue
        for found in parse_documents(str(path), text):
            if isinstance(found, Finding):
                findings.append(found)
            else:
                documents.append(found)
    return documents, findings


def parse_documents(file: str, text: str) -> Iterator[Document | Finding]:
    """The objects of a text; Lists are taken apart, empty documents and kustomizations skipped."""
    try:
        loaded = list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"not valid YAML: {getattr(error, 'problem', error)}"
        yield Finding(file, mark.line + 1 if mark else 0, RULE, "", message)
        return
    except (ValueError, RecursionError) as error:
        yield Finding(file, 0, RULE, "", f"not valid YAML: {error}")
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
