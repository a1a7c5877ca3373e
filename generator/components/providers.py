"""Where models run, as both engines of the LLM gateway see it: which providers are in use, their addresses and keys."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.environment.models import ProviderName

KEY_VARIABLES: dict[ProviderName, str] = {
    "anthropic": "PROVIDER_ANTHROPIC_KEY",
    "openai": "PROVIDER_OPENAI_KEY",
    "upstage": "PROVIDER_UPSTAGE_KEY",
}
"""Environment variables of API keys.  Not the names that engines look for by themselves: LiteLLM would then let a
caller through to any model of that provider, past models, prices and budgets."""

PUBLIC_ADDRESSES: dict[ProviderName, str] = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com",
    "upstage": "https://api.upstage.ai",
}


def in_use(env: Environment) -> dict[ProviderName, list[str]]:
    """The models of every provider that a model, the cache or routing needs; both in order of name."""
    found: dict[ProviderName, list[str]] = {name: [] for name in embedders(env)}
    for name, model in sorted(env.models.items()):
        found.setdefault(model.provider, []).append(name)
    return dict(sorted(found.items()))


def embedders(env: Environment) -> dict[ProviderName, list[str]]:
    """The embedding models of every provider that has any: what the semantic cache and content routing call."""
    wanted: list[tuple[ProviderName, str]] = []
    if env.cache.semantic:
        wanted.append(("bedrock", env.cache.semantic.model))
    if env.routing.embedding:
        wanted.append((env.routing.embedding.provider, env.routing.embedding.model))
    found: dict[ProviderName, list[str]] = {}
    for provider, model in dict.fromkeys(wanted):
        found.setdefault(provider, []).append(model)
    return found


def address(env: Environment, provider: ProviderName) -> str:
    """URL of a provider other than Bedrock, without a version segment, which the engines treat differently."""
    configured = env.providers[provider].base_url
    return (configured or PUBLIC_ADDRESSES[provider]).removesuffix("/v1")


def bedrock_hosts(env: Environment) -> tuple[str, ...]:
    """Where Bedrock is called: for models and, by Bifrost alone, for the list of models and for OpenAI's."""
    runtime = f"bedrock-runtime.{region(env)}.amazonaws.com"
    if env.llm_gateway.engine == "litellm":
        return (runtime,)
    return (runtime, f"bedrock.{region(env)}.amazonaws.com", f"bedrock-mantle.{region(env)}.api.aws")


def region(env: Environment) -> str:
    """The Region in which Bedrock is called."""
    bedrock = env.providers.get("bedrock")
    return (bedrock.region if bedrock else None) or env.cluster.region


def is_private(env: Environment, provider: ProviderName) -> bool:
    """Whether the address of a provider may be a private one: inside the cluster, or behind a VPC endpoint."""
    return provider == "bedrock" or address(env, provider).startswith("http://")


def per_token(usd_per_million: float) -> float:
    """USD a token, as the double nearest to the decimal: 2.2 becomes 2.2e-06 and not 2.1999999999999997e-06."""
    return float(f"{usd_per_million}e-6")
