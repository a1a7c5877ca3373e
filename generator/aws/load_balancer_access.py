"""What a managed AWS Load Balancer Controller may do: its vendor's policy, for Application Load Balancers alone.

It marks what it makes with the cluster's name.  Left out is what no Ingress of ours asks for: network load balancers,
WAF Classic, Shield, trust stores, reserved capacity, pools of addresses (aws-load-balancer-controller 3.5,
docs/install/iam_policy.json).
"""

from __future__ import annotations

from typing import Any

from generator.components import openclaw_config
from generator.environment.model import Environment
from generator.tags import tag_map

from .policy import Allow, arn

MARK = "elbv2.k8s.aws/cluster"
ELB = "elasticloadbalancing"


def allowed(env: Environment) -> list[Allow]:
    own = [*looking(env), *security_groups(env), *load_balancers(env)]
    return [*own, *web_acl(env), *sign_in(env), *certificates(env)]


def looking(env: Environment) -> list[Allow]:
    network = (
        *("AccountAttributes", "Addresses", "AvailabilityZones", "Instances", "InternetGateways", "NetworkInterfaces"),
        *("RouteTables", "SecurityGroups", "Subnets", "Tags", "Vpcs"),
    )
    balancers = (
        *("ListenerAttributes", "ListenerCertificates", "Listeners", "LoadBalancerAttributes", "LoadBalancers"),
        *("Rules", "SSLPolicies", "Tags", "TargetGroupAttributes", "TargetGroups", "TargetHealth"),
    )
    actions = [f"ec2:Describe{kind}" for kind in network] + [f"{ELB}:Describe{kind}" for kind in balancers]
    # What only describes knows no resource.
    return [Allow(actions, ["*"], {"StringEquals": {"aws:RequestedRegion": env.cluster.region}})]


def security_groups(env: Environment) -> list[Allow]:
    """Its own, and rules in those of the nodes, which nobody has marked."""
    groups = [arn(env, "ec2", "security-group/*")]
    vpc = arn(env, "ec2", f"vpc/{env.cluster.vpc_id}")
    created = {"ec2:CreateAction": "CreateSecurityGroup"}
    rules = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    return [
        Allow(rules, groups, {"ArnEquals": {"ec2:Vpc": vpc}}),
        Allow(["ec2:CreateSecurityGroup"], groups, asked(env)),
        Allow(["ec2:CreateSecurityGroup"], [vpc]),
        Allow(["ec2:CreateTags"], groups, {"StringEquals": asked(env)["StringEquals"] | created}),
        Allow(["ec2:CreateTags", "ec2:DeleteTags"], groups, remarked(env)),
        Allow(["ec2:DeleteSecurityGroup"], groups, marked(env)),
    ]


def load_balancers(env: Environment) -> list[Allow]:
    balancers, targets = [arn(env, ELB, "loadbalancer/app/*")], [arn(env, ELB, "targetgroup/*")]
    parts = [arn(env, ELB, "listener/app/*"), arn(env, ELB, "listener-rule/app/*")]
    created = {f"{ELB}:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"]}
    service = f"{ELB}.amazonaws.com"
    linked = arn(env, "iam", f"role/aws-service-role/{service}/AWSServiceRoleForElasticLoadBalancing", region="")
    whole = (
        *("DeleteLoadBalancer", "DeleteTargetGroup", "ModifyListenerAttributes", "ModifyLoadBalancerAttributes"),
        *("ModifyTargetGroup", "ModifyTargetGroupAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
    )
    listening = (
        *("AddListenerCertificates", "CreateListener", "CreateRule", "DeleteListener", "DeleteRule", "ModifyListener"),
        *("ModifyRule", "RemoveListenerCertificates", "SetRulePriorities"),
    )
    return [
        Allow(["iam:CreateServiceLinkedRole"], [linked], {"StringEquals": {"iam:AWSServiceName": service}}),
        Allow(elb("CreateLoadBalancer", "CreateTargetGroup"), balancers + targets, asked(env)),
        Allow(elb("AddTags"), balancers + targets, {"StringEquals": asked(env)["StringEquals"] | created}),
        Allow(elb("AddTags", "RemoveTags"), balancers + targets, remarked(env)),
        Allow(elb(*whole), [*balancers, *targets, parts[0]], marked(env)),
        # The vendor asks for no mark here: what older releases made has none.
        Allow(elb(*listening), balancers + parts),
        Allow(elb("AddTags", "RemoveTags"), parts),
        Allow(elb("DeregisterTargets", "RegisterTargets"), targets),
    ]


def web_acl(env: Environment) -> list[Allow]:
    acl = env.ingress.web_acl
    if not (acl and openclaw_config.published(env)):
        return []
    whole = acl if acl.startswith("arn:") else arn(env, "wafv2", f"regional/webacl/{acl}/*")
    on_both = ("AssociateWebACL", "DisassociateWebACL", "GetWebACL", "GetWebACLForResource")
    # Neither knows a resource; the list is how the controller turns a name into an ARN.
    everywhere = elb("SetWebAcl") + (["wafv2:ListWebACLs"] if whole != acl else [])
    return [
        Allow([f"wafv2:{action}" for action in on_both], [whole, arn(env, ELB, "loadbalancer/app/*")]),
        Allow(everywhere, ["*"]),
    ]


def sign_in(env: Environment) -> list[Allow]:
    """A pool that is made here is known by its tag: it comes after the controller."""
    cognito = env.ingress.sign_in.cognito
    if not (cognito and any(env.openclaw.gateways[name].auth == "sso" for name in openclaw_config.published(env))):
        return []
    reading = ["cognito-idp:DescribeUserPoolClient"]
    if "userPoolArn" not in env.outputs:
        return [Allow(reading, [cognito.user_pool_arn])]
    tagged = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in tag_map(env).items()}}
    return [Allow(reading, [arn(env, "cognito-idp", "userpool/*")], tagged)]


def certificates(env: Environment) -> list[Allow]:
    """Only where a certificate is found by the host's name; a list knows no resource."""
    langfuse = env.langfuse.managed and env.langfuse.host
    if not (langfuse or (openclaw_config.published(env) and not env.ingress.certificates)):
        return []
    return [
        Allow(["acm:DescribeCertificate"], [arn(env, "acm", "certificate/*")]),
        Allow(["acm:ListCertificates"], ["*"]),
    ]


def elb(*actions: str) -> list[str]:
    return [f"{ELB}:{action}" for action in actions]


def asked(env: Environment) -> dict[str, Any]:
    """What is being made gets this cluster's mark."""
    return {"StringEquals": {f"aws:RequestTag/{MARK}": env.cluster.name}}


def marked(env: Environment) -> dict[str, Any]:
    """What is there has it."""
    return {"StringEquals": {f"aws:ResourceTag/{MARK}": env.cluster.name}}


def remarked(env: Environment) -> dict[str, Any]:
    """What is there has it, and the mark itself is not touched."""
    return marked(env) | {"Null": {f"aws:RequestTag/{MARK}": "true"}}
