"""Hashed names are kustomize's own, whatever is in the files."""

from __future__ import annotations

from pathlib import Path

from generator.kubernetes.emit import emit
from generator.kubernetes.objects import Obj, config_map
from generator.trees.base import base_files
from generator.trees.hashing import resolve
from tests.conftest import assert_same_objects, kustomize

TRICKY = {
    "plain": "a\n",
    "empty": "",
    "hangul": "한국어 프롬프트\n",
    "markup": "<a href='x'>&amp;</a>\n",
    "json": '{"a": "\\u0041", "b": [1, 2.5, null]}\n',
    "controls": "tab\there, backspace \b, form feed \f, escape \x1b, return\r\n",
    "separators": "line\u2028paragraph\u2029next\u0085",
    "emoji": "🦞 \U0001f980\n",
    "no-newline": "last line without end",
}


def test_hash_is_the_one_kubectl_gives(tmp_path: Path, kubectl: str) -> None:
    for name, text in TRICKY.items():
        made = config_map(f"c-{name}", "ns", {"file": text, "other": "x"}, "app", "app")
        folder = tmp_path / name
        for path, content in base_files(name, [made]).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content.encode())
        assert kustomize_names(kubectl, folder) == [obj["metadata"]["name"] for obj in resolve([made])], name


def kustomize_names(kubectl: str, folder: Path) -> list[str]:
    return [obj["metadata"]["name"] for obj in kustomize(kubectl, folder)]


def test_every_kind_of_reference_follows_the_hash(tmp_path: Path, kubectl: str) -> None:
    """Volumes, projected volumes, envFrom and single keys, in the kinds that hold pod templates."""
    objects: list[Obj] = [config_map("settings", "ns", {"A": "1"}, "app", "app")]
    template = {
        "spec": {
            "containers": [
                {
                    "name": "app",
                    "envFrom": [{"configMapRef": {"name": "settings"}}],
                    "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "A"}}}],
                }
            ],
            "volumes": [
                {"name": "one", "configMap": {"name": "settings"}},
                {"name": "two", "projected": {"sources": [{"configMap": {"name": "settings"}}]}},
                {"name": "foreign", "configMap": {"name": "another"}},
            ],
        }
    }
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        meta = {"name": "app", "namespace": "ns"}
        objects.append({"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": {"template": template}})
    for path, content in base_files("base", objects).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, "utf-8")
    assert_same_objects(kustomize(kubectl, tmp_path / "base"), resolve(objects))


def test_without_files_nothing_changes() -> None:
    plain: list[Obj] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b"}, "data": {}}
    ]
    assert resolve(plain) == plain
    assert "needs-hash" not in emit(plain[0])
