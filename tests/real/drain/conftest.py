"""The drills: one path for all tests of a file, out of the environment that it names, and what happened on it."""

from collections.abc import Callable, Iterator

import pytest

from tests.real import mapping
from tests.real.drain import llm_gateway
from tests.real.drain.drill import Drill
from tests.real.drain.replies import Call, Caller, bearer
from tests.real.stack import Stack, stack

FIGURE = "how it ended"
"""Name of the property of a test's report that carries a line of the summary."""


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """What the drill of a test measured, for the summary."""
    for name in {"drill", "fitting", "overrunning"} & set(request.fixturenames):
        record_property(FIGURE, str(request.getfixturevalue(name)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = [each for reports in terminalreporter.stats.values() for each in reports]
    properties = [pair for each in found if isinstance(each, pytest.TestReport) for pair in each.user_properties]
    lines = sorted({str(value) for name, value in properties if name == FIGURE})
    if lines:
        terminalreporter.section("drains")
        terminalreporter.write("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything but OpenClaw runs."""
    with stack(request.module.ENVIRONMENT, tmp_path_factory.mktemp("stack")) as made:
        yield made


@pytest.fixture(scope="module")
def caller(here: Stack) -> Caller:
    """A program with the virtual key of the gateways."""
    return Caller(here.url(llm_gateway.COMPONENT), bearer(mapping.SECRETS["VIRTUAL_KEY_OPENCLAW"]))


@pytest.fixture(scope="module")
def before(here: Stack, caller: Caller) -> Call:
    """A reply that is over before the LLM gateway ends."""
    return llm_gateway.ask(caller, "asked-before-the-end")


@pytest.fixture(scope="module")
def fitting(here: Stack, caller: Caller, before: Call) -> Drill:
    """Replies that fit the budget run while the LLM gateway ends; then it is started on the same volume."""
    drill = llm_gateway.fitting(here, caller)
    here.llm.start()
    return drill


@pytest.fixture(scope="module")
def overrunning(here: Stack, caller: Caller, restarted: object) -> Drill:
    """A fallback that fits and a stream that never ends run while the LLM gateway ends, once a file has seen in
    `restarted` what it knows after its first end."""
    return llm_gateway.overrunning(here, caller)
