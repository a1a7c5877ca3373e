"""What the engine takes, but Kubernetes refuses or evaluates differently: refused here, so that nothing differs.

Four differences are left. Below a text or a number, has() is false and an optional selection is none on the server, and
an error here; so is a map sought in the keys of a map. The order in which map() visits the keys of a map is random on
the server. A conversion of a constant that is not written out, such as int(string('a')), is refused by the server and
an error here. An infinite number is written +Inf there and inf here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.check.admission.cel import literal, network, quantity, regex, semver, url
from generator.check.admission.cel.environment import ROOTS
from generator.check.admission.cel.formatting import verbs
from generator.check.admission.cel.tree import Node

_OPAQUE = {each.name: each for each in (quantity.QUANTITY, url.URL, semver.SEMVER, network.IP, network.CIDR)}
_NULLABLE = ("oldObject", "params", "namespaceObject")
_UNFORMATTED = ("bytes", "duration", "optional_type", "timestamp", "type(", *_OPAQUE)
_TAKEN = {
    "d": ("int", "uint"),
    "f": ("double",),
    "b": ("int", "uint", "bool"),
    "o": ("int", "uint"),
    "x": ("int", "uint", "string"),
    "X": ("int", "uint", "string"),
}


def refusals(tree: Node) -> Iterator[str]:
    """Every reason not to run the checked expression, in reading order."""
    for node in tree.walk():
        if node.kind == "call":
            yield from _CALLS.get(node.name, _nothing)(node)
            if node.name not in ("_==_", "_!=_"):
                yield from _swallowed(node)
        elif node.kind in ("select", "has"):
            yield from _selected(node)
        elif node.kind == "struct":
            yield f"a policy cannot make a message such as {node.name}{{}}"
        elif node.kind == "comprehension":
            yield from (
                f"the iteration variable «{name}» hides a variable of the policy"
                for name in (node.name, node.value)
                if name in ROOTS
            )
        elif node.kind == "literal" and node.value == float("inf"):
            yield "a number above what a double holds"
        elif node.kind == "ident" and node.name == "dyn":
            yield "dyn is not a value"
    yield from _mixed(tree)


def _nothing(_: Node) -> Iterator[str]:
    yield from ()


def _opaque(type_name: str) -> str:
    """The type of Kubernetes' own inside a type, or nothing."""
    return next((name for name in _OPAQUE if name in type_name), "")


def _swallowed(node: Node) -> Iterator[str]:
    """A value of Kubernetes' own type where any type is taken, so that the type is lost from sight."""
    inside = next(filter(None, (_opaque(child.type) for child in node.children)), "")
    if inside and (node.type == "dyn" or node.name in ("@in", "dyn", "type", "sets.contains", "sets.equivalent")):
        yield f"{node.name} of a {inside}: use the functions of its type"


def _selected(node: Node) -> Iterator[str]:
    operand = node.children[0]
    if operand.type in _OPAQUE:
        yield f"{operand.type} has no field «{node.name}»"
    if node.kind == "has":
        yield from _absent(node)


def _absent(node: Node) -> Iterator[str]:
    operand = node.children[0]
    if operand.kind == "ident" and operand.name in _NULLABLE:
        yield f"{operand.name} can be null: test {operand.name} != null before its fields"


def _equal(node: Node) -> Iterator[str]:
    types = {child.type for child in node.children}
    inside = next(filter(None, map(_opaque, types)), "")
    if inside == quantity.QUANTITY.name:
        yield "quantities are compared with compareTo(...) == 0: with == the server fails for computed ones"
    elif inside and (types != {inside} or not _OPAQUE[inside].equality):
        yield f"{inside} cannot be compared with == here"


def _pattern(node: Node) -> Iterator[str]:
    pattern = node.children[1]
    if pattern.kind == "literal":
        try:
            regex.compiled(pattern.value or "")
        except ValueError as error:
            yield str(error)


def _converted(node: Node) -> Iterator[str]:
    argument = node.children[0]
    while argument.kind == "call" and argument.name == "dyn":
        argument = argument.children[0]
    if argument.kind == "literal":
        flaw = literal.flaw(node.name, argument)
        if flaw:
            yield flaw
    elif node.name == "timestamp" and argument.type != "timestamp":
        yield "timestamp() takes a time that is written out"
    elif argument.type == "duration" and node.name in ("int", "string"):
        yield f"{node.name}() of a duration: use getSeconds() and the like"


def _timed(node: Node) -> Iterator[str]:
    if len(node.children) > 1 and node.children[1].value != "UTC":
        yield f"{node.name}() knows the time zone 'UTC' alone"
    if node.name == "getMilliseconds" and node.children[0].type != "timestamp":
        yield "getMilliseconds() of a duration: use getSeconds()"


def _format(node: Node) -> Iterator[str]:
    template, arguments = node.children
    if template.kind != "literal" or arguments.kind != "list":
        yield "format() needs a template and a list that are written out"
        return
    try:
        found = verbs(template.value or "")
    except ValueError as error:
        yield str(error)
        return
    if len(found) != len(arguments.children):
        yield f"format() has {len(found)} verbs and {len(arguments.children)} arguments"
    for verb, argument in zip(found, arguments.children, strict=False):
        taken = _TAKEN.get(verb)
        if any(name in argument.type for name in _UNFORMATTED) or (taken and argument.type not in (*taken, "dyn")):
            yield f"%{verb} does not take a {argument.type}"


def _sum(node: Node) -> Iterator[str]:
    if node.type == "double" and not (node.children[0].kind == "list" and node.children[0].children):
        yield "the sum of doubles that are not written out: an empty list sums up to an integer here"


def _flatten(node: Node) -> Iterator[str]:
    given = node.children[0].type
    if len(node.children) == 1 and not given.startswith(("list(list(", "list(dyn", "dyn")):
        yield f"flatten() takes a list of lists, not {given}"


def _range(node: Node) -> Iterator[str]:
    (size,) = node.children
    if not (size.kind == "literal" and (size.value or 0) >= 0) and size.name != "size":
        yield "lists.range() takes a number that is written out, or a size()"


def _divided(node: Node) -> Iterator[str]:
    if node.type == "double":
        yield "a quotient of doubles: 0.0/0.0 is an error on the server; compare with a product instead"


def _within(node: Node) -> Iterator[str]:
    if node.children[1].kind == "list" and not node.children[1].children:
        yield "in []: the server does not even look at what is sought"


def _inserted(_: Node) -> Iterator[str]:
    yield "transformMap and transformMapEntry cannot be evaluated offline; make a list with transformList"


_CALLS: dict[str, Callable[[Node], Iterator[str]]] = {
    **dict.fromkeys(("_==_", "_!=_"), _equal),
    **dict.fromkeys(("matches", "find", "findAll"), _pattern),
    **dict.fromkeys(("bool", "double", "duration", "int", "string", "timestamp", "uint"), _converted),
    **dict.fromkeys(
        (f"get{part}" for part in ("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear")), _timed
    ),
    **dict.fromkeys((f"get{part}" for part in ("Hours", "Minutes", "Seconds", "Milliseconds")), _timed),
    **dict.fromkeys(("_?._", "_[?_]"), _absent),
    "format": _format,
    "sum": _sum,
    "flatten": _flatten,
    "lists.range": _range,
    "_/_": _divided,
    "@in": _within,
    "cel.@mapInsert": _inserted,
}


def _mixed(node: Node) -> Iterator[str]:
    """Literals of mixed types, which Kubernetes allows in the arguments of format alone."""
    if node.kind == "call" and node.name == "format":
        return
    if node.kind == "map":
        yield from literal.keys(node.children[::2])
    if node.kind in ("list", "map"):
        step = 2 if node.kind == "map" else 1
        given = [
            child.type.removeprefix("optional_type(")[:-1] if number in node.optional else child.type
            for number, child in enumerate(node.children)
        ]
        for types in ({*given[first::step]} for first in range(step)):
            if len(types) > 1:
                yield f"a {node.kind} of mixed types: {' and '.join(sorted(types))}"
    for child in node.children:
        yield from _mixed(child)
