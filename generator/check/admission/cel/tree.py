"""A type-checked expression as a tree: what each part is, and of which type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from generator.check.admission.cel.messages import message_class, pool

# The serialized form is cel.expr.CheckedExpr inside google.protobuf.Any; enums are written as int32 here.
_SCHEMA = """package cel.expr;
message Empty { int32 nothing = 1; }
message ListType { Type elem_type = 1; }
message MapType { Type key_type = 1; Type value_type = 2; }
message AbstractType { string name = 1; repeated Type parameter_types = 2; }
message Type {
  Empty dyn = 1; int32 null = 2; int32 primitive = 3; int32 wrapper = 4; int32 well_known = 5; ListType list_type = 6;
  MapType map_type = 7; Empty function = 8; string message_type = 9; string type_param = 10; Type type = 11;
  Empty error = 12; AbstractType abstract_type = 14;
}
message Constant {
  int32 null_value = 1; bool bool_value = 2; int64 int64_value = 3; uint64 uint64_value = 4; double double_value = 5;
  string string_value = 6; bytes bytes_value = 7;
}
message Ident { string name = 1; }
message Select { Expr operand = 1; string field = 2; bool test_only = 3; }
message Call { Expr target = 1; string function = 2; repeated Expr args = 3; }
message CreateList { repeated Expr elements = 1; repeated int32 optional_indices = 2; }
message Entry { int64 id = 1; string field_key = 2; Expr map_key = 3; Expr value = 4; bool optional_entry = 5; }
message CreateStruct { string message_name = 1; repeated Entry entries = 2; }
message Comprehension {
  string iter_var = 1; string iter_var2 = 8; Expr iter_range = 2; string accu_var = 3; Expr accu_init = 4;
  Expr loop_condition = 5; Expr loop_step = 6; Expr result = 7;
}
message Expr {
  int64 id = 2; Constant const_expr = 3; Ident ident_expr = 4; Select select_expr = 5; Call call_expr = 6;
  CreateList list_expr = 7; CreateStruct struct_expr = 8; Comprehension comprehension_expr = 9;
}
message Reference { string name = 1; repeated string overload_id = 3; }
message CheckedExpr { map<int64, Reference> reference_map = 2; map<int64, Type> type_map = 3; Expr expr = 4; }
message Any { string type_url = 1; bytes value = 2; }
"""

_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_WELL_KNOWN = {1: "any", 2: "timestamp", 3: "duration"}


@dataclass(frozen=True)
class Node:
    """One part of an expression.

    `kind` is literal, ident, select, has, call, list, map, struct or comprehension. `name` is the variable, field,
    function or iteration variable. The receiver of a member call is its first child; the children of a map are its
    keys and values in turn. `optional` are the numbers of the children written with a question mark.
    """

    kind: str
    type: str
    name: str = ""
    value: Any = None
    children: tuple[Node, ...] = ()
    optional: frozenset[int] = field(default_factory=frozenset)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


@cache
def _classes() -> tuple[Any, Any]:
    schema = pool(_SCHEMA)
    return message_class(schema, "cel.expr.Any"), message_class(schema, "cel.expr.CheckedExpr")


def decoded(serialized: bytes) -> Node:
    checked = _opened(serialized)[1]
    return _node(checked.expr, checked.type_map)


def renamed(serialized: bytes, names: Mapping[str, str]) -> bytes:
    """The serialized expression with functions renamed where they take one text or one dynamic value."""
    if not any(name.encode() in serialized for name in names):
        return serialized
    envelope, checked = _opened(serialized)
    for expr in _walk(checked.expr):
        if expr.HasField("call_expr") and expr.call_expr.function in names and len(expr.call_expr.args) == 1:
            argument = expr.call_expr.args[0].id
            if argument not in checked.type_map or _type(checked.type_map[argument]) in ("dyn", "string"):
                expr.call_expr.function = names[expr.call_expr.function]
                del checked.reference_map[expr.id].overload_id[:]
                checked.reference_map[expr.id].overload_id.append(expr.call_expr.function)
    envelope.value = checked.SerializeToString()
    return bytes(envelope.SerializeToString())


def _opened(serialized: bytes) -> tuple[Any, Any]:
    envelope_class, checked_class = _classes()
    envelope = envelope_class.FromString(serialized)
    return envelope, checked_class.FromString(envelope.value)


def _walk(expr: Any) -> Iterator[Any]:
    yield expr
    for child in _children(*_content(expr)):
        yield from _walk(child)


def _content(expr: Any) -> tuple[str, Any]:
    return next(((item[0].name, item[1]) for item in expr.ListFields() if item[0].name != "id"), ("", None))


def _children(kind: str, value: Any) -> list[Any]:
    if kind == "select_expr":
        return [value.operand]
    if kind == "call_expr":
        return [*([value.target] if value.HasField("target") else []), *value.args]
    if kind == "list_expr":
        return [*value.elements]
    if kind == "struct_expr" and not value.message_name:
        return [part for entry in value.entries for part in (entry.map_key, entry.value)]
    if kind == "comprehension_expr":
        return [value.iter_range, value.accu_init, value.loop_condition, value.loop_step, value.result]
    return []


def _node(expr: Any, types: Any) -> Node:
    kind, value = _content(expr)
    type_name = _type(types[expr.id]) if expr.id in types else "dyn"
    children = tuple(_node(child, types) for child in _children(kind, value))
    if kind == "const_expr":
        return Node("literal", type_name, value=next((item[1] for item in value.ListFields()), None))
    if kind == "ident_expr":
        return Node("ident", type_name, value.name)
    if kind == "select_expr":
        return Node("has" if value.test_only else "select", type_name, value.field, children=children)
    if kind == "call_expr":
        return Node("call", type_name, value.function, children=children)
    if kind == "list_expr":
        return Node("list", type_name, children=children, optional=frozenset(value.optional_indices))
    if kind == "comprehension_expr":
        return Node("comprehension", type_name, value.iter_var, value.iter_var2, children)
    if kind == "struct_expr" and value.message_name:
        return Node("struct", type_name, value.message_name)
    optional = (2 * number + 1 for number, entry in enumerate(value.entries if value else ()) if entry.optional_entry)
    return Node("map", type_name, children=children, optional=frozenset(optional))


def _type(message: Any) -> str:
    """The type as Kubernetes spells it in its errors."""
    found = message.ListFields()
    if not found:
        return "dyn"
    kind, value = found[0][0].name, found[0][1]
    if kind == "primitive":
        return _PRIMITIVES[value]
    if kind == "wrapper":
        return f"wrapper({_PRIMITIVES[value]})"
    if kind == "well_known":
        return _WELL_KNOWN[value]
    if kind == "list_type":
        return f"list({_type(value.elem_type)})"
    if kind == "map_type":
        return f"map({_type(value.key_type)}, {_type(value.value_type)})"
    if kind in ("message_type", "type_param"):
        return str(value)
    if kind == "type":
        return f"type({_type(value)})"
    if kind == "abstract_type":
        parameters = ", ".join(_type(parameter) for parameter in value.parameter_types)
        return f"{value.name}({parameters})" if parameters else str(value.name)
    return str(kind)
