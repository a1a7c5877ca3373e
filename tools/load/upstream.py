"""The provider behind the gateways: the program `fast-upstream` of the catalogue, and how it is told what to do."""

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from tests.real.stack import NotHere
from tests.real.upstream.authority import Authority
from tools.programs import Unavailable, program

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Manner:
    """How it answers from now on."""

    delay: int = 0
    """Milliseconds before an answer, and before the first chunk of a stream."""
    chunks: int = 10
    """Of a stream."""
    gap: int = 0
    """Milliseconds between two of them."""
    words: int = 200
    """Of an answer, five characters each."""


@dataclass(frozen=True)
class Seen:
    """What it was asked since it was told how to answer."""

    requests: int
    open: int
    """Streams that are held open now."""
    peak: int
    """The most of them at a time."""
    chunks: int
    """That it has sent."""
    credentials: int
    """How often it was asked for them."""


@dataclass(frozen=True)
class Upstream:
    """A running one; made by `running`."""

    plain: str
    """Host and port for http; OpenAI's API and Bedrock's, and a telemetry backend that keeps nothing."""
    secure: str
    """Host and port for https."""

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://{self.plain}"

    def behave(self, manner: Manner) -> None:
        """Answer so, and count from zero."""
        self._ask("/behave", json.dumps(asdict(manner)).encode())

    def seen(self) -> Seen:
        """Until now."""
        return Seen(**json.loads(self._ask("/seen")))

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        with _DIRECT.open(self.url + path, body, timeout=10) as response:
            answer: bytes = response.read()
        return answer


@contextlib.contextmanager
def running(authority: Authority) -> Iterator[Upstream]:
    """One for the time of the block; raises NotHere where it cannot be had."""
    found = program("fast-upstream")
    if isinstance(found, Unavailable):
        raise NotHere(f"{found.name}: {found.reason}")
    argv = [*found.argv, "-certificate", str(authority.certificate), "-key", str(authority.key)]
    # It ends with its standard input.
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield Upstream(**json.loads(server.stdout.readline()))
        finally:
            server.stdin.close()
