"""What a budget does when it is spent.  The state of each engine's budgets is thrown away after its test."""

import base64
import json
import urllib.request
from collections.abc import Iterator

import pytest

from tests.real import mapping
from tests.real.e2e.client import Answer
from tests.real.e2e.path import Path, unheard
from tests.real.volume import Volume

A_FORTUNE = 10**12
"""Tokens of one answer: more than every budget has money for."""
A_BUDGET = 100_000
"""Dollars: more than every budget, less than that answer costs."""


@pytest.fixture
def spent(path: Path) -> Iterator[Path]:
    """The budget of the default model's provider is spent by one answer."""
    try:
        _spend(path)
        yield path
    finally:
        _new_month(path)


@pytest.mark.engine("litellm")
def test_litellm_asks_no_provider_over_its_budget(spent: Path, path: Path) -> None:
    over = path.promise.providers[path.promise.default]
    models = [model for model, provider in path.promise.providers.items() if provider == over]
    before = len(path.chats)
    for model in models:
        answer = path.complete(model, unheard("And some more"), key=_unlimited(path))
        assert answer.text == f"answer of {path.next_id}", f"{model}: {answer}"
    assert set(path.asked_since(before)) == {path.next_id}


@pytest.mark.engine("litellm")
def test_litellm_refuses_with_429_when_nobody_within_budget_can_answer(spent: Path, path: Path) -> None:
    path.here.upstream.behave(path.next_id, status=503)
    answer = path.complete(path.promise.default, unheard("And some more"), key=_unlimited(path))
    assert answer.status == 429, str(answer)
    assert "budget" in answer.error.lower(), str(answer)


@pytest.mark.engine("bifrost")
def test_bifrost_refuses_with_402_and_asks_nobody(spent: Path, path: Path) -> None:
    before = len(path.chats)
    answer = path.complete(path.promise.default, unheard("And some more"))
    assert answer.status == 402, str(answer)
    assert "budget" in answer.error.lower(), str(answer)
    assert path.asked_since(before) == []


@pytest.fixture(scope="class")
def told(path: Path, volumes: dict[str, Volume]) -> Iterator[Answer]:
    """What the agent says over the budget.  It remembers the refusal in its state, which is thrown away, too."""
    try:
        _spend(path)
        yield path.turn(unheard("Is there money left?"))
    finally:
        _new_month(path)
        path.here.openclaw.kill()
        volumes[path.here.engine].empty()
        path.here.openclaw.start()


@pytest.mark.engine("bifrost")
class TestTheAgentOverABudget:
    def test_it_says_so(self, told: Answer) -> None:
        assert told.status == 402, str(told)
        assert "budget" in told.error.lower(), str(told)

    @pytest.mark.xfail(strict=True, reason="OpenClaw asks a provider that answered 402 nothing more for ten minutes")
    def test_it_answers_again_when_the_budget_is_raised(self, path: Path, told: Answer) -> None:
        _new_month(path)
        answer = path.turn(unheard("Is there money again?"))
        assert answer.is_complete, str(answer)


def _spend(path: Path) -> None:
    path.here.upstream.behave(path.default_id, output_tokens=A_FORTUNE, times=1)
    answer = path.complete(path.promise.default, unheard("Spend it all"), key=_unlimited(path))
    assert answer.is_complete, str(answer)
    assert path.here.llm.running
    path.here.llm.running.wait_until(lambda: _is_booked(path), 30, "the account of what was spent")


def _is_booked(path: Path) -> bool:
    """Whether the engine's books, which it keeps after the answer, show more than any budget allows."""
    if path.here.engine == "litellm":
        keys = path.redis.keys("*provider_spend*")
        return any(float(path.redis("GET", key)) > A_BUDGET for key in keys)
    name, password = (mapping.SECRETS[f"BIFROST_ADMIN_{word}"] for word in ("USERNAME", "PASSWORD"))
    signed = base64.b64encode(f"{name}:{password}".encode()).decode()
    url = f"{path.here.url('llm-gateway')}/api/governance/virtual-keys"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Basic {signed}"})) as response:
        keys = json.load(response)["virtual_keys"]
    return any(budget["current_usage"] > A_BUDGET for key in keys for budget in key.get("budgets") or [])


def _unlimited(path: Path) -> str:
    """A key without a limit of tokens a minute, which would refuse first; Bifrost checks budgets first."""
    return mapping.SECRETS["LITELLM_MASTER_KEY"] if path.here.engine == "litellm" else ""


def _new_month(path: Path) -> None:
    """LiteLLM counts in Redis and in memory, Bifrost in a file beside its config."""
    here = path.here
    here.llm.kill()
    here.cache.kill()
    for file in (here.llm.root / "app/data").glob("config.db*"):
        file.unlink()
    here.cache.start()
    here.llm.start()
