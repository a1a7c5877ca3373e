"""What exists in the account: every resource that the stacks can make, by kind and name, as AWS describes it."""

import json
from collections.abc import Callable, Collection
from typing import Any

from tests.real.aws.account import Account, Refused

Survey = dict[str, Any]
"""`bucket openclaw-prod-backup` -> what AWS says of it; nothing that AWS counts up by itself is in it."""
Ask = Callable[..., Any]


def survey(account: Account, region: str, ours: Collection[str]) -> Survey:
    """Everything in a Region; of what is listed for all Regions alike only `ours`, names of resources."""

    def ask(service: str, operation: str, **parameters: Any) -> Any:
        found = account.ask(region, service, operation, **parameters)
        found.pop("ResponseMetadata", None)
        return found

    here = (_keys, _queues, _topics, _secrets, _rules, _logs, _endpoints, _groups, _pools, _acls, _trails, _config)
    made = {name: value for part in here for name, value in part(ask).items()}
    everywhere = (_roles, _policies, _buckets, _budgets)
    return made | {name: value for part in everywhere for name, value in part(ask, ours).items()}


def _roles(ask: Ask, ours: Collection[str]) -> Survey:
    made = {}
    for role in ask("iam", "list_roles")["Roles"]:
        name = role["RoleName"]
        if name not in ours:
            continue
        inline = ask("iam", "list_role_policies", RoleName=name)["PolicyNames"]
        made[f"role {name}"] = {
            "trust": role["AssumeRolePolicyDocument"],
            "inline": {
                one: ask("iam", "get_role_policy", RoleName=name, PolicyName=one)["PolicyDocument"] for one in inline
            },
            "attached": [
                one["PolicyArn"] for one in ask("iam", "list_attached_role_policies", RoleName=name)["AttachedPolicies"]
            ],
            "tags": _tags(ask("iam", "list_role_tags", RoleName=name)["Tags"]),
        }
    return made


def _policies(ask: Ask, ours: Collection[str]) -> Survey:
    made = {}
    for one in ask("iam", "list_policies", Scope="Local")["Policies"]:
        if one["Arn"] not in ours:
            continue
        version = ask("iam", "get_policy_version", PolicyArn=one["Arn"], VersionId=one["DefaultVersionId"])
        made[f"policy {one['PolicyName']}"] = version["PolicyVersion"]["Document"]
    return made


def _keys(ask: Ask) -> Survey:
    made = {}
    for one in ask("kms", "list_keys")["Keys"]:
        key = one["KeyId"]
        about = ask("kms", "describe_key", KeyId=key)["KeyMetadata"]
        made[f"key {about['Arn']}"] = {
            "state": about["KeyState"],
            "policy": json.loads(ask("kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"]),
            "rotates": ask("kms", "get_key_rotation_status", KeyId=key)["KeyRotationEnabled"],
        }
    aliases = ask("kms", "list_aliases")["Aliases"]
    return made | {f"alias {one['AliasName']}": one["TargetKeyId"] for one in aliases if "TargetKeyId" in one}


def _buckets(ask: Ask, ours: Collection[str]) -> Survey:
    made = {}
    for one in ask("s3", "list_buckets")["Buckets"]:
        name = one["Name"]
        if name not in ours:
            continue
        about = {
            "encryption": ask("s3", "get_bucket_encryption", Bucket=name)["ServerSideEncryptionConfiguration"],
            "public": _or_none(ask, "get_public_access_block", "PublicAccessBlockConfiguration", name),
            "lifecycle": _or_none(ask, "get_bucket_lifecycle_configuration", "Rules", name),
            "versions": ask("s3", "get_bucket_versioning", Bucket=name).get("Status"),
            "owner": _or_none(ask, "get_bucket_ownership_controls", "OwnershipControls", name),
            "policy": json.loads(_or_none(ask, "get_bucket_policy", "Policy", name) or "null"),
            "lock": _or_none(ask, "get_object_lock_configuration", "ObjectLockConfiguration", name),
        }
        made[f"bucket {name}"] = about
    return made


def _or_none(ask: Ask, operation: str, key: str, bucket: str) -> Any:
    try:
        return ask("s3", operation, Bucket=bucket)[key]
    except Refused:
        return None


def _queues(ask: Ask) -> Survey:
    made = {}
    for url in ask("sqs", "list_queues").get("QueueUrls", []):
        about = ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        policy = json.loads(about.get("Policy") or "null")
        chosen = ("QueueArn", "MessageRetentionPeriod", "SqsManagedSseEnabled", "KmsMasterKeyId")
        made[f"queue {url.rpartition('/')[2]}"] = {key: about.get(key) for key in chosen} | {"policy": policy}
    return made


def _topics(ask: Ask) -> Survey:
    made = {}
    for one in ask("sns", "list_topics")["Topics"]:
        about = ask("sns", "get_topic_attributes", TopicArn=one["TopicArn"])["Attributes"]
        told = ask("sns", "list_subscriptions_by_topic", TopicArn=one["TopicArn"])["Subscriptions"]
        made[f"topic {one['TopicArn']}"] = {
            "key": about.get("KmsMasterKeyId"),
            "policy": json.loads(about["Policy"]),
            "told": sorted(f"{subscription['Protocol']} {subscription['Endpoint']}" for subscription in told),
        }
    return made


def _secrets(ask: Ask) -> Survey:
    made = {}
    for one in ask("secretsmanager", "list_secrets")["SecretList"]:
        made[f"secret {one['Name']}"] = {"key": one.get("KmsKeyId"), "tags": _tags(one.get("Tags", []))}
    return made


def _rules(ask: Ask) -> Survey:
    made = {}
    for one in ask("events", "list_rules")["Rules"]:
        targets = ask("events", "list_targets_by_rule", Rule=one["Name"])["Targets"]
        made[f"rule {one['Name']}"] = {
            "pattern": json.loads(one["EventPattern"]),
            "state": one["State"],
            "targets": sorted(target["Arn"] for target in targets),
        }
    return made


def _logs(ask: Ask) -> Survey:
    found = ask("logs", "describe_log_groups")["logGroups"]
    return {
        f"log group {one['logGroupName']}": {"days": one.get("retentionInDays"), "key": one.get("kmsKeyId")}
        for one in found
    }


def _endpoints(ask: Ask) -> Survey:
    chosen = ("VpcEndpointType", "VpcId", "SubnetIds", "RouteTableIds", "PrivateDnsEnabled")
    made = {}
    for one in ask("ec2", "describe_vpc_endpoints")["VpcEndpoints"]:
        if one["State"] == "deleted":
            continue
        about = {key: one.get(key) for key in chosen}
        groups = [group["GroupId"] for group in one.get("Groups", [])]
        policy = json.loads(one.get("PolicyDocument") or "null")
        made[f"endpoint {one['ServiceName']}"] = about | {"groups": groups, "policy": policy}
    return made


def _groups(ask: Ask) -> Survey:
    made = {}
    for one in ask("ec2", "describe_security_groups")["SecurityGroups"]:
        if one["GroupName"] != "default":
            made[f"security group {one['GroupId']}"] = {
                "vpc": one["VpcId"],
                "in": one["IpPermissions"],
                "out": one["IpPermissionsEgress"],
            }
    return made


def _pools(ask: Ask) -> Survey:
    made: Survey = {}
    for one in ask("cognito-idp", "list_user_pools", MaxResults=60)["UserPools"]:
        pool = one["Id"]
        made[f"user pool {pool}"] = ask("cognito-idp", "describe_user_pool", UserPoolId=pool)["UserPool"]
        if domain := made[f"user pool {pool}"].pop("Domain", None):
            made[f"user pool domain {domain}"] = pool
        made[f"user pool {pool}"]["factors"] = ask("cognito-idp", "get_user_pool_mfa_config", UserPoolId=pool)
        for client in ask("cognito-idp", "list_user_pool_clients", UserPoolId=pool)["UserPoolClients"]:
            words = {"UserPoolId": pool, "ClientId": client["ClientId"]}
            about = ask("cognito-idp", "describe_user_pool_client", **words)["UserPoolClient"]
            made[f"user pool client {client['ClientId']}"] = about
    return made


def _acls(ask: Ask) -> Survey:
    made: Survey = {}
    for one in ask("wafv2", "list_web_acls", Scope="REGIONAL")["WebACLs"]:
        where = {"Name": one["Name"], "Scope": "REGIONAL", "Id": one["Id"]}
        made[f"web ACL {one['Name']}"] = ask("wafv2", "get_web_acl", **where)["WebACL"]
    for one in ask("wafv2", "list_logging_configurations", Scope="REGIONAL")["LoggingConfigurations"]:
        made[f"web ACL logging {one['ResourceArn']}"] = one
    return made


def _trails(ask: Ask) -> Survey:
    made: Survey = {}
    for one in ask("cloudtrail", "describe_trails", includeShadowTrails=False)["trailList"]:
        status = ask("cloudtrail", "get_trail_status", Name=one["TrailARN"])
        selectors = ask("cloudtrail", "get_event_selectors", TrailName=one["TrailARN"])
        made[f"trail {one['Name']}"] = one | {"logs": status["IsLogging"], "selectors": selectors}
    return made


def _config(ask: Ask) -> Survey:
    found = ask("config", "describe_config_rules")["ConfigRules"]
    return {
        f"config rule {one['ConfigRuleName']}": {"source": one["Source"], "scope": one.get("Scope")} for one in found
    }


def _budgets(ask: Ask, ours: Collection[str]) -> Survey:
    account = ask("sts", "get_caller_identity")["Account"]
    made: Survey = {}
    for one in ask("budgets", "describe_budgets", AccountId=account).get("Budgets", []):
        if one["BudgetName"] not in ours:
            continue
        words = {"AccountId": account, "BudgetName": one["BudgetName"]}
        told = ask("budgets", "describe_notifications_for_budget", **words)["Notifications"]
        made[f"budget {one['BudgetName']}"] = {"limit": one["BudgetLimit"], "unit": one["TimeUnit"], "told": told}
    return made


def _tags(found: list[dict[str, str]]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in found}
