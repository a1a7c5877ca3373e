"""What stands for the kubelet and for kube-state-metrics, which exist in a cluster alone.

The kubelet starts a container again that has ended, and kube-state-metrics tells how often that was.  The programs are
real, and so are their ends: whoever kills one sees the count grow.  Between an end and the next start no time is left,
where the kubelet waits longer from time to time.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.real.loopback import Quiet, Server, serving
from tests.real.pod import Pod
from tests.real.process import StillWaiting

RESTARTS = "kube_pod_container_status_restarts_total"
LOOK = 0.05
"""Seconds between two looks at whether a program has ended."""


@dataclass(frozen=True)
class Container:
    """Where a program would run."""

    namespace: str
    pod: str
    name: str

    @property
    def labels(self) -> str:
        return f'namespace="{self.namespace}",pod="{self.pod}",uid="uid-of-{self.pod}",container="{self.name}"'


class Kubelet:
    """Counts restarts, and shows them on a page of metrics.  Made by `kubelet`."""

    def __init__(self, containers: Sequence[Container]) -> None:
        self.restarts = dict.fromkeys(containers, 0)
        self.server = Server(self, _Handler)

    @property
    def target(self) -> str:
        """Host and port of the page."""
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def page(self) -> str:
        lines = [f"{RESTARTS}{{{container.labels}}} {count}" for container, count in self.restarts.items()]
        return "\n".join([f"# TYPE {RESTARTS} counter", *lines, ""])

    @contextlib.contextmanager
    def attending(self, container: Container, pod: Pod) -> Iterator[None]:
        """Start a program again whenever it ends, for the time of the block; it runs at the block's end."""
        ended = threading.Event()
        attendant = threading.Thread(target=self._attend, args=(container, pod, ended), daemon=True)
        attendant.start()
        try:
            yield
        finally:
            ended.set()
            attendant.join()
            pod.wait()

    def _attend(self, container: Container, pod: Pod, ended: threading.Event) -> None:
        while not ended.is_set():
            assert pod.running
            with contextlib.suppress(StillWaiting):
                pod.running.wait(LOOK)
                pod.running = None
                pod.launch()
                self.restarts[container] += 1


@contextlib.contextmanager
def kubelet(containers: Sequence[Container]) -> Iterator[Kubelet]:
    """One that knows these containers."""
    made = Kubelet(containers)
    with serving(made.server):
        yield made


class _Handler(Quiet):
    server: Server[Kubelet]

    def do_GET(self) -> None:  # noqa: N802  # as http.server calls it
        content = self.server.owner.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
