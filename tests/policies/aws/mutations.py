"""Every way in which a rule forbids the AWS layer to be.

A mutation is the rule that must speak, a name, and a change to the templates (and objects) of an environment; a change
applies to everything that it fits, and yields the beginning of each line that must then be said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.check.aws.account import Account, Resource
from generator.check.aws.policies import Statement, statements
from generator.check.aws.rules.encrypted import KEYS, LOGS_WITHOUT_KMS
from generator.check.aws.rules.private import BLOCKS
from generator.check.aws.rules.state_kept import STATE
from generator.check.aws.rules.tls_only import POLICIES
from generator.check.aws.rules.wildcards import OWNERS, UNSCOPED
from generator.environment.problem import dotted
from generator.kubernetes.objects import Obj

Change = Callable[[Account], Iterator[str]]
ROOT = "arn:aws:iam::111122223333:root"


@dataclass(frozen=True)
class Mutation:
    """One way to break a rule."""

    rule: str
    name: str
    change: Change
    alters_objects: bool = False


def changed(kind: str, properties: Mapping[str, Any], when: Callable[[Obj], Any] = bool) -> Change:
    """Sets properties of resources of a type; `...` takes the property away."""

    def change(account: Account) -> Iterator[str]:
        for resource in account.of(kind):
            if when(resource.obj):
                target = resource.obj.setdefault("Properties", {})
                for key, value in properties.items():
                    target.pop(key, None) if value is ... else target.update({key: value})
                yield f"{resource}: "

    return change


def policy(key: str, value: Any) -> Change:
    """Sets what becomes of state."""

    def change(account: Account) -> Iterator[str]:
        for resource in account.of(*STATE):
            resource.obj.pop(key) if value is ... else resource.obj.update({key: value})
            yield f"{resource}: Resources.{resource.name}.{key}: "

    return change


def stated(when: Callable[[Statement], Any], alter: Callable[[Obj], Any], field: str) -> Change:
    """Alters statements; the rule must speak of the field."""

    def change(account: Account) -> Iterator[str]:
        for one in filter(when, statements(account)):
            alter(one.obj)
            yield f"{one.resource}: {dotted((*one.path, field))}"

    return change


def grants(one: Statement) -> bool:
    return one.allows and not one.is_trust and one.resource.type != "AWS::KMS::Key"


def is_scoped(one: Statement) -> bool:
    """Whether a statement must name resources: its actions have some, and no condition says whose they are."""
    owned = any(key in OWNERS for _, key, _ in one.conditions()) and one.resource.type == "AWS::EC2::VPCEndpoint"
    return grants(one) and not owned and any(action.lower() not in UNSCOPED for action in one.texts("Action"))


def is_root(one: Statement) -> bool:
    return one.resource.type == "AWS::KMS::Key" and one.obj.get("Action") == "kms:*"


def is_resource_policy(one: Statement) -> bool:
    return one.allows and not one.is_trust and "Principal" in one.obj and one.resource.type != "AWS::EC2::VPCEndpoint"


def everybody(principal: Any, **condition: Any) -> Callable[[Obj], None]:
    def alter(statement: Obj) -> None:
        statement["Principal"] = principal
        statement["Condition"] = condition

    return alter


def service(statement: Obj) -> None:
    actions = statement["Action"]
    first = actions if isinstance(actions, str) else actions[0]
    statement["Action"] = [f"{first.partition(':')[0]}:*"]


def tls(alter: Callable[[Obj], Any]) -> Change:
    """Alters every refusal of plain HTTP; the rule must name the bucket, queue or topic."""

    def change(account: Account) -> Iterator[str]:
        for one in statements(account):
            if one.obj.get("Sid") == "TlsOnly":
                alter(one.obj)
        yield from (f"{one}: " for one in account.of(*POLICIES))

    return change


def open_to(cidr: str, key: str) -> Change:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, key: cidr}
    return changed("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [rule]})


def bucket_key(**chosen: Any) -> Change:
    def is_ours(obj: Obj) -> bool:
        return "aws:kms" in str(obj["Properties"]["BucketEncryption"])

    rules = [{"ServerSideEncryptionByDefault": chosen}]
    encryption = {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}}
    return changed("AWS::S3::Bucket", encryption, is_ours)


def without_log_delivery(account: Account) -> Iterator[str]:
    """A bucket with S3's own key that nobody writes access logs to."""
    for one in statements(account):
        principal = one.obj.get("Principal")
        if isinstance(principal, dict) and principal.get("Service") in LOGS_WITHOUT_KMS:
            principal["Service"] = "other.amazonaws.com"
            bucket = account.target(one.resource.template, one.resource.properties["Bucket"])
            yield f"{bucket}: "


def bedrock(pattern: str, *, drop: bool = True, field: str = "Resource") -> Change:
    """Takes away what the role of the LLM gateway may call."""

    def change(account: Account) -> Iterator[str]:
        hit = False
        for one in statements(account):
            entries = one.obj.get(field)
            if str(one.resource) == "AWS::IAM::Role LlmGatewayRole" and isinstance(entries, list):
                kept = [entry for entry in entries if not re.search(pattern, entry)]
                hit = hit or kept != entries
                entries[:] = kept
        if hit:
            yield "AWS::IAM::Role LlmGatewayRole: Resources.LlmGatewayRole.Properties.Policies: "

    return change


def more_models(arn: str) -> Change:
    def change(account: Account) -> Iterator[str]:
        for one in statements(account):
            if "bedrock:InvokeModel" in one.texts("Action") and str(one.resource).endswith("LlmGatewayRole"):
                one.obj["Resource"].append(arn)
                yield f"{one.resource}: {dotted((*one.path, 'Resource', len(one.obj['Resource']) - 1))}: lets"

    return change


def other_profile(account: Account) -> Iterator[str]:
    for one in statements(account):
        condition = one.obj.get("Condition", {}).get("StringEquals", {})
        if "bedrock:InferenceProfileArn" in condition:
            condition["bedrock:InferenceProfileArn"] += "-v2"
            yield f"{one.resource}: Resources.{one.resource.name}.Properties.Policies: "


def renamed_model(account: Account) -> Iterator[str]:
    """The configuration calls another model than the role may."""
    assert account.objects
    for item in account.objects.of("ConfigMap"):
        for key, value in item.obj.get("data", {}).items():
            if item.namespace == "llm-gateway" and "zai.glm-4.7" in value:
                item.obj["data"][key] = value.replace("zai.glm-4.7", "zai.glm-4.7-flash")
                yield "AWS::IAM::Role LlmGatewayRole: "


def is_rendered(account: Account, bound: Resource) -> bool:
    assert account.objects
    return bool(
        account.objects.get("ServiceAccount", bound.properties["Namespace"], bound.properties["ServiceAccount"])
    )


def associations(account: Account) -> Iterator[Resource]:
    return account.of("AWS::EKS::PodIdentityAssociation")


def renamed_account(key: str) -> Change:
    """One letter too many: the identity is nobody's."""

    def change(account: Account) -> Iterator[str]:
        for bound in associations(account):
            # Any release of kube-prometheus-stack may have an Alertmanager, in any namespace.
            if not (key == "Namespace" and bound.properties["ServiceAccount"].endswith("-alertmanager")):
                bound.properties[key] += "s"
                yield f"{bound}: Resources.{bound.name}.Properties.ServiceAccount: nothing makes "

    return change


def without_association(account: Account) -> Iterator[str]:
    assert account.objects
    gone = {
        (bound.properties["Namespace"], bound.properties["ServiceAccount"]): bound
        for bound in associations(account)
        if is_rendered(account, bound)
    }
    for bound in gone.values():
        del bound.template.obj["Resources"][bound.name]
    for item in account.objects.workloads():
        # A backup runs as a CronJob, and as a Job brings it back.
        if (item.namespace, item.pod.get("serviceAccountName")) in gone:
            yield f"{item}: {dotted(item.pod_path('serviceAccountName'))}: "


def without_service_accounts(account: Account) -> Iterator[str]:
    assert account.objects
    hit = [bound for bound in associations(account) if is_rendered(account, bound)]
    for item in account.objects.of("ServiceAccount"):
        item.obj["metadata"]["name"] += "-other"
    yield from (f"{bound}: " for bound in hit)


def long_role(account: Account) -> Iterator[str]:
    for role in account.of("AWS::IAM::Role"):
        role.properties.setdefault("Policies", []).append({"PolicyDocument": {"Statement": [], "Id": "x" * 10_241}})
        yield f"{role}: Resources.{role.name}.Properties.Policies: "


def many(key: str, count: int) -> Change:
    def change(account: Account) -> Iterator[str]:
        for template in account.templates:
            template.obj.setdefault(key, {}).update({f"More{n}": {"Value": "x"} for n in range(count)})
            yield f"{template}: {key}: "

    return change


def dangling(form: str, value: Any) -> Change:
    """References of one form lead nowhere."""

    def change(account: Account) -> Iterator[str]:
        for resource in account.resources:
            found = list(holding(resource.obj, form))
            for one in found:
                one[form] = value
            yield from (f"{resource}: " for _ in found[:1])

    return change


def holding(value: Any, key: str) -> Iterator[Obj]:
    if isinstance(value, dict):
        if key in value:
            yield value
        for inner in value.values():
            yield from holding(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from holding(inner, key)


def renamed(kind: str, key: str, *said_of: str, when: str = "") -> Change:
    """What manifests name is called differently; those that hold a word must be spoken of."""

    def change(account: Account) -> Iterator[str]:
        assert account.objects
        names = [one.properties[key] for one in account.of(kind)]
        for one in account.of(kind):
            one.properties[key] += "-other"
        for item in account.objects.of(*said_of):
            spoken = str(item.obj)
            if when in spoken and any(name in spoken for name in names):
                yield f"{item}: "

    return change


def without(kind: str, *said_of: str, when: str) -> Change:
    """Nothing of a type is made any more."""

    def change(account: Account) -> Iterator[str]:
        assert account.objects
        assert account.env
        for template in account.templates:
            resources = template.obj["Resources"]
            gone = [name for name, one in resources.items() if one["Type"] == kind]
            for name in gone:
                del resources[name]
            for item in account.objects.of(*said_of) if gone else ():
                if when in str(item.obj):
                    yield f"{item}: "

    return change


def of_rules(properties: Mapping[str, Any]) -> Change:
    """No rule feeds the queue of Spot notices any more."""

    def change(account: Account) -> Iterator[str]:
        hit = list(changed("AWS::Events::Rule", properties)(account))
        yield from ("AWS::SQS::Queue InterruptionQueue: " for _ in hit[:1])

    return change


def tls_of_buckets(keep: int) -> Change:
    """The refusal is of the bucket, or of its objects, alone."""

    def change(account: Account) -> Iterator[str]:
        for one in statements(account):
            if one.obj.get("Sid") == "TlsOnly" and one.resource.type == "AWS::S3::BucketPolicy":
                one.obj["Resource"] = [sorted(one.obj["Resource"], key=str)[keep]]
        yield from (f"{one}: " for one in account.of("AWS::S3::Bucket"))

    return change


def without_policies(account: Account) -> Iterator[str]:
    kinds = {kind for kind, _, _ in POLICIES.values()}
    for template in account.templates:
        resources = template.obj["Resources"]
        for name in [name for name, one in resources.items() if one["Type"] in kinds]:
            del resources[name]
    yield from (f"{one}: " for one in account.of(*POLICIES))


MUTATIONS = (
    *(
        Mutation("aws-wildcards", f"{name} in every policy", change)
        for name, change in {
            "every action": stated(grants, lambda one: one.update(Action="*"), "Action"),
            "every action of a service": stated(grants, service, "Action"),
            "all actions but some": stated(grants, lambda one: one.update(NotAction=one.pop("Action")), "NotAction"),
            "every resource": stated(is_scoped, lambda one: one.update(Resource="*"), "Resource"),
            "a resource of everything in a service": stated(
                is_scoped, lambda one: one.update(Resource=["arn:aws:s3:::*"]), "Resource"
            ),
            "all resources but some": stated(
                grants, lambda one: one.update(NotResource=one.pop("Resource")), "NotResource"
            ),
            "the key in the hands of a role": stated(
                is_root, lambda one: one.update(Principal={"AWS": ROOT.replace("root", "role/a")}), "Action"
            ),
        }.items()
    ),
    *(
        Mutation(
            "aws-wildcards",
            f"roles with {name}",
            changed("AWS::IAM::Role", {"ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{name}"]}),
        )
        for name in ("AdministratorAccess", "PowerUserAccess", "AmazonS3FullAccess")
    ),
    *(Mutation("aws-encrypted", f"{kind} without a key", changed(kind, {key: ...})) for kind, (key, _) in KEYS.items()),
    Mutation("aws-encrypted", "buckets that say nothing", changed("AWS::S3::Bucket", {"BucketEncryption": ...})),
    Mutation("aws-encrypted", "buckets with S3's key", bucket_key(SSEAlgorithm="AES256")),
    Mutation("aws-encrypted", "buckets with AWS' KMS key", bucket_key(SSEAlgorithm="aws:kms")),
    Mutation("aws-encrypted", "S3's key without access logs", without_log_delivery),
    *(
        Mutation(
            "aws-encrypted",
            f"queues with SqsManagedSseEnabled {value}",
            changed("AWS::SQS::Queue", {"SqsManagedSseEnabled": value, "KmsMasterKeyId": ...}),
        )
        for value in (False, "false", ...)
    ),
    *(
        Mutation(
            "aws-private",
            f"buckets without {key}",
            changed("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, True) | {key: False}}),
        )
        for key in BLOCKS
    ),
    Mutation(
        "aws-private", "buckets that block nothing", changed("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": ...})
    ),
    *(
        Mutation("aws-private", f"policies for {name}", stated(is_resource_policy, alter, "Principal"))
        for name, alter in {
            "everybody": everybody("*"),
            "every AWS account": everybody({"AWS": "*"}),
            "everybody in a list": everybody({"AWS": [ROOT, "*"]}),
            "everybody with TLS": everybody("*", Bool={"aws:SecureTransport": "true"}),
            "everybody of any account": everybody("*", StringLike={"aws:PrincipalAccount": "*"}),
            "everybody without an account": everybody("*", StringEqualsIfExists={"aws:PrincipalAccount": "1"}),
            "everybody but one account": everybody("*", StringNotEquals={"aws:PrincipalAccount": "1"}),
        }.items()
    ),
    Mutation(
        "aws-private",
        "policies for all but one",
        stated(is_resource_policy, lambda one: one.update(NotPrincipal=one.pop("Principal")), "NotPrincipal"),
    ),
    Mutation(
        "aws-private",
        "roles for everybody",
        stated(lambda one: one.is_trust, everybody({"AWS": "*"}), "Principal"),
    ),
    Mutation("aws-private", "groups open to IPv4", open_to("0.0.0.0/0", "CidrIp")),
    Mutation("aws-private", "groups open to IPv6", open_to("::/0", "CidrIpv6")),
    *(
        Mutation("aws-state-kept", f"{key} {value}", policy(key, value))
        for key in ("DeletionPolicy", "UpdateReplacePolicy")
        for value in ("Delete", "Snapshot", ...)
    ),
    *(
        Mutation(
            "aws-state-kept",
            f"user pools with {value}",
            changed("AWS::Cognito::UserPool", {"DeletionProtection": value}),
        )
        for value in ("INACTIVE", ...)
    ),
    *(
        Mutation("aws-tls-only", f"a refusal {name}", tls(alter))
        for name, alter in {
            "that allows": lambda one: one.update(Effect="Allow"),
            "of one account": lambda one: one.update(Principal={"AWS": ROOT}),
            "of one action": lambda one: one.update(Action=f"{one['Action'].partition(':')[0]}:Tag"),
            "of HTTPS": lambda one: one.update(Condition={"Bool": {"aws:SecureTransport": "true"}}),
            "of everything": lambda one: one.pop("Condition"),
            "under one more condition": lambda one: one["Condition"].update(StringEquals={"aws:PrincipalArn": ROOT}),
            "of another resource": lambda one: one.update(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"]),
        }.items()
    ),
    *(
        Mutation(
            "aws-tls-only",
            f"objects of buckets without {name}",
            tls_of_buckets(keep),
        )
        for name, keep in {"the bucket": 1, "the objects": 0}.items()
    ),
    Mutation("aws-tls-only", "no policies", without_policies),
    *(
        Mutation("aws-bedrock-models", f"no ARN like {pattern}", bedrock(pattern))
        for pattern in (
            *(
                "inference-profile",
                "foundation-model/anthropic",
                "foundation-model/zai",
                "titan",
                "cohere",
                r":bedrock:::",
            ),
            r":bedrock:(?!eu-central-1)eu-",
            r":bedrock:(eu-central-1|us-[a-z]+-\d)::foundation-model/anthropic",
        )
    ),
    Mutation("aws-bedrock-models", "no replies as they come", bedrock("WithResponseStream", field="Action")),
    Mutation("aws-bedrock-models", "no calls", bedrock("InvokeModel$", field="Action")),
    *(
        Mutation("aws-bedrock-models", f"{name} too many", more_models(f"arn:aws:bedrock:*::foundation-model/{name}"))
        for name in ("anthropic.claude-opus-4-8", "anthropic.*", "*")
    ),
    Mutation("aws-bedrock-models", "models through another profile", other_profile),
    Mutation("aws-bedrock-models", "a configuration with another model", renamed_model, alters_objects=True),
    Mutation("aws-identities-used", "another ServiceAccount", renamed_account("ServiceAccount")),
    Mutation("aws-identities-used", "another namespace", renamed_account("Namespace")),
    Mutation("aws-identities-used", "no associations", without_association),
    Mutation(
        "aws-identities-used", "other ServiceAccounts are rendered", without_service_accounts, alters_objects=True
    ),
    Mutation("aws-limits", "roles with long policies", long_role),
    Mutation("aws-limits", "many resources", many("Resources", 501)),
    Mutation("aws-limits", "many outputs", many("Outputs", 201)),
    Mutation("aws-references", "imports of nothing", dangling("Fn::ImportValue", "nothing")),
    Mutation("aws-references", "attributes of nothing", dangling("Fn::GetAtt", ["Nothing", "Arn"])),
    Mutation("aws-references", "references to nothing", dangling("Ref", "Nothing")),
    Mutation(
        "aws-references",
        "roles of another account",
        changed("AWS::EKS::PodIdentityAssociation", {"RoleArn": "arn:aws:iam::444455556666:role/a"}),
    ),
    Mutation(
        "aws-references",
        "associations with what is no role",
        changed("AWS::EKS::PodIdentityAssociation", {"RoleArn": {"Fn::ImportValue": "openclaw:StateKeyArn"}}),
    ),
    Mutation(
        "aws-references",
        "another queue",
        renamed("AWS::SQS::Queue", "QueueName", "Application", when="interruptionQueue"),
    ),
    Mutation("aws-references", "rules of other events", of_rules({"EventPattern": {"detail-type": ["other"]}})),
    Mutation("aws-references", "rules that are off", of_rules({"State": "DISABLED"})),
    Mutation("aws-references", "rules without the queue", of_rules({"Targets": []})),
    Mutation(
        "aws-references",
        "other buckets",
        renamed("AWS::S3::Bucket", "BucketName", "CronJob", "Application", "IngressClassParams"),
    ),
    Mutation("aws-references", "another web ACL", renamed("AWS::WAFv2::WebACL", "Name", "Ingress")),
    Mutation("aws-references", "another topic", renamed("AWS::SNS::Topic", "TopicName", "AlertmanagerConfig")),
    Mutation("aws-references", "no user pool", without("AWS::Cognito::UserPool", "Ingress", when="auth-idp-cognito")),
)
