"""aws-bedrock-models: the LLM gateway's role covers the Bedrock models of its configuration, and nothing more.

A model that the role does not cover is listed, priced and routed to, and every call of it fails with AccessDenied,
which the fallback hides until somebody looks at the bill.  A model that it covers without need is one that whoever
breaks in may run up a bill with.

Looked at: the rendered configuration of every workload with a Pod Identity association: LiteLLM's `model_list`, and the
models of Bifrost's Bedrock keys with their aliases, which hold the models for chat, for embeddings and for the semantic
cache.  Each needs `bedrock:InvokeModel`, one for chat also `bedrock:InvokeModelWithResponseStream`, on: the model's ARN
in the Region that is called; for an inference profile the profile's ARN as well, and the model's in the other Regions
of its geography (`global.`: the ARN without a Region), since the profile calls the model there in the role's name
(Bedrock user guide, prerequisites for inference profiles).

A statement with the condition `bedrock:InferenceProfileArn` counts for that profile alone.

Limits: other conditions are believed to hold.  Of the Regions of a geography, one beside the calling one is asked for;
an application inference profile's own ARN is enough here, though it needs its models' as well, which only AWS knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.check.aws.account import Account, Resource
from generator.check.aws.identities import association, role_of
from generator.check.aws.policies import Statement, covers, statements
from generator.check.objectset import Breach
from generator.check.rules import Severity
from generator.check.traffic.configs import Config, configs
from generator.check.walk import each, table, text, texts
from generator.environment.bedrock import PROFILE_REGIONS, base_model, profile

ID, SEVERITY = "aws-bedrock-models", Severity.ERROR
REMEDIATION = "let the role's statement follow the models of the configuration"

INVOKE, STREAM = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"


@dataclass(frozen=True)
class Use:
    """A model that a configuration calls, in a Region."""

    model: str
    region: str
    streams: bool

    @property
    def needed(self) -> list[tuple[str, str]]:
        """What must be covered, as a pattern for a person and an ARN without partition and account."""
        if self.model.startswith("arn:"):
            return [(self.model, _plain(self.model))]
        base, geography = base_model(self.model), profile(self.model)
        model = f"foundation-model/{base}"
        found = [f"bedrock:{self.region}::{model}"]
        if geography:
            found.insert(0, f"bedrock:{self.region}:ACCOUNT:inference-profile/{self.model}")
        if geography == "global":
            found.append(f"bedrock:::{model}")
        return [(f"arn:aws:{one}", one) for one in found]

    @property
    def elsewhere(self) -> str:
        """The model's part of the ARN that must be covered in another Region too; empty where no other is called."""
        is_geographic = profile(self.model) not in ("", "global")
        return f"foundation-model/{base_model(self.model)}" if is_geographic else ""

    @property
    def names(self) -> set[str]:
        """What ARNs may name because of it."""
        if self.model.startswith("arn:"):
            return {_name(self.model)}
        return {f"foundation-model/{base_model(self.model)}", f"inference-profile/{self.model}"}


def check(account: Account) -> Iterator[Breach]:
    objects = account.objects
    if not objects:
        return
    for item in objects.workloads():
        used = {use for config in configs(objects, item) for use in uses(config)}
        bound = association(account, item)
        role = role_of(account, bound) if bound else None
        if used and role:
            yield from _judged(account, role, used)


def uses(config: Config) -> Iterator[Use]:
    """The Bedrock models that an LLM gateway's configuration calls."""
    if config.program == "litellm":
        for _, one in each(config.value, "model_list"):
            params = table(one, "litellm_params")
            if text(params, "model").startswith("bedrock/"):
                embeds = text(one, "model_info", "mode") == "embedding"
                model = re.sub("^(converse|converse_like|invoke)/", "", text(params, "model").removeprefix("bedrock/"))
                yield Use(model, text(params, "aws_region_name"), not embeds)
    elif config.program == "bifrost":
        for _, key in each(config.value, "providers", "bedrock", "keys"):
            region, aliases = text(key, "bedrock_key_config", "region"), table(key, "aliases")
            for name in texts(key, "models"):
                alias = table(aliases, name)
                arn, model = text(alias, "inference_profile_arn"), text(alias, "model_id") or name
                yield Use(f"{arn}/{model}" if arn else model, region, name in aliases)


def _judged(account: Account, role: Resource, used: set[Use]) -> Iterator[Breach]:
    allowing = [one for one in statements(account) if one.resource is role and one.allows and not one.is_trust]
    named = {name for use in used for name in use.names}
    for statement in allowing:
        if any(covers(action, call) for action in statement.texts("Action") for call in (INVOKE, STREAM)):
            for path, resource in statement.entries("Resource"):
                arn = account.said(role.template, resource)
                if _name(arn) not in named:
                    message = f"lets the role call «{arn}», which no configuration uses: it can run up a bill there"
                    yield Breach(role, path, message)
    for use in sorted(used, key=lambda one: (one.model, one.region)):
        for call in (INVOKE, STREAM) if use.streams else (INVOKE,):
            arns = _covered(account, allowing, call, use)
            missing = [shown for shown, arn in use.needed if not any(covers(one, arn) for one in arns)]
            if not missing and use.elsewhere and not _reaches(arns, use):
                missing = [f"{use.elsewhere} in the other Regions of {profile(use.model)}."]
            if missing:
                message = f"{call} of {use.model} is not allowed on {missing[0]}: every such call is denied"
                yield Breach(role, role.path("Policies"), message)


def _covered(account: Account, allowing: list[Statement], call: str, use: Use) -> list[str]:
    """The resources on which a call is allowed, in the name of what is used."""
    return [
        _plain(account.said(statement.resource.template, resource))
        for statement in allowing
        if any(covers(action, call) for action in statement.texts("Action")) and _is_for(statement, use)
        for _, resource in statement.entries("Resource")
    ]


def _is_for(statement: Statement, use: Use) -> bool:
    """Whether a statement that holds for calls through one profile alone holds for this one."""
    through = [values for _, key, values in statement.conditions() if key == "bedrock:inferenceprofilearn"]
    return all(any(covers(_plain(one), use.needed[0][1]) for one in values) for values in through)


def _reaches(arns: list[str], use: Use) -> bool:
    """Whether a model is covered in a Region of its geography beside the one that is called."""
    starts = PROFILE_REGIONS[profile(use.model)]
    for arn in arns:
        _, region, _, name = [*arn.split(":", 3), "", "", ""][:4]
        if name == use.elsewhere and region != use.region and region.startswith(("*", *starts)):
            return True
    return "*" in arns


def _plain(arn: str) -> str:
    """An ARN from its service on, without the number of its account, which is the role's in any case."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn
    _, _, service, region, owner, named = parts
    return f"{service}:{region}:{owner and 'ACCOUNT'}:{named}"


def _name(arn: str) -> str:
    """The last part of an ARN, which may hold colons."""
    return arn.split(":", 5)[-1]
