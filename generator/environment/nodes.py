"""YAML text as nodes that remember their position, with YAML's traps refused.

Environment files are a strict subset of YAML 1.1: no duplicate keys, no merge keys, no tags, no tabs, and aliases only
as far as they expand to a bounded tree.  Scalars keep their text: what `no` means is for the field to say.
"""

from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from generator.loader import LOADER, too_deep

from .problem import EnvironmentInvalid, Path, Place, Problem, dotted

MAX_NODES = 50_000
"""Nodes a file may expand to: a hundred times prod.yaml, and small enough that an alias bomb ends at once."""

MAX_DEPTH = 32

_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int", "null", "str", "timestamp", "value")}
_TAGS |= {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(frozen=True)
class Scalar:
    """A scalar as written: `plain` is false where it was quoted, `kind` is what YAML 1.1 takes it for."""

    place: Place
    text: str
    plain: bool
    kind: str


@dataclass(frozen=True)
class List:
    place: Place
    items: tuple["Tree", ...]


@dataclass(frozen=True)
class Map:
    place: Place
    entries: dict[str, "Tree"]
    keys: dict[str, Place]


Tree = Scalar | List | Map


def find(tree: Tree, path: Path) -> Tree | None:
    """The node at a path; None where the file does not say it."""
    for step in path:
        if isinstance(tree, Map) and step in tree.entries:
            tree = tree.entries[str(step)]
        elif isinstance(tree, List) and isinstance(step, int) and step < len(tree.items):
            tree = tree.items[step]
        else:
            return None
    return tree


def put(tree: Map, path: Path, value: Tree) -> Map:
    """The tree with another node at a path of keys; maps on the way to it are made."""
    key, rest = str(path[0]), path[1:]
    inner = tree.entries.get(key)
    made = put(inner if isinstance(inner, Map) else Map(Place(""), {}, {}), rest, value) if rest else value
    return Map(tree.place, tree.entries | {key: made}, tree.keys | {key: tree.keys.get(key, value.place)})


def parse(text: str, file: str) -> Map:
    """The tree of one environment file; raises EnvironmentInvalid with every trap found."""
    try:
        if too_deep(text):
            raise EnvironmentInvalid([Problem(Place(file), "", "nested too deep", "write the values out")])
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise EnvironmentInvalid([Problem(place, "", *_syntax(error, text, place))]) from None
    except yaml.reader.ReaderError as error:
        raise EnvironmentInvalid([_unreadable(error, text, file)]) from None
    if root is None:
        raise EnvironmentInvalid(
            [Problem(Place(file), "", "the file is empty", "copy a section from environments/defaults.yaml")]
        )
    reader = _Reader(file)
    tree = reader.tree(root, ())
    if not isinstance(tree, Map):
        reader.flaw(root, (), "the file must hold a mapping of sections", "start with `cluster:`")
    if reader.problems:
        raise EnvironmentInvalid(reader.problems)
    assert isinstance(tree, Map)
    return tree


@dataclass
class _Reader:
    file: str
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    open: set[int] = field(default_factory=set)

    def place(self, node: Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def flaw(self, node: Node, path: Path, message: str, fix: str) -> None:
        self.problems.append(Problem(self.place(node), dotted(path), message, fix))

    def tree(self, node: Node, path: Path) -> Tree:
        place = self.place(node)
        self.count += 1
        if id(node) in self.open:
            raise self.bomb(place, path, "an anchor that contains itself")
        if self.count > MAX_NODES or len(path) > MAX_DEPTH:
            raise self.bomb(place, path, f"expands to more than {MAX_NODES} values or {MAX_DEPTH} levels")
        if node.tag not in _TAGS:
            self.flaw(node, path, f"the tag {node.tag} is not supported", "remove it")
        if isinstance(node, ScalarNode):
            kind = node.tag.rpartition(":")[2]
            return Scalar(place, node.value, not node.style, kind)
        self.open.add(id(node))
        tree = self.sequence(node, place, path) if isinstance(node, SequenceNode) else self.mapping(node, place, path)
        self.open.discard(id(node))
        return tree

    def sequence(self, node: SequenceNode, place: Place, path: Path) -> List:
        return List(place, tuple(self.tree(item, (*path, index)) for index, item in enumerate(node.value)))

    def mapping(self, node: Node, place: Place, path: Path) -> Map:
        assert isinstance(node, MappingNode)
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.flaw(key, path, "a key must be a plain word", "write `name: value`")
            elif key.value == "<<" and not key.style:
                self.flaw(key, path, "merge keys (<<) are not supported", "write the keys out")
            elif key.value in entries:
                first = keys[key.value].line
                self.flaw(key, (*path, key.value), f"duplicate key, first given on line {first}", "keep one of the two")
            else:
                keys[key.value] = self.place(key)
                entries[key.value] = self.tree(value, (*path, key.value))
        return Map(place, entries, keys)

    def bomb(self, place: Place, path: Path, what: str) -> EnvironmentInvalid:
        return EnvironmentInvalid([*self.problems, Problem(place, dotted(path), what, "write the values out")])


def _unreadable(error: yaml.reader.ReaderError, text: str, file: str) -> Problem:
    """A character that YAML does not allow."""
    start = text.find(chr(error.character))
    place = Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    return Problem(place, "", f"not YAML: {error.reason}", f"remove the character U+{error.character:04X}")


def _syntax(error: yaml.MarkedYAMLError, text: str, place: Place) -> tuple[str, str]:
    """PyYAML's message in words that propose a fix."""
    lines = text.splitlines()
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    if "\t" in line:
        return "a tab is used for indentation or spacing", "YAML allows only spaces there"
    message = " ".join(part for part in (error.context, error.problem) if part)
    fixes = {
        "mapping values are not allowed": "quote the value if it contains ': '",
        "undefined alias": "define the anchor (&name) before its alias (*name), or quote the value",
        "did not find expected key": "check the indentation of this line and the one above",
        "expected a single document": "keep one document a file: remove the `---` in the middle",
    }
    fix = next((fix for words, fix in fixes.items() if words in message), "check the indentation and quotes above")
    return f"not valid YAML: {message}", fix
