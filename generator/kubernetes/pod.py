"""The parts of a pod: variables, files, writable directories, probes and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.environment.openclaw import Resources

from .objects import Obj


@dataclass(frozen=True)
class SecretKey:
    """An environment variable's value in a Secret."""

    secret: str
    key: str
    optional: bool = False


@dataclass(frozen=True)
class FieldRef:
    """An environment variable's value in the pod itself, e.g. `status.podIP`."""

    path: str


@dataclass(frozen=True)
class ConfigDir:
    """Files of a ConfigMap in the container: a directory, or single files (`sub_path`) inside another volume."""

    volume: str
    """Name of the volume; the ConfigMap is called <app>-<volume>, with the instance's suffix."""
    mount: str
    files: Mapping[str, str]
    sub_path: bool = False


@dataclass(frozen=True)
class Grace:
    """How a pod ends, in seconds: a pause before SIGTERM, the drain, and what is left to exit and flush."""

    pre_stop: int
    drain: int
    exit: int = 10

    @property
    def total(self) -> int:
        return self.pre_stop + self.drain + self.exit


@dataclass(frozen=True)
class Probes:
    """How the kubelet asks a container; each is a probe handler."""

    startup: Mapping[str, Any]
    readiness: Mapping[str, Any]
    liveness: Mapping[str, Any]
    startup_seconds: int = 120
    """How long the first answer may take."""


def pod_security(user: int, group: int) -> Obj:
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": group,
        "fsGroup": group,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Obj:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def requested(resources: Resources) -> Obj:
    return {
        "requests": {"cpu": resources.cpu, "memory": resources.memory},
        "limits": {"memory": resources.memory_limit},
    }


def http_get(path: str, port: str) -> Obj:
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}}


def variables(environ: Mapping[str, str | SecretKey | FieldRef]) -> list[Obj]:
    """References first: they differ between instances, and an overlay must name what stands before a change."""
    in_order = sorted(environ.items(), key=lambda item: (isinstance(item[1], str), item[0]))
    return [variable(name, value) for name, value in in_order]


def variable(name: str, value: str | SecretKey | FieldRef) -> Obj:
    if isinstance(value, FieldRef):
        return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": value.path}}}
    if isinstance(value, SecretKey):
        reference: Obj = {"name": value.secret, "key": value.key}
        return {"name": name, "valueFrom": {"secretKeyRef": reference | ({"optional": True} if value.optional else {})}}
    return {"name": name, "value": value}


def probe_fields(probes: Probes) -> Obj:
    """Startup is asked often and for long, readiness often, liveness patiently: a slow pod is not a dead one."""
    period = 5
    return {
        "startupProbe": {
            **probes.startup,
            "periodSeconds": period,
            "timeoutSeconds": 3,
            "failureThreshold": -(-probes.startup_seconds // period),
        },
        "readinessProbe": {**probes.readiness, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 2},
        "livenessProbe": {**probes.liveness, "periodSeconds": 15, "timeoutSeconds": 5, "failureThreshold": 4},
    }


def mounts(configs: Sequence[ConfigDir], scratch: Mapping[str, str], claim: tuple[str, str, str] | None) -> list[Obj]:
    found: list[Obj] = [{"name": "state", "mountPath": claim[0]}] if claim else []
    found += [{"name": volume_name(path), "mountPath": path} for path in sorted(scratch)]
    for directory in configs:
        if directory.sub_path:
            found += [
                {"name": directory.volume, "mountPath": f"{directory.mount}/{file}", "subPath": file, "readOnly": True}
                for file in sorted(directory.files)
            ]
        else:
            found.append({"name": directory.volume, "mountPath": directory.mount, "readOnly": True})
    return found


def config_name(app: str, name: str, directory: ConfigDir) -> str:
    """`openclaw-config-main` for the config of instance `openclaw-main` of app `openclaw`."""
    return f"{app}-{directory.volume}{name.removeprefix(app)}"


def volumes(app: str, name: str, configs: Sequence[ConfigDir], scratch: Mapping[str, str]) -> list[Obj]:
    # 0440: programs that audit their own configuration call a world-readable file a finding.
    found: list[Obj] = [
        {"name": directory.volume, "configMap": {"name": config_name(app, name, directory), "defaultMode": 0o440}}
        for directory in configs
    ]
    return found + [
        {"name": volume_name(path), "emptyDir": {"sizeLimit": size}} for path, size in sorted(scratch.items())
    ]


def volume_name(path: str) -> str:
    return "-".join(["scratch", *path.strip("/").replace(".", "").replace("_", "-").split("/")])
