"""Who may do what: RBAC, pods' own rights, the door, the account's permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objectset import dig
from generator.diff.change import Change
from generator.diff.fields import ABSENT, Field
from generator.diff.impact import Impact

from .reading import below, both, danger, items, listed, note, runs_pods, template, warning

PREFIX = "alb.ingress.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
"""Of Pod Security, the loosest first."""
WEAKER: dict[str, Any] = {
    "allowPrivilegeEscalation": True,
    "automountServiceAccountToken": True,
    "hostIPC": True,
    "hostNetwork": True,
    "hostPID": True,
    "privileged": True,
    "readOnlyRootFilesystem": False,
    "runAsNonRoot": False,
}
"""The value of a pod's field that gives it more than it had."""


def check(change: Change) -> Iterator[Impact]:
    if change.kind in ("Role", "ClusterRole"):
        yield from _granted(change, _rights(change.before), _rights(change.after))
    elif change.kind in ("RoleBinding", "ClusterRoleBinding") and change.verb == "added":
        named = listed(dig(one, ("name",)) for one in items(change.obj.get("subjects")))
        yield warning("security", change, f"gives {named} the rights of {dig(change.obj, ('roleRef', 'name'))}")
    elif change.kind.startswith("AWS::IAM::"):
        yield from _granted(change, _actions(change.before), _actions(change.after))
    elif change.kind == "Namespace" and change.verb == "changed":
        yield from _pod_security(change)
    elif change.kind in ("Ingress", "IngressClassParams"):
        yield from _door(change)
    elif runs_pods(change) and change.verb == "changed":
        yield from _pods(change)


def _granted(change: Change, old: set[str], new: set[str]) -> Iterator[Impact]:
    gained, lost = sorted(new - old), sorted(old - new)
    if gained and change.verb != "removed":
        wide = any("*" in right.split(" on ")[0] or right.endswith(" on *") for right in gained)
        yield (danger if wide else warning)("security", change, f"may now {listed(gained)}")
    if lost and change.verb == "changed":
        yield warning("security", change, f"may no longer {listed(lost)}")


def _rights(role: Any) -> set[str]:
    return {
        f"{verb} {resource}"
        for rule in items(dig(role, ("rules",)))
        for verb in items(dig(rule, ("verbs",)))
        for resource in items(dig(rule, ("resources",))) + items(dig(rule, ("nonResourceURLs",)))
    }


def _actions(role: Any) -> set[str]:
    """`bedrock:InvokeModel on arn:...`, of every Allow in a role or a policy."""
    documents = [dig(one, ("PolicyDocument",)) for one in items(dig(role, ("Properties", "Policies")))]
    documents.append(dig(role, ("Properties", "PolicyDocument")))
    return {
        f"{action} on {_resource(resource)}"
        for document in documents
        for statement in items(dig(document, ("Statement",)))
        if dig(statement, ("Effect",)) == "Allow"
        for action in _many(dig(statement, ("Action",)))
        for resource in _many(dig(statement, ("Resource",)))
    }


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resource(value: Any) -> str:
    """An ARN without the account and partition, which are the same everywhere; a reference by its name."""
    if isinstance(value, str):
        parts = value.split(":", 5)
        return f"{parts[2]} {parts[5]}" if len(parts) == 6 else value
    return str(next(iter(value.values()), value)) if isinstance(value, dict) else str(value)


def _pod_security(change: Change) -> Iterator[Impact]:
    for mode in ("enforce", "audit", "warn"):
        old, new = both(change, "metadata", "labels", f"pod-security.kubernetes.io/{mode}")
        if old != new:
            lower = new not in LEVELS or (old in LEVELS and LEVELS.index(new) < LEVELS.index(old))
            speak = danger if lower and mode == "enforce" else warning
            yield speak("security", change, f"Pod Security {mode}s {new or 'nothing'} instead of {old or 'nothing'}")


def _pods(change: Change) -> Iterator[Impact]:
    for field in below(change, *template(change)):
        name = field.path[-1]
        if name in WEAKER and (field.after == WEAKER[str(name)] or (field.after is ABSENT and not WEAKER[str(name)])):
            yield danger("security", change, f"its pods may do more: {field.shown} is {field.after}")
        elif "capabilities" in field.path or "seccompProfile" in field.path:
            yield danger("security", change, f"its pods' confinement changes: {field.shown}")
        elif name == "serviceAccountName":
            yield danger(
                "security", change, f"runs as {field.after} instead of {field.before}: other rights, other role"
            )


def _door(change: Change) -> Iterator[Impact]:
    if change.verb == "added" and change.kind == "Ingress":
        host = listed(dig(rule, ("host",)) for rule in items(dig(change.obj, ("spec", "rules"))))
        auth = dig(change.obj, ("metadata", "annotations", f"{PREFIX}auth-type"))
        token = dig(change.obj, ("metadata", "annotations", f"{PREFIX}jwt-validation"))
        asked = f"after sign-in by {auth}" if auth else "with a token" if token else "without any check"
        yield (warning if auth or token else danger)("security", change, f"opens {host} {asked}")
    if change.verb != "changed":
        return
    for field in change.fields:
        yield from _door_field(change, field)


def _door_field(change: Change, field: Field) -> Iterator[Impact]:
    name = str(field.path[-1]).removeprefix(PREFIX)
    if name == "auth-type" and field.after in (ABSENT, "none"):
        yield danger("security", change, "nobody has to sign in any more")
    elif name.startswith("auth-") or name == "jwt-validation":
        yield warning("security", change, f"who may come in changes: {name}")
    elif name == "scheme":
        speak = danger if field.after == "internet-facing" else warning
        yield speak("security", change, f"a new load balancer, {field.after}: DNS records must follow")
    elif name in ("wafv2-acl-name", "wafv2-acl-arn", "wafv2AclName", "wafv2AclArn") and field.after is ABSENT:
        yield danger(
            "security", change, "the web ACL is no longer named; what is associated stays until it is set to none"
        )
    elif "inboundCIDRs" in field.path and field.after is not ABSENT:
        wide = "0.0.0.0/0" in _many(field.after)
        yield (danger if wide else warning)("security", change, f"{field.after} may connect")
    elif name in ("ssl-policy", "sslPolicy"):
        yield warning("security", change, f"TLS by {field.after} instead of {field.before}")
    elif name == "host":
        yield warning("security", change, f"answers at {field.after} instead of {field.before}: DNS must follow")
    elif field.path[0] == "spec" or "attributes" in name:
        yield note("security", change, f"the door's {field.shown} changes")
