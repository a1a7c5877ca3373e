"""The committed schema bundle, and the tool that writes it."""

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.check.schemas import BUNDLE
from tools.schemas import build
from tools.schemas.sharing import share
from tools.schemas.structural import rules, structural

TOOL = BUNDLE.parents[1] / "tools" / "schemas"

SCHEMAS = [*sorted(BUNDLE.glob("core-*.json")), *sorted((BUNDLE / "crds").glob("*.json"))]
SOURCES = json.loads((BUNDLE / "SOURCES.json").read_text())
PINS = json.loads((TOOL / "sources.json").read_text())
WANTED = {
    "AlertmanagerConfig", "AnalysisTemplate", "AppProject", "Application", "ApplicationSet",
    "CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy", "ClusterAnalysisTemplate", "ClusterExternalSecret",
    "ClusterSecretStore", "EC2NodeClass", "ExternalSecret", "IngressClassParams", "NodeClaim", "NodeClass", "NodePool",
    "Password", "PodMonitor", "Probe", "PrometheusRule", "PushSecret", "Rollout", "SecretStore", "ServiceMonitor",
    "TargetGroupBinding",
}  # fmt: skip
KEYWORDS = {
    "$ref", "additionalProperties", "anyOf", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items",
    "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "oneOf",
    "pattern", "properties", "required", "type",
}  # fmt: skip


def custom_kinds() -> list[str]:
    return sorted(
        name for file in (BUNDLE / "crds").glob("*.json") for name in json.loads(file.read_text()) if "/" in name
    )


def test_the_bundle_comes_from_the_pinned_sources() -> None:
    assert SOURCES["kubernetes"] == PINS["kubernetes"]
    assert sorted(f"core-{minor}.json" for minor in PINS["kubernetes"]["minors"]) == [
        path.name for path in sorted(BUNDLE.glob("core-*.json"))
    ]
    assert [{key: source[key] for key in ("module", "version", "sum")} for source in SOURCES["modules"]] == [
        {key: pin[key] for key in ("module", "version", "sum")} for pin in PINS["modules"]
    ]
    for source, pin in zip(SOURCES["modules"], PINS["modules"], strict=True):
        pinned = sorted(kind for kinds in pin["files"].values() for kind in kinds)
        assert sorted(name.rpartition("/")[2] for name in source["kinds"]) == pinned
    handmade = {path.name: json.loads(path.read_text()) for path in (TOOL / "handmade").glob("*.json")}
    assert {written["file"]: (written["source"], written["kinds"]) for written in SOURCES["handmade"]} == {
        name: (written["source"], sorted(written["kinds"])) for name, written in handmade.items()
    }


def test_every_custom_kind_has_a_source_and_every_wanted_one_is_there() -> None:
    claimed = [kind for source in SOURCES["modules"] + SOURCES["handmade"] for kind in source["kinds"]]
    assert custom_kinds() == sorted(claimed)
    assert WANTED - {kind.rpartition("/")[2] for kind in claimed} == set()


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_bundle_file_is_structure_alone_one_definition_a_line(path: Path) -> None:
    text = path.read_text()
    content = json.loads(text)
    assert list(content) == sorted(content)
    assert text == build.lines(content)
    assert {keyword for schema in content.values() for keyword in keywords(schema)} - KEYWORDS == set()


def keywords(schema: Any) -> Iterator[str]:
    """Every keyword of a schema; the names of fields, which may be the same words, are none."""
    if not isinstance(schema, dict):
        return
    yield from schema
    children = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for child in [*children, *schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        yield from keywords(child)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_references_lead_to_definitions_and_no_definition_is_left_over(path: Path) -> None:
    own = json.loads(path.read_text())
    core = json.loads((BUNDLE / "core-1.36.json").read_text())
    used = {reference.removeprefix("#/$defs/") for reference in build._references(own)}
    assert used - own.keys() - core.keys() == set()
    assert {name for name in own if "/" not in name} - used == set()


def test_every_rule_of_a_custom_kind_is_about_a_value_that_the_kind_has() -> None:
    core = json.loads((BUNDLE / "core-1.36.json").read_text())
    found = json.loads((BUNDLE / "crd-rules.json").read_text())
    assert {"karpenter.sh/v1/NodePool", "karpenter.k8s.aws/v1/EC2NodeClass"} <= found.keys() <= set(custom_kinds())
    for kind, of_kind in found.items():
        definitions = core | json.loads((BUNDLE / "crds" / f"{kind.split('/')[0]}.json").read_text())
        for rule in of_kind:
            place = definitions[kind]
            for step in rule["path"]:
                if step == "*":
                    place = place.get("items") or place["additionalProperties"]
                else:
                    place = place["properties"][step]
                place = definitions[place["$ref"].removeprefix("#/$defs/")] if "$ref" in place else place
            assert rule["rule"], f"{kind} {rule['path']}: an empty rule"


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [
        pytest.param(
            {"type": "string", "description": "prose", "default": "a", "x-kubernetes-map-type": "atomic"},
            {"type": "string"},
            id="prose, defaults and extensions go",
        ),
        pytest.param(
            {"type": "object", "properties": {"description": {"type": "string"}, "$ref": {"type": "string"}}},
            {
                "type": "object",
                "properties": {"description": {"type": "string"}, "$ref": {"type": "string"}},
                "additionalProperties": False,
            },
            id="fields may be called like keywords",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {}}, "x-kubernetes-preserve-unknown-fields": True},
            {"type": "object", "properties": {"a": {}}},
            id="an object that preserves unknown fields stays open",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "object", "additionalProperties": {"type": "string"}},
            id="a map stays a map",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"properties": {"a": {}}}]},
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "oneOf": [{"properties": {"a": {}}}],
                "additionalProperties": False,
            },
            id="a branch stays open",
        ),
        pytest.param(
            {"required": ["a", "b"], "properties": {"a": {"default": False}, "b": {}}},
            {"required": ["b"], "properties": {"a": {}, "b": {}}},
            id="what the server fills in is not asked for",
        ),
        pytest.param(
            {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True, "pattern": "^1$"},
            {"type": ["integer", "string"], "pattern": "^1$"},
            id="integer or string",
        ),
        pytest.param(
            {"oneOf": [{"type": ["string", "null"]}, {"type": ["number", "null"]}]},
            {"type": ["null", "number", "string"]},
            id="a choice of bare types",
        ),
        pytest.param(
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
            id="nullable",
        ),
        pytest.param(
            {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False},
            {"type": "integer", "exclusiveMinimum": 0, "maximum": 9},
            id="exclusive bounds of OpenAPI 3.0",
        ),
        pytest.param(
            {"type": "integer", "format": "int32", "minimum": 1},
            {"type": "integer", "minimum": 1, "maximum": 2147483647},
            id="32-bit integers have bounds",
        ),
        pytest.param(
            {"type": "string", "format": "idn-hostname"}, {"type": "string"}, id="formats unknown to the server go"
        ),
        pytest.param(
            {"type": "string", "format": "cidr"}, {"type": "string", "format": "cidr"}, id="formats it checks"
        ),
    ],
)
def test_a_schema_is_reduced_to_its_structure(upstream: dict[str, Any], expected: dict[str, Any]) -> None:
    assert structural(upstream, closed=True) == expected


def test_rules_are_found_with_the_path_of_the_value_that_they_call_self() -> None:
    rule = {"rule": "self > 0"}
    leaf = {"type": "integer", "x-kubernetes-validations": [rule]}
    schema = {
        "properties": {"list": {"items": leaf}, "map": {"additionalProperties": leaf}},
        "x-kubernetes-validations": [rule],
    }
    assert [found["path"] for found in rules(schema)] == [[], ["list", "*"], ["map", "*"]]


def test_what_is_repeated_is_said_once_and_means_the_same() -> None:
    long: dict[str, Any] = {
        "type": "object",
        "properties": {f"field{index}": {"type": "string"} for index in range(20)},
    }
    kinds: dict[str, dict[str, Any]] = {
        "g/v1/A": {"properties": {"spec": {"properties": {"deep": long}}}},
        "g/v1/B": {"properties": {"template": long, "list": {"items": long}}},
    }
    shared = share(kinds)
    assert shared == {
        "g/v1/A": {"properties": {"spec": {"properties": {"deep": {"$ref": "#/$defs/B.v1.template"}}}}},
        "g/v1/B": {
            "properties": {
                "template": {"$ref": "#/$defs/B.v1.template"},
                "list": {"items": {"$ref": "#/$defs/B.v1.template"}},
            }
        },
        "B.v1.template": long,
    }


MODULE = {
    "module": "example.com/crds",
    "version": "v1.0.0",
    "sum": "h1:recorded=",
    "files": {"crd.yaml": ["Widget"]},
}
CRD = """
spec:
  group: example.com
  names: {kind: Widget}
  versions:
  - {name: v1, served: true, schema: {openAPIV3Schema: {type: object, properties: {operator: {enum: [=, "!="]}}}}}
  - {name: v1beta1, served: false, schema: {openAPIV3Schema: {type: object}}}
"""


def downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **answer: str) -> None:
    """Answers the Go command with a module that holds CRD."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("example.com/crds@v1.0.0/crd.yaml", CRD)
    (tmp_path / "module.zip").write_bytes(archive.getvalue())
    output = json.dumps({"Zip": str(tmp_path / "module.zip"), "Sum": "h1:recorded="} | answer)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, output, ""))


def test_only_served_versions_of_a_module_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    downloaded(monkeypatch, tmp_path)
    taken = build.definitions(MODULE)
    assert list(taken) == ["example.com/v1/Widget"]
    assert taken["example.com/v1/Widget"]["properties"]["operator"]["enum"] == ["=", "!="]


def test_a_module_that_asks_for_a_newer_go_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    downloaded(monkeypatch, tmp_path, Error="requires go >= 1.99")
    assert list(build.definitions(MODULE)) == ["example.com/v1/Widget"]


def test_a_module_whose_checksum_differs_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    downloaded(monkeypatch, tmp_path, Sum="h1:other=")
    expected = r"example.com/crds@v1.0.0 has the checksum h1:other=, recorded is h1:recorded="
    with pytest.raises(build.SourceError, match=expected):
        build.definitions(MODULE)


def test_a_module_without_the_wanted_kind_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    downloaded(monkeypatch, tmp_path)
    with pytest.raises(build.SourceError, match=r"crd.yaml serves no Gadget"):
        build.definitions(MODULE | {"files": {"crd.yaml": ["Gadget"]}})
