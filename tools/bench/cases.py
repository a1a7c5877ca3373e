"""The job inside one Python process: `python -m tools.bench.cases CASE PROJECTS OUT` writes one case to OUT.

A case is a function that imports its own libraries, so that its process pays for them and for no other: a dumper of
objects, or a program that yields (path, text). `... DUMPER` alone prints the ConfigMap of awkward strings.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator

from tools.bench import job

Files = Iterable[tuple[str, str]]
Dump = Callable[[list[job.Obj]], str]


def emit() -> Dump:
    from generator.kubernetes.emit import emit_all

    return emit_all


def pyyaml_c() -> Dump:
    return _pyyaml("CSafeDumper")


def pyyaml_pure() -> Dump:
    return _pyyaml("SafeDumper")


def ruamel_c() -> Dump:
    from importlib import import_module

    import_module("_ruamel_yaml")  # without it `safe` is quietly pure Python
    return _ruamel(typ="safe")


def ruamel_pure() -> Dump:
    return _ruamel(typ="safe", pure=True)


def ruamel_round_trip() -> Dump:
    return _ruamel(typ="rt")


def ryaml() -> Dump:
    from importlib import import_module

    dumps = import_module("ryaml").dumps
    return lambda objects: "---\n".join(map(dumps, objects))


def yaml_rs() -> Dump:
    from importlib import import_module

    dumps = import_module("yaml_rs").dumps  # begins with a marker, ends without a line break
    return lambda objects: "\n".join(map(dumps, objects)) + "\n"


def json_text() -> Dump:
    import json

    return lambda objects: json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}, indent=2)


def jinja_text(projects: str) -> Iterator[tuple[str, str]]:
    import jinja2

    loader = jinja2.FileSystemLoader(os.path.join(projects, "jinja"))
    template = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined).get_template("component.yaml")
    for env in job.ENVIRONMENTS:
        for component in job.COMPONENTS:
            yield f"{env['name']}/{component}.yaml", template.render(env=env, component=component)


def jinja_parsed(projects: str) -> Files:
    import yaml

    dump = _pyyaml("CSafeDumper")
    for path, text in jinja_text(projects):
        yield path, dump(list(yaml.load_all(text, Loader=yaml.CSafeLoader)))


def jsonnet(projects: str) -> Files:
    import json
    from importlib import import_module

    evaluate = import_module("_jsonnet").evaluate_file
    dump = _pyyaml("CSafeDumper")
    for env in job.ENVIRONMENTS:
        text = evaluate(os.path.join(projects, "jsonnet", "main.jsonnet"), ext_codes={"env": json.dumps(env)})
        yield f"{env['name']}.yaml", dump(json.loads(text))


def dumped(dump: Dump) -> Files:
    for env in job.ENVIRONMENTS:
        for component in job.COMPONENTS:
            yield f"{env['name']}/{component}.yaml", dump(job.objects(env, component))


def _pyyaml(base: str) -> Dump:
    """Without anchors for objects that share a part; keys in their given order, which saves the sorting."""
    import yaml

    dumper = type("Dumper", (getattr(yaml, base),), {"ignore_aliases": lambda self, data: True})
    return lambda objects: str(yaml.dump_all(objects, Dumper=dumper, sort_keys=False))


def _ruamel(typ: str, pure: bool = False) -> Dump:
    from io import StringIO

    from ruamel.yaml import YAML

    writer = YAML(typ=typ, pure=pure)
    writer.default_flow_style = False
    writer.representer.ignore_aliases = lambda data: True

    def dump(objects: list[job.Obj]) -> str:
        stream = StringIO()
        writer.dump_all(objects, stream)
        return stream.getvalue()

    return dump


def publish(files: Files, out: str) -> None:
    """Write the tree beside its place and move it there in one step: a failed run leaves nothing half done."""
    staging = f"{out}.tmp"
    for name, text in files:
        path = os.path.join(staging, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    os.rename(staging, out)


DUMPERS = {
    dumper.__name__: dumper
    for dumper in (
        *(emit, yaml_rs, ryaml, pyyaml_c, pyyaml_pure),
        *(ruamel_c, ruamel_pure, ruamel_round_trip, json_text),
    )
}
PROGRAMS = {program.__name__: program for program in (jinja_text, jinja_parsed, jsonnet)}


if __name__ == "__main__":
    case, *places = sys.argv[1:]
    if places:
        projects, out = places
        publish(dumped(DUMPERS[case]()) if case in DUMPERS else PROGRAMS[case](projects), out)
    else:
        sys.stdout.buffer.write(DUMPERS[case]()([job.STRINGS]).encode())
