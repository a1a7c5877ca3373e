"""Talking to an API server: JSON over one connection that is kept alive, with the warnings that it sends."""

import http.client
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

Obj = dict[str, Any]

MANAGER = "argocd-controller"
"""Under whose name fields are applied: Argo CD's."""

PATIENCE = 30
"""Seconds after which an idle connection is made anew: the server closes it after some 90."""

APPLY = "application/apply-patch+yaml"
"""JSON is YAML."""
MERGE = "application/merge-patch+json"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Refused(AssertionError):
    """The server did not do what a test takes for granted."""


@dataclass(frozen=True)
class Answer:
    """What the server says to one request."""

    status: int
    body: Obj
    warnings: tuple[str, ...]
    """The texts of the Warning headers."""

    @property
    def accepted(self) -> bool:
        return self.status < 300

    @property
    def message(self) -> str:
        """Why the server refused."""
        return str(self.body.get("message") or self.body)

    def result(self) -> Obj:
        """The body; raises Refused."""
        if not self.accepted:
            raise Refused(f"{self.status}: {self.message}")
        return self.body


@dataclass(frozen=True)
class _Resource:
    path: str
    """Of the group and version."""
    plural: str
    namespaced: bool


class Client:
    """Not for two threads: each takes one of its own, by `another`."""

    def __init__(self, host: str, port: int, *, token: str, ca: Path, user: str = "") -> None:
        self._context = ssl.create_default_context(cafile=str(ca))
        self._place = (host, port)
        self._token = token
        self._ca = ca
        self._user = user
        self._connection = self._connect()
        self._used = time.monotonic()
        self._resources: dict[tuple[str, str], _Resource] = {}

    def another(self, user: str = "") -> "Client":
        """The same with a connection of its own; as another user, if one is given, who may do everything as well."""
        made = Client(*self._place, token=self._token, ca=self._ca, user=user or self._user)
        made._resources = self._resources
        return made

    def close(self) -> None:
        self._connection.close()

    def request(
        self,
        method: str,
        path: str,
        body: Obj | None = None,
        *,
        query: Mapping[str, str] | None = None,
        kind: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """One request; `kind` is the media type of the body."""
        headers = self._headers() | {"Accept": accept, "Content-Type": kind}
        target = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        if time.monotonic() - self._used > PATIENCE:
            self.close()
        self._connection.request(method, target, data, headers)
        response = self._connection.getresponse()
        text = response.read()
        self._used = time.monotonic()
        lines = [_utf8(line) for line in response.headers.get_all("Warning", [])]
        warnings = [re.sub(r"\\(.)", r"\1", found) for line in lines for found in _WARNING.findall(line)]
        content = response.headers.get("Content-Type", "")
        answer = json.loads(text) if "json" in content else {"message": text.decode(errors="replace")}
        return Answer(response.status, answer, tuple(warnings))

    def path(self, obj: Obj, *, collection: bool = False) -> str:
        """Where an object lies, or those of its kind in its namespace."""
        meta = obj.get("metadata", {})
        found = self._resource(obj["apiVersion"], obj["kind"])
        inside = f"/namespaces/{meta.get('namespace', 'default')}" if found.namespaced else ""
        whole = f"{found.path}{inside}/{found.plural}"
        return whole if collection else f"{whole}/{quote(meta['name'], safe='')}"

    def apply(self, obj: Obj, *, manager: str = MANAGER, dry_run: bool = False) -> Answer:
        """Server-side apply as Argo CD does it: conflicts are overridden; unknown fields are refused."""
        query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"} | _dry(dry_run)
        return self.request("PATCH", self.path(obj), obj, query=query, kind=APPLY)

    def create(self, obj: Obj, *, dry_run: bool = False) -> Answer:
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"} | _dry(dry_run)
        return self.request("POST", self.path(obj, collection=True), obj, query=query)

    def merge(self, obj: Obj, change: Obj, *, subresource: str = "") -> Answer:
        """A merge patch of an object, or of its `/status`."""
        return self.request("PATCH", self.path(obj) + subresource, change, kind=MERGE)

    def delete(self, obj: Obj, **options: Any) -> Answer:
        body = {"apiVersion": "v1", "kind": "DeleteOptions", **options}
        return self.request("DELETE", self.path(obj), body)

    def get(self, obj: Obj) -> Obj | None:
        """The object as it is on the server; None when it is not there."""
        answer = self.request("GET", self.path(obj))
        return None if answer.status == 404 else answer.result()

    def all(self, api_version: str, kind: str) -> list[Obj]:
        """Every object of a kind, in all namespaces, with its apiVersion and kind."""
        found = self._resource(api_version, kind)
        answer = self.request("GET", f"{found.path}/{found.plural}")
        return [{"apiVersion": api_version, "kind": kind} | item for item in answer.result()["items"]]

    def watch(self, api_version: str, kind: str, seconds: int) -> Iterator[Obj]:
        """Events of a kind in all namespaces for so many seconds, beginning with what is there; its own connection."""
        found = self._resource(api_version, kind)
        whole = self.request("GET", f"{found.path}/{found.plural}").result()
        yield from ({"type": "ADDED", "object": item} for item in whole["items"])
        since = {"resourceVersion": whole["metadata"]["resourceVersion"]}
        query = urlencode({"watch": "true", "timeoutSeconds": str(seconds), **since})
        own = self._connect(timeout=seconds + 60)
        try:
            own.request("GET", f"{found.path}/{found.plural}?{query}", headers=self._headers())
            response = own.getresponse()
            while line := response.readline():
                yield json.loads(line)
        finally:
            own.close()

    def kinds(self) -> set[tuple[str, str]]:
        """Version and kind of everything that the server serves now."""
        self._resources = dict(self._discover())
        return {*self._resources}

    def _headers(self) -> dict[str, str]:
        user = {"Impersonate-User": self._user, "Impersonate-Group": "system:masters"} if self._user else {}
        return {"Authorization": f"Bearer {self._token}", **user}

    def _connect(self, timeout: float = 60) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(*self._place, context=self._context, timeout=timeout)

    def _resource(self, api_version: str, kind: str) -> _Resource:
        if (api_version, kind) not in self._resources:
            self.kinds()
        if (api_version, kind) not in self._resources:
            raise Refused(f"the server knows no {api_version} {kind}")
        return self._resources[api_version, kind]

    def _discover(self) -> Iterator[tuple[tuple[str, str], _Resource]]:
        for root in ("/api", "/apis"):
            for group in self.request("GET", root, accept=DISCOVERY).result()["items"]:
                name = group["metadata"].get("name", "")
                for version in group["versions"]:
                    api_version = f"{name}/{version['version']}" if name else version["version"]
                    for one in version["resources"]:
                        found = _Resource(f"{root}/{api_version}", one["resource"], one["scope"] == "Namespaced")
                        yield (api_version, one["responseKind"]["kind"]), found


def _dry(run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if run else {}


def _utf8(header: str) -> str:
    """http.client reads headers as Latin-1; the server writes UTF-8."""
    return header.encode("latin-1").decode("utf-8", "replace")
