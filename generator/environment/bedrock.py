"""Bedrock model ids: which exist, and which Regions may call them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .problem import Flaw
from .problem import Path as FieldPath
from .spelling import did_you_mean

PROFILE_REGIONS = {
    "us": ("us-", "ca-"),
    "eu": ("eu-",),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "apac": ("ap-",),
    "in": ("ap-south-",),
    "us-gov": ("us-gov-",),
}
"""Geographic inference profiles and the Regions that may call them; `global.` may be called from all."""


@cache
def known_ids(mode: str) -> frozenset[str]:
    """Ids of a mode (`chat`, `embedding`) that exist on Bedrock, from the recorded list beside this module."""
    recorded = json.loads((Path(__file__).parent / "bedrock_models.json").read_text("utf-8"))
    return frozenset(recorded[mode])


def profile(model_id: str) -> str:
    """The geography of an inference profile id (`us`, `global`, ...), or an empty string for a base model id."""
    head = model_id.partition(".")[0]
    return head if head in PROFILE_REGIONS or head == "global" else ""


def base_model(model_id: str) -> str:
    """The model behind a profile id: `global.anthropic.claude-sonnet-4-6` -> `anthropic.claude-sonnet-4-6`."""
    return model_id.removeprefix(f"{profile(model_id)}.") if profile(model_id) else model_id


def bedrock_flaws(model_id: str, region: str, path: FieldPath, mode: str = "chat") -> Iterator[Flaw]:
    """An id that does not exist, or that the Region cannot call; ARNs of the account's own profiles pass."""
    if re.match(r"arn:aws[a-z-]*:bedrock:", model_id):
        return
    if model_id not in known_ids(mode):
        fix = _proposal(model_id, mode)
        yield Flaw(path, f"Bedrock has no {mode} model «{model_id}»", fix)
        return
    geography = profile(model_id)
    if geography and geography != "global" and not region.startswith(PROFILE_REGIONS[geography]):
        fix = f"use global.{base_model(model_id)}, or call a Region of that geography"
        yield Flaw(path, f"the profile «{model_id}» cannot be called from {region}", fix)


def _proposal(model_id: str, mode: str) -> str:
    tail = model_id.rpartition(".")[2]
    same_tail = [known for known in sorted(known_ids(mode)) if known.endswith(f".{tail}")]
    if same_tail:
        return f"did you mean {min(same_tail, key=len)}?"
    if model_id.startswith("upstage."):
        return "Solar is served by Upstage's own API: use provider: upstage and id: solar-pro3"
    close = did_you_mean(model_id, sorted(known_ids(mode)))
    return close or "see the Bedrock model catalogue, or give the ARN of your own inference profile"
