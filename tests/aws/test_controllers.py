"""Managed controllers: each does its own work on what is this cluster's."""

from __future__ import annotations

import pytest

from generator.aws import controllers
from generator.environment.callers import Cognito
from generator.environment.model import Environment

from .account import changed, policies
from .evaluate import Call, Context, allowed

EC2 = "arn:aws:ec2:us-east-1:111122223333:"
ELB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:"
CLUSTER = "openclaw-staging"
VPC = f"{EC2}vpc/vpc-0123456789abcdef0"


@pytest.fixture
def env(environments: dict[str, Environment]) -> Environment:
    return environments["staging"]


def may(env: Environment, name: str, action: str, resource: str, context: Context | None = None) -> bool:
    return allowed(policies(env, name), Call(action, resource, context or {}))


def owned(cluster: str = CLUSTER) -> dict[str, str]:
    return {f"aws:ResourceTag/kubernetes.io/cluster/{cluster}": "owned", "aws:ResourceTag/karpenter.sh/nodepool": "x"}


def requested(cluster: str = CLUSTER) -> dict[str, str]:
    return {
        f"aws:RequestTag/kubernetes.io/cluster/{cluster}": "owned",
        "aws:RequestTag/eks:eks-cluster-name": cluster,
        "aws:RequestTag/karpenter.sh/nodepool": "x",
    }


def test_what_exists_is_somebody_elses(environments: dict[str, Environment]) -> None:
    assert [one.name for one in controllers.identities(environments["prod"])] == []
    found = [one.service_account for one in controllers.identities(environments["staging"])]
    assert found == ["cilium-operator", "karpenter", "aws-load-balancer-controller"]


def test_karpenter_launches_what_it_marks_for_this_cluster(env: Environment) -> None:
    instance = f"{EC2}instance/i-1"
    assert may(env, "Karpenter", "ec2:RunInstances", instance, requested())
    assert not may(env, "Karpenter", "ec2:RunInstances", instance)
    assert not may(env, "Karpenter", "ec2:RunInstances", instance, requested("other"))
    assert not may(env, "Karpenter", "ec2:RunInstances", instance.replace("us-east-1", "us-east-2"), requested())
    for used in (f"{EC2}subnet/s", f"{EC2}security-group/g", "arn:aws:ec2:us-east-1::image/ami-1"):
        assert may(env, "Karpenter", "ec2:CreateFleet", used), used
    assert not may(env, "Karpenter", "ec2:RunInstances", f"{EC2}capacity-reservation/c")
    assert may(env, "Karpenter", "ec2:RunInstances", f"{EC2}launch-template/l", owned())
    assert not may(env, "Karpenter", "ec2:RunInstances", f"{EC2}launch-template/l")


def test_karpenter_marks_what_it_makes_as_it_makes_it(env: Environment) -> None:
    volume = f"{EC2}volume/v"
    assert may(env, "Karpenter", "ec2:CreateTags", volume, requested() | {"ec2:CreateAction": "RunInstances"})
    assert not may(env, "Karpenter", "ec2:CreateTags", volume, requested())
    assert not may(env, "Karpenter", "ec2:CreateTags", volume, requested() | {"ec2:CreateAction": "CreateVolume"})
    named: Context = owned() | {"aws:TagKeys": ["Name", "karpenter.sh/nodeclaim"]}
    taken: Context = owned() | {"aws:TagKeys": ["Name", "kubernetes.io/cluster/other"]}
    assert may(env, "Karpenter", "ec2:CreateTags", f"{EC2}instance/i-1", named)
    assert not may(env, "Karpenter", "ec2:CreateTags", f"{EC2}instance/i-1", taken)


def test_karpenter_ends_what_is_its_own(env: Environment) -> None:
    assert may(env, "Karpenter", "ec2:TerminateInstances", f"{EC2}instance/i-1", owned())
    assert not may(env, "Karpenter", "ec2:TerminateInstances", f"{EC2}instance/i-1")
    assert not may(env, "Karpenter", "ec2:TerminateInstances", f"{EC2}instance/i-1", owned("other"))


def test_karpenter_gives_nodes_the_role_of_nodes_and_no_other(env: Environment) -> None:
    passed = {"iam:PassedToService": "ec2.amazonaws.com"}
    role = f"arn:aws:iam::111122223333:role/{env.compute.node.role}"
    assert may(env, "Karpenter", "iam:PassRole", role, passed)
    assert not may(env, "Karpenter", "iam:PassRole", "arn:aws:iam::111122223333:role/Administrator", passed)
    assert not may(env, "Karpenter", "iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"})


def test_karpenter_changes_instance_profiles_of_its_own(env: Environment) -> None:
    profile = "arn:aws:iam::111122223333:instance-profile/x"
    mine = {
        f"aws:ResourceTag/kubernetes.io/cluster/{CLUSTER}": "owned",
        "aws:ResourceTag/topology.kubernetes.io/region": "us-east-1",
        "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass": "openclaw",
    }
    asked = {key.replace("Resource", "Request"): value for key, value in mine.items()}
    asked["aws:RequestTag/eks:eks-cluster-name"] = CLUSTER
    assert may(env, "Karpenter", "iam:CreateInstanceProfile", profile, asked)
    assert not may(env, "Karpenter", "iam:CreateInstanceProfile", profile)
    assert may(env, "Karpenter", "iam:TagInstanceProfile", profile, mine | asked)
    assert not may(env, "Karpenter", "iam:TagInstanceProfile", profile, asked)
    assert may(env, "Karpenter", "iam:AddRoleToInstanceProfile", profile, mine)
    assert not may(env, "Karpenter", "iam:AddRoleToInstanceProfile", profile)


def test_karpenter_reads_its_queue_and_its_cluster(env: Environment) -> None:
    queue = "arn:aws:sqs:us-east-1:111122223333:openclaw-staging"
    assert may(env, "Karpenter", "sqs:ReceiveMessage", queue)
    assert not may(env, "Karpenter", "sqs:SendMessage", queue)
    assert not may(env, "Karpenter", "sqs:ReceiveMessage", f"{queue}-2")
    assert may(env, "Karpenter", "eks:DescribeCluster", env.cluster.arn)
    assert not may(env, "Karpenter", "eks:DescribeCluster", f"{env.cluster.arn}-2")
    ours = changed(env, "platform.interruption_queue", "notices")
    assert may(ours, "Karpenter", "sqs:ReceiveMessage", queue.replace("openclaw-staging", "notices"))


def test_cilium_stays_inside_its_vpc(env: Environment) -> None:
    interface = f"{EC2}network-interface/eni-1"
    for action in ("AssignPrivateIpAddresses", "DeleteNetworkInterface", "UnassignPrivateIpAddresses"):
        assert may(env, "CiliumOperator", f"ec2:{action}", interface, {"ec2:Vpc": VPC}), action
        assert not may(env, "CiliumOperator", f"ec2:{action}", interface, {"ec2:Vpc": f"{VPC}1"}), action
    assert may(env, "CiliumOperator", "ec2:CreateNetworkInterface", interface)
    assert may(env, "CiliumOperator", "ec2:CreateNetworkInterface", f"{EC2}subnet/s", {"ec2:Vpc": VPC})
    assert may(env, "CiliumOperator", "ec2:AttachNetworkInterface", f"{EC2}instance/i-1")
    assert not may(env, "CiliumOperator", "ec2:TerminateInstances", f"{EC2}instance/i-1")
    anywhere = changed(env, "cluster.vpc_id", None)
    assert may(anywhere, "CiliumOperator", "ec2:DeleteNetworkInterface", interface)


BALANCER = f"{ELB}loadbalancer/app/k8s-openclaw/1"
MARK = "elbv2.k8s.aws/cluster"


@pytest.mark.parametrize("action", ["DeleteLoadBalancer", "SetSecurityGroups", "ModifyLoadBalancerAttributes"])
def test_the_load_balancer_controller_changes_what_bears_its_mark(env: Environment, action: str) -> None:
    name, whole = "LoadBalancerController", f"elasticloadbalancing:{action}"
    assert may(env, name, whole, BALANCER, {f"aws:ResourceTag/{MARK}": CLUSTER})
    assert not may(env, name, whole, BALANCER, {f"aws:ResourceTag/{MARK}": "other"})
    assert not may(env, name, whole, BALANCER)


def test_the_load_balancer_controller_makes_what_it_marks(env: Environment) -> None:
    name, asked = "LoadBalancerController", {f"aws:RequestTag/{MARK}": CLUSTER}
    create = "elasticloadbalancing:CreateLoadBalancer"
    assert may(env, name, create, BALANCER, asked)
    assert not may(env, name, create, BALANCER)
    assert not may(env, name, create, f"{ELB}loadbalancer/net/k8s-x/1", asked)
    tagging, created = "elasticloadbalancing:AddTags", {"elasticloadbalancing:CreateAction": "CreateLoadBalancer"}
    assert may(env, name, tagging, BALANCER, asked | created)
    assert not may(env, name, tagging, BALANCER, asked)
    assert not may(env, name, tagging, BALANCER, {f"aws:ResourceTag/{MARK}": CLUSTER} | asked)
    assert may(env, name, tagging, BALANCER, {f"aws:ResourceTag/{MARK}": CLUSTER})
    assert not may(env, name, tagging, BALANCER)


def test_the_load_balancer_controller_keeps_to_the_security_groups_of_its_vpc(env: Environment) -> None:
    name, group = "LoadBalancerController", f"{EC2}security-group/sg-1"
    assert may(env, name, "ec2:AuthorizeSecurityGroupIngress", group, {"ec2:Vpc": VPC})
    assert not may(env, name, "ec2:AuthorizeSecurityGroupIngress", group, {"ec2:Vpc": f"{VPC}1"})
    assert may(env, name, "ec2:DeleteSecurityGroup", group, {f"aws:ResourceTag/{MARK}": CLUSTER})
    assert not may(env, name, "ec2:DeleteSecurityGroup", group)
    assert may(env, name, "ec2:CreateSecurityGroup", VPC)
    assert not may(env, name, "ec2:CreateSecurityGroup", f"{VPC}1")


def test_a_web_acl_is_bound_only_where_there_is_one(env: Environment) -> None:
    name, acl = "LoadBalancerController", "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/door/id"
    assert not may(env, name, "wafv2:AssociateWebACL", acl)
    by_name = changed(env, "ingress.web_acl", "door")
    assert may(by_name, name, "wafv2:AssociateWebACL", acl)
    assert may(by_name, name, "wafv2:ListWebACLs", "*")
    assert not may(by_name, name, "wafv2:AssociateWebACL", acl.replace("door", "other"))
    by_arn = changed(env, "ingress.web_acl", acl)
    assert may(by_arn, name, "wafv2:AssociateWebACL", acl)
    assert not may(by_arn, name, "wafv2:ListWebACLs", "*")
    closed = changed(by_arn, "ingress.enabled", False)
    assert not may(closed, name, "wafv2:AssociateWebACL", acl)


def test_the_client_of_the_user_pool_is_read(env: Environment) -> None:
    """A pool that is made here is known by its tag, one of somebody else by its ARN."""
    name, action = "LoadBalancerController", "cognito-idp:DescribeUserPoolClient"
    pool = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abc"
    tags = {"app.kubernetes.io/part-of": "openclaw", "openclaw.io/environment": "staging"}
    tagged = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    assert may(env, name, action, pool, tagged)
    assert not may(env, name, action, pool)
    theirs = changed(env, "outputs", frozenset())
    theirs = changed(theirs, "ingress.sign_in.cognito", Cognito(pool, "client", "domain"))
    assert may(theirs, name, action, pool)
    assert not may(theirs, name, action, f"{pool}d", tagged)


def test_certificates_are_looked_for_only_where_none_is_named(env: Environment) -> None:
    name, found = "LoadBalancerController", "arn:aws:acm:us-east-1:111122223333:certificate/1"
    assert may(env, name, "acm:DescribeCertificate", found)
    named = changed(env, "ingress.certificates", (found,))
    assert not may(named, name, "acm:ListCertificates", "*")
    assert may(changed(named, "langfuse.host", "langfuse.example.com"), name, "acm:ListCertificates", "*")
