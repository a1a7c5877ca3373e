"""One running path for each engine, in the environment that renders it; OpenClaw on a volume that a drill can fill."""

from collections.abc import Iterator
from pathlib import Path as File

import pytest

from tests.real import addresses
from tests.real.e2e.path import Path
from tests.real.e2e.rendered import promise
from tests.real.stack import stack
from tests.real.volume import Volume, mounted

ENVIRONMENTS = {"litellm": "prod", "bifrost": "staging"}
PROGRAMS = {
    "litellm": ("litellm", "openclaw", "otelcol", "redis-server"),
    "bifrost": ("bifrost", "openclaw", "otelcol", "redis-search"),
}
LOGS = File("/tmp/openclaw")
"""Where OpenClaw writes its log with the traces of runs: a fixed folder, so each path gets one of its own over it."""
STATE_SIZE = "400m"
"""Of OpenClaw's volume: it writes some 60 MB, and the rest is filled within a second."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the path runs with each engine, unless it names its own."""
    if "path" in metafunc.fixturenames:
        only = [mark.args[0] for mark in metafunc.definition.iter_markers("engine")]
        engines = [
            pytest.param(engine, marks=[pytest.mark.program(name, ENVIRONMENTS[engine]) for name in PROGRAMS[engine]])
            for engine in ENVIRONMENTS
            if not only or engine in only
        ]
        metafunc.parametrize("path", engines, indirect=True, scope="session")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "engine(name): the one engine that the test is about")


@pytest.fixture(scope="session")
def volumes() -> dict[str, Volume]:
    """Engine -> where its OpenClaw keeps its state."""
    return {}


@pytest.fixture(scope="session")
def path(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, volumes: dict[str, Volume]
) -> Iterator[Path]:
    """The whole path with one engine, started once."""
    environment = ENVIRONMENTS[request.param]
    assert addresses.engine(environment) == request.param, f"{environment} does not render {request.param}"
    with stack(environment, tmp_path_factory.mktemp(request.param)) as here:
        folder = here.openclaw.root / here.written(here.gateway).lstrip("/")
        LOGS.mkdir(mode=0o700, exist_ok=True)
        with mounted(folder, STATE_SIZE, here.root / "state.log", LOGS) as state:
            volumes[request.param] = state
            here.openclaw.argv = [*state.prefix, *here.openclaw.argv]
            here.openclaw.start()
            made = Path(here, promise(environment))
            made.turn("Say that you are there")  # loads much code, which later tests need not wait for
            yield made
            if here.openclaw.running:
                here.openclaw.kill()


@pytest.fixture
def state(path: Path, volumes: dict[str, Volume]) -> Volume:
    """Where OpenClaw keeps its sessions."""
    return volumes[path.here.engine]


@pytest.fixture(autouse=True)
def _well(request: pytest.FixtureRequest) -> Iterator[None]:
    """Providers and backends of one test do not misbehave in the next."""
    yield
    if "path" in request.fixturenames:
        here = request.getfixturevalue("path").here
        here.upstream.behave_well()
        here.langfuse.accept()
        here.xray.accept()
