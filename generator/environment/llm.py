"""Sections on the LLM gateway and what it remembers: `llmGateway`, `cache`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .bedrock import bedrock_flaws
from .delivery import Delivery
from .fields import DnsLabel, ModelId, ModelName, Range, Seconds, ServerHost, Size
from .image import Image
from .models import Budget, unknown_model
from .openclaw import Resources
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Replicas:
    """How many pods of the LLM gateway run."""

    minimum: Annotated[int, Range(1, 100)]
    """Pods that always run."""
    maximum: Annotated[int, Range(1, 100)]
    """Pods that a HorizontalPodAutoscaler may add up to; equal to the minimum there is none."""
    target_cpu: Annotated[int, Range(10, 95, "percent of the CPU request")]
    """Average use of CPU at which it adds a pod."""
    target_requests: Annotated[int, Range(1, 10_000, "requests a second")] | None = None
    """Requests a second and pod at which it adds one; needs an adapter that serves the metric to the autoscaler."""


@dataclass(frozen=True)
class RateLimit:
    """What one virtual key may ask in a minute."""

    requests: Annotated[int, Range(1, 1_000_000, "requests a minute")]
    """Calls in a minute."""
    tokens: Annotated[int, Range(1, 1_000_000_000, "tokens a minute")]
    """Tokens in a minute, prompts and replies together."""


@dataclass(frozen=True)
class VirtualKey:
    """A caller of the LLM gateway: its secret is generated in Secrets Manager, its rights are here."""

    models: tuple[ModelName, ...] = ()
    """Models it may call; empty means all."""
    budget: Budget | None = None
    """Spending limit of this caller (Bifrost)."""
    rate_limit: RateLimit | None = None


@dataclass(frozen=True)
class Images:
    """Images of both engines; only the chosen one runs."""

    bifrost: Image
    litellm: Image


@dataclass(frozen=True)
class Database:
    """An existing PostgreSQL, for budgets that survive a restart."""

    host: ServerHost
    """Its host name."""
    port: Annotated[int, Range(1, 65535)]
    """Its port, 5432 as a rule."""
    name: DnsLabel
    """Name of the database; user and password come from Secrets Manager."""


@dataclass(frozen=True)
class LlmGateway:
    """The OpenAI-compatible gateway in front of every provider."""

    engine: Literal["bifrost", "litellm"]
    """`bifrost`: a single static binary, fast, counts budgets in memory; `litellm`: shares budgets over Redis."""
    images: Images
    replicas: Replicas
    request_timeout: Seconds
    """Longest call to a provider, of a stream its longest silence; half of modelTimeout leaves time for a fallback."""
    resources: Resources
    virtual_keys: Annotated[Mapping[DnsLabel, VirtualKey], Size(1)]
    """One entry a caller."""
    delivery: Delivery
    database: Database | None = None
    """Keeps Bifrost's budgets over restarts; its open edition then runs one pod only."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from self.images.bifrost.flaws(("images", "bifrost"), "bifrost", "v2.6.0")
        yield from self.images.litellm.flaws(("images", "litellm"), "litellm", "v1.109.1")
        if self.replicas.maximum < self.replicas.minimum:
            fix = f"set maximum to {self.replicas.minimum} or more"
            yield Flaw(
                ("replicas", "maximum"),
                f"{self.replicas.maximum} is below the minimum",
                fix,
                also=(("llmGateway", "replicas", "minimum"),),
            )
        if self.engine == "bifrost" and self.database and self.replicas.maximum > 1:
            yield Flaw(
                ("replicas", "maximum"),
                f"{self.replicas.maximum} replicas with a database: Bifrost's open edition does not share state "
                "between nodes",
                "use 1 replica, or drop `database` and accept budgets counted per pod",
                also=(("llmGateway", "database"),),
            )
        if self.engine == "litellm" and self.replicas.maximum > 1 and env.cache.mode == "none":
            yield Flaw(
                ("replicas", "maximum"),
                f"{self.replicas.maximum} LiteLLM replicas without a cache each count budgets and limits alone",
                "set cache.mode to in-cluster or elasticache, or use 1 replica",
                also=(("cache", "mode"), ("llmGateway", "engine")),
            )
        if self.engine == "litellm" and self.database:
            fix = "remove it; provider budgets are shared over the cache"
            yield Flaw(("database",), "only Bifrost keeps budgets in it", fix)
        for name, key in self.virtual_keys.items():
            for index, model in enumerate(key.models):
                yield from unknown_model(model, ("virtualKeys", name, "models", index), env)
            if key.budget and self.engine == "litellm":
                fix = "put the budget on the provider (providers.<name>.budget), or use engine: bifrost"
                message = "LiteLLM counts a key's budget only in a database"
                yield Flaw(("virtualKeys", name, "budget"), message, fix, also=(("llmGateway", "engine"),))
        for flaw in self.delivery.check(env):
            yield Flaw(("delivery", *flaw.path), flaw.message, flaw.fix, flaw.also)
        drain = env.openclaw.drain
        if self.request_timeout > drain.model_timeout:
            fix = f"set requestTimeout to {drain.model_timeout} or less"
            message = f"{self.request_timeout} s outlasts OpenClaw, which gives up after {drain.model_timeout} s"
            yield Flaw(("requestTimeout",), message, fix, also=(("openclaw", "drain", "modelTimeout"),))


@dataclass(frozen=True)
class Semantic:
    """Answers from similar, not only equal, prompts (Bifrost)."""

    model: ModelId
    """Embedding model on Bedrock, of Amazon's Titan family."""
    dimension: Annotated[int, Range(2, 8192)]
    """Length of its vectors."""
    threshold: Annotated[float, Range(0.5, 1)]
    """Cosine similarity above which a stored answer is given again."""


@dataclass(frozen=True)
class Cache:
    """The response cache of the LLM gateway, and where LiteLLM's replicas share their budgets."""

    mode: Literal["in-cluster", "elasticache", "none"]
    """A Redis beside the gateway, an ElastiCache endpoint, or no caching."""
    image: Image
    resources: Resources
    ttl: Annotated[int, Range(1, 2_592_000, "seconds")]
    """How long an answer is given again."""
    endpoint: ServerHost | None = None
    """ElastiCache: host of the primary or configuration endpoint, reached with TLS on 6379."""
    semantic: Semantic | None = None
    """Left out, only equal prompts hit."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from self.image.flaws(("image",), "redis", "8.4.2")
        if (self.mode == "elasticache") != (self.endpoint is not None):
            fix = "give both, or neither"
            message = "mode: elasticache and endpoint belong together"
            yield Flaw(("endpoint",), message, fix, also=(("cache", "mode"),))
        if self.semantic:
            region = env.providers["bedrock"].region if "bedrock" in env.providers else None
            path = ("semantic", "model")
            yield from bedrock_flaws(self.semantic.model, region or env.cluster.region, path, "embedding")
            if self.semantic.model.startswith("cohere."):
                message = "Bifrost sends Cohere's models no input_type, which Bedrock refuses: nothing is ever compared"
                yield Flaw(path, message, "use amazon.titan-embed-text-v2:0")
        if self.semantic and (self.mode == "none" or env.llm_gateway.engine != "bifrost"):
            fix = "use engine: bifrost with a cache, or remove `semantic`"
            message = "only Bifrost with a cache compares prompts by meaning"
            yield Flaw(("semantic",), message, fix, also=(("llmGateway", "engine"), ("cache", "mode")))
