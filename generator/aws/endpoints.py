"""VPC endpoints: private ways to services of AWS.

With private DNS an endpoint is the way of everything in the VPC, not of our pods alone.  So its policy, which grants
nothing but bounds what may pass, is as wide as the account and as narrow as the calls that a cluster makes: credentials
of another account, brought in to carry data out, do not pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from generator.environment.model import Environment

from .policy import arn, document, tags
from .resource import Att, Properties, Resource
from .stack import Output

GROUP = "EndpointSecurityGroup"
HTTPS = 443
NOWHERE = "127.0.0.1/32"
"""A group without a rule for what goes out would let everything out; endpoints call nobody."""

PULL = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
)
CALLS: Mapping[str, Sequence[str]] = {
    "bedrock-runtime": ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
    # Karpenter and the controllers of CNI, volumes and load balancers call dozens of actions, more in each release.
    "ec2": ("ec2:*",),
    "ecr.api": PULL,
    "ecr.dkr": PULL,
    "logs": (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
    ),
    "secretsmanager": (
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
    ),
    "sqs": (
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    ),
    "sts": ("sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"),
    "xray": (
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
}
"""What a cluster calls.  Not here: `eks-auth`, of which no manual says that its endpoint takes a policy; its one action
is for nodes of the account alone."""

WRITES = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetBucketLocation",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
)
READS = ("s3:GetObject", "s3:GetObjectVersion")


def resources(env: Environment) -> list[Resource]:
    names = env.aws.endpoints
    interfaces = [name for name in names if name != "s3"]
    made = [Resource(GROUP, "AWS::EC2::SecurityGroup", security_group(env))] if interfaces else []
    return made + [Resource(resource_name(name), "AWS::EC2::VPCEndpoint", endpoint(env, name)) for name in names]


def outputs(env: Environment) -> list[Output]:
    return []


def resource_name(endpoint: str) -> str:
    """E.g. `EcrApiEndpoint` of `ecr.api`."""
    return "".join(part.capitalize() for part in re.split(r"[.-]", endpoint)) + "Endpoint"


def endpoint(env: Environment, name: str) -> Properties:
    made: dict[str, Any] = {
        "ServiceName": f"com.amazonaws.{env.cluster.region}.{name}",
        "VpcId": env.cluster.vpc_id,
        "Tags": tags(env),
    }
    statements = policy(env, name)
    if statements:
        made["PolicyDocument"] = document(*statements)
    if name == "s3":
        return made | {"VpcEndpointType": "Gateway", "RouteTableIds": list(env.cluster.route_table_ids)}
    return made | {
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "SubnetIds": list(env.cluster.subnet_ids),
        "SecurityGroupIds": [Att(GROUP, "GroupId")],
    }


def security_group(env: Environment) -> Properties:
    def rule(cidr: str, description: str) -> dict[str, Any]:
        ports = {"IpProtocol": "tcp", "FromPort": HTTPS, "ToPort": HTTPS}
        return ports | {"CidrIp": cidr, "Description": description}

    return {
        "GroupDescription": f"VPC endpoints of {env.cluster.name}",
        "VpcId": env.cluster.vpc_id,
        "SecurityGroupIngress": [rule(env.cluster.vpc_cidr, "HTTPS from the VPC")],
        "SecurityGroupEgress": [rule(NOWHERE, "nothing goes out")],
        "Tags": tags(env),
    }


def policy(env: Environment, name: str) -> list[dict[str, Any]]:
    """What may pass; nothing said means everything."""
    if name == "s3":
        return storage(env)
    found = [of_account(env, CALLS[name], called(env, name))] if name in CALLS else []
    if name == "sts":
        found.append(
            {
                "Effect": "Allow",
                # Signed by nobody: the token is the identity, and the role's trust policy checks it.
                "Principal": "*",
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Resource": [arn(env, "iam", "role/*", region="")],
            }
        )
    return found


def called(env: Environment, name: str) -> list[str]:
    """Resources of the calls: of this account, where the service tells them apart by account."""
    if name == "bedrock-runtime":
        # An inference profile leads on to models of other Regions, a global one to models without a Region.
        models = f"arn:{env.cluster.partition}:bedrock:*::foundation-model/*"
        return [models, arn(env, "bedrock", "*", region="*")]
    own = {"logs": "*", "secretsmanager": "secret:*", "sqs": "*"}
    # Images of add-ons are in accounts of AWS, one for each Region; EC2, STS and X-Ray have calls without a resource.
    return [arn(env, name, own[name])] if name in own else ["*"]


def storage(env: Environment) -> list[dict[str, Any]]:
    """Writing goes to buckets of this account alone; reading goes anywhere.

    Layers of images, from ECR as from registry.k8s.io and others, and the packages of AL2023 come from buckets of other
    accounts that are named nowhere for good: a list that misses one leaves new nodes without their images.  What a
    request is allowed to read is the bucket's owner's to say.
    """
    all_buckets = f"arn:{env.cluster.partition}:s3:::*"
    own = of_account(env, WRITES, [all_buckets])
    own["Condition"]["StringEquals"]["aws:ResourceAccount"] = env.cluster.account
    read = {
        "Effect": "Allow",
        # Layers come by signed links, packages without any identity.
        "Principal": "*",
        "Action": list(READS),
        "Resource": [f"{all_buckets}/*"],
    }
    return [own, read]


def of_account(env: Environment, actions: Sequence[str], resources: list[str]) -> dict[str, Any]:
    """Calls by whoever belongs to the account, as far as his own policies go."""
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": resources,
        "Condition": {"StringEquals": {"aws:PrincipalAccount": env.cluster.account}},
    }
