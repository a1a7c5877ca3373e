"""aws-references: what templates and manifests say of one another exists.

A name that nobody makes is found out last: an import stops the deploy of the second stack, a queue that is called
differently leaves Karpenter deaf to Spot notices, a bucket that is not there fails the first backup at night.

Looked at in templates: imports have an export, `Ref` and `GetAtt` a resource or a parameter, associations a role of the
same account.  Looked at in manifests, where the account is made here (`aws.managed`): the interruption queue in the
values of a managed Karpenter, which a rule must feed with Spot notices; buckets of backups, of Langfuse and of load
balancers' access logs; web ACLs by name; the topic of alerts and the user pool of the sign-in, where the environment
takes them from the outputs of its stacks.

Limits: what is typed into the environment file as an ARN is somebody else's.  A bucket that exists already, and is not
made here, needs a waiver that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator.check.aws.account import Account, Resource, Template, attribute, own_name
from generator.check.aws.identities import ASSOCIATION, role_of
from generator.check.objectset import Breach, Item, ObjectSet, Subject, dig
from generator.check.rules import Severity
from generator.check.traffic.load_balancers import PREFIX
from generator.check.walk import each, table, text, texts
from generator.check.workloads.pods import containers
from generator.environment.problem import Path
from generator.kubernetes.objects import Obj

ID, SEVERITY = "aws-references", Severity.ERROR
REMEDIATION = "correct the name, or add what it names to generator/aws"

SPOT_NOTICE = "EC2 Spot Instance Interruption Warning"
"""The event that gives two minutes of notice (Karpenter, concepts, interruption)."""

Named = tuple[Item, Path, str]
"""Where a manifest names something, and the name."""


def check(account: Account) -> Iterator[Breach]:
    for template in account.templates:
        yield from _inside(account, template)
    for bound in account.of(ASSOCIATION):
        yield from _role(account, bound)
    if account.objects and account.is_ours:
        yield from _queue(account, account.objects)
        yield from _named(account, account.objects)
        yield from _outputs(account, account.objects)


def _inside(account: Account, template: Template) -> Iterator[Breach]:
    known = {*template.resources, *table(template.obj, "Parameters")}
    places: list[tuple[Subject, Path, Obj]] = [(template, ("Outputs",), table(template.obj, "Outputs"))]
    places += [(one, ("Resources", name), one.obj) for name, one in template.resources.items()]
    for place, path, value in places:
        for where, found in _references(value, path):
            imported = text(found, "Fn::ImportValue")
            if imported and imported not in account.exports:
                message = f"imports «{imported}», which no stack exports: the deploy of the stack stops here"
                yield Breach(place, where, message)
            name = text(found, "Ref") or attribute(found)[0]
            if name and name not in known and not name.startswith("AWS::"):
                yield Breach(
                    place, where, f"refers to «{name}», which is not in the template: CloudFormation refuses it"
                )


def _references(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::ImportValue"):
            yield path, value
        for key, inner in value.items():
            yield from _references(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _references(inner, (*path, index))


def _role(account: Account, bound: Resource) -> Iterator[Breach]:
    value = bound.properties.get("RoleArn")
    if isinstance(value, str):
        if account.env and f":{account.env.cluster.account}:" not in value:
            message = f"«{value}» is a role of another account: EKS refuses the association"
            yield Breach(bound, bound.path("RoleArn"), message)
    elif not role_of(account, bound) and "Parameters" not in bound.template.obj:
        yield Breach(bound, bound.path("RoleArn"), "its role is in no stack: the pods get no credentials")


def _queue(account: Account, objects: ObjectSet) -> Iterator[Breach]:
    path = ("spec", "source", "helm", "valuesObject", "settings", "interruptionQueue")
    for item in objects.of("Application"):
        name = text(item.obj, *path)
        if text(item.obj, "spec", "source", "chart") != "karpenter" or not name:
            continue
        queue = next((one for one in account.of("AWS::SQS::Queue") if own_name(one) == name), None)
        if not queue:
            message = f"no stack makes queue «{name}»: Karpenter does not start, or hears of no Spot notice"
            yield Breach(item, path, message)
        elif not any(_feeds(account, rule, queue) for rule in account.of("AWS::Events::Rule")):
            message = f"no rule sends «{SPOT_NOTICE}» to it: pods on Spot nodes die without their grace period"
            yield Breach(queue, ("Resources", queue.name), message)


def _feeds(account: Account, rule: Resource, queue: Resource) -> bool:
    targets = [one.get("Arn") for _, one in each(rule.properties, "Targets")]
    return (
        SPOT_NOTICE in texts(rule.properties, "EventPattern", "detail-type")
        and text(rule.properties, "State") != "DISABLED"
        and any(account.means(rule.template, one, queue) for one in targets)
    )


def _named(account: Account, objects: ObjectSet) -> Iterator[Breach]:
    kinds = (
        ("AWS::S3::Bucket", "bucket", "what is sent there is lost", [*_buckets(objects), *_access_logs(objects)]),
        ("AWS::WAFv2::WebACL", "web ACL", "the load balancer is not made, or answers without it", _web_acls(objects)),
    )
    for kind, noun, consequence, used in kinds:
        made = {own_name(one) for one in account.of(kind)}
        for item, path, name in used:
            if name not in made:
                yield Breach(item, path, f"no stack makes {noun} «{name}»: {consequence}")


def _buckets(objects: ObjectSet) -> Iterator[Named]:
    """Where pods send, by rclone's `:s3:bucket/path` or an s3:// address, and where Langfuse's chart keeps events."""
    for item in objects.workloads():
        for container in containers(item):
            words = [(("args", index), one) for index, one in enumerate(texts(container.spec, "args"))]
            words += [(("env", index), text(one, "value")) for index, one in each(container.spec, "env")]
            for path, word in words:
                if found := re.match(r"(?::s3:|s3://)([a-z0-9][a-z0-9.-]+)", word):
                    yield item, (*container.path, *path), found[1]
    for item in objects.of("Application"):
        values = ("spec", "source", "helm", "valuesObject", "s3", "bucket")
        if text(item.obj, "spec", "source", "chart") == "langfuse" and (name := text(item.obj, *values)):
            yield item, values, name


def _access_logs(objects: ObjectSet) -> Iterator[Named]:
    for item in objects.of("IngressClassParams"):
        for index, one in each(item.obj, "spec", "loadBalancerAttributes"):
            if text(one, "key") == "access_logs.s3.bucket":
                yield item, ("spec", "loadBalancerAttributes", index, "value"), text(one, "value")
    for item in objects.of("Ingress", "Service"):
        path = ("metadata", "annotations", f"{PREFIX}load-balancer-attributes")
        if found := re.search(r"access_logs\.s3\.bucket=([^,]+)", text(item.obj, *path)):
            yield item, path, found[1]


def _web_acls(objects: ObjectSet) -> Iterator[Named]:
    for item in objects.of("Ingress", "IngressClassParams"):
        for path in (("metadata", "annotations", f"{PREFIX}wafv2-acl-name"), ("spec", "wafv2AclName")):
            if name := text(item.obj, *path):
                yield item, path, name


def _outputs(account: Account, objects: ObjectSet) -> Iterator[Breach]:
    """What the environment takes from its stacks must be theirs."""
    taken = account.env.outputs if account.env else frozenset()
    if "alertTopicArn" in taken:
        made = {own_name(one) for one in account.of("AWS::SNS::Topic")}
        for item, path, arn in _topics(objects):
            if arn.rpartition(":")[2] not in made:
                yield Breach(item, path, f"no stack makes topic «{arn}»: alerts reach nobody")
    if "userPoolArn" in taken and not any(account.of("AWS::Cognito::UserPool")):
        for item in objects.of("Ingress"):
            path = ("metadata", "annotations", f"{PREFIX}auth-idp-cognito")
            if dig(item.obj, path):
                yield Breach(item, path, "no stack makes the user pool: nobody can sign in")


def _topics(objects: ObjectSet) -> Iterator[Named]:
    for item in objects.of("AlertmanagerConfig"):
        for index, receiver in each(item.obj, "spec", "receivers"):
            for number, one in each(receiver, "snsConfigs"):
                if arn := text(one, "topicARN"):
                    yield item, ("spec", "receivers", index, "snsConfigs", number, "topicARN"), arn
