"""The network, the door, and what is watched: endpoints, sign-in, web ACL, trail, budget, Config rules."""

import json
from functools import partial

from tests.real.aws.fake.model import Existing, Place, Properties, renamed


def endpoint(here: Place, name: str, properties: Properties) -> Existing:
    """In the place of moto's own, which keeps a policy as Python writes it."""
    ec2 = here.client("ec2")
    if "PolicyDocument" in properties:
        properties["PolicyDocument"] = json.dumps(properties["PolicyDocument"])
    tags = [{"ResourceType": "vpc-endpoint", "Tags": properties.pop("Tags", [])}]
    made = ec2.create_vpc_endpoint(**properties, TagSpecifications=tags)["VpcEndpoint"]["VpcEndpointId"]
    return Existing(made, partial(ec2.delete_vpc_endpoints, VpcEndpointIds=[made]), {"Id": made})


def user_pool(here: Place, name: str, properties: Properties) -> Existing:
    cognito, factors = here.client("cognito-idp"), properties.pop("EnabledMfas", [])
    made = cognito.create_user_pool(PoolName=properties.pop("UserPoolName"), **properties)["UserPool"]["Id"]
    if "SOFTWARE_TOKEN_MFA" in factors:
        cognito.set_user_pool_mfa_config(
            UserPoolId=made,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            MfaConfiguration=properties["MfaConfiguration"],
        )
    attributes = {"Arn": here.arn("cognito-idp", f"userpool/{made}"), "UserPoolId": made}
    return Existing(made, partial(cognito.delete_user_pool, UserPoolId=made), attributes)


def user_pool_client(here: Place, name: str, properties: Properties) -> Existing:
    cognito, pool = here.client("cognito-idp"), properties["UserPoolId"]
    made = cognito.create_user_pool_client(**properties)["UserPoolClient"]["ClientId"]
    remove = partial(cognito.delete_user_pool_client, UserPoolId=pool, ClientId=made)
    return Existing(made, remove, {"ClientId": made})


def user_pool_domain(here: Place, name: str, properties: Properties) -> Existing:
    cognito, domain, pool = here.client("cognito-idp"), properties["Domain"], properties["UserPoolId"]
    cognito.create_user_pool_domain(**properties)
    return Existing(domain, partial(cognito.delete_user_pool_domain, Domain=domain, UserPoolId=pool))


def web_acl(here: Place, name: str, properties: Properties) -> Existing:
    waf = here.client("wafv2")
    made = waf.create_web_acl(**properties)["Summary"]
    where = {"Name": made["Name"], "Scope": properties["Scope"], "Id": made["Id"]}
    return Existing(
        "|".join([made["Name"], made["Id"], properties["Scope"]]),
        lambda: waf.delete_web_acl(**where, LockToken=waf.get_web_acl(**where)["LockToken"]),
        {"Arn": made["ARN"], "Id": made["Id"]},
    )


def web_acl_logging(here: Place, name: str, properties: Properties) -> Existing:
    waf, acl = here.client("wafv2"), properties["ResourceArn"]
    waf.put_logging_configuration(LoggingConfiguration=properties)
    return Existing(acl, partial(waf.delete_logging_configuration, ResourceArn=acl))


def trail(here: Place, name: str, properties: Properties) -> Existing:
    cloudtrail = here.client("cloudtrail")
    logging = properties.pop("IsLogging")
    chosen = {key: properties.pop(key) for key in ("EventSelectors", "AdvancedEventSelectors") if key in properties}
    names = {"TrailName": "Name", "KMSKeyId": "KmsKeyId", "Tags": "TagsList"}
    made = cloudtrail.create_trail(**renamed(properties, names))
    name, arn = made["Name"], made["TrailARN"]
    if chosen:
        cloudtrail.put_event_selectors(TrailName=name, **chosen)
    if logging:
        cloudtrail.start_logging(Name=name)
    return Existing(name, partial(cloudtrail.delete_trail, Name=name), {"Arn": arn})


def budget(here: Place, name: str, properties: Properties) -> Existing:
    budgets, made = here.client("budgets"), properties.pop("Budget")
    made.setdefault("BudgetName", name)
    limit = made["BudgetLimit"]
    limit["Amount"] = str(limit["Amount"])  # CloudFormation has it as a number
    budgets.create_budget(AccountId=here.account, Budget=made, **properties)
    name = made["BudgetName"]
    return Existing(name, partial(budgets.delete_budget, AccountId=here.account, BudgetName=name))


def config_rule(here: Place, name: str, properties: Properties) -> Existing:
    config, name = here.client("config"), properties.setdefault("ConfigRuleName", name)
    if "InputParameters" in properties:
        properties["InputParameters"] = json.dumps(properties["InputParameters"])
    config.put_config_rule(ConfigRule=properties)
    return Existing(name, partial(config.delete_config_rule, ConfigRuleName=name), {"Arn": name})
