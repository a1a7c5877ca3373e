"""Reading rendered/: files as the kubelet mounts them, variables as the container gets them."""

from pathlib import Path

import pytest
import yaml

from tests.real import manifests, mapping

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: tool, namespace: place}
spec:
  template:
    spec:
      containers:
      - name: main
        image: registry.example.com/tool:1.2
        env:
        - {name: PLAIN, value: "1"}
        - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: tool, key: renamed}}}
        volumeMounts:
        - {name: whole, mountPath: /etc/whole}
        - {name: single, mountPath: /etc/one.txt, subPath: one}
        - {name: scratch, mountPath: /tmp}
      - {name: beside, image: "registry.example.com/beside:3"}
      volumes:
      - {name: whole, configMap: {name: files}}
      - {name: single, configMap: {name: files}}
      - {name: scratch, emptyDir: {}}
"""
FILES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: files, namespace: place}
data: {one: "1\\n", two: "2\\n"}
"""


def external_secret(namespace: str, key: str, name: str) -> str:
    entry = {"secretKey": key, "remoteRef": {"key": "prefix/cache", "property": "password"}}
    return yaml.safe_dump(
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"target": {"name": name}, "data": [entry]},
        }
    )


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment with one component; its name is new each time, since reading is cached."""
    name = tmp_path.name
    for path, text in {
        "tool/deployment-tool.yaml": DEPLOYMENT,
        "tool/configmap-files.yaml": FILES,
        "secrets/externalsecret-place-tool.yaml": external_secret("place", "renamed", "tool"),
        "secrets/externalsecret-other-cache.yaml": external_secret("other", "password", "cache"),
    }.items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(manifests, "RENDERED", tmp_path)
    return name


def test_files_lie_where_they_are_mounted(rendered: str) -> None:
    assert manifests.mounted(rendered, "tool", "main") == {
        "/etc/whole/one": "1\n",
        "/etc/whole/two": "2\n",
        "/etc/one.txt": "1\n",
    }


def test_a_secret_is_followed_to_its_entry_in_secrets_manager(rendered: str) -> None:
    assert manifests.variables(rendered, "tool", "main") == {
        "PLAIN": "1",
        "ADDRESS": "127.0.0.1",
        "PASSWORD": mapping.SECRETS["password"],
    }


def test_a_container_is_found_by_name(rendered: str) -> None:
    assert manifests.container(rendered, "tool", "beside")["image"] == "registry.example.com/beside:3"
    with pytest.raises(ValueError, match="too many"):
        manifests.container(rendered, "tool")


def test_tags_of_an_image(rendered: str) -> None:
    assert manifests.tags(rendered, "registry.example.com/tool") == ["1.2"]
    assert manifests.tags(rendered, "registry.example.com/too") == []
