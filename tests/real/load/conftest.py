"""A gateway whose nature is known in the place of the real ones: what is measured must be what it was told to do."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.real import process
from tests.real.load import gateway
from tests.real.load.gateway import Nature
from tests.real.pod import Pod
from tests.real.upstream.authority import Authority
from tools.load import limits, upstream
from tools.load.drive import Target
from tools.load.plan import Share
from tools.load.start import CHAT, Kind, Subject
from tools.load.upstream import Upstream

MEMORY = 512
"""MiB that it may have."""

Make = Callable[[Nature], contextlib.AbstractContextManager[Subject]]


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The provider behind it."""
    with upstream.running(Authority.create(tmp_path_factory.mktemp("authority"))) as made:
        yield made


@pytest.fixture(scope="module")
def fake(fast: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Starts a gateway of that nature."""

    @contextlib.contextmanager
    def make(nature: Nature) -> Iterator[Subject]:
        root, port = tmp_path_factory.mktemp("fake"), process.free_port()
        with limits.limited("fake", MEMORY) as group:
            argv = [sys.executable, str(Path(gateway.__file__)), str(port), fast.plain, json.dumps(asdict(nature))]
            url = f"http://127.0.0.1:{port}"
            pod = Pod("fake", root, [*group.prefix, *argv], {}, lambda: process.http_status(url) == 200, 30)
            pod.start()
            try:
                yield Subject(
                    kind=Kind("fake", "none", callers=8),
                    component="fake",
                    runs="",
                    rendered="",
                    differs="",
                    pod=pod,
                    group=group,
                    share=Share(0.5, None, MEMORY),
                    scaler=None,
                    upstream=fast,
                    target=Target(url + CHAT, "fake", {}),
                    direct=Target(fast.url + CHAT, "fake", {}),
                )
            finally:
                pod.kill()

    return make
