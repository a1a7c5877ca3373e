"""What the LLM gateway may do on Bedrock: call the models that the environment names, and no other.

`Converse` and its stream are authorised as the two calls below.  A profile sends a call to any of its Regions, and
needs the model there; what is behind a profile may be called through that profile alone (Bedrock user guide, geographic
and global cross-Region inference).
"""

from __future__ import annotations

from collections.abc import Iterable

from generator.components import providers
from generator.environment.bedrock import base_model, profile
from generator.environment.model import Environment

from .policy import Allow, arn

INVOKE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")

DESTINATIONS = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "eu": (
        *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
        *("eu-west-1", "eu-west-2", "eu-west-3"),
    ),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "apac": (
        *("ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"),
        *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7"),
        "me-central-1",
    ),
    "in": ("ap-south-1", "ap-south-2"),
    "us-gov": ("us-gov-east-1", "us-gov-west-1"),
    # An ARN without a Region stands for all of them.
    "global": ("",),
}
"""Where a profile of a geography may send a call, besides the Region in which it is made; which of them it does is in
each model's card (AWS CDK 2.275, aws-bedrock-alpha, CrossRegionInferenceProfileRegion; India's two Regions are not in
it)."""


def allowed(env: Environment) -> list[Allow]:
    """Nothing where no model is Bedrock's."""
    found = [one for model_id in model_ids(env) for one in calls(env, model_id)]
    if found and env.llm_gateway.engine == "bifrost":
        # Bifrost asks at its start which models there are; AWS knows the action for all models only.
        found.append(Allow(["bedrock:ListFoundationModels"], ["*"]))
    return found


def model_ids(env: Environment) -> list[str]:
    """The ids of models, of the semantic cache and of content routing, each once."""
    found = [model.id for model in env.models.values() if model.provider == "bedrock"]
    return sorted({*found, *providers.embedders(env).get("bedrock", [])})


def calls(env: Environment, model_id: str) -> list[Allow]:
    """Of one model: by id, or by the ARN of the account's own profile, deployment or endpoint."""
    region = providers.region(env)
    if not model_id.startswith("arn:"):
        if not profile(model_id):
            return [Allow(INVOKE, [foundation_model(env, region, model_id)])]
        whole = arn(env, "bedrock", f"inference-profile/{model_id}", region=region)
        return through(env, whole, region, model_id)
    _, _, _, region, _, resource = model_id.split(":", 5)
    kind, _, name = resource.partition("/")
    if kind == "inference-profile":
        return through(env, model_id, region, name)
    made = [Allow(INVOKE, [model_id])]
    if kind == "application-inference-profile":
        # Which model it was made of, and where that is, is not in its ARN.
        made.append(behind(model_id, [foundation_model(env, "*", "*")]))
    return made


def through(env: Environment, whole: str, region: str, profile_id: str) -> list[Allow]:
    """The profile with this ARN, and the models behind it."""
    regions = sorted({region, *DESTINATIONS[profile(profile_id)]})
    models = [foundation_model(env, one, base_model(profile_id)) for one in regions]
    return [Allow(INVOKE, [whole]), behind(whole, models)]


def behind(whole: str, models: Iterable[str]) -> Allow:
    return Allow(INVOKE, list(models), {"StringEquals": {"bedrock:InferenceProfileArn": whole}})


def foundation_model(env: Environment, region: str, model: str) -> str:
    return arn(env, "bedrock", f"foundation-model/{model}", region=region, account="")
