"""Sections on models and how a prompt finds one: `providers`, `models`, `routing`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .bedrock import bedrock_flaws
from .fields import DnsLabel, HttpUrl, ModelId, ModelName, Period, Range, Region, Text, Usd
from .problem import Flaw
from .spelling import did_you_mean

if TYPE_CHECKING:
    from .model import Environment

ProviderName = Literal["bedrock", "anthropic", "openai", "upstage", "ollama", "vllm"]
KEYLESS = ("bedrock", "ollama", "vllm")
"""Providers without an API key: Pod Identity, and servers inside the network."""


@dataclass(frozen=True)
class Budget:
    """Money that may be spent in a period.

    A caller over its limit is refused (402 by Bifrost); a provider over its limit is passed over for the fallback, and
    without one the call is refused (429).  Without a database Bifrost counts in the pod, and a new pod starts at zero.
    """

    usd: Usd
    """Limit in USD."""
    period: Period
    """Length of the period; it starts anew when it ends."""


@dataclass(frozen=True)
class Provider:
    """Where models run."""

    region: Region | None = None
    """Bedrock only: Region that is called; the Region of the cluster when left out."""
    base_url: HttpUrl | None = None
    """Address of the server. Required for ollama and vllm; the public API when left out elsewhere."""
    budget: Budget | None = None
    """Spending limit over all callers of this provider."""


@dataclass(frozen=True)
class Price:
    """List price of a model in USD a million tokens, for budgets and cost metrics."""

    input: Annotated[float, Range(0, 10_000, "USD")]
    """Of the prompt."""
    output: Annotated[float, Range(0, 10_000, "USD")]
    """Of the reply."""
    cache_read: Annotated[float, Range(0, 10_000, "USD")] = 0.0
    """Of prompt tokens that the provider's own cache holds."""
    cache_write: Annotated[float, Range(0, 10_000, "USD")] = 0.0
    """Of prompt tokens that go into it."""


@dataclass(frozen=True)
class Model:
    """A model under the name that agents and clients use."""

    provider: ProviderName
    """Which of `providers` serves it."""
    id: ModelId
    """The provider's own id: a Bedrock model or inference profile, an API model name."""
    context_window: Annotated[int, Range(1024, 10_000_000, "tokens")]
    """Tokens of prompt and reply together."""
    max_tokens: Annotated[int, Range(1, 1_000_000, "tokens")]
    """Longest reply in tokens."""
    price: Price
    images: bool = False
    """Whether prompts may hold images."""
    fallbacks: tuple[ModelName, ...] = ()
    """Models tried in this order when the provider fails."""


@dataclass(frozen=True)
class Route:
    """Prompts that go to a model of their own."""

    name: DnsLabel
    """Name of the route: a class in logs and metrics."""
    model: ModelName
    """Where its prompts go."""
    language: Literal["ko", "ja", "zh", "ru", "el", "he", "ar", "th", "hi"] | None = None
    """A language, told by its script, or by its name where an answer in it is asked for; give this or `examples`."""
    examples: tuple[Text, ...] = ()
    """A topic, told by its examples; at least 25, in every language that users write."""


@dataclass(frozen=True)
class Embedding:
    """An embedding model, asked where the words of a prompt leave its topic open."""

    model: ModelId
    """The provider's own id, and its name at the LLM gateway: `cohere.embed-multilingual-v3`."""
    provider: Literal["bedrock", "ollama", "vllm"] = "bedrock"
    """Which of `providers` serves it: the account's own Bedrock, or a server inside the network."""
    deadline_ms: Annotated[int, Range(10, 400, "milliseconds")] = 300
    """What has not answered by then is not waited for: the words decide."""

    def check(self, env: "Environment", path: tuple[str | int, ...]) -> Iterator[Flaw]:
        if self.provider not in env.providers:
            fix = f"add providers.{self.provider}, or use one of {', '.join(env.providers)}"
            yield Flaw((*path, "provider"), f"provider «{self.provider}» is not configured", fix)
        elif self.provider == "bedrock":
            region = env.providers["bedrock"].region or env.cluster.region
            yield from bedrock_flaws(self.model, region, (*path, "model"), "embedding")
            if "cohere.embed" not in self.model:
                fix = "use a model of Cohere, e.g. cohere.embed-multilingual-v3"
                yield Flaw((*path, "model"), f"«{self.model}» takes one text a call, examples need many", fix)
        if self.model in (*env.models, "auto"):
            yield Flaw((*path, "model"), f"«{self.model}» is already the name of a model", "rename that model")


@dataclass(frozen=True)
class Routing:
    """Content-based routing: which model answers a prompt."""

    default: ModelName
    """Model of every prompt that no route claims."""
    general: tuple[Text, ...] = ()
    """Examples of prompts that belong to no topic: the explicit other side of every topic."""
    routes: tuple[Route, ...] = ()
    """Tried in order: the first that claims a prompt wins."""
    embedding: Embedding | None = None
    """Left out, the words of a prompt alone decide, and no prompt is sent anywhere to be routed."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        yield from unknown_model(self.default, ("default",), env)
        if self.embedding:
            yield from self.embedding.check(env, ("embedding",))
        for index, route in enumerate(self.routes):
            path = ("routes", index)
            yield from unknown_model(route.model, (*path, "model"), env)
            if route.name in ("general", *(other.name for other in self.routes[:index])):
                yield Flaw((*path, "name"), f"«{route.name}» is already taken", "choose another name")
            if (route.language is None) == (not route.examples):
                fix = "give exactly one of them"
                yield Flaw(path, "a route is told by its language or by its examples", fix)
            if route.examples and not self.general:
                fix = "add examples under routing.general"
                yield Flaw((*path, "examples"), "a topic without general examples would claim every prompt", fix)


def check_providers(env: "Environment") -> Iterator[Flaw]:
    """Rules of the maps `providers` and `models`, which no single entry can check."""
    for name, provider in env.providers.items():
        if name in ("ollama", "vllm") and not provider.base_url:
            fix = "add baseUrl, e.g. http://vllm.inference.svc.cluster.local:8000"
            yield Flaw(("providers", name), f"{name} has no public address", fix)
        if name == "bedrock" and provider.base_url:
            fix = "remove baseUrl; a VPC endpoint with private DNS needs none"
            yield Flaw(("providers", name, "baseUrl"), "Bedrock is addressed by its Region", fix)
        if name != "bedrock" and provider.region:
            yield Flaw(("providers", name, "region"), f"{name} has no Regions", "remove it")
    for called, model in env.models.items():
        path = ("models", called)
        if model.provider not in env.providers:
            fix = f"add providers.{model.provider}, or use one of {', '.join(env.providers)}"
            yield Flaw((*path, "provider"), f"provider «{model.provider}» is not configured", fix)
        elif model.provider == "bedrock":
            region = env.providers["bedrock"].region or env.cluster.region
            yield from bedrock_flaws(model.id, region, (*path, "id"))
        if model.max_tokens >= model.context_window:
            fix = "set it below contextWindow"
            yield Flaw((*path, "maxTokens"), f"{model.max_tokens} leaves no room for the prompt", fix)
        for index, other in enumerate(model.fallbacks):
            yield from unknown_model(other, (*path, "fallbacks", index), env)
            if other == called:
                yield Flaw((*path, "fallbacks", index), "a model cannot be its own fallback", "name another model")


def unknown_model(name: str, path: tuple[str | int, ...], env: "Environment") -> Iterator[Flaw]:
    if name not in env.models:
        hint = did_you_mean(name, env.models)
        yield Flaw(path, f"no model «{name}»" + (f" ({hint})" if hint else ""), "" if hint else _models(env))


def _models(env: "Environment") -> str:
    return f"the models are {', '.join(env.models)}"
