"""The CustomResourceDefinitions of a cluster: those of the projects, from the Go modules that our schemas are from.

Of kinds that no project publishes (EKS Auto Mode's) one is made around the schema that we wrote by hand.
"""

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import yaml

from generator.check.admission.resource import is_cluster_scoped, plural
from tests.cluster.client import Obj
from tools.programs.store import installed
from tools.schemas.build import HERE, CrdLoader, module_zip

SOURCES = HERE / "sources.json"
HANDMADE = HERE / "handmade"


@cache
def definitions() -> tuple[Obj, ...]:
    """All of them; extracted once into the cache of programs."""
    sources = SOURCES.read_text()
    folder = installed("crds", "pinned", [sources], lambda here: _extract(json.loads(sources)["modules"], here))
    upstream = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    handmade = [json.loads(path.read_text())["kinds"] for path in sorted(HANDMADE.glob("*.json"))]
    return (*upstream, *(stand_in(name, schema) for kinds in handmade for name, schema in kinds.items()))


def _extract(modules: list[Obj], here: Path) -> None:
    for module in modules:
        prefix = f"{module['module']}@{module['version']}"
        with zipfile.ZipFile(io.BytesIO(module_zip(module))) as archive:
            for path in module["files"]:
                for crd in yaml.load_all(archive.read(f"{prefix}/{path}"), Loader=CrdLoader):
                    (here / f"{crd['metadata']['name']}.json").write_text(json.dumps(crd))


def stand_in(name: str, schema: Obj) -> Obj:
    """A definition of the kind `group/version/kind` that has this schema."""
    group, version, kind = name.split("/")
    names = {"kind": kind, "listKind": f"{kind}List", "singular": kind.lower(), "plural": plural(kind)}
    whole = schema | {"properties": schema["properties"] | {"metadata": {"type": "object"}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{names['plural']}.{group}",
            # The server wants to know who approved a definition in a group of Kubernetes' own.
            "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in for tests"},
        },
        "spec": {
            "group": group,
            "scope": "Cluster" if is_cluster_scoped(group, kind) else "Namespaced",
            "names": names,
            "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": whole}}],
        },
    }
