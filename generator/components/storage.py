"""The StorageClass of state volumes: encrypted gp3, in the zone where the pod first runs."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata
from generator.tags import tag_map

NAME = "storage"
STORAGE_CLASS = "openclaw-gp3"


def objects(env: Environment) -> list[Obj]:
    auto_mode = env.compute.provisioner == "auto-mode"
    tags = {f"tagSpecification_{n}": f"{key}={value}" for n, (key, value) in enumerate(sorted(tag_map(env).items()), 1)}
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": metadata(STORAGE_CLASS, app=NAME),
            "provisioner": "ebs.csi.eks.amazonaws.com" if auto_mode else "ebs.csi.aws.com",
            "parameters": {"type": "gp3", "encrypted": "true"} | tags,
            # A volume bound before its pod is placed could end up in a zone without capacity.
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
            # Deleting a claim by mistake must not delete a team's transcripts.
            "reclaimPolicy": "Retain",
        }
    ]
