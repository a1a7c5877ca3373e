"""What the rendered configs promise, read from them: who answers for a model, who steps in, which prompt goes where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.real import addresses, manifests, mapping


@dataclass(frozen=True)
class Promise:
    """Of one environment."""

    default: str
    """The model of an agent that nobody asked for another."""
    ids: Mapping[str, str]
    """Model -> what its provider calls it."""
    providers: Mapping[str, str]
    """Model -> its provider, as the engine calls it."""
    fallbacks: Mapping[str, list[str]]
    """Model -> who steps in, in order."""
    prompts: Mapping[str, tuple[str, str]]
    """Route -> a prompt that belongs to it, and the model that it must reach.  `general` belongs to none."""
    keys: Mapping[str, str]
    """Environment variable of each virtual key of the LLM gateway -> its value in the tests."""
    cached_under: str
    """Part of the names of cached answers in Redis."""


GENERAL = "Which river flows through the largest number of capital cities?"
HANGUL = "안녕하세요, 오늘 서울 날씨가 어떤지 알려 주세요"


def promise(environment: str) -> Promise:
    """Read it from rendered/<environment>."""
    read = _litellm if addresses.engine(environment) == "litellm" else _bifrost
    ids, providers, fallbacks, cached_under = read(environment)
    gateway = addresses.gateways(environment)[0]
    router = addresses.config(environment, gateway, "/router.json")
    prompts = {route["name"]: (_prompt(route), route["model"]) for route in router["routes"]}
    return Promise(
        default=router["default"],
        ids=ids,
        providers=providers,
        fallbacks=fallbacks,
        prompts={"general": (GENERAL, router["default"])} | prompts,
        keys={
            name: value
            for name, value in manifests.variables(environment, "llm-gateway").items()
            if name.startswith("VIRTUAL_KEY_")
        },
        cached_under=cached_under,
    )


def output_price(environment: str, model: str) -> float:
    """USD of one token that a model answers."""
    if addresses.engine(environment) == "litellm":
        models = addresses.config(environment, "llm-gateway", "/config.yaml")["model_list"]
        [price] = [each["litellm_params"] for each in models if each["model_name"] == model]
    else:
        price = addresses.config(environment, "llm-gateway", "/pricing.json")[model]
    found: float = price["output_cost_per_token"]
    return found


def gateway_key(environment: str) -> str:
    """What the OpenClaw gateway under test shows the LLM gateway."""
    return manifests.variables(environment, addresses.gateways(environment)[0])["LLM_GATEWAY_API_KEY"]


def sign_in(environment: str) -> dict[str, str]:
    """Headers of a request to the OpenClaw gateway: a token, or what the ALB says of a person."""
    auth = addresses.openclaw(environment, addresses.gateways(environment)[0])["gateway"]["auth"]
    if auth["mode"] == "token":
        return {"Authorization": f"Bearer {mapping.SECRETS['token']}"}
    proxy = auth["trustedProxy"]
    return {
        **dict.fromkeys(proxy["requiredHeaders"], "given"),
        proxy["userHeader"]: "11111111-2222-4333-8444-555555555555",
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "https",
    }


Read = tuple[dict[str, str], dict[str, str], dict[str, list[str]], str]


def _litellm(environment: str) -> Read:
    config = addresses.config(environment, "llm-gateway", "/config.yaml")
    models = {model["model_name"]: model["litellm_params"]["model"].split("/") for model in config["model_list"]}
    ids = {name: steps[-1] for name, steps in models.items() if steps[0] != "auto_router"}
    providers = {name: models[name][0] for name in ids}
    fallbacks = {name: others for each in config["router_settings"]["fallbacks"] for name, others in each.items()}
    return ids, providers, fallbacks, config["litellm_settings"]["cache_params"]["namespace"]


def _bifrost(environment: str) -> Read:
    config = addresses.config(environment, "llm-gateway", "/config.json")
    aliases = {
        name: (alias["model_id"], provider)
        for provider, settings in config["providers"].items()
        for key in settings["keys"]
        for name, alias in key.get("aliases", {}).items()
    }
    ids = {name: model for name, (model, _) in aliases.items()}
    providers = {name: provider for name, (_, provider) in aliases.items()}
    fallbacks = {
        rule["name"].removeprefix("model-"): [name.partition("/")[2] for name in rule["fallbacks"]]
        for rule in config["governance"]["routing_rules"]
        if rule["name"].startswith("model-")
    }
    [cache] = [plugin["config"] for plugin in config["plugins"] if plugin["name"] == "semantic_cache"]
    return ids, providers, fallbacks, cache["vector_store_namespace"]


def _prompt(route: Mapping[str, Any]) -> str:
    """An example of a topic is of that topic; a language is known by its letters."""
    if "examples" in route:
        found: str = route["examples"][0]
        return found
    assert any(span.startswith("AC00") for span in route["letters"]), f"no prompt for {route['name']}"
    return HANGUL
