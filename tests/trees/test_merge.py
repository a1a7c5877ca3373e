"""Patches: the smallest difference, applied as kustomize applies it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj
from generator.trees.merge import apply, difference
from tests.conftest import assert_same_objects, kustomize

HEAD: Obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n"}}


def deployment(**pod: Any) -> Obj:
    return {**copy.deepcopy(HEAD), "spec": {"template": {"spec": pod}}}


def pod_patch(base: Obj, target: Obj) -> Any:
    patch = difference(base, target)
    assert patch is not None
    return patch["spec"]["template"]["spec"]


def test_equal_objects_need_no_patch() -> None:
    assert difference(deployment(a=1), deployment(a=1)) is None


def test_changed_field_is_all_that_is_said() -> None:
    base = deployment(containers=[{"name": "c", "image": "a:1", "args": ["x"]}], hostNetwork=False)
    target = deployment(containers=[{"name": "c", "image": "a:2", "args": ["x"]}], hostNetwork=False)
    assert pod_patch(base, target) == {"containers": [{"name": "c", "image": "a:2"}]}


def test_removed_field_is_null_and_removed_item_is_deleted() -> None:
    base = deployment(
        containers=[{"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}], x=1
    )
    target = deployment(containers=[{"name": "c", "env": [{"name": "B", "value": "2"}]}])
    assert pod_patch(base, target) == {
        "x": None,
        "containers": [{"name": "c", "env": [{"name": "A", "$patch": "delete"}]}],
    }


def test_item_added_at_the_end_names_the_items_before_it() -> None:
    """Patch items come first in kustomize's result: order is kept by naming what stands before."""
    base = deployment(volumes=[{"name": "a", "x": 1}, {"name": "b", "x": 1}])
    target = deployment(volumes=[{"name": "a", "x": 1}, {"name": "b", "x": 1}, {"name": "c", "x": 1}])
    assert pod_patch(base, target) == {"volumes": [{"name": "a"}, {"name": "b"}, {"name": "c", "x": 1}]}


def test_map_that_becomes_another_map_is_replaced() -> None:
    base = deployment(nodeSelector={"a": "b"}, securityContext={"runAsUser": 1})
    target = deployment(nodeSelector={"c": "d"}, securityContext={})
    assert pod_patch(base, target) == {
        "nodeSelector": {"$patch": "replace", "c": "d"},
        "securityContext": {"$patch": "replace"},
    }


def test_lists_of_custom_kinds_are_replaced_whole() -> None:
    base: Obj = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "p"}}
    one, two = [{"name": "a", "x": 1}, {"name": "b"}], [{"name": "a", "x": 2}, {"name": "b"}]
    assert difference(base | {"spec": {"env": one}}, base | {"spec": {"env": two}}) == {"spec": {"env": two}}


names = st.sampled_from("abcd")
scalars = st.text("xyz19", max_size=3)


def keyed(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Obj]]:
    item = st.dictionaries(st.sampled_from(["p", "q"]), values, max_size=2)
    return st.lists(st.tuples(names, item), unique_by=lambda pair: pair[0], max_size=4).map(
        lambda pairs: [{**rest, key: name} for name, rest in pairs]
    )


maps = st.dictionaries(names, scalars, max_size=3)
containers = st.tuples(keyed("name", scalars), maps, st.lists(scalars, max_size=3)).map(
    lambda parts: [{"name": "c", "env": parts[0], "resources": parts[1], "args": parts[2]}]
)
pods = st.fixed_dictionaries(
    {"containers": containers},
    optional={
        "volumes": keyed("name", maps),
        "nodeSelector": maps,
        "tolerations": st.lists(maps, max_size=3),
        "hostNetwork": st.booleans(),
        "nested": st.dictionaries(names, maps, max_size=2),
    },
)


@given(pods, pods)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_difference_applied_to_the_base_gives_the_target(base: Any, target: Any) -> None:
    one, other = deployment(**base), deployment(**target)
    patch = difference(one, other)
    assert (apply(one, patch) if patch else one) == other


def test_kustomize_applies_differences_as_we_do(tmp_path: Path, kubectl: str) -> None:
    """A hundred random pairs in one build: the referee of everything above."""
    pairs: list[tuple[Obj, Obj]] = []

    @given(pods, pods)
    @settings(derandomize=True, max_examples=120, deadline=None, database=None)
    def collect(base: Any, target: Any) -> None:
        pairs.append((deployment(**base), deployment(**target)))

    collect()
    base_names, patches, expected = [], [], []
    for number, (base, target) in enumerate(pairs):
        for obj in (base, target):
            obj["metadata"]["name"] = f"d{number}"
        (tmp_path / f"b{number}.yaml").write_text(emit(base), "utf-8")
        base_names.append(f"b{number}.yaml")
        expected.append(target)
        if patch := difference(base, target):
            text = emit(patch | {key: base[key] for key in ("apiVersion", "kind", "metadata")})
            (tmp_path / f"p{number}.yaml").write_text(text, "utf-8")
            patches.append({"path": f"p{number}.yaml"})
    assert len(patches) > 80
    (tmp_path / "kustomization.yaml").write_text(emit({"resources": base_names, "patches": patches}), "utf-8")
    assert_same_objects(kustomize(kubectl, tmp_path), expected)


@pytest.mark.parametrize(
    "patch",
    [
        {
            "spec": {
                "template": {"spec": {"containers": [{"name": "new", "image": "x:1"}, {"name": "c", "image": "y:2"}]}}
            }
        },
        {"spec": {"template": {"spec": {"containers": [{"name": "c", "$patch": "delete"}]}}}},
        {"spec": {"template": {"spec": {"containers": [{"name": "c", "resources": None, "args": []}]}}}},
        {"spec": {"template": {"spec": {"volumes": [{"name": "v", "emptyDir": {"$patch": "replace"}}]}}}},
        {"spec": {"template": {"spec": {"securityContext": {"$patch": "delete"}}}}},
        {"spec": {"template": {"spec": {"tolerations": [{"key": "z"}]}}}},
        {"metadata": {"annotations": {"new": "true"}}},
    ],
    ids=lambda patch: json.dumps(patch)[:60],
)
def test_patches_that_users_write_apply_as_in_kustomize(patch: Obj, tmp_path: Path, kubectl: str) -> None:
    base = deployment(
        containers=[
            {"name": "c", "image": "a:1", "args": ["x"], "resources": {"limits": {"memory": "1Gi"}}},
            {"name": "s"},
        ],
        volumes=[{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "w"}],
        securityContext={"runAsUser": 1000},
        tolerations=[{"key": "a"}, {"key": "b"}],
    )
    full = HEAD | patch | {"metadata": patch.get("metadata", {}) | HEAD["metadata"]}
    (tmp_path / "base.yaml").write_text(emit(base), "utf-8")
    (tmp_path / "patch.yaml").write_text(emit(full), "utf-8")
    (tmp_path / "kustomization.yaml").write_text(
        emit({"resources": ["base.yaml"], "patches": [{"path": "patch.yaml"}]})
    )
    assert_same_objects(kustomize(kubectl, tmp_path), [apply(base, full)])
