"""aws-identities-used: every AWS identity is somebody's, and whoever needs one has one.

A pod that needs AWS and has no association starts, is Ready, and fails every call; one letter in a namespace or a
ServiceAccount is enough.  An association that no pod uses is a role that waits for whoever makes a ServiceAccount of
that name.

Looked at: each Pod Identity association against the ServiceAccounts that are rendered, and those that add-ons and
charts make (below); each workload that needs AWS, as pod-identity tells it, against the associations, where the account
is made here (`aws.managed`).

Limits: whether a chart of somebody else's is installed at all is not known; that the pod may reach the agent is
pod-identity's.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from generator.check.aws.account import Account
from generator.check.aws.identities import association, associations
from generator.check.objectset import Breach
from generator.check.rules import Severity
from generator.check.rules.pod_identity import need_of
from generator.check.walk import text

ID, SEVERITY = "aws-identities-used", Severity.ERROR
REMEDIATION = "write namespace and ServiceAccount as the pod has them, add the association, or drop it"

MADE_ELSEWHERE = (
    # Add-ons of EKS, as their user guide names them.
    ("amazon-cloudwatch", "cloudwatch-agent"),
    ("amazon-network-flow-monitor", "aws-network-flow-monitor-agent-service-account"),
    ("kube-system", "ebs-csi-controller-sa"),
    # Charts, with the names that their values give: docs/platform.md has the versions.
    ("external-secrets", "external-secrets"),
    ("kube-system", "aws-load-balancer-controller"),
    ("kube-system", "cilium-operator"),
    ("kube-system", "karpenter"),
    ("langfuse", "langfuse"),
    # Of kube-prometheus-stack, by its release.
    ("*", "*-alertmanager"),
)
"""Namespace and ServiceAccount of what no manifest here makes; `*` is any name."""


def check(account: Account) -> Iterator[Breach]:
    objects = account.objects
    if not objects or not account.is_ours:
        return
    made = {(one.namespace, one.name) for one in objects.of("ServiceAccount")}
    for (namespace, name), bound in associations(account).items() if made else ():
        if (namespace, name) not in made and not _is_made_elsewhere(namespace, name):
            message = f"nothing makes ServiceAccount {namespace}/{name}: no pod has this role until somebody makes one"
            yield Breach(bound, bound.path("ServiceAccount"), message)
    for item in objects.workloads():
        reason = need_of(objects, item)
        if reason and not association(account, item):
            named = text(item.pod, "serviceAccountName") or "default"
            message = f"{reason}, but no association gives {item.namespace}/{named} a role: every call to AWS is denied"
            yield Breach(item, item.pod_path("serviceAccountName"), message)


def _is_made_elsewhere(namespace: str, name: str) -> bool:
    return any(fnmatchcase(namespace, first) and fnmatchcase(name, second) for first, second in MADE_ELSEWHERE)
