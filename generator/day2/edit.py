"""Edits of environment files that change no line but those that they are about.

ruamel.yaml says where every value stands, and the text is cut there. Its own writer is not used: it writes `null` as
nothing, which environment files refuse, and it drops the comment of the next section with the last key of this one.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from generator.environment.convert import Converter
from generator.environment.nodes import List, parse
from generator.environment.problem import EnvironmentInvalid

Keys = tuple[str, ...]
"""A path through mappings: an entry of a list is never edited alone."""
STEP = "  "


class Unfit(Exception):
    """The text cannot be edited here by a program; says why."""


@dataclass(frozen=True)
class Fragment:
    """A value as YAML text: on the line of its key, or as a block below it."""

    text: str
    block: bool = False


def written(value: Any) -> Fragment:
    """A value as environment files write it: words bare where every reader takes them for text, lists in brackets."""
    if isinstance(value, str):
        return Fragment(_word(value))
    if isinstance(value, (list, tuple)):
        return Fragment(f"[{', '.join(written(one).text for one in value)}]")
    if isinstance(value, dict):
        return Fragment(f"{{{', '.join(f'{_word(key)}: {written(one).text}' for key, one in value.items())}}}")
    return Fragment(json.dumps(value))


def _word(text: str) -> str:
    try:
        entry = parse(f"k: [{text}]", "").entries["k"]
        items = entry.items if isinstance(entry, List) else ()
        if len(items) == 1 and Converter().value(items[0], str, ()) == text:
            return text
    except EnvironmentInvalid:
        pass
    quoted = text.replace("'", "''")
    return f"'{quoted}'" if text.isprintable() else json.dumps(text, ensure_ascii=False)


def said(text: str, path: Keys) -> Fragment | None:
    """A value as the file writes it, its comments included; None where the file does not say it."""
    entry = _document(text).find(path)
    if entry is None:
        return None
    key, value = entry
    if value.anchor or "*" in text[value.start_mark.index : value.start_mark.index + 1]:
        raise Unfit(f"{'.'.join(path)} uses an anchor; write the value out")
    if not _is_block(value):
        return Fragment(text[value.start_mark.index : value.end_mark.index])
    column = value.start_mark.column
    lines = text.splitlines()[key.end_mark.line + 1 : _last_line(value) + 1]
    return Fragment("\n".join(line[column:] if not line[:column].strip() else line.lstrip() for line in lines), True)


def put(text: str, path: Keys, value: Fragment, order: Callable[[Keys], Sequence[str]] = lambda path: ()) -> str:
    """The text with another value at a path; a key that is missing is added where `order` of its mapping has it."""
    document = _document(text)
    depth = next(depth for depth in range(len(path), -1, -1) if document.find(path[:depth]) or not depth)
    if depth == len(path):
        return document.replaced(path, value)
    inner = _nested(path[depth:], value)
    parent = document.map_at(path[:depth])
    if parent is None or not parent.value:
        return document.replaced(path[:depth], inner) if depth else f"{text.rstrip()}\n{inner.text}\n"
    if parent.flow_style:
        if value.block or len(path) - depth > 1:
            raise Unfit(f"{'.'.join(path[:depth])} is written in braces; write it as a block first")
        end = parent.value[-1][1].end_mark.index
        return f"{text[:end]}, {inner.text}{text[end:]}"
    return document.added(parent, path[depth], inner.text, order(path[:depth]))


def remove(text: str, path: Keys) -> str:
    """The text without a key, the comment above it that is about it, and the mappings that would be left empty."""
    document = _document(text)
    found = document.find(path)
    if found is None:
        return text
    parent = document.map_at(path[:-1])
    assert parent is not None
    if len(parent.value) == 1 and len(path) > 1:
        return remove(text, path[:-1])
    key, value = found
    if parent.flow_style:
        keys = [one for one, _ in parent.value]
        index = keys.index(key)
        if index + 1 < len(keys):
            return text[: key.start_mark.index] + text[keys[index + 1].start_mark.index :]
        return text[: parent.value[index - 1][1].end_mark.index] + text[value.end_mark.index :]
    return document.without(key, value)


def _nested(path: Keys, value: Fragment) -> Fragment:
    """The block that says a value at a path below where it is put."""
    head = f"{_word(path[-1])}:"
    text = f"{head}\n{textwrap.indent(value.text, STEP)}" if value.block else f"{head} {value.text}"
    for key in reversed(path[:-1]):
        text = f"{_word(key)}:\n{textwrap.indent(text, STEP)}"
    return Fragment(text, True)


class _Document:
    """The nodes of one file, and its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.root = YAML().compose(text)

    def find(self, path: Keys) -> tuple[Node, Node] | None:
        parent = self.map_at(path[:-1]) if path else None
        pairs = parent.value if parent else []
        return next(((key, value) for key, value in pairs if key.value == path[-1]), None)

    def map_at(self, path: Keys) -> MappingNode | None:
        node = self.root
        if path:
            entry = self.find(path)
            node = entry[1] if entry else None
        return node if isinstance(node, MappingNode) else None

    def replaced(self, path: Keys, value: Fragment) -> str:
        found = self.find(path)
        assert found is not None
        key, old = found
        if not (value.block or _is_block(old)):
            start, end = old.start_mark.index, old.end_mark.index
            space = "" if self.text[start - 1] in " \n" else " "
            return self.text[:start] + space + value.text + self.text[end:]
        line = self.lines[key.start_mark.line]
        head, indent = line[: key.end_mark.column + 1], " " * key.start_mark.column
        tail = line.rstrip()[key.end_mark.column + 1 :] if _is_block(old) else ""
        if not _is_block(old):
            tail = self.lines[old.end_mark.line][old.end_mark.column :].rstrip()
        new = (
            f"{head}{tail}\n{textwrap.indent(value.text, indent + STEP)}"
            if value.block
            else f"{head} {value.text}{tail}"
        )
        return "".join((*self.lines[: key.start_mark.line], new, "\n", *self.lines[_last_line(old) + 1 :]))

    def added(self, parent: MappingNode, key: str, block: str, order: Sequence[str]) -> str:
        """The block as a further key: below the last of those that come before it, else at the top or at the end."""
        known = key in order
        before = order[: order.index(key)] if known else [name.value for name, _ in parent.value]
        preceding = [_last_line(value) + 1 for name, value in parent.value if name.value in before]
        first = parent.value[0][0]
        lines = [line if line.endswith("\n") else f"{line}\n" for line in self.lines]
        made = f"{textwrap.indent(block, ' ' * first.start_mark.column)}\n"
        if parent is self.root:
            at = max(preceding or [len(lines)])
            return "".join((*lines[:at], "\n", made, *lines[at:]))
        at = max(preceding) if preceding else self.above(first)
        return "".join((*lines[:at], made, *lines[at:]))

    def above(self, key: Node) -> int:
        """The line on which what is said about a key begins: its own, or that of the comment right above it."""
        line, indent = key.start_mark.line, " " * key.start_mark.column
        while line and self.lines[line - 1].startswith(f"{indent}#"):
            line -= 1
        return int(line)

    def without(self, key: Node, value: Node) -> str:
        end = _last_line(value) + 1
        start = key.start_mark.line if self.root.value[0][0] is key else self.above(key)
        blank_before = not start or not self.lines[start - 1].strip()
        while end < len(self.lines) and blank_before and not self.lines[end].strip():
            end += 1
        return "".join((*self.lines[:start], *self.lines[end:])).rstrip("\n") + "\n"


@lru_cache(maxsize=8)
def _document(text: str) -> _Document:
    return _Document(text)


def _is_block(node: Node) -> bool:
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style


def _last_line(node: Node) -> int:
    """Line, from 0, on which a value ends, without the blank lines and comments that YAML counts to it."""
    if _is_block(node) and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    literal = isinstance(node, ScalarNode) and node.style in ("|", ">")
    return int(end.line - 1 if literal and not end.column else end.line)
