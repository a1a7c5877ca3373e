"""Pods: everything that all workloads share, said once.

Every workload runs on arm64 nodes of the pool, as a non-root user on a read-only root file system without
capabilities, under its own ServiceAccount, with three probes, a budget that lets one pod at a time be drained, spread
over zones, and a grace period made of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.environment.image import Image
from generator.environment.model import Environment
from generator.environment.openclaw import Resources

from .objects import Obj, config_map, metadata, selector
from .placement import node_selector, spread, tolerations
from .pod import (
    ConfigDir,
    FieldRef,
    Grace,
    Probes,
    SecretKey,
    config_name,
    container_security,
    mounts,
    pod_security,
    probe_fields,
    requested,
    variables,
    volumes,
)

TOKEN = "openclaw.io/service-account-token"
"""Annotation of pods that call the Kubernetes API."""


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
        "metadata": {
            "labels": metadata(name, "", app, name)["labels"],
            # The rule `service-account` admits a token only where its need is declared.
            **({"annotations": {TOKEN: "required"}} if token else {}),
        },
        "spec": {
            "serviceAccountName": name,
            "automountServiceAccountToken": token,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": grace.total,
            "nodeSelector": node_selector(on_demand),
            "tolerations": tolerations(),
            "topologySpreadConstraints": spread(env, app, match, zonal=claim is not None),
            "securityContext": pod_security(user, user if group is None else group),
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
                    "resources": requested(resources),
                    **probe_fields(probes),
                    "lifecycle": {"preStop": {"sleep": {"seconds": grace.pre_stop}}},
                    "securityContext": container_security(),
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
