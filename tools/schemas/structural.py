"""Kubernetes schemas -> JSON Schema that says structure and nothing else.

Two dialects come in. Core kinds are the OpenAPI definitions of a Kubernetes release, already closed against unknown
fields. Custom kinds are the structural schemas of CustomResourceDefinitions, which say `nullable`,
`x-kubernetes-int-or-string` and `x-kubernetes-preserve-unknown-fields`, and refuse unknown fields without saying so.
"""

from typing import Any

JsonSchema = dict[str, Any]

_SCALARS = frozenset({
    "type", "enum", "pattern", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "minProperties", "maxProperties",
})  # fmt: skip
_JUNCTORS = ("allOf", "anyOf", "oneOf")
# The API server checks these on strings. It ignores the names that it does not know, idn-hostname among them.
_STRING_FORMATS = frozenset({"byte", "cidr", "date-time"})
_INT32 = 2**31


def structural(schema: JsonSchema, *, closed: bool) -> JsonSchema:
    """The structure of a schema: no prose, no defaults, no Kubernetes extensions.

    With `closed`, an object with known fields refuses all others unless it says that it preserves them; branches of
    allOf, anyOf, oneOf and not stay open, because each of them names only a part of the fields.
    """
    result: JsonSchema = {key: value for key, value in schema.items() if key in _SCALARS}
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        _exclusive(schema, bound, result)
    if isinstance(schema.get("$ref"), str):
        result["$ref"] = "#/$defs/" + schema["$ref"].rpartition("/")[2]
    if schema.get("format") in _STRING_FORMATS:
        result["format"] = schema["format"]
    elif schema.get("format") == "int32":
        result.setdefault("minimum", -_INT32)
        result.setdefault("maximum", _INT32 - 1)
    if "properties" in schema:
        result["properties"] = {name: structural(value, closed=closed) for name, value in schema["properties"].items()}
    if required := _required(schema):
        result["required"] = required
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = structural(schema[key], closed=closed)
        elif key in schema:
            result[key] = schema[key]
    for key in _JUNCTORS:
        if key in schema:
            result[key] = [structural(branch, closed=False) for branch in schema[key]]
    if "not" in schema:
        result["not"] = structural(schema["not"], closed=False)
    _widen(schema, result)
    if closed and _prunes(schema):
        result["additionalProperties"] = False
    return result


def rules(schema: JsonSchema, path: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The CEL rules of a CustomResourceDefinition's schema, each with the path of the value it calls `self`.

    A path step is a field name, or `*` for every item of a list or value of a map.
    """
    found = [{"path": list(path), **rule} for rule in schema.get("x-kubernetes-validations", ())]
    for name, value in schema.get("properties", {}).items():
        found += rules(value, (*path, name))
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            found += rules(schema[key], (*path, "*"))
    return found


def _required(schema: JsonSchema) -> list[str]:
    """The keys that a manifest must give: the API server fills in defaults before it validates."""
    properties = schema.get("properties", {})
    return [name for name in schema.get("required", ()) if "default" not in properties.get(name, {})]


def _exclusive(schema: JsonSchema, bound: str, result: JsonSchema) -> None:
    """OpenAPI 3.0 marks a bound as exclusive with a boolean; JSON Schema 2020-12 gives the bound itself."""
    inclusive = "minimum" if bound == "exclusiveMinimum" else "maximum"
    if schema.get(bound) is True:
        result[bound] = result.pop(inclusive)
    elif bound in schema and schema[bound] is not False:
        result[bound] = schema[bound]


def _widen(schema: JsonSchema, result: JsonSchema) -> None:
    """Say «integer or string» and «or null» as a list of types, which gives one clear message instead of a choice."""
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    for key in _JUNCTORS[1:]:
        if key in result and all(branch.keys() == {"type"} for branch in result[key]):
            branches = [_types(branch["type"]) for branch in result.pop(key)]
            result["type"] = sorted({name for types in branches for name in types})
    if schema.get("nullable") and "type" in result:
        result["type"] = [*_types(result["type"]), "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]


def _types(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _prunes(schema: JsonSchema) -> bool:
    """Whether the API server drops fields that this schema does not name; with strict validation it refuses them."""
    return (
        schema.get("type") == "object"
        and "additionalProperties" not in schema
        and not schema.get("x-kubernetes-preserve-unknown-fields")
        and not schema.get("x-kubernetes-embedded-resource")
    )
