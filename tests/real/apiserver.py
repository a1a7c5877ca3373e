"""A Kubernetes API on loopback that knows pods, for the processor which names the pod that a span came from.

The collector reads it as in a cluster: the address from KUBERNETES_SERVICE_HOST, the token and the authority from the
folder where the kubelet puts them, which `in_pod` lays over /run in a mount namespace of the program's own.
"""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.real.loopback import Quiet, TlsServer, serving
from tests.real.upstream.authority import Authority

TOKEN = "service-account-token"
SERVICE_ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"
"""/var/run, where the kubelet mounts it, is /run on every Linux of today."""


class ApiServer:
    """Made by `serve`."""

    def __init__(self, authority: Authority, pods: Sequence[Mapping[str, Any]]) -> None:
        self.ca = authority.certificate
        self.pods = pods
        self.ended = threading.Event()
        self.server = TlsServer(self, _Handler, authority.context())

    @property
    def environment(self) -> dict[str, str]:
        """What the kubelet sets in every container."""
        host, port = "127.0.0.1", str(self.server.server_port)
        return {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}

    def in_pod(self, argv: Sequence[str]) -> list[str]:
        """The command with the files of a ServiceAccount in their place, seen by it alone; needs no privilege."""
        script = (
            f'set -e; ca=$(cat "$1"); mount -t tmpfs none /run; mkdir -p {SERVICE_ACCOUNT}; cd {SERVICE_ACCOUNT}; '
            f'printf "%s\\n" "$ca" >ca.crt; printf {TOKEN} >token; shift; cd "$OLDPWD"; exec "$@"'
        )
        return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(self.ca), *argv]

    def select(self, selector: str) -> list[Mapping[str, Any]]:
        """The pods that a label selector (equality only) matches."""
        wanted = dict(part.split("=", 1) for part in selector.replace("==", "=").split(",") if part)
        return [pod for pod in self.pods if wanted.items() <= pod["metadata"]["labels"].items()]


def pod(name: str, namespace: str, labels: Mapping[str, str], ip: str = "127.0.0.1") -> dict[str, Any]:
    """A running pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-of-{name}",
            "labels": dict(labels),
            "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"nodeName": "node-1", "containers": []},
        "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "startTime": "2026-01-01T00:00:00Z"},
    }


@contextlib.contextmanager
def serve(pods: Sequence[Mapping[str, Any]], authority: Authority) -> Iterator[ApiServer]:
    """An API server with these pods."""
    api = ApiServer(authority, pods)
    with serving(api.server):
        try:
            yield api
        finally:
            api.ended.set()


class _Handler(Quiet):
    server: TlsServer[ApiServer]

    def do_GET(self) -> None:  # noqa: N802
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 401})
        elif url.path != "/api/v1/pods":
            self._send(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})
        elif query.get("watch") in ("1", "true"):
            self._watch(query)
        else:
            items = self.server.owner.select(query.get("labelSelector", ""))
            self._send(
                200, {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items}
            )

    def _watch(self, query: Mapping[str, str]) -> None:
        """Nothing ever changes; a watcher that wants the list first gets it, and the bookmark that ends the list."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if query.get("sendInitialEvents") == "true":
            for item in self.server.owner.select(query.get("labelSelector", "")):
                self._chunk({"type": "ADDED", "object": item})
            metadata = {"resourceVersion": "1", "annotations": {"k8s.io/initial-events-end": "true"}}
            bookmark = {"kind": "Pod", "apiVersion": "v1", "metadata": metadata}
            self._chunk({"type": "BOOKMARK", "object": bookmark})
        self.server.owner.ended.wait()

    def _chunk(self, document: Any) -> None:
        data = json.dumps(document).encode() + b"\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _send(self, status: int, document: Any) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
