"""What an estimate rests on, and what it leaves out: both in words, since a sum without them misleads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.check.objectset import ObjectSet
from generator.environment.model import Environment

from . import account, nodes
from .line import shown
from .models import shares
from .prices import borrowed, price_list, spot

UNSOURCED = "no price with a source that can be named"


def assumptions(env: Environment) -> Iterator[str]:
    usage = env.cost.usage
    mix = ", ".join(f"{name} {share:.0%}" for name, share in shares(env).items())
    yield (
        f"{usage.model_calls:,} model calls a month, {usage.input_tokens:,} tokens in and {usage.output_tokens:,} out "
        f"each ({mix}), {usage.cache_hits:.0%} answered by the cache, give or take {usage.margin:.0%} like all of "
        "cost.usage"
    )
    yield "low: every autoscaler at its minimum all month; high: at its maximum all month; nothing for rollouts"
    yield (
        "nodes: requests packed onto the cheapest mix of the pool's types, beside what add-ons take of each node; a "
        "required spread over zones is kept, a preferred one gives way to consolidation"
    )
    if env.compute.capacity == "spot-first":
        seen = price_list()["spot"]["seen"]
        yield f"Spot at {shown(spot())} of the on-demand price ({seen}); where Spot runs out, on-demand is paid"
    if env.compute.provisioner == "auto-mode":
        yield f"EKS Auto Mode adds {price_list()['autoMode']['share']:.0%} of the on-demand price"
    if note := borrowed(env.cluster.region):
        yield note
    if env.aws.audit.config_rules:
        yield f"{account.EVALUATIONS} evaluations a month of each AWS Config rule"
    if env.langfuse.managed:
        yield f"Langfuse writes {account.WRITES_PER_CALL} objects to S3 for each model call"
    yield "list prices, without taxes, support, discounts and Savings Plans"


def not_counted(env: Environment, objects: ObjectSet, unpriced: Sequence[str]) -> Iterator[str]:
    """`unpriced` names the pools whose nodes have no price."""
    for name in unpriced:
        yield f"nodes of pool {name}: no type with a price takes all its pods"
    asked = nodes.elsewhere(objects)
    if not asked.within(0, 0):
        yield f"nodes outside our pools: charts ask them for {asked}, and their type is the cluster's to choose"
    yield from _managed(env)
    if env.gitops.argocd.mode == "eks-managed":
        yield f"the EKS capability for Argo CD: {UNSOURCED}"
    if env.network.flow_monitor:
        yield f"Network Flow Monitor: {UNSOURCED}"
    if env.telemetry.xray:
        yield f"traces in X-Ray: {UNSOURCED}"
    if env.aws.managed and env.aws.addons.observability:
        yield f"CloudWatch Container Insights: {UNSOURCED}"
    for provider in ("ollama", "vllm"):
        if any(model.provider == provider for model in env.models.values()):
            yield f"the servers of {provider}: run by somebody else"
    if env.routing.embedding or env.cache.semantic:
        yield "embeddings of prompts, for routing or the semantic cache: at most 0.1 USD a million tokens"
    yield f"public IPv4 addresses: {UNSOURCED}"
    yield "data between zones, and from providers' prompt caches, which make calls cheaper: nothing says how much"
    yield "requests to KMS, SQS, SNS, EventBridge and Route 53: below a dollar"
    yield "extended support of EKS, from the day on which the Kubernetes version leaves standard support"


def _managed(env: Environment) -> Iterator[str]:
    """Stores outside the cluster: their sizes are nowhere in the environment file."""
    size = "its size is not in the environment file"
    if env.cache.mode == "elasticache":
        yield f"ElastiCache of the LLM gateway's cache: {size}"
    if env.langfuse.enabled and not env.langfuse.managed:
        yield "Langfuse: run by somebody else"
    if env.langfuse.managed:
        for store, name in (("postgres", "PostgreSQL"), ("redis", "Redis"), ("clickhouse", "ClickHouse")):
            if getattr(env.langfuse, store):
                yield f"{name} of Langfuse: {size}"
