"""The same job as a project of each tool that has its own language: `write_all(root)`.

Templates come from the reference objects themselves, built once with a hole in the place of every value that differs.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from tools.bench import job

REPOSITORY = Path(__file__).parents[2]
TEMPLATE_OBJECTS = job.objects(job.HOLES, job.COMPONENT_HOLE)


class _Plain(yaml.CSafeDumper):
    """No anchors: these files are meant for people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_all(root: Path) -> None:
    for project in (_jinja, _jsonnet, _makejinja, _kapitan, _kustomize, _cdk8s):
        project(root / project.__name__.removeprefix("_"))


def _write(path: Path, content: Any) -> None:
    """Text as it is, anything else as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.dump(content, Dumper=_Plain), encoding="utf-8")


def _template(env: str = "env", component: str = "component") -> str:
    """The five objects as a Jinja template over two variables of these names."""
    text = yaml.dump_all(TEMPLATE_OBJECTS, Dumper=_Plain)
    text = text.replace("'{{ env.replicas }}'", "{{ env.replicas }}")  # the one hole that is no string
    return text.replace("{{ env.", f"{{{{ {env}.").replace("{{ component }}", f"{{{{ {component} }}}}")


def _jinja(root: Path) -> None:
    _write(root / "component.yaml", _template())


def _jsonnet(root: Path) -> None:
    """A function of one component; strings with holes become sums of strings."""

    def expression(literal: re.Match[str]) -> str:
        pieces = re.split(r"(\{\{ .*? \}\})", literal[0][1:-1])
        return " + ".join(piece[3:-3] if piece.startswith("{{") else f'"{piece}"' for piece in pieces if piece)

    body = re.sub(r'"[^"]*\{\{[^"]*"', expression, json.dumps(TEMPLATE_OBJECTS, indent=1))
    components = json.dumps(job.COMPONENTS)
    head = "local env = std.extVar('env');\n"
    _write(root / "main.jsonnet", f"{head}std.flatMap(function(component) {body}, {components})\n")


def _makejinja(root: Path) -> None:
    """One run of 100 templates of two lines around one macro."""
    _write(root / "lib/component.j2", "{% macro render(env, component) %}\n" + _template() + "{% endmacro %}\n")
    _write(root / "data.yaml", {"environments": {env["name"]: env for env in job.ENVIRONMENTS}})
    for env in job.ENVIRONMENTS:
        for component in job.COMPONENTS:
            call = f"{{{{ render(environments['{env['name']}'], '{component}') }}}}"
            text = "{% from 'component.j2' import render %}\n" + call + "\n"
            _write(root / f"in/{env['name']}/{component}.yaml.jinja", text)


def _kapitan(root: Path) -> None:
    """One target an environment, one Jinja template."""
    _write(root / "templates/component.yaml", _template("inventory.parameters.env", "input_params.component"))
    compile_entries = [
        {
            "input_type": "jinja2",
            "input_paths": ["templates/component.yaml"],
            "output_path": f"manifests/{component}",
            "input_params": {"component": component},
        }
        for component in job.COMPONENTS
    ]
    _write(root / "inventory/classes/common.yml", {"parameters": {"kapitan": {"compile": compile_entries}}})
    for env in job.ENVIRONMENTS:
        parameters = {"env": env, "kapitan": {"vars": {"target": env["name"]}}}
        _write(root / f"inventory/targets/{env['name']}.yml", {"classes": ["common"], "parameters": parameters})


def _kustomize(root: Path) -> None:
    """20 bases of five files each, and one overlay an environment over all of them."""
    for component in job.COMPONENTS:
        names = []
        for obj in _without_environment(component):
            names.append(f"{obj['kind'].lower()}.yaml")
            _write(root / f"bases/{component}/{names[-1]}", obj)
        _write(root / f"bases/{component}/kustomization.yaml", {"resources": names})
    for env in job.ENVIRONMENTS:
        resources = "/spec/template/spec/containers/0/resources"
        memory = [
            {"op": "replace", "path": f"{resources}/{part}/memory", "value": env["memory"]}
            for part in ("requests", "limits")
        ]
        level = [{"op": "replace", "path": "/data/LOG_LEVEL", "value": env["log_level"]}]
        overlay = {
            "resources": [f"../../bases/{component}" for component in job.COMPONENTS],
            "namespace": env["namespace"],
            "labels": [{"pairs": {"environment": env["name"]}, "includeTemplates": True}],
            "images": [{"name": f"{job.IMAGE}/{component}", "newTag": env["tag"]} for component in job.COMPONENTS],
            "replicas": [{"name": component, "count": env["replicas"]} for component in job.COMPONENTS],
            "patches": [
                {"target": {"kind": "ConfigMap"}, "patch": json.dumps(level)},
                {"target": {"kind": "Deployment"}, "patch": json.dumps(memory)},
            ],
        }
        _write(root / f"overlays/{env['name']}/kustomization.yaml", overlay)


def _without_environment(component: str) -> list[Any]:
    objects = json.loads(json.dumps(job.objects(job.ENVIRONMENTS[0], component)))
    for obj in objects:
        del obj["metadata"]["namespace"], obj["metadata"]["labels"]["environment"]
        if obj["kind"] == "Deployment":
            pod = obj["spec"]["template"]
            del pod["metadata"]["labels"]["environment"]
            pod["spec"]["containers"][0]["image"] = f"{job.IMAGE}/{component}"
    return list(objects)


def _cdk8s(root: Path) -> None:
    """One chart an environment, out of ApiObject, the leanest construct there is."""
    _write(root / "main.py", _CDK8S.format(repository=str(REPOSITORY)))


_CDK8S = """\
import sys

import cdk8s

sys.path.insert(0, {repository!r})
from tools.bench import job

app = cdk8s.App(outdir="out")
for env in job.ENVIRONMENTS:
    chart = cdk8s.Chart(app, env["name"])
    for component in job.COMPONENTS:
        for obj in job.objects(env, component):
            node = cdk8s.ApiObject(
                chart,
                component + obj["kind"],
                api_version=obj.pop("apiVersion"),
                kind=obj.pop("kind"),
                metadata=cdk8s.ApiObjectMetadata(**obj.pop("metadata")),
            )
            node.add_json_patch(*(cdk8s.JsonPatch.add("/" + key, value) for key, value in obj.items()))
app.synth()
"""
