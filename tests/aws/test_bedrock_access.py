"""The LLM gateway calls the models of its environment, and no other: not in another Region, not past a profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.aws import bedrock_access
from generator.environment.bedrock import PROFILE_REGIONS
from generator.environment.model import Environment
from generator.environment.models import Provider

from .account import changed, policies, triples, without_model
from .evaluate import Call, allowed

PROFILE = "arn:aws:bedrock:{region}:111122223333:inference-profile/{id}"


def env_with(defaults: Environment, model_id: str, region: str | None = None) -> Environment:
    """One model, on Bedrock."""
    model = replace(defaults.models["glm-4.7"], id=model_id, fallbacks=())
    routing = replace(defaults.routing, default="only", routes=(), embedding=None)
    return replace(
        defaults, name="test", models={"only": model}, routing=routing, providers={"bedrock": Provider(region=region)}
    )


def may(env: Environment, resource: str, profile: str = "", action: str = "bedrock:InvokeModel") -> bool:
    context = {"bedrock:InferenceProfileArn": profile} if profile else {}
    return allowed(policies(env, "LlmGateway"), Call(action, resource, context))


@pytest.mark.parametrize("action", ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"])
def test_a_model_is_called_where_the_gateway_calls_and_nowhere_else(defaults: Environment, action: str) -> None:
    env = env_with(defaults, "zai.glm-4.7")
    assert may(env, "arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.7", action=action)
    assert not may(env, "arn:aws:bedrock:us-west-2::foundation-model/zai.glm-4.7", action=action)
    assert not may(env, "arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.7-flash", action=action)
    assert not may(env, "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5", action=action)


def test_a_region_of_the_provider_is_the_one_that_is_called(defaults: Environment) -> None:
    env = env_with(defaults, "zai.glm-4.7", "us-west-2")
    assert may(env, "arn:aws:bedrock:us-west-2::foundation-model/zai.glm-4.7")
    assert not may(env, "arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.7")


def test_a_geographic_profile_needs_the_model_in_each_of_its_regions(defaults: Environment) -> None:
    env = env_with(defaults, "eu.anthropic.claude-sonnet-4-6", "eu-central-1")
    profile = PROFILE.format(region="eu-central-1", id="eu.anthropic.claude-sonnet-4-6")
    assert may(env, profile)
    assert not may(env, PROFILE.format(region="eu-west-1", id="eu.anthropic.claude-sonnet-4-6"))
    assert not may(env, PROFILE.format(region="eu-central-1", id="global.anthropic.claude-sonnet-4-6"))
    model = "arn:aws:bedrock:{}::foundation-model/anthropic.claude-sonnet-4-6"
    found = {one.split(":")[3] for name, _, one, _ in triples(env) if name == "LlmGateway" and "foundation" in one}
    assert found == {
        *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
        *("eu-west-1", "eu-west-2", "eu-west-3"),
    }
    assert all(may(env, model.format(region), profile) for region in found)
    assert not may(env, model.format("us-east-1"), profile)


def test_a_model_behind_a_profile_is_not_called_past_it(defaults: Environment) -> None:
    env = env_with(defaults, "global.anthropic.claude-sonnet-4-6")
    here = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6"
    profile = PROFILE.format(region="us-east-1", id="global.anthropic.claude-sonnet-4-6")
    assert may(env, here, profile)
    assert not may(env, here)
    assert not may(env, here, PROFILE.format(region="us-east-1", id="us.anthropic.claude-sonnet-4-6"))


def test_a_global_profile_needs_the_model_of_no_region(defaults: Environment) -> None:
    env = env_with(defaults, "global.anthropic.claude-sonnet-4-6")
    profile = PROFILE.format(region="us-east-1", id="global.anthropic.claude-sonnet-4-6")
    assert may(env, profile)
    assert may(env, "arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6", profile)
    assert not may(env, "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-sonnet-4-6", profile)


def test_a_profile_may_be_called_from_a_region_that_it_sends_nothing_to(defaults: Environment) -> None:
    """Canada's own Region is one of the destinations of a call from there alone."""
    env = env_with(defaults, "us.anthropic.claude-sonnet-4-6", "ca-central-1")
    profile = PROFILE.format(region="ca-central-1", id="us.anthropic.claude-sonnet-4-6")
    assert may(env, "arn:aws:bedrock:ca-central-1::foundation-model/anthropic.claude-sonnet-4-6", profile)
    assert may(env, "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6", profile)


def test_every_geography_has_its_regions() -> None:
    assert bedrock_access.DESTINATIONS.keys() == {*PROFILE_REGIONS, "global"}


def test_a_system_profile_by_arn_is_as_one_by_id(defaults: Environment) -> None:
    arn = PROFILE.format(region="us-west-2", id="us.anthropic.claude-haiku-4-5-20251001-v1:0")
    env = env_with(defaults, arn)
    model = "arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"
    assert may(env, arn)
    assert may(env, model, arn)
    assert not may(env, model)


def test_an_application_profile_reaches_what_it_was_made_of_through_itself_alone(defaults: Environment) -> None:
    arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123"
    env = env_with(defaults, arn)
    model = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6"
    assert may(env, arn)
    assert may(env, model, arn)
    assert not may(env, model)
    assert not may(env, arn.replace("abc123", "abc124"))
    assert not may(env, model, arn.replace("abc123", "abc124"))


def test_an_endpoint_of_ones_own_is_its_arn(defaults: Environment) -> None:
    arn = "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123"
    found = {resource for name, _, resource, _ in triples(env_with(defaults, arn)) if name == "LlmGateway"}
    assert found - {"*"} == {arn}


def test_embedding_models_are_called_too(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    for model in ("cohere.embed-multilingual-v3", "amazon.titan-embed-text-v2:0"):
        assert may(env, f"arn:aws:bedrock:us-east-1::foundation-model/{model}"), model
    assert not may(env, "arn:aws:bedrock:us-east-1::foundation-model/cohere.embed-english-v3")


def test_only_bifrost_asks_which_models_there_are(environments: dict[str, Environment]) -> None:
    for name, expected in {"staging": True, "prod": False}.items():
        assert may(environments[name], "*", action="bedrock:ListFoundationModels") is expected, name


def test_without_a_model_of_bedrock_there_is_no_identity(environments: dict[str, Environment]) -> None:
    env = environments["staging"]
    for name in [name for name, model in env.models.items() if model.provider == "bedrock"]:
        env = without_model(env, name)
    env = changed(changed(env, "cache.semantic", None), "routing.embedding", None)
    assert policies(env, "LlmGateway") == []
