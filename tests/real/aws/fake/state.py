"""Keys, roles, buckets, policies of queues and topics, secrets."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.real.aws.fake.model import Existing, Place, Properties, renamed


def role(here: Place, name: str, properties: Properties) -> Existing:
    """In the place of moto's own, which attaches no managed policies, and keeps a policy as Python writes it."""
    iam = here.client("iam")
    policies, attached = properties.pop("Policies", []), properties.pop("ManagedPolicyArns", [])
    properties["AssumeRolePolicyDocument"] = json.dumps(properties["AssumeRolePolicyDocument"])
    made = iam.create_role(**{"RoleName": name[-64:], **properties})["Role"]
    who = {"RoleName": made["RoleName"]}
    for one in policies:
        document = json.dumps(one["PolicyDocument"])
        iam.put_role_policy(**who, PolicyName=one["PolicyName"], PolicyDocument=document)
    for arn in attached:
        iam.attach_role_policy(**who, PolicyArn=arn)

    def remove() -> None:
        for one in policies:
            iam.delete_role_policy(**who, PolicyName=one["PolicyName"])
        for arn in attached:
            iam.detach_role_policy(**who, PolicyArn=arn)
        iam.delete_role(**who)

    return Existing(made["RoleName"], remove, {"Arn": made["Arn"], "RoleId": made["RoleId"]})


def key(here: Place, name: str, properties: Properties) -> Existing:
    """In the place of moto's own, which takes no tags in CloudFormation's words."""
    kms = here.client("kms")
    rotation, _days = properties.pop("EnableKeyRotation", False), properties.pop("PendingWindowInDays", None)
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.pop("Tags", [])]
    policy = json.dumps(properties.pop("KeyPolicy"))
    made = kms.create_key(Policy=policy, Tags=tags, **properties)["KeyMetadata"]
    if rotation:
        kms.enable_key_rotation(KeyId=made["KeyId"])
    remove = partial(kms.schedule_key_deletion, KeyId=made["KeyId"])
    return Existing(made["KeyId"], remove, {"Arn": made["Arn"], "KeyId": made["KeyId"]})


def bucket(here: Place, name: str, properties: Properties) -> Existing:
    """In the place of moto's own, which drops all properties but encryption and tags."""
    s3, name = here.client("s3"), properties.pop("BucketName", name.lower())
    where: Properties = {"ObjectLockEnabledForBucket": properties.pop("ObjectLockEnabled", False)}
    if here.region != "us-east-1":  # the API has no name for this one
        where["CreateBucketConfiguration"] = {"LocationConstraint": here.region}
    s3.create_bucket(Bucket=name, **where)
    settings: dict[str, Callable[[Any], object]] = {
        "BucketEncryption": lambda value: s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={
                "Rules": list(map(_encryption, value.pop("ServerSideEncryptionConfiguration")))
            },
            **value,
        ),
        "LifecycleConfiguration": lambda value: s3.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration={"Rules": list(map(_lifecycle, value.pop("Rules")))}, **value
        ),
        "LoggingConfiguration": lambda value: s3.put_bucket_logging(
            Bucket=name,
            BucketLoggingStatus={
                "LoggingEnabled": {
                    "TargetBucket": value["DestinationBucketName"],
                    "TargetPrefix": value.get("LogFilePrefix", ""),
                }
            },
        ),
        "ObjectLockConfiguration": lambda value: s3.put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration=value
        ),
        "OwnershipControls": lambda value: s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=value),
        "PublicAccessBlockConfiguration": lambda value: s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=value
        ),
        "Tags": lambda value: s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": value}),
        "VersioningConfiguration": lambda value: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=value),
    }
    for setting, value in properties.items():
        settings[setting](value)
    return Existing(name, partial(s3.delete_bucket, Bucket=name), {"Arn": f"arn:aws:s3:::{name}"})


def _encryption(rule: Properties) -> Properties:
    return renamed(rule, {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"})


def _lifecycle(rule: Properties) -> Properties:
    """The API nests what CloudFormation has flat."""
    made = renamed(rule, {"Id": "ID"})
    made["Filter"] = {"Prefix": made.pop("Prefix", "")}
    expiration = {"ExpirationInDays": "Days", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}
    found = {short: made.pop(long) for long, short in expiration.items() if long in made}
    if found:
        made["Expiration"] = found
    if "Transitions" in made:
        made["Transitions"] = [renamed(one, {"TransitionInDays": "Days"}) for one in made["Transitions"]]
    return made


def bucket_policy(here: Place, name: str, properties: Properties) -> Existing:
    s3, bucket = here.client("s3"), properties["Bucket"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(properties["PolicyDocument"]))
    return Existing(bucket, partial(s3.delete_bucket_policy, Bucket=bucket))


def queue_policy(here: Place, name: str, properties: Properties) -> Existing:
    sqs = here.client("sqs")
    for url in properties["Queues"]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])})
    return Existing(properties["Queues"][0])


def topic_policy(here: Place, name: str, properties: Properties) -> Existing:
    policy = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        here.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    return Existing(properties["Topics"][0])


def subscription(here: Place, name: str, properties: Properties) -> Existing:
    sns = here.client("sns")
    made = sns.subscribe(**properties, ReturnSubscriptionArn=True)["SubscriptionArn"]
    return Existing(made, partial(sns.unsubscribe, SubscriptionArn=made))


def secret(here: Place, name: str, properties: Properties) -> Existing:
    secrets = here.client("secretsmanager")
    if generate := properties.pop("GenerateSecretString", None):
        key, template = generate.pop("GenerateStringKey", None), json.loads(generate.pop("SecretStringTemplate", "{}"))
        value = secrets.get_random_password(**generate)["RandomPassword"]
        properties["SecretString"] = json.dumps(template | {key: value}) if key else value
    arn = secrets.create_secret(**properties)["ARN"]
    remove = partial(secrets.delete_secret, SecretId=arn, ForceDeleteWithoutRecovery=True)
    return Existing(arn, remove, {"Id": arn})
