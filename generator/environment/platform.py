"""Section `platform`: the controllers that the components need, and who brings them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from .convert import camel
from .fields import QueueName
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

Mode = Literal["existing", "managed"]


@dataclass(frozen=True)
class Platform:
    """Each controller is in the cluster already (`existing`: docs/platform.md says which settings it must have), or
    comes from its official chart as an Application of its own (`managed`)."""

    karpenter: Mode
    """Provisions the nodes."""
    external_secrets: Mode
    """Writes the Secrets, from AWS Secrets Manager."""
    load_balancer_controller: Mode
    """AWS Load Balancer Controller: makes the load balancer of `ingress`."""
    prometheus: Mode
    """kube-prometheus-stack: scrapes, alerts, and shows the dashboards."""
    cert_manager: Mode
    """Issues certificates to the webhooks of the Load Balancer Controller and of the ClickHouse operator."""
    argo_rollouts: Mode
    """Rolls the LLM gateway out step by step."""
    clickhouse_operator: Mode
    """Runs ClickHouse for Langfuse; in alpha."""
    interruption_queue: QueueName | None = None
    """SQS queue of Spot interruption notices, which Karpenter reads; left out, it is called like the cluster."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if env.compute.provisioner == "auto-mode":
            for key, mode in (("karpenter", self.karpenter), ("loadBalancerController", self.load_balancer_controller)):
                if mode == "managed":
                    message = "EKS Auto Mode brings its own: two of them would fight over the same objects"
                    fix = "set it to existing, or use provisioner: karpenter"
                    yield Flaw((key,), message, fix, also=(("compute", "provisioner"),))
        if self.load_balancer_controller == "managed" and not env.cluster.vpc_id:
            message = "the controller cannot ask its node for the VPC: metadata answers only the node itself"
            fix = "add cluster.vpcId, e.g. vpc-0123456789abcdef0"
            yield Flaw(("loadBalancerController",), message, fix, also=(("platform", "loadBalancerController"),))

    @property
    def managed(self) -> list[str]:
        """The keys of the controllers that come as charts."""
        return [camel(spec.name) for spec in fields(self) if getattr(self, spec.name) == "managed"]

    def queue(self, cluster: str) -> str:
        """Name of the interruption queue."""
        return self.interruption_queue or cluster
