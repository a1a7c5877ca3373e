"""7: calls of Bedrock are in CloudTrail.

Its event history keeps management events for 90 days, whether or not there is a trail; an event takes some minutes to
appear (CloudTrail user guide).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

from generator.components import providers
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .look import Look, said
from .result import Observation, attempt, failed, ok, skipped
from .rights import Action, Need

TITLE = "calls are audited"
REMEDY = "send a prompt to a model of Bedrock, and look again after 15 minutes; docs/bootstrap.md has the trail"
EVENTS = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")
WINDOW = timedelta(days=1)


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    return [Action("cloudtrail:LookupEvents")] if "bedrock" in providers.in_use(env) else []


def check(look: Look) -> Iterator[Observation]:
    if "bedrock" in providers.in_use(look.env):
        yield from attempt(_newest(look), REMEDY)
    else:
        yield skipped("no model of this environment is Bedrock's")


def _newest(look: Look) -> Iterator[Observation]:
    region = providers.region(look.env)
    since = (look.now - WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in EVENTS:
        attribute = f"AttributeKey=EventName,AttributeValue={name}"
        argv = ("cloudtrail", "lookup-events", "--lookup-attributes", attribute, "--start-time", since)
        for event in look.access.aws(*argv, "--max-items", "10", region=region).get("Events", ()):
            if told := _told(look, name, json.loads(event.get("CloudTrailEvent", "{}"))):
                yield told
                return
    yield failed(f"CloudTrail has no call of Bedrock in {region} in the last 24 hours", REMEDY)


def _told(look: Look, name: str, event: Obj) -> Observation | None:
    """What an event of Bedrock says; other services may have operations of the same name."""
    if event.get("eventSource") != "bedrock.amazonaws.com":
        return None
    model = (event.get("requestParameters") or {}).get("modelId", "a model")
    issuer = (event.get("userIdentity") or {}).get("sessionContext", {}).get("sessionIssuer", {})
    who = issuer.get("userName") or (event.get("userIdentity") or {}).get("arn", "somebody")
    refused = f", refused: {event['errorCode']}" if event.get("errorCode") else ""
    return ok(f"{name} of {model} by {who}, {said(look.ago(event['eventTime']))}{refused}")
