"""Reading rendered/<environment>: what the kubelet would give to a container."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from generator.aws.files import FOLDER
from tests.real import mapping

Obj = dict[str, Any]

RENDERED = Path(__file__).resolve().parents[2] / "rendered"
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet"}


def environments() -> list[str]:
    """The names of the rendered environments."""
    return sorted(path.name for path in RENDERED.iterdir() if path.is_dir())


def components(env_name: str, prefix: str = "") -> list[str]:
    """The rendered components of an environment whose name starts with `prefix`; the AWS layer is none."""
    found = {path.name for path in (RENDERED / env_name).iterdir()} - {FOLDER}
    return sorted(name for name in found if name.startswith(prefix))


@cache
def objects(env_name: str, component: str) -> tuple[Obj, ...]:
    """The rendered objects of one component."""
    files = sorted((RENDERED / env_name / component).glob("*.yaml"))
    return tuple(yaml.load(path.read_text(), yaml.CSafeLoader) for path in files)


def workload(env_name: str, component: str) -> Obj:
    """The one workload of a component."""
    [found] = [obj for obj in objects(env_name, component) if obj["kind"] in WORKLOADS]
    return found


def pod(env_name: str, component: str) -> Obj:
    """The pod's spec of that workload."""
    spec: Obj = workload(env_name, component)["spec"]["template"]["spec"]
    return spec


def container(env_name: str, component: str, name: str | None = None) -> Obj:
    """The container of that name; without a name the only one."""
    return _container(env_name, component, name)


def tags(env_name: str, repository: str) -> list[str]:
    """The tags of an image that the workloads and backups of an environment run."""
    templates = [
        obj["spec"]["jobTemplate"]["spec"]["template"] if obj["kind"] == "CronJob" else obj["spec"]["template"]
        for component in components(env_name)
        for obj in objects(env_name, component)
        if obj["kind"] in {*WORKLOADS, "CronJob"}
    ]
    images = {
        container["image"]
        for template in templates
        for field in ("initContainers", "containers")
        for container in template["spec"].get(field, ())
    }
    return sorted(
        image.rpartition(":")[2] for image in images if image.partition("@")[0].rpartition(":")[0] == repository
    )


def mounted(env_name: str, component: str, container: str | None = None) -> dict[str, str]:
    """Path in the container -> text, of every file that comes from a ConfigMap."""
    maps = {obj["metadata"]["name"]: obj["data"] for obj in objects(env_name, component) if obj["kind"] == "ConfigMap"}
    volumes = {
        volume["name"]: maps[volume["configMap"]["name"]]
        for volume in pod(env_name, component)["volumes"]
        if "configMap" in volume
    }
    files: dict[str, str] = {}
    for mount in _container(env_name, component, container).get("volumeMounts", []):
        data = volumes.get(mount["name"], {})
        if "subPath" in mount:
            files[mount["mountPath"]] = data[mount["subPath"]]
        else:
            files |= {f"{mount['mountPath']}/{key}": text for key, text in data.items()}
    return files


def variables(env_name: str, component: str, container: str | None = None) -> dict[str, str]:
    """The environment variables of a container.

    A value from a Secret is followed through the ExternalSecret that fills it, so that two workloads get the same value
    only where they are rendered to read the same entry of Secrets Manager.
    """
    namespace = workload(env_name, component)["metadata"]["namespace"]
    values: dict[str, str] = {}
    for variable in _container(env_name, component, container).get("env", []):
        source = variable.get("valueFrom", {})
        if "secretKeyRef" in source:
            reference = source["secretKeyRef"]
            values[variable["name"]] = _secret(env_name, namespace, reference["name"], reference["key"])
        elif "fieldRef" in source:
            values[variable["name"]] = mapping.FIELDS[source["fieldRef"]["fieldPath"]]
        else:
            values[variable["name"]] = variable["value"]
    return values


def _container(env_name: str, component: str, name: str | None) -> Obj:
    [found] = [container for container in pod(env_name, component)["containers"] if name in (None, container["name"])]
    result: Obj = found
    return result


def _secret(env_name: str, namespace: str, name: str, key: str) -> str:
    entries = _external_secrets(env_name)
    remote = entries[namespace, name, key]
    names = {secret_key for (_, _, secret_key), ref in entries.items() if ref == remote}
    [value] = {mapping.SECRETS[secret_key] for secret_key in names if secret_key in mapping.SECRETS}
    return value


@cache
def _external_secrets(env_name: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(namespace, Secret, key) -> (entry of Secrets Manager, property)."""
    return {
        (obj["metadata"]["namespace"], obj["spec"]["target"]["name"], entry["secretKey"]): (
            entry["remoteRef"]["key"],
            entry["remoteRef"]["property"],
        )
        for obj in objects(env_name, "secrets")
        if obj["kind"] == "ExternalSecret"
        for entry in obj["spec"]["data"]
    }
