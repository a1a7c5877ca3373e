"""Registries by the OCI distribution API: the digest of a tag, and the platforms behind it.

Tokens as the specification has them: who asks without one is told where to get it, and for what.  Every body that a
digest names is compared with it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from .credentials import kept
from .reference import Reference, is_loopback

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
PATIENCE = 20
"""Seconds for one answer."""
LARGEST = 4 * 2**20
"""Bytes of a manifest or configuration; registries refuse larger manifests (OCI distribution specification)."""

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class NotThere(Exception):
    """The registry was asked, and has no such tag."""


class NotAsked(Exception):
    """The registry could not be asked, refused, or gave an answer that cannot be relied on."""


@dataclass(frozen=True)
class Resolved:
    """What a tag stands for now."""

    digest: str
    platforms: tuple[str, ...]
    """`linux/arm64`, sorted, each once; attestations are none."""


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Registries:
    """Every registry, with the tokens that were got so far."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """Docker's configuration, with the credentials that it keeps."""
    _authorization: dict[str, str] = field(default_factory=dict)

    def digest(self, of: Reference) -> str:
        """The digest of a tag, without a pull: Docker Hub counts those.  Raises NotThere or NotAsked."""
        answer = self._ask(of, f"/manifests/{of.tag}", INDEXES + MANIFESTS, "HEAD")
        if not _DIGEST.fullmatch(found := answer.headers.get("docker-content-digest", "")):
            raise NotAsked(f"{of.host} names no sha256 digest of {of}")
        return found

    def resolve(self, of: Reference) -> Resolved:
        """Digest and platforms of a tag.  Raises NotThere or NotAsked."""
        digest = self.digest(of)
        manifest = self._named(of, f"/manifests/{digest}", digest, INDEXES + MANIFESTS)
        if isinstance(manifest.get("manifests"), list):
            found = {platform(one.get("platform") or {}) for one in manifest["manifests"]}
        else:
            config = str((manifest.get("config") or {}).get("digest", ""))
            if not _DIGEST.fullmatch(config):
                raise NotAsked(f"{of} is neither an index nor a manifest of an image")
            found = {platform(self._named(of, f"/blobs/{config}", config, ()))}
        return Resolved(digest, tuple(sorted(found - {""})))

    def _named(self, of: Reference, path: str, digest: str, accept: tuple[str, ...]) -> dict[str, Any]:
        """The JSON document of a digest."""
        body = self._ask(of, path, accept).body
        if f"sha256:{hashlib.sha256(body).hexdigest()}" != digest:
            raise NotAsked(f"{of.host} sends other bytes than {digest} names")
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotAsked(f"{of.host}: {digest} is no JSON document")
        return found

    def _ask(self, of: Reference, path: str, accept: tuple[str, ...], method: str = "GET") -> _Answer:
        known = self._authorization.get(of.repository, "")
        answer = _http(method, of.api + path, accept, known)
        if answer.status == 401:
            known = self._authorization[of.repository] = self._authorize(of, answer.headers.get("www-authenticate", ""))
            answer = _http(method, of.api + path, accept, known)
        if answer.status == 404:
            raise NotThere(f"{of.registry} has no {of.name}:{of.tag}")
        if answer.status in (401, 403):
            raise NotAsked(f"{of.registry} refuses {of.name} with {answer.status}: docker login, or no such repository")
        if answer.status == 429:
            wait = answer.headers.get("retry-after", "")
            raise NotAsked(f"{of.registry} has had too many requests" + (f", try again in {wait} s" if wait else ""))
        if answer.status != 200:
            raise NotAsked(f"{of.registry} answers {answer.status}")
        return answer

    def _authorize(self, of: Reference, challenge: str) -> str:
        """The header that the registry asks for."""
        scheme, _, rest = challenge.partition(" ")
        credentials = kept(self.config, of.registry)
        if scheme.lower() == "basic" and credentials:
            return f"Basic {credentials}"
        if scheme.lower() != "bearer":
            raise NotAsked(f"{of.registry} wants a password: docker login {of.registry}")
        told = dict(_PARAMETER.findall(rest))
        realm = urlsplit(told.get("realm", ""))
        if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.netloc)):
            raise NotAsked(f"{of.registry} has tokens at «{told.get('realm', '')}», which is no https address")
        query = {"service": told.get("service", ""), "scope": told.get("scope") or f"repository:{of.name}:pull"}
        mark = "&" if realm.query else "?"
        url = f"{realm.geturl()}{mark}{urlencode({key: value for key, value in query.items() if value})}"
        answer = _http("GET", url, (), f"Basic {credentials}" if credentials else "")
        if answer.status != 200:
            raise NotAsked(f"{realm.netloc} gives no token for {of.repository}: {answer.status}")
        try:
            found = json.loads(answer.body)
            return f"Bearer {found.get('token') or found['access_token']}"
        except (ValueError, KeyError, AttributeError):
            raise NotAsked(f"{realm.netloc} gives no token for {of.repository}") from None


def platform(told: Mapping[str, Any]) -> str:
    """`linux/arm64`; empty for what runs nowhere.  Variant 8 is what arm64 means (containerd, platforms)."""
    system, architecture, variant = (str(told.get(key) or "") for key in ("os", "architecture", "variant"))
    if not system or not architecture or "unknown" in (system, architecture):
        return ""
    plain = not variant or (architecture, variant) == ("arm64", "v8")
    return f"{system}/{architecture}" if plain else f"{system}/{architecture}/{variant}"


def _http(method: str, url: str, accept: tuple[str, ...], authorization: str) -> _Answer:
    request = urllib.request.Request(url, method=method, headers={"User-Agent": "openclaw-eks"})
    if accept:
        request.add_header("Accept", ", ".join(accept))
    if authorization:
        # Blobs are sent from elsewhere, where a token has no business.
        request.add_unredirected_header("Authorization", authorization)
    try:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return _read(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _read(refused)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotAsked(f"{urlsplit(url).netloc} cannot be reached: {getattr(error, 'reason', error)}") from None


def _read(answer: Any) -> _Answer:
    body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise NotAsked(f"{urlsplit(answer.url).netloc} sends more than {LARGEST} bytes")
    return _Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)
