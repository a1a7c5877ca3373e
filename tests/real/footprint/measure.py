"""Starting each program of a path, giving it work, and reading what it takes."""

import datetime
import os
import platform
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.real import manifests, mapping
from tests.real.drain import openclaw
from tests.real.drain.replies import Caller, bearer
from tests.real.footprint.record import Figures
from tests.real.footprint.usage import usage
from tests.real.otlp import PROTOBUF, Span, encode
from tests.real.pod import Pod
from tests.real.stack import Stack, stack
from tools.programs import Program, program
from tools.programs.catalogue import catalogue

QUIET = 15
"""Seconds after which a program that has just started is taken to be idle."""
AT_ONCE = 8
"""Callers side by side."""
CHATS, TURNS, EXPORTS = 100, 40, 500
"""The first two together stay below the rates of the virtual keys."""
ANSWERS, ANSWER = 200_000, 4096
"""Answers that the cache is given, and bytes of each: twice what it may hold."""


def figures(environment: str, root: Path) -> Iterator[Figures]:
    """Every program of an environment's path, one after the other; raises NotHere when one cannot be had."""
    with stack(environment, root) as here:
        if "cache" in manifests.components(environment):
            yield measured(here, "redis-search", "cache", here.cache, lambda: fill(here))
        yield measured(here, "otelcol", "otel-collector", here.collector, lambda: export(here))
        yield measured(here, here.engine, "llm-gateway", here.llm, lambda: chat(here))
        yield measured(here, "openclaw", here.gateway, here.openclaw, lambda: turns(here), lambda: openclaw.start(here))


def measured(
    here: Stack, name: str, component: str, pod: Pod, work: Callable[[], str], start: Callable[[], None] | None = None
) -> Figures:
    """Start a pod (again), let it come to rest, let it work."""
    if pod.running:
        pod.stop()
    load = os.getloadavg()[0]
    began = time.monotonic()
    (start or pod.start)()
    wall = time.monotonic() - began
    assert pod.running
    ready = usage(pod.running)
    time.sleep(QUIET)
    idle = usage(pod.running)
    calls = work()
    after = usage(pod.running)
    found = program(name)
    assert isinstance(found, Program)
    return Figures(
        program=name,
        runs=found.version,
        rendered=", ".join(manifests.tags(here.environment, catalogue()[name].image)),
        differs=catalogue()[name].differs,
        environment=here.environment,
        component=component,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=machine(),
        load=round(load, 1),
        ready_cpu=round(ready.cpu, 1),
        ready_wall=round(wall, 1),
        idle=round(idle.resident),
        calls=calls,
        after=round(after.resident),
        peak=round(after.peak),
    )


def machine() -> str:
    """CPUs and memory of this machine."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in info.splitlines() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} x {model or platform.machine()}, {memory:.0f} GiB"


def turns(here: Stack) -> str:
    """Agent turns, in a conversation for each of the callers."""

    def turn(number: int) -> None:
        call = openclaw.ask(here, f"turn-number-{number}", f"conversation-{number % AT_ONCE}")
        assert call.is_complete, str(call)

    _side_by_side(turn, TURNS)
    return f"{TURNS} turns, {AT_ONCE} at a time"


def chat(here: Stack) -> str:
    """Chats with the LLM gateway, no two of them equal."""
    caller = Caller(here.url("llm-gateway"), bearer(mapping.SECRETS["VIRTUAL_KEY_OPENCLAW"]))

    def one(number: int) -> None:
        call = caller.ask(f"chat-number-{number}", "glm-4.7").join(120)
        assert call.is_complete, str(call)

    _side_by_side(one, CHATS)
    return f"{CHATS} chats, {AT_ONCE} at a time"


def export(here: Stack) -> str:
    """Batches of spans for the collector."""
    said = {"text": "x" * 500}
    spans = [Span(f"{number:032x}", f"{number:016x}", "", "chat", "bifrost", said) for number in range(1, 101)]
    payload = encode(spans)

    def one(number: int) -> None:
        status = here.send("otel-collector", "otlp-http", "/v1/traces", payload, PROTOBUF)
        assert status == 200, f"the collector answered {status}"

    _side_by_side(one, EXPORTS)
    return f"{EXPORTS} batches of {len(spans)} spans, {AT_ONCE} at a time"


def fill(here: Stack) -> str:
    """More answers than the cache may hold."""
    with socket.create_connection(("127.0.0.1", here.ports["cache/redis"]), timeout=60) as connection:
        replies = connection.makefile("rb")
        value = "x" * ANSWER
        answers = (("SET", f"answer-{number}", value) for number in range(ANSWERS))
        for command in (("AUTH", mapping.SECRETS["password"]), *answers):
            words = "".join(f"${len(word)}\r\n{word}\r\n" for word in command)
            connection.sendall(f"*{len(command)}\r\n{words}".encode())
            reply = replies.readline()
            assert reply == b"+OK\r\n", f"{command[:2]}: {reply!r}"
    return f"{ANSWERS} answers of {ANSWER // 1024} KiB, twice what it may hold"


def _side_by_side(one: Callable[[int], None], count: int) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(count)))
