"""`kubectl kustomize overlays/<env>/<part>` equals rendered/<env>/<part>, object for object."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.aws.files import FOLDER
from generator.environment.load import names
from generator.trees.plan import ROOTS, Plan
from generator.trees.write import write
from tests.conftest import ROOT, assert_same_objects, kustomize

HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


@pytest.fixture(scope="session")
def tree(planned: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three trees, written afresh."""
    root = tmp_path_factory.mktemp("tree")
    write(root, planned.files, ROOTS)
    return root


@pytest.mark.parametrize("environment", names(ROOT / "environments"))
def test_every_overlay_builds_to_what_is_rendered(environment: str, tree: Path, planned: Plan, kubectl: str) -> None:
    """All overlays of an environment in one run of kustomize: each of them is built as by itself."""
    overlays = tree / "overlays" / environment
    folders = sorted(path.name for path in overlays.iterdir() if path.is_dir())
    assert folders, f"no overlays for {environment}"
    every = tree / f"every-{environment}"
    every.mkdir()
    resources = "".join(f"- ../overlays/{environment}/{name}\n" for name in folders)
    (every / "kustomization.yaml").write_text(f"{HEAD}resources:\n{resources}")
    below = f"rendered/{environment}/"
    expected = [obj for path, obj in planned.objects.items() if path.startswith(below)]
    assert_same_objects(kustomize(kubectl, every), expected)


@pytest.mark.parametrize("environment", names(ROOT / "environments"))
def test_every_rendered_part_has_an_overlay(environment: str, tree: Path) -> None:
    rendered = {path.name for path in (tree / "rendered" / environment).iterdir()} - {FOLDER}
    overlays = {path.name for path in (tree / "overlays" / environment).iterdir()}
    assert rendered == overlays


def test_every_base_builds(tree: Path, kubectl: str) -> None:
    folders = sorted(path.name for path in (tree / "base").iterdir())
    every = tree / "every-base"
    every.mkdir()
    resources = "".join(f"- ../base/{name}\n" for name in folders)
    (every / "kustomization.yaml").write_text(f"{HEAD}resources:\n{resources}")
    assert kustomize(kubectl, every)


def test_overlays_hold_only_what_differs(planned: Plan) -> None:
    """A storage class of which an environment changes one tag leaves a patch of that tag."""
    staging = {path: text for path, text in planned.files.items() if path.startswith("overlays/staging/storage/")}
    patch = "overlays/staging/storage/patch-storageclass-openclaw-gp3.yaml"
    assert sorted(staging) == ["overlays/staging/storage/kustomization.yaml", patch]
    changed = {"parameters": {"tagSpecification_2": "openclaw.io/environment=staging"}}
    head = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "openclaw-gp3"}}
    assert yaml.safe_load(staging[patch]) == head | changed
