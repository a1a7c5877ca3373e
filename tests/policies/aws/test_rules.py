"""Each rule over the AWS layer: its good fixture passes, its bad one is refused in these words, nothing crashes it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
import yaml

from generator.check.aws import rules
from generator.check.aws.registry import RULES
from generator.kubernetes.objects import Obj

from .accounts import BY_ID, FOLDER, account, breaches, broken, fixture

BAD = {
    "aws-bedrock-models": [
        "AWS::IAM::Role Role: Resources.Role.Properties.Policies[0].PolicyDocument.Statement[1].Resource[1]: lets "
        "the role call «arn:aws:bedrock:eu-central-1::foundation-model/anthropic.*», which no configuration uses: "
        "it can run up a bill there",
        "AWS::IAM::Role Role: Resources.Role.Properties.Policies: bedrock:InvokeModel of "
        "amazon.titan-embed-text-v2:0 is not allowed on "
        "arn:aws:bedrock:eu-central-1::foundation-model/amazon.titan-embed-text-v2:0: every such call is denied",
        "AWS::IAM::Role Role: Resources.Role.Properties.Policies: bedrock:InvokeModel of "
        "eu.anthropic.claude-sonnet-4-6 is not allowed on foundation-model/anthropic.claude-sonnet-4-6 in the other"
        " Regions of eu.: every such call is denied",
        "AWS::IAM::Role Role: Resources.Role.Properties.Policies: bedrock:InvokeModelWithResponseStream of "
        "eu.anthropic.claude-sonnet-4-6 is not allowed on foundation-model/anthropic.claude-sonnet-4-6 in the other"
        " Regions of eu.: every such call is denied",
        "AWS::IAM::Role Role: Resources.Role.Properties.Policies: bedrock:InvokeModelWithResponseStream of "
        "zai.glm-4.7 is not allowed on arn:aws:bedrock:eu-central-1::foundation-model/zai.glm-4.7: every such call "
        "is denied",
    ],
    "aws-encrypted": [
        "AWS::S3::Bucket Archive: Resources.Archive.Properties.BucketEncryption: says nothing of encryption: "
        "objects get S3's own key, which everybody who may read them may use",
        "AWS::S3::Bucket Traces: Resources.Traces.Properties.BucketEncryption.ServerSideEncryptionConfiguration[0]."
        "ServerSideEncryptionByDefault: uses no KMS key of this account: whoever may read the bucket may decrypt "
        "what is in it",
        "AWS::SQS::Queue Queue: Resources.Queue.Properties.SqsManagedSseEnabled: encryption is off, or left to what"
        " SQS does by default: messages may lie there as plain text",
        "AWS::SNS::Topic Topic: Resources.Topic.Properties.KmsMasterKeyId: names no KMS key: SNS keeps messages as "
        "plain text until they are delivered",
        "AWS::SecretsManager::Secret Secret: Resources.Secret.Properties.KmsKeyId: names no KMS key: every role of "
        "the account that may read secrets may decrypt it",
        "AWS::Logs::LogGroup Logs: Resources.Logs.Properties.KmsKeyId: names no KMS key: who may read the log group"
        " needs no key",
        "AWS::CloudTrail::Trail Trail: Resources.Trail.Properties.KMSKeyId: names no KMS key: who may read the "
        "trail's bucket reads every call of the account",
        "AWS::EC2::Volume Volume: Resources.Volume.Properties.Encrypted: is not encrypted: a snapshot of it is "
        "readable wherever it is copied",
        "AWS::EC2::LaunchTemplate Nodes: "
        "Resources.Nodes.Properties.LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted: is not encrypted: a "
        "snapshot of it is readable wherever it is copied",
    ],
    "aws-identities-used": [
        "AWS::EKS::PodIdentityAssociation Association: Resources.Association.Properties.ServiceAccount: nothing "
        "makes ServiceAccount llm/llms: no pod has this role until somebody makes one",
        "Deployment llm/llm: spec.template.spec.serviceAccountName: config.yaml serves claude from AWS, but no "
        "association gives llm/llm a role: every call to AWS is denied",
    ],
    "aws-limits": [
        "AWS::IAM::Role Role: Resources.Role.Properties.AssumeRolePolicyDocument: 2474 characters, at most 2048 are"
        " taken: IAM refuses it, and the stack rolls back",
    ],
    "aws-private": [
        "AWS::S3::Bucket Archive: Resources.Archive.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy: "
        "BlockPublicPolicy is not set: a change of the policy may make it public",
        "AWS::S3::Bucket Archive: "
        "Resources.Archive.Properties.PublicAccessBlockConfiguration.RestrictPublicBuckets: RestrictPublicBuckets "
        "is not set: a policy that names everybody holds",
        "AWS::SNS::TopicPolicy Topic: Resources.Topic.Properties.PolicyDocument.Statement[0].Principal: allows "
        "everybody: any AWS account may do what it says",
        "AWS::SNS::TopicPolicy Topic: Resources.Topic.Properties.PolicyDocument.Statement[1].Principal: allows "
        "everybody: any AWS account may do what it says",
        "AWS::SNS::TopicPolicy Topic: Resources.Topic.Properties.PolicyDocument.Statement[2].NotPrincipal: allows "
        "everybody but whom it names",
        "AWS::EC2::VPCEndpoint Endpoint: Resources.Endpoint.Properties.PolicyDocument.Statement[0].Principal: "
        "allows everybody: any AWS account may do what it says",
        "AWS::EC2::SecurityGroup Group: Resources.Group.Properties.SecurityGroupIngress[0].CidrIp: lets the whole "
        "internet in, from 0.0.0.0/0",
        "AWS::EC2::SecurityGroupIngress Door: Resources.Door.Properties.CidrIpv6: lets the whole internet in, from "
        "::/0",
    ],
    "aws-references": [
        "AWS::SQS::Queue Queue: Resources.Queue.Properties.KmsMasterKeyId: refers to «Key», which is not in the "
        "template: CloudFormation refuses it",
        "AWS::SNS::Subscription Subscription: Resources.Subscription.Properties.TopicArn: imports "
        "«shop-state:TopicArn», which no stack exports: the deploy of the stack stops here",
        "AWS::EKS::PodIdentityAssociation Association: Resources.Association.Properties.RoleArn: its role is in no "
        "stack: the pods get no credentials",
        "AWS::SQS::Queue Queue: Resources.Queue: no rule sends «EC2 Spot Instance Interruption Warning» to it: pods"
        " on Spot nodes die without their grace period",
        "Application argocd/other: spec.source.helm.valuesObject.settings.interruptionQueue: no stack makes queue "
        "«shop-sport»: Karpenter does not start, or hears of no Spot notice",
        "Pod shop/backup: spec.containers[0].args[2]: no stack makes bucket «shop-backup»: what is sent there is lost",
        "Ingress shop/door: metadata.annotations.alb.ingress.kubernetes.io/load-balancer-attributes: no stack makes"
        " bucket «shop-logs»: what is sent there is lost",
        "Ingress shop/door: metadata.annotations.alb.ingress.kubernetes.io/wafv2-acl-name: no stack makes web ACL "
        "«shop»: the load balancer is not made, or answers without it",
    ],
    "aws-state-kept": [
        "AWS::S3::Bucket Archive: Resources.Archive.DeletionPolicy: DeletionPolicy is not Retain: a stack that is "
        "deleted, or no longer names it, takes the archives, traces or logs in it along",
        "AWS::KMS::Key Key: Resources.Key.UpdateReplacePolicy: UpdateReplacePolicy is not Retain: a change that "
        "replaces it takes everything that it encrypts along",
        "AWS::SecretsManager::Secret Secret: Resources.Secret.DeletionPolicy: DeletionPolicy is not Retain: a stack"
        " that is deleted, or no longer names it, takes a value that stands nowhere else along",
        "AWS::SecretsManager::Secret Secret: Resources.Secret.UpdateReplacePolicy: UpdateReplacePolicy is not "
        "Retain: a change that replaces it takes a value that stands nowhere else along",
        "AWS::Cognito::UserPool People: Resources.People.Properties.DeletionProtection: has no deletion protection:"
        " one call takes every account and second factor of its users",
    ],
    "aws-tls-only": [
        "AWS::S3::Bucket Archive: Resources.Archive: its policy does not refuse plain HTTP: what a client sends "
        "there can be read and changed on its way",
        "AWS::S3::Bucket Traces: Resources.Traces: its policy does not refuse plain HTTP: what a client sends there"
        " can be read and changed on its way",
        "AWS::SQS::Queue Queue: Resources.Queue: its policy does not refuse plain HTTP: what a client sends there "
        "can be read and changed on its way",
        "AWS::SNS::Topic Topic: Resources.Topic: it has no policy that refuses plain HTTP: what a client sends "
        "there can be read and changed on its way",
    ],
    "aws-wildcards": [
        "AWS::IAM::Role Reader: Resources.Reader.Properties.ManagedPolicyArns[0]: AmazonS3FullAccess allows "
        "everything of a service, today and in future",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[0].Action: «*» "
        "allows every action, also those that AWS adds",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[1].Action[0]: "
        "«s3:*» allows every action, also those that AWS adds",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[2].Resource: «*» "
        "allows s3:GetObject on everything",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[3].Resource[0]: "
        "«arn:aws:s3:::*» allows s3:GetObject on everything",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[4].NotAction: "
        "allows every action but those that it names, also those that AWS adds",
        "AWS::IAM::Role Reader: Resources.Reader.Properties.Policies[0].PolicyDocument.Statement[4].NotResource: "
        "allows every resource but those that it names, also those that are made later",
        "AWS::KMS::Key Key: Resources.Key.Properties.KeyPolicy.Statement[0].Action: «kms:*» allows every action, "
        "also those that AWS adds",
        "AWS::EC2::VPCEndpoint Endpoint: Resources.Endpoint.Properties.PolicyDocument.Statement[0].Resource: "
        "«arn:aws:s3:::*» allows s3:PutObject on everything",
    ],
}


@pytest.mark.parametrize("rule", BY_ID)
def test_the_good_fixture_keeps_its_rule(rule: str) -> None:
    assert breaches(fixture(FOLDER / rule / "good.yaml"), BY_ID[rule]) == []


@pytest.mark.parametrize("rule", BY_ID)
def test_the_bad_fixture_is_refused_with_its_consequences(rule: str) -> None:
    assert breaches(fixture(FOLDER / rule / "bad.yaml"), BY_ID[rule]) == BAD[rule]


def test_every_module_is_registered_and_says_why_and_how_to_mend_it() -> None:
    folder = Path(next(iter(rules.__path__)))
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {cast(ModuleType, rule).__name__.rpartition(".")[2] for rule in RULES}
    for rule in RULES:
        title, _, body = inspect.cleandoc(rule.__doc__ or "").partition("\n")
        assert title.startswith(f"{rule.ID}: "), rule.ID
        assert "Looked at" in body, rule.ID
        assert rule.REMEDIATION, rule.ID


def template(**resources: Any) -> Obj:
    return {"Resources": resources}


def allow(action: Any, resource: Any, **more: Any) -> Obj:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": statement}}}


def test_a_statement_may_stand_alone_or_as_text() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": "logs:*", "Principal": {"Service": "es.amazonaws.com"}}]}'
    logs = {"Type": "AWS::Logs::ResourcePolicy", "Properties": {"PolicyDocument": text}}
    found = list(broken(account(template(Alone=allow("s3:GetObject", "*"), Text=logs))))
    assert found == [
        ("aws-wildcards", "AWS::IAM::ManagedPolicy Alone"),
        ("aws-wildcards", "AWS::Logs::ResourcePolicy Text"),
    ]


def test_rules_of_a_web_acl_are_no_policies() -> None:
    rule = {"Statement": {"RateBasedStatement": {"Limit": 2000}}, "Action": {"Block": {}}}
    acl = {"Type": "AWS::WAFv2::WebACL", "Properties": {"Name": "shop", "Rules": [rule]}}
    assert list(broken(account(template(Acl=acl)))) == []


def test_sizes_are_those_of_the_text_and_of_every_list() -> None:
    many = {f"R{n}": {"Type": "AWS::SNS::Subscription"} for n in range(501)}
    full = {"Resources": many, "Outputs": {f"O{n}": {"Value": "x"} for n in range(201)}}
    refused = "are taken: CloudFormation refuses the stack"
    assert breaches(account(full, text="é" * 25_601), BY_ID["aws-limits"]) == [
        f"AWS::CloudFormation::Stack t0: : 51202 bytes, at most 51200 {refused}",
        f"AWS::CloudFormation::Stack t0: Resources: 501 resources, at most 500 {refused}",
        f"AWS::CloudFormation::Stack t0: Outputs: 201 outputs, at most 200 {refused}",
    ]


def test_policies_of_a_role_count_together() -> None:
    def role(count: int) -> Obj:
        resources = [f"arn:aws:s3:::shop-{n:04}/*" for n in range(count)]
        document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]}
        policies = [{"PolicyName": name, "PolicyDocument": document} for name in "ab"]
        return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}

    assert breaches(account(template(Small=role(150))), BY_ID["aws-limits"]) == []
    assert breaches(account(template(Large=role(200))), BY_ID["aws-limits"]) == [
        "AWS::IAM::Role Large: Resources.Large.Properties.Policies: 10942 characters, at most 10240 are taken: IAM "
        "refuses it, and the stack rolls back"
    ]


def test_imports_that_lead_in_a_circle_end() -> None:
    circle = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Subscription", "Properties": {"A": {"Fn::ImportValue": "a"}}}},
        "Outputs": {"A": {"Value": {"Fn::ImportValue": "a"}, "Export": {"Name": "a"}}},
    }
    assert list(broken(account(circle))) == []


ODD: tuple[Any, ...] = (None, 7, [[]], {"x": None}, {"Fn::GetAtt": [1]})


@pytest.mark.parametrize("rule", BY_ID)
def test_no_field_of_a_template_crashes_a_rule(rule: str) -> None:
    """Every field of the rule's bad fixture in turn holds what it should not."""
    documents = yaml.load_all((FOLDER / rule / "bad.yaml").read_text("utf-8"), yaml.CSafeLoader)
    objs = list(documents)
    for holder, key in [place for obj in objs if "Resources" in obj for place in places(obj)]:
        kept = holder[key]
        for odd in ODD:
            holder[key] = odd
            breaches(account(*objs), BY_ID[rule])
        holder[key] = kept


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every field below a value: what holds it, and its key there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from places(inner)
