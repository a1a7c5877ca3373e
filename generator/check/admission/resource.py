"""The resource behind an object, as a request to the API server names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Kinds whose plural is not the regular one.
_PLURALS = {"Endpoints": "endpoints", "IngressClassParams": "ingressclassparams"}

# Kinds without a namespace, by group: those of Kubernetes 1.36 and of the custom resources in use.
_CLUSTER_SCOPED: dict[str, tuple[str, ...]] = {
    "": (
        "Namespace",
        "Node",
        "PersistentVolume",
    ),
    "admissionregistration.k8s.io": (
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "argoproj.io": ("ClusterAnalysisTemplate",),
    "cert-manager.io": ("ClusterIssuer",),
    "certificates.k8s.io": (
        "CertificateSigningRequest",
        "ClusterTrustBundle",
    ),
    "cilium.io": ("CiliumClusterwideNetworkPolicy",),
    "eks.amazonaws.com": ("IngressClassParams", "NodeClass"),
    "elbv2.k8s.aws": ("IngressClassParams",),
    "external-secrets.io": (
        "ClusterExternalSecret",
        "ClusterSecretStore",
    ),
    "flowcontrol.apiserver.k8s.io": (
        "FlowSchema",
        "PriorityLevelConfiguration",
    ),
    "generators.external-secrets.io": ("ClusterGenerator",),
    "karpenter.k8s.aws": ("EC2NodeClass",),
    "karpenter.sh": (
        "NodeClaim",
        "NodeOverlay",
        "NodePool",
    ),
    "networking.k8s.io": (
        "IPAddress",
        "IngressClass",
        "ServiceCIDR",
    ),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": (
        "ClusterRole",
        "ClusterRoleBinding",
    ),
    "resource.k8s.io": (
        "DeviceClass",
        "DeviceTaintRule",
        "ResourceSlice",
    ),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": (
        "CSIDriver",
        "CSINode",
        "StorageClass",
        "VolumeAttachment",
        "VolumeAttributesClass",
    ),
}

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True)
class Resource:
    """`namespace` is empty for what has none, and a Namespace's own name for that, as in a request."""

    group: str
    version: str
    kind: str
    plural: str
    namespace: str
    name: str

    @property
    def is_namespace(self) -> bool:
        return not self.group and self.kind == "Namespace"


def plural(kind: str) -> str:
    """Lower case; -es behind a hiss, -ies for -y behind a consonant, else -s; true of every kind but those listed."""
    word = kind.lower()
    if kind in _PLURALS:
        return _PLURALS[kind]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def is_cluster_scoped(group: str, kind: str) -> bool:
    return kind in _CLUSTER_SCOPED.get(group, ())


def resource(obj: Mapping[str, Any]) -> Resource | None:
    """None for what has no apiVersion, kind and metadata; what is wrong with that is for the schemas to say.

    An object of a namespaced kind that names no namespace goes to `default`, as with kubectl; kinds that are not known
    count as namespaced.
    """
    api_version, kind, metadata = obj.get("apiVersion"), obj.get("kind"), obj.get("metadata")
    if not (isinstance(api_version, str) and isinstance(kind, str) and isinstance(metadata, dict)):
        return None
    group, _, version = api_version.rpartition("/")
    name = str(metadata.get("name") or "")
    if not group and kind == "Namespace":
        namespace = name
    elif is_cluster_scoped(group, kind):
        namespace = ""
    else:
        namespace = str(metadata.get("namespace") or DEFAULT_NAMESPACE)
    return Resource(group, version, kind, plural(kind), namespace, name)
