"""Nodes -> typed, frozen sections: every field that does not fit becomes a problem at its position."""

import dataclasses
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .credentials import speaks_of_secrets
from .fields import Match, Range, Size
from .nodes import List, Map, Scalar, Tree
from .problem import Flaw, Path, Place, Problem, dotted
from .spelling import did_you_mean
from .text import SECRETS
from .visible import HIDDEN

INVALID: Any = object()
"""Stands for a value whose problem is already on the list."""

TYPED = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|)"
    r"|[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|[0-9][0-9_]*)"
    r"|[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9_]+)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|nan)|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?)?",
    re.ASCII,
)
"""Plain scalars that YAML 1.1, 1.2, Go or Python take for something other than a string."""


@dataclass
class Converter:
    """Collects the problems of one conversion."""

    problems: list[Problem] = field(default_factory=list)

    def flaw(self, place: Place, path: Path, message: str, fix: str = "") -> Any:
        self.problems.append(Problem(place, dotted(path), message, fix))
        return INVALID

    def value(self, tree: Tree, kind: Any, path: Path) -> Any:
        """The tree as a value of a type, or INVALID after recording why not."""
        constraints: tuple[Any, ...] = ()
        if get_origin(kind) is Annotated:
            kind, *rest = get_args(kind)
            constraints = tuple(rest)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            if isinstance(tree, Scalar) and tree.plain and tree.kind == "null":
                return None
            return self.value(tree, next(option for option in arguments if option is not type(None)), path)
        if dataclasses.is_dataclass(kind):
            return self.section(tree, kind, path)
        if origin is tuple:
            return self.sequence(tree, arguments[0], constraints, path)
        if origin is Mapping:
            return self.mapping(tree, arguments, constraints, path)
        if not isinstance(tree, Scalar):
            found = "a list" if isinstance(tree, List) else "a mapping"
            return self.flaw(tree.place, path, f"expected {_words(kind)}, found {found}")
        if origin is Literal:
            return self.choice(tree, arguments, path)
        scalar = {str: self.string, int: self.integer, float: self.number, bool: self.boolean}[kind]
        return scalar(tree, constraints, path)

    def string(self, tree: Scalar, constraints: Iterable[Any], path: Path) -> Any:
        if tree.plain and TYPED.fullmatch(tree.text):
            if not tree.text:
                return self.flaw(tree.place, path, "the value is missing", "write it after the colon")
            kinds = {"bool": "a boolean", "null": "null", "timestamp": "a date", "int": "a number", "float": "a number"}
            kind = kinds.get(tree.kind, "a number or boolean by some YAML readers")
            return self.flaw(tree.place, path, f"«{tree.text}» is read as {kind}", f"quote it: '{tree.text}'")
        if hidden := HIDDEN.search(tree.text):
            message = f"«{_short(tree.text)}» holds the character U+{ord(hidden[0]):04X}, which nobody sees"
            return self.flaw(tree.place, path, message, "remove it")
        for match in constraints:
            if isinstance(match, Match) and not match.accepts(tree.text):
                return self.flaw(tree.place, path, f"«{_short(tree.text)}»: expected {match.meaning}")
        return tree.text

    def integer(self, tree: Scalar, constraints: Iterable[Any], path: Path) -> Any:
        if not (tree.plain and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", tree.text, re.ASCII)):
            return self.flaw(
                tree.place, path, f"«{_short(tree.text)}»: expected a whole number", "write decimal digits, unquoted"
            )
        return self.bounded(int(tree.text), tree, constraints, path)

    def number(self, tree: Scalar, constraints: Iterable[Any], path: Path) -> Any:
        if not (tree.plain and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?", tree.text, re.ASCII)):
            return self.flaw(tree.place, path, f"«{_short(tree.text)}»: expected a number such as 0.25, unquoted")
        return self.bounded(float(tree.text), tree, constraints, path)

    def bounded(self, number: float, tree: Scalar, constraints: Iterable[Any], path: Path) -> Any:
        for span in constraints:
            if isinstance(span, Range) and not span.minimum <= number <= span.maximum:
                unit = f" {span.unit}" if span.unit else ""
                return self.flaw(tree.place, path, f"{tree.text} is outside {span.minimum:g} to {span.maximum:g}{unit}")
        return number

    def boolean(self, tree: Scalar, constraints: Iterable[Any], path: Path) -> Any:
        if tree.plain and tree.text in ("true", "false"):
            return tree.text == "true"
        meant = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}
        guess = meant.get(tree.text.lower(), tree.text.lower() if tree.text.lower() in ("true", "false") else "")
        fix = f"write {guess}" if guess else "write true or false"
        return self.flaw(tree.place, path, f"«{_short(tree.text)}»: expected true or false, unquoted", fix)

    def choice(self, tree: Scalar, options: tuple[Any, ...], path: Path) -> Any:
        for option in options:
            if tree.text == str(option) and (isinstance(option, str) or tree.plain):
                if isinstance(option, str) and tree.plain and TYPED.fullmatch(tree.text):
                    return self.string(tree, (), path)
                return option
        return self.flaw(
            tree.place,
            path,
            f"«{_short(tree.text)}» is not one of {', '.join(map(str, options))}",
            did_you_mean(tree.text, map(str, options)),
        )

    def sequence(self, tree: Tree, kind: Any, constraints: Iterable[Any], path: Path) -> Any:
        if not isinstance(tree, List):
            return self.flaw(tree.place, path, "expected a list", "write each entry on its own line after `- `")
        items = [self.value(item, kind, (*path, index)) for index, item in enumerate(tree.items)]
        return INVALID if self.too_few(tree, len(items), constraints, path) or INVALID in items else tuple(items)

    def mapping(self, tree: Tree, arguments: Any, constraints: Iterable[Any], path: Path) -> Any:
        if not isinstance(tree, Map):
            return self.flaw(tree.place, path, "expected a mapping of names", "write `name:` and its keys below")
        names = {name: self.key(name, tree, arguments[0], path) for name in tree.entries}
        values = {name: self.value(item, arguments[1], (*path, name)) for name, item in tree.entries.items()}
        if self.too_few(tree, len(values), constraints, path) or INVALID in (*names.values(), *values.values()):
            return INVALID
        return types.MappingProxyType(dict(sorted(values.items())))

    def key(self, name: str, tree: Map, kind: Any, path: Path) -> Any:
        if get_origin(kind) is Literal:
            return self.choice(Scalar(tree.keys[name], name, False, "str"), get_args(kind), (*path, name))
        return self.value(Scalar(tree.keys[name], name, True, "str"), kind, (*path, name))

    def too_few(self, tree: Tree, count: int, constraints: Iterable[Any], path: Path) -> bool:
        for size in constraints:
            if isinstance(size, Size) and count < size.minimum:
                self.flaw(tree.place, path, f"needs at least {size.minimum} entries, has {count}")
                return True
        return False

    def section(self, tree: Tree, kind: Any, path: Path) -> Any:
        """A frozen dataclass from a map: unknown keys, missing keys and each key's own problems are recorded."""
        if not isinstance(tree, Map):
            return self.flaw(tree.place, path, "expected a mapping", f"its keys are {', '.join(keys_of(kind))}")
        values: dict[str, Any] = {}
        for name in tree.entries:
            if name not in keys_of(kind):
                fix = f"the keys here are {', '.join(keys_of(kind))}"
                fix = did_you_mean(name, keys_of(kind)) or (SECRETS if speaks_of_secrets(name) else fix)
                self.flaw(tree.keys[name], (*path, name), "unknown key", fix)
        for name, spec in keys_of(kind).items():
            if name in tree.entries:
                values[spec.name] = self.value(tree.entries[name], spec.type, (*path, name))
            elif spec.default is MISSING and spec.default_factory is MISSING:
                values[spec.name] = self.flaw(tree.place, (*path, name), "required, but missing", f"add `{name}:`")
        return INVALID if INVALID in values.values() else kind(**values)


@cache
def keys_of(kind: Any) -> dict[str, dataclasses.Field[Any]]:
    """The keys of a section as users write them: fields in camelCase."""
    return {camel(spec.name): spec for spec in dataclasses.fields(kind)}


def bare(kind: Any) -> Any:
    """A type without its constraints and without `| None`."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        return bare(next(option for option in get_args(kind) if option is not type(None)))
    return kind


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def placed(flaws: Iterable[Flaw], tree: Map) -> list[Problem]:
    """Flaws with a position: of the first key in conflict that the file itself says, else of the flaw's own path."""
    problems = []
    for flaw in flaws:
        places = [locate(tree, path) for path in (flaw.path, *flaw.also)]
        place = next((place for place in places if place.file == tree.place.file), places[0])
        problems.append(Problem(place, dotted(flaw.path), flaw.message, flaw.fix))
    return problems


def locate(tree: Tree, path: Path) -> Place:
    place = tree.place
    for step in path:
        if isinstance(tree, Map) and step in tree.entries:
            tree = tree.entries[str(step)]
        elif isinstance(tree, List) and isinstance(step, int) and step < len(tree.items):
            tree = tree.items[step]
        else:
            break
        place = tree.place
    return place


def _words(kind: Any) -> str:
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return words.get(kind, "one of a few words")


def _short(text: str) -> str:
    line = text.replace("\n", "\\n")
    return line if len(line) <= 60 else f"{line[:57]}..."
