"""Users and sessions on spans: from what each sender says, and within one trace on every span of it."""

from __future__ import annotations

import re

from generator.components import bifrost, litellm, otel_identity
from generator.environment.model import Environment

SAID, SPREAD, CLEARED = otel_identity.identities()


def targets(statements: list[str]) -> list[str]:
    return [match[1] for one in statements if (match := re.match(r"(?:set|delete_key)\((.+?), ", one))]


def test_what_a_sender_says_itself_is_kept() -> None:
    for statement in SAID["statements"][: len(otel_identity.SOURCES)]:
        (target,) = targets([statement])
        assert statement.endswith(f"where {target} == nil")


def test_an_agent_is_told_by_its_gateway() -> None:
    expected = (
        'set(span.attributes["user.id"], resource.attributes["k8s.pod.name"])'
        ' where resource.attributes["service.name"] == "openclaw-gateway"'
    )
    assert expected in SAID["statements"]


def test_only_a_sender_of_single_traces_has_its_session_spread() -> None:
    """Other senders put several traces into one export: a session would be given to strangers."""
    through_the_resource = [one for one in SAID["statements"] if one.startswith("set(resource.")]
    assert len(through_the_resource) == 2
    for one in (*through_the_resource, *SPREAD["statements"], *CLEARED["statements"]):
        assert 'resource.attributes["service.name"] == "bifrost"' in one


def test_nothing_is_left_on_the_resource() -> None:
    carried = [one.removeprefix("resource.") for one in targets(SAID["statements"]) if one.startswith("resource.")]
    cleared = [f"attributes[{match[1]}]" for one in CLEARED["statements"] if (match := re.search(r', (".+?")', one))]
    assert cleared == carried


def test_senders_call_themselves_so(defaults: Environment) -> None:
    assert bifrost.traces(defaults)["config"]["service_name"] == otel_identity.ONE_TRACE
    assert litellm.environ(defaults, 30)["OTEL_SERVICE_NAME"] not in (otel_identity.ONE_TRACE, otel_identity.AGENTS)
