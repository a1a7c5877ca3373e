"""Users' patches land in both trees alike, and a patch that misses is an error with a proposal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.environment.model import Environment
from generator.environment.patches import UserPatch, read_patches
from generator.environment.problem import EnvironmentInvalid
from generator.trees.plan import ROOTS, Plan, plan
from generator.trees.write import write
from tests.conftest import assert_same_objects, kustomize

PATCHES = {
    "10-priority.yaml": """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: openclaw-main, namespace: openclaw}
        spec:
          template:
            spec:
              priorityClassName: business-critical
              containers:
              - name: gateway
                env:
                - {name: EXTRA, value: "on"}
        """,
    "20-weight.yaml": """
        target: {kind: NodePool, name: openclaw}
        patch:
        - {op: replace, path: /spec/weight, value: 90}
        - {op: add, path: /metadata/annotations, value: {team: platform}}
        """,
    "30-budget.yaml": """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: openclaw-main}
        $patch: delete
        """,
    "40-config.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: openclaw-config-main, namespace: openclaw}
        data: {extra.txt: one more file}
        """,
}


def read(folder: Path, files: dict[str, str]) -> list[UserPatch]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        lines = text.strip("\n").splitlines()
        (folder / name).write_text("\n".join(line[8:] for line in lines) + "\n", "utf-8")
    return read_patches(folder, "environments/dev/patches")


@pytest.fixture
def patched(tmp_path: Path, defaults: Environment, environments: dict[str, Environment]) -> Plan:
    return plan(defaults, [environments["dev"]], {"dev": read(tmp_path / "patches", PATCHES)})


def test_both_trees_show_every_patch(patched: Plan, tmp_path: Path, kubectl: str) -> None:
    write(tmp_path / "tree", patched.files, ROOTS)
    for part in ("openclaw-main", "karpenter"):
        expected = [obj for path, obj in patched.objects.items() if path.startswith(f"rendered/dev/{part}/")]
        assert_same_objects(kustomize(kubectl, tmp_path / "tree/overlays/dev" / part), expected)


def test_patches_change_what_they_say(patched: Plan) -> None:
    pod = patched.objects["rendered/dev/openclaw-main/statefulset-openclaw-main.yaml"]["spec"]["template"]["spec"]
    assert pod["priorityClassName"] == "business-critical"
    assert pod["containers"][0]["env"][0] == {"name": "EXTRA", "value": "on"}
    pool = patched.objects["rendered/dev/karpenter/nodepool-openclaw.yaml"]
    assert (pool["spec"]["weight"], pool["metadata"]["annotations"]) == (90, {"team": "platform"})
    assert not any("poddisruptionbudget" in path for path in patched.objects if "openclaw-main" in path)


def test_a_patched_config_rolls_the_pods(patched: Plan, planned: Plan) -> None:
    path = "rendered/dev/openclaw-main/configmap-openclaw-config-main.yaml"
    before, after = (made.objects[path]["metadata"]["name"] for made in (planned, patched))
    assert before != after
    template = patched.objects["rendered/dev/openclaw-main/statefulset-openclaw-main.yaml"]["spec"]["template"]
    assert after in str(template["spec"]["volumes"])


REFUSED = {
    "kind: StatefulSet\n": "not a patch; name the object to patch",
    "target: {kind: NodePool}\npatch: [{op: add}]\n": "target: needs kind and name",
    "target: {kind: NodePool, name: openclaw, label: x}\npatch: []\n": "target.label: unknown key",
    "target: {kind: NodePool, name: openclaw}\npatch: {op: add}\n": "patch: needs a list of operations",
    "a: 1\na: 2\n": "duplicate key",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: REFUSED[text])
def test_files_that_are_no_patch_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(EnvironmentInvalid, match=r"^environments/dev/patches/p\.yaml:\d+:\d+: ") as caught:
        read_patches(tmp_path, "environments/dev/patches")
    assert REFUSED[text] in str(caught.value)


def test_a_patch_without_a_target_proposes_the_nearest(
    tmp_path: Path, defaults: Environment, environments: dict[str, Environment]
) -> None:
    (tmp_path / "p.yaml").write_text("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: openclaw-mian}\n")
    patches = {"dev": read_patches(tmp_path, "environments/dev/patches")}
    with pytest.raises(EnvironmentInvalid, match=r"p\.yaml:1:1: .*openclaw-mian.*did you mean openclaw-main\?"):
        plan(defaults, [environments["dev"]], patches)


def test_operations_that_do_not_apply_are_named(
    tmp_path: Path, defaults: Environment, environments: dict[str, Environment]
) -> None:
    text = "target: {kind: NodePool, name: openclaw}\npatch: [{op: replace, path: /spec/nothing/here, value: 1}]\n"
    (tmp_path / "p.yaml").write_text(text)
    patches = {"dev": read_patches(tmp_path, "environments/dev/patches")}
    with pytest.raises(EnvironmentInvalid, match=r"patch: does not apply to NodePool openclaw: .*nothing"):
        plan(defaults, [environments["dev"]], patches)


@pytest.mark.parametrize("value", ["2026-01-01", "yes", "0o7", "1_000", "1e3", "1:30", "0x1f", ".inf", "NULL"])
def test_a_value_that_kustomize_reads_otherwise_is_refused_with_its_place(tmp_path: Path, value: str) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a: {value}\n"
    (tmp_path / "p.yaml").write_text(text)
    said = f"p.yaml:5:6: «{value}» is read as one thing by kustomize, and as another here; quote it: '{value}'"
    with pytest.raises(EnvironmentInvalid, match=re.escape(said)):
        read_patches(tmp_path, "environments/dev/patches")


def test_bytes_in_a_config_count_in_its_name(
    tmp_path: Path, defaults: Environment, environments: dict[str, Environment], kubectl: str
) -> None:
    patch = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: openclaw-config-main, namespace: openclaw}
        data: {"on": "2026-01-01"}
        binaryData: {x: aGk=}
        """
    made = plan(defaults, [environments["dev"]], {"dev": read(tmp_path / "patches", {"a.yaml": patch})})
    write(tmp_path / "tree", made.files, ROOTS)
    expected = [obj for path, obj in made.objects.items() if path.startswith("rendered/dev/openclaw-main/")]
    assert_same_objects(kustomize(kubectl, tmp_path / "tree/overlays/dev/openclaw-main"), expected)
