"""Section `aws`: what this repository makes in the account beside the cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import Email, Range
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Endpoint = Literal[
    "bedrock-runtime", "ec2", "ecr.api", "ecr.dkr", "eks-auth", "logs", "s3", "secretsmanager", "sqs", "sts", "xray"
]


NOTIFIED = 10
"""Addresses that one notification of a budget reaches (AWS Budgets quotas)."""


@dataclass(frozen=True)
class Addons:
    """EKS add-ons. Auto Mode has the Pod Identity Agent and the node monitoring agent built in."""

    node_monitoring: bool
    """eks-node-monitoring-agent, which tells Karpenter of nodes that are sick."""
    observability: bool
    """amazon-cloudwatch-observability: Container Insights and logs in CloudWatch, at CloudWatch's prices."""


@dataclass(frozen=True)
class Audit:
    """What AWS writes down."""

    trail: bool
    """A CloudTrail trail with the data events of Bedrock, Secrets Manager and the state buckets."""
    invocation_logs: bool
    """Prompts and replies of every Bedrock call, in full, in S3: one setting for the account and Region."""
    config_rules: bool
    """AWS Config rules on what the stacks made; the account needs a configuration recorder."""
    retention_days: Annotated[int, Range(1, 3650, "days")]
    """How long trail and invocation logs are kept."""


@dataclass(frozen=True)
class Waf:
    """The web ACL that `ingress.webAcl` names."""

    requests: Annotated[int, Range(10, 2_000_000_000, "requests in 5 minutes")]
    """From one address; above it is blocked."""


@dataclass(frozen=True)
class Aws:
    """The AWS layer: rendered/<env>/aws, as CloudFormation and as Terraform."""

    managed: bool
    """`false`: somebody else makes it, and what it yields is written to environments/<env>.outputs.yaml by hand."""
    addons: Addons
    audit: Audit
    waf: Waf
    mfa: Literal["required", "optional"]
    """Second factor in the Cognito user pool, where it is made here."""
    endpoints: tuple[Endpoint, ...] = ()
    """VPC endpoints: private ways to services of AWS; needs the ids in `cluster`."""
    notify: tuple[Email, ...] = ()
    """Who is told when the month's cost passes 80 % of cost.monthlyCeiling, or is forecast to pass all of it."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if not self.managed:
            return
        needs = (
            ("vpcId", env.cluster.vpc_id, bool(self.endpoints)),
            ("subnetIds", env.cluster.subnet_ids, any(one != "s3" for one in self.endpoints)),
            ("routeTableIds", env.cluster.route_table_ids, "s3" in self.endpoints),
        )
        for key, value, needed in needs:
            if needed and not value:
                fix = f"add cluster.{key}, or leave endpoints out"
                message = f"VPC endpoints cannot be made without cluster.{key}"
                yield Flaw(("endpoints",), message, fix, also=(("aws", "endpoints"),))
        if len(self.notify) > NOTIFIED:
            message = f"{len(self.notify)} addresses, but a budget tells {NOTIFIED} at most"
            yield Flaw(("notify",), message, "name a mailing list")
        bedrock = env.providers.get("bedrock")
        if self.audit.invocation_logs and bedrock and bedrock.region not in (None, env.cluster.region):
            message = f"Bedrock is called in {bedrock.region}, and writes to buckets of that Region alone"
            fix = "leave invocationLogs off, or call Bedrock in the cluster's Region"
            also = (("aws", "audit", "invocationLogs"), ("providers", "bedrock", "region"))
            yield Flaw(("audit", "invocationLogs"), message, fix, also=also)
        for index, endpoint in enumerate(self.endpoints):
            if endpoint in self.endpoints[:index]:
                yield Flaw(("endpoints", index), f"«{endpoint}» is listed twice", "remove one of the two")
