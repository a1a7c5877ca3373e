"""What is hidden, what is left as it is, and where."""

from __future__ import annotations

import json
import re

import pytest

from generator.components import openclaw_config, otel_identity, otel_redaction

PRIVATE_KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA+/Zs\nAwEHoUQ==\n-----END EC PRIVATE KEY-----"
PLANTED = {
    "e-mail": "kim.min+work@example.co.kr",
    "Visa": "4111 1111 1111 1111",
    "Visa, unspaced": "4111111111111111",
    "Mastercard": "5500-0055-5555-5559",
    "American Express": "378282246310005",
    "Korean resident number": "900101-1234567",
    "bearer token": "Bearer abcdefghijklmnopqrstuvwx",
    "bearer token, lower case": "bearer abcdefghijklmnopqrstuvwx",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_",
    "virtual key": "sk-bf-0123456789abcdefghijkl",
    "Langfuse key": "sk-lf-12345678-1234-1234-1234-123456789abc",
    "AWS access key": "AKIAABCDEFGHIJKLMNOP",
    "AWS temporary key": "ASIAABCDEFGHIJKLMNOP",
    "AWS secret key, file": "secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS secret key, shell": "SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS secret key, environment": "secretAccessKey=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS secret key, JSON": 'SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    "AWS session token": "IQoJ" + "b3JpZ2luX2Vj" * 10,
    "GitHub token": "ghp_" + "a1" * 18,
    "GitHub fine-grained token": "github_pat_" + "A1_" * 15,
    "Slack token": "xoxb-123456789012-abcdef",
    "private key": PRIVATE_KEY,
    "private key in JSON": json.dumps(PRIVATE_KEY).strip('"'),
    "truncated private key": PRIVATE_KEY[:55],
}
HARMLESS = (
    "task-management-application-plan for the desk-organisation-committee",
    "550e8400-e29b-41d4-a716-446655440000",
    "1795314457000000000 ns, 4457000000000, 2026-11-22T02:40:57Z",
    "arn:aws:bedrock:us-east-1:111122223333:inference-profile/global.anthropic.claude-sonnet-4-6",
    "docker.io/library/redis:8.4.2@sha256:abc",
    "bearer of news; the secret_access_key is missing; -----BEGIN CERTIFICATE-----",
    "오늘 저녁 메뉴를 추천해 줘 (010-1234-5678)",
    "0af7651916cd43dd8448eb211c80319c",
)


def python(pattern: str) -> re.Pattern[str]:
    """A pattern of Go: the end of the text is written \\z there, and digits are ASCII."""
    return re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)


def redacted(text: str) -> str:
    for pattern in otel_redaction.SECRET_VALUES:
        text = python(pattern).sub("****", text)
    return text


@pytest.mark.parametrize("secret", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_secret_does_not_pass(secret: str) -> None:
    prompt = redacted(f"please use {secret}\nand go on")
    assert "****" in prompt
    left = prompt.replace("****", "").replace("please use", "").replace("and go on", "").strip()
    assert left == "", f"left of it: {left}"


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def test_a_prompt_in_json_stays_json() -> None:
    prompt = json.dumps([{"role": "user", "content": f'key "{PRIVATE_KEY}" of {PLANTED["e-mail"]}'}])
    assert json.loads(redacted(prompt)) == [{"role": "user", "content": 'key "****" of ****'}]


def hidden(name: str) -> bool:
    return any(python(pattern).search(name) for pattern in otel_redaction.SECRET_KEYS)


@pytest.mark.parametrize(
    "name",
    [
        "http.request.header.authorization",
        "x-api-key",
        "apiKey",
        "db.password",
        "aws_secret_access_key",
        "Set-Cookie",
        "session_token",
        "auth.token",
        "client_secret",
        "privateKey",
    ],
)
def test_a_telling_name_hides_its_value(name: str) -> None:
    assert hidden(name)


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.request.max_tokens",
        "openclaw.tokens.input",
        "openclaw.token",
        "openclaw.context.tokens",
        "gen_ai.virtual_key_name",
        "k8s.pod.name",
        "service.name",
    ],
)
def test_numbers_of_tokens_and_names_of_keys_stay(name: str) -> None:
    assert not hidden(name)


def is_content(name: str) -> bool:
    return python(otel_redaction.CONTENT).search(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.prompt.0.content",
        "gen_ai.completion.0.content",
        "gen_ai.system_instructions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.raw_request",
        "input.value",
        "output.value",
        "openclaw.content.tool_input",
        "gen_ai.request.tools",
        "gen_ai.input.text",
    ],
)
def test_prompts_do_not_reach_xray(name: str) -> None:
    assert is_content(name)


@pytest.mark.parametrize(
    "name",
    [
        "gen_ai.usage.input_tokens",
        "gen_ai.request.model",
        "gen_ai.tool.name",
        "gen_ai.response.id",
        "openclaw.outcome",
        "gen_ai.operation.name",
        "openclaw.model_call.prompt.total_chars",
    ],
)
def test_measurements_do_reach_xray(name: str) -> None:
    assert not is_content(name)


def statements(made: list[str]) -> list[tuple[str, str]]:
    """What a statement works on, and the pattern in it."""
    found = [re.fullmatch(r'\w+\(([\w.]+), ("(?:\\.|[^"\\])*").*', one) for one in made]
    return [(one[1], json.loads(one[2])) for one in found if one]


def test_names_and_errors_are_searched_as_attributes_are() -> None:
    made = statements(otel_redaction.without_secrets())
    assert [text for text, _ in made] == ["span.name", "span.status.message"]
    for _, pattern in made:
        assert [value for value in otel_redaction.SECRET_VALUES if value not in pattern] == []


def test_prompts_are_removed_from_spans_and_from_their_events_apart() -> None:
    """In one list the collector runs all of it for events, and a span without events keeps its prompt."""
    spans, events = otel_redaction.without_content()
    assert (spans["context"], events["context"]) == ("span", "spanevent")
    assert statements(spans["statements"]) == [("span.attributes", otel_redaction.CONTENT)]
    assert statements(events["statements"]) == [("spanevent.attributes", otel_redaction.CONTENT)]
    assert spans["statements"][-1] == "truncate_all(span.attributes, 4096)"


def test_only_the_llm_gateway_tells_usage() -> None:
    assert otel_redaction.without_usage() == [
        r'delete_matching_keys(span.attributes, "^gen_ai\\.usage\\.")'
        r' where resource.attributes["service.name"] == "openclaw-gateway"'
    ]
    assert otel_identity.AGENTS == openclaw_config.SERVICE_NAME


def test_lists_and_maps_are_searched_and_no_label_is_added() -> None:
    made = otel_redaction.redaction()
    assert (made["redact_all_types"], made["summary"]) == (True, "silent")


def test_the_name_of_a_virtual_key_is_not_taken_for_the_key() -> None:
    assert hidden(otel_identity.KEY_NAME), "the pattern needs no exception any more"
    assert otel_redaction.redaction()["ignored_keys"] == [otel_identity.KEY_NAME]
