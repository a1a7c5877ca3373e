"""Resources of the account: what CloudFormation makes anew instead of changing, and what callers lose."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import below, danger, listed, note, warning

REPLACED: dict[str, tuple[str, ...]] = {
    "AWS::CloudTrail::Trail": ("TrailName",),
    "AWS::Cognito::UserPool": ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration"),
    "AWS::Cognito::UserPoolClient": ("GenerateSecret", "UserPoolId"),
    "AWS::Cognito::UserPoolDomain": ("Domain", "UserPoolId"),
    "AWS::EC2::SecurityGroup": ("GroupDescription", "GroupName", "VpcId"),
    "AWS::EC2::VPCEndpoint": ("ServiceName", "VpcEndpointType", "VpcId"),
    "AWS::EKS::Addon": ("AddonName", "ClusterName"),
    "AWS::EKS::AccessEntry": ("ClusterName", "PrincipalArn"),
    "AWS::EKS::PodIdentityAssociation": ("ClusterName", "Namespace", "ServiceAccount"),
    "AWS::Events::Rule": ("EventBusName", "Name"),
    "AWS::IAM::ManagedPolicy": ("Description", "ManagedPolicyName", "Path"),
    "AWS::IAM::Role": ("Path", "RoleName"),
    "AWS::KMS::Alias": ("AliasName",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Name",),
    "AWS::SNS::Topic": ("FifoTopic", "TopicName"),
    "AWS::SQS::Queue": ("FifoQueue", "QueueName"),
    "AWS::WAFv2::WebACL": ("Name", "Scope"),
}
"""Properties whose change makes a new resource (CloudFormation's resource schemas, createOnlyProperties)."""
STATE = ("AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")


def check(change: Change) -> Iterator[Impact]:
    if not change.kind.startswith("AWS::"):
        return
    if change.verb == "added":
        yield note("aws", change, "is made in the account: deploy its stack")
    if change.verb != "changed":
        return
    replaced = [field for name in REPLACED.get(change.kind, ()) for field in below(change, "Properties", name)]
    if replaced:
        what = listed(field.path[1] for field in replaced)
        left = ": the old one stays with what is in it, the new one is empty" if change.kind in STATE else ""
        yield (danger if left else warning)("aws", change, f"is made anew ({what}){left}")
    else:
        shown = listed(
            dict.fromkeys(str(field.path[1]) for field in below(change, "Properties") if len(field.path) > 1)
        )
        yield note("aws", change, f"changes in place ({shown or 'its policies of deletion'}): deploy its stack")
