"""What is fuzzed: each target takes the text of one file, and returns, or raises what is a finding.

An input may be refused, with a reason that can be printed anywhere.  Accepted, it yields files that stay in their
folders and that every reader of YAML and JSON takes back.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from generator.check import report
from generator.check.run import check_folder
from generator.components import registry
from generator.components.registry import Part
from generator.environment.load import DEFAULTS, build, merge, read
from generator.environment.model import Environment
from generator.environment.nodes import List, Map, Tree, parse
from generator.environment.outputs import taken, with_outputs
from generator.environment.patches import read_patches
from generator.environment.problem import EnvironmentInvalid, Problem
from generator.kubernetes.emit import emit
from generator.loader import LOADER
from generator.trees.overlay import overlay_files
from generator.trees.patching import patched
from generator.trees.plan import Plan, add_environment
from generator.trees.rendered import rendered

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
SHORTENED = 2
"""Examples of a topic that are kept: hundreds more of them are read the same way, and slowly."""
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What steers a terminal, or turns the direction of what stands around it."""


def environment(text: str) -> None:
    """An environment file: loaded over the defaults, its overlays and manifests computed."""
    try:
        found = _loaded(parse(text, "environments/fuzz.yaml"), "fuzz")
    except EnvironmentInvalid as error:
        _printable(error.problems)
        return
    made = Plan()
    add_environment(made, found, {}, ())
    _sound(made.files | {path: emit(obj) for path, obj in made.objects.items()}, ("overlays/fuzz/", "rendered/fuzz/"))


def outputs(text: str) -> None:
    """The file of a stack's outputs, which an environment takes values from."""
    try:
        _loaded(_tree("prod"), "prod", parse(text, "environments/prod.outputs.yaml"))
    except EnvironmentInvalid as error:
        _printable(error.problems)


def patches(text: str) -> None:
    """A user's patch: read, and applied to the objects of an environment that it targets."""
    bases, parts, env = _rendered()
    try:
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            (Path(folder) / "10-fuzz.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
            found = read_patches(Path(folder), "environments/dev/patches")
        for part, objects, applied in patched(env, parts, found):
            if not applied:
                continue
            folders = f"overlays/dev/{part.name}", f"rendered/dev/{part.name}"
            base = bases.get(part.base, [])
            files = overlay_files(folders[0], f"base/{part.base}", part.suffix, base, part.objects, applied)
            files |= {path: emit(obj) for path, obj in rendered(folders[1], objects).items()}
            _sound(files, folders)
    except EnvironmentInvalid as error:
        _printable(error.problems)


def documents(text: str) -> None:
    """A file that `check DIR` reads: any YAML, by anyone."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        (Path(folder) / "fuzz.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        manifests(Path(folder))


def manifests(folder: Path) -> None:
    """A folder of such files."""
    findings = check_folder(folder, None).findings
    for line in (*report.text(findings), *report.github(findings)):
        assert not UNPRINTABLE.search(line), f"steers a terminal: {line!r}"
    json.loads(report.sarif(findings, {}))
    json.dumps([finding.as_dict() for finding in findings]).encode()


def emitted(text: str) -> None:
    """Any data, as YAML and back."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict):
        data = {"value": data}
    try:
        written = emit(data)
    except (ValueError, TypeError):
        return
    assert yaml.load(written, Loader=LOADER) == data


TARGETS: Mapping[str, Callable[[str], None]] = {
    "environment": environment,
    "outputs": outputs,
    "patches": patches,
    "documents": documents,
    "emitted": emitted,
}


def seeds(target: str) -> Iterable[str]:
    """Real inputs of a target, to begin from."""
    root = ENVIRONMENTS.parent
    if target == "environment":
        yield from ((ENVIRONMENTS / f"{name}.yaml").read_text("utf-8") for name in ("dev", "staging", "prod"))
    elif target == "outputs":
        yield from (path.read_text("utf-8") for path in sorted(ENVIRONMENTS.glob("*.outputs.yaml")))
    elif target == "patches":
        yield from PATCHES
    elif target == "documents":
        yield from (path.read_text("utf-8") for path in sorted((root / "rendered/dev").rglob("*.yaml")))
    else:
        for path in sorted((root / "rendered/dev/otel-collector").glob("*.yaml")):
            yield json.dumps(yaml.load(path.read_text("utf-8"), Loader=LOADER), ensure_ascii=False)


PATCHES = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm-gateway, namespace: llm-gateway}\n"
    "spec:\n  template:\n    spec:\n      containers:\n      - name: gateway\n        env:\n"
    "        - {name: EXTRA, value: 'on'}\n",
    "target: {kind: NodePool, name: openclaw}\npatch:\n- {op: replace, path: /spec/weight, value: 90}\n"
    "- {op: add, path: /metadata/annotations, value: {team: platform}}\n",
    "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: openclaw-main}\n$patch: delete\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: openclaw-config-main, namespace: openclaw}\n"
    "data: {extra.txt: one more file}\n",
    "target: {group: apps, version: v1, kind: StatefulSet, name: openclaw-main, namespace: openclaw}\npatch:\n"
    "- {op: test, path: /kind, value: StatefulSet}\n"
    "- {op: move, from: /spec/replicas, path: /spec/minReadySeconds}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: cache, namespace: llm-gateway}\n"
    "spec: {ports: [{port: 6379, name: other}]}\n",
)


def _loaded(tree: Tree, name: str, outputs: Map | None = None) -> Environment:
    whole = merge(_tree(DEFAULTS), tree)
    assert isinstance(whole, Map)
    waits = frozenset(output.name for output in taken(whole))
    whole, problems = with_outputs(whole, outputs, name, "environments", pending=outputs is None)
    return build(whole, name, waits, problems)


@cache
def _tree(name: str) -> Map:
    """The tree of a real file, with few examples of each topic."""
    found = _shortened(read(ENVIRONMENTS / f"{name}.yaml", f"environments/{name}.yaml"))
    assert isinstance(found, Map)
    return found


def _shortened(tree: Tree) -> Tree:
    if isinstance(tree, Map):
        return Map(tree.place, {key: _shortened(item) for key, item in tree.entries.items()}, tree.keys)
    if isinstance(tree, List):
        kept = tree.items[:SHORTENED] if len(tree.items) > 20 else tree.items
        return List(tree.place, tuple(map(_shortened, kept)))
    return tree


@cache
def _rendered() -> tuple[dict[str, list[Any]], list[Part], Environment]:
    env = _loaded(_tree("dev"), "dev")
    return registry.base(_loaded(_tree(DEFAULTS), DEFAULTS)), registry.render(env), env


def _printable(problems: Iterable[Problem]) -> None:
    for problem in problems:
        assert not UNPRINTABLE.search(str(problem)), f"steers a terminal: {str(problem)!r}"
        assert len(str(problem)) < 2000, f"a problem of {len(str(problem))} characters"


def _sound(files: Mapping[str, str], folders: tuple[str, ...]) -> None:
    """Paths that stay below the folders, texts that are what their name says."""
    for path, text in files.items():
        assert path.startswith(folders), f"written outside: {path!r}"
        assert ".." not in path.split("/"), f"written outside: {path!r}"
        assert not path.startswith("/"), f"written outside: {path!r}"
        assert not UNPRINTABLE.search(path), f"a file called {path!r}"
        assert max(map(len, path.split("/"))) < 256, f"too long a name: {path!r}"
        text.encode()
        if path.endswith(".yaml"):
            list(yaml.compose_all(text, Loader=LOADER))
        elif path.endswith(".json"):
            json.loads(text)


def _memory() -> str | None:
    """A folder in memory, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
