"""Redis starts as rendered, with the password and the limits of redis.conf, and answers the rendered probes."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.real import manifests, mapping
from tests.real.accept import bench
from tests.real.accept.subjects import environments
from tests.real.stack import Stack
from tools.programs import Unavailable, program

COMPONENT = "cache"
SERVERS = ["redis-server", "redis-search"]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((server, *values.values), marks=values.marks, id=f"{values.id}-{server}")
        for server in SERVERS
        for values in environments(server, component=COMPONENT)
    ],
)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The cache, run by one of the servers."""
    server, environment = request.param
    with (
        bench.bench(environment, tmp_path_factory.mktemp("bench")) as made,
        bench.running(bench.cache(made, server)) as made.cache,
    ):
        yield made


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_it_answers_the_probe(here: Stack, probe: str) -> None:
    command = manifests.container(here.environment, COMPONENT)[probe]["exec"]["command"]
    assert command[0] == "redis-cli"
    run = _cli(here, *command[1:])
    assert (run.returncode, run.stdout.strip()) == (0, "PONG"), run.stderr


def test_nobody_gets_in_without_the_password(here: Stack) -> None:
    assert "NOAUTH" in _cli(here, "ping", password="").stdout


def test_what_the_gateway_never_needs_is_refused(here: Stack) -> None:
    for command in ("flushall", "config get maxmemory", "keys *", "shutdown nosave", "module list"):
        assert "NOPERM" in _cli(here, *command.split()).stdout, command


def test_it_keeps_within_the_rendered_memory_and_evicts(here: Stack) -> None:
    rendered = dict(line.split(maxsplit=1) for line in _conf(here.environment) if " " in line)
    memory = dict(line.split(":", 1) for line in _cli(here, "info", "memory").stdout.split() if ":" in line)
    megabytes = int(rendered["maxmemory"].removesuffix("mb"))
    assert int(memory["maxmemory"]) == megabytes * 2**20
    assert memory["maxmemory_policy"] == rendered["maxmemory-policy"]


def _cli(here: Stack, *arguments: str, password: str = mapping.SECRETS["password"]) -> subprocess.CompletedProcess[str]:
    found = program("redis-cli")
    assert not isinstance(found, Unavailable)
    credentials = {"REDISCLI_AUTH": password} if password else {}
    return subprocess.run(
        [*found.argv, "-p", str(here.ports["cache/redis"]), *arguments],
        env={"PATH": os.defpath, **credentials},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _conf(environment: str) -> list[str]:
    [text] = [text for path, text in manifests.mounted(environment, COMPONENT).items() if path.endswith("/redis.conf")]
    return text.splitlines()
