"""Pods: everything that all workloads share, said once.

Every workload runs on arm64 nodes of the pool, as a non-root user on a read-only root file system without
capabilities, under its own ServiceAccount, with three probes, a budget that lets one pod at a time be drained, spread
over zones, and a grace period made of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.environment.image import Image
from generator.environment.model import Environment
from generator.environment.openclaw import Resources

from .objects import Obj, config_map, metadata, selector

POOL = "openclaw"
TAINT = {"key": "dedicated", "value": POOL, "effect": "NoSchedule"}
"""Keeps everything else off the pool's nodes."""


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


def http_get(path: str, port: str) -> Obj:
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}}


def tcp(port: str) -> Obj:
    return {"tcpSocket": {"port": port}}


def workload(
    env: Environment,
    *,
    name: str,
    namespace: str,
    image: Image,
    user: int,
    ports: Mapping[str, int],
    resources: Resources,
    probes: Probes,
    grace: Grace,
    app: str = "",
    container: str = "",
    group: int | None = None,
    command: Sequence[str] = (),
    args: Sequence[str] = (),
    environ: Mapping[str, str | SecretKey | FieldRef] | None = None,
    configs: Sequence[ConfigDir] = (),
    scratch: Mapping[str, str] | None = None,
    claim: tuple[str, str, str] | None = None,
    replicas: int | None = 1,
    on_demand: bool = False,
    token: bool = False,
) -> list[Obj]:
    """ServiceAccount, ConfigMaps, Deployment (a StatefulSet where `claim` is given) and PodDisruptionBudget.

    `scratch` maps writable directories to their size; `claim` is (mount path, size, StorageClass) of the state volume;
    `replicas` is None under an autoscaler; `token` mounts the ServiceAccount's token.
    """
    app = app or name
    match = selector(app, name)
    template = {
        "metadata": {"labels": metadata(name, "", app, name)["labels"]},
        "spec": {
            "serviceAccountName": name,
            "automountServiceAccountToken": token,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": grace.total,
            "nodeSelector": node_selector(on_demand),
            "tolerations": [{"key": TAINT["key"], "operator": "Equal", "value": POOL, "effect": TAINT["effect"]}],
            "topologySpreadConstraints": spread(env, app, match, zonal=claim is not None),
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": user,
                "runAsGroup": user if group is None else group,
                "fsGroup": user if group is None else group,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": container or app,
                    "image": image.reference,
                    "imagePullPolicy": "IfNotPresent",
                    **({"command": list(command)} if command else {}),
                    **({"args": list(args)} if args else {}),
                    "ports": [
                        {"name": port, "containerPort": number, "protocol": "TCP"} for port, number in ports.items()
                    ],
                    "env": variables(environ or {}),
                    "resources": {
                        "requests": {"cpu": resources.cpu, "memory": resources.memory},
                        "limits": {"memory": resources.memory_limit},
                    },
                    **probe_fields(probes),
                    "lifecycle": {"preStop": {"sleep": {"seconds": grace.pre_stop}}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": mounts(configs, scratch or {}, claim),
                }
            ],
            "volumes": volumes(app, name, configs, scratch or {}),
        },
    }
    spec: Obj = {"selector": {"matchLabels": match}, "template": template, "revisionHistoryLimit": 3}
    if replicas is not None:
        spec["replicas"] = replicas
    if claim:
        kind = "StatefulSet"
        spec |= {
            "serviceName": name,
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate"},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "volumeClaimTemplates": [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": "state"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "storageClassName": claim[2],
                        "resources": {"requests": {"storage": claim[1]}},
                    },
                }
            ],
        }
    else:
        kind = "Deployment"
        # A new pod is ready before an old one goes: capacity never drops while an image rolls out.
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(name, namespace, app, name),
            "automountServiceAccountToken": False,
        },
        *(
            config_map(config_name(app, name, directory), namespace, directory.files, app, name)
            for directory in configs
        ),
        {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata(name, namespace, app, name), "spec": spec},
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(name, namespace, app, name),
            # A pod that is not ready protects nothing, and would keep its node from draining for good.
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchLabels": match},
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        },
    ]


def node_selector(on_demand: bool) -> dict[str, str]:
    """Graviton nodes of the pool; on-demand only where the workload asks for it."""
    chosen = {"kubernetes.io/arch": "arm64", "karpenter.sh/nodepool": POOL}
    return chosen | ({"karpenter.sh/capacity-type": "on-demand"} if on_demand else {})


def spread(env: Environment, app: str, match: Mapping[str, str], zonal: bool) -> list[Obj]:
    """Over zones, then over nodes.

    A pod with a zonal volume can only follow it, so its spread is a preference for the first placement, and counts all
    instances of the app.  For replicas, old revisions do not count (`matchLabelKeys`), nor do nodes that are draining
    or foreign (`nodeTaintsPolicy`).
    """
    required = env.compute.zone_spread == "required" and not zonal
    shared: Obj = {"maxSkew": 1, "nodeTaintsPolicy": "Honor"}
    if zonal:
        shared["labelSelector"] = {"matchLabels": {"app.kubernetes.io/name": app}}
    else:
        shared |= {"labelSelector": {"matchLabels": dict(match)}, "matchLabelKeys": ["pod-template-hash"]}
    return [
        {
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule" if required else "ScheduleAnyway",
            **shared,
        },
        {"topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", **shared},
    ]


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
