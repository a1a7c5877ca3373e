"""URLs, as Go's net/url reads them for Kubernetes: absolute ones, and absolute paths."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import NamedTuple

from generator.check.admission.cel.declaration import Function, Opaque

_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_HOST = re.compile(r"(?:[-0-9A-Za-z._~!$&'()*+,;=:\[\]<>\"\x80-\U0010ffff]|%[89A-Fa-f][0-9A-Fa-f]|%25)*", re.ASCII)
_ZONE = re.compile(r"(?:[-0-9A-Za-z._~!$&'()*+,;=:\[\]<>\"\x80-\U0010ffff]|%[0-9A-Fa-f]{2})*", re.ASCII)
_USER = re.compile(r"[-0-9A-Za-z._:~!$&'()*+,;=%@]*", re.ASCII)
_SCHEME = re.compile(r"([a-zA-Z][-+.0-9a-zA-Z]*):(.*)", re.ASCII | re.DOTALL)
_PORT = re.compile(r"(?::[0-9]*)?", re.ASCII)
_PATH_UNESCAPED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~$&+,/:;=@")
_PATH_ALLOWED = _PATH_UNESCAPED | frozenset(b"!'()*[]%")


class Url(NamedTuple):
    """`host` keeps its port and brackets; `path` is escaped; `query` is as written."""

    scheme: str
    host: str
    path: str
    query: str


def parse(text: str) -> Url:
    """Raises ValueError for what Kubernetes does not convert to a URL."""
    _parse(text, request=True)
    text, _, fragment = text.partition("#")
    _check_escapes(fragment)
    return _parse(text, request=False)


def is_url(text: str) -> bool:
    try:
        _parse(text, request=True)
    except ValueError:
        return False
    return True


def _parse(text: str, request: bool) -> Url:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("invalid control character in URL")
    if not text and request:
        raise ValueError("empty url")
    if text == "*":
        return Url("", "", "*", "")
    scheme, rest = _scheme(text)
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Url(scheme, "", "", query)
        if request:
            raise ValueError("invalid URI for request")
        if ":" in rest.partition("/")[0]:
            raise ValueError("first path segment in URL cannot contain colon")
    host = ""
    if rest.startswith("//") and (scheme or not (request or rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        host = _authority(scheme, authority)
        rest = slash + path
    return Url(scheme, host, _escaped_path(rest), query)


def _scheme(text: str) -> tuple[str, str]:
    if text.startswith(":"):
        raise ValueError("missing protocol scheme")
    form = _SCHEME.fullmatch(text)
    return (form[1].lower(), form[2]) if form else ("", text)


def _authority(scheme: str, authority: str) -> str:
    user, at, host = authority.rpartition("@")
    parsed = _host(scheme, host)
    if at and not _USER.fullmatch(user):
        raise ValueError("invalid userinfo")
    _check_escapes(user)
    return parsed


def _host(scheme: str, host: str) -> str:
    if host.startswith("[") and host.rfind("[") == 0:
        return _literal(host)
    if "[" in host:
        raise ValueError("invalid IP-literal")
    if ":" in host:
        strict = scheme in ("http", "https")
        port = host[host.index(":") if strict else host.rindex(":") :]
        if not _PORT.fullmatch(port):
            raise ValueError(f"invalid port {port!r} after host")
    return _unescaped_host(host)


def _literal(host: str) -> str:
    """An IPv6 address in brackets, with a zone behind %25 if any."""
    if "]" not in host:
        raise ValueError("missing ']' in host")
    address, _, port = host[1:].rpartition("]")
    if not _PORT.fullmatch(port):
        raise ValueError(f"invalid port {port!r} after host")
    plain, percent, zone = address.partition("%25")
    if percent and not _ZONE.fullmatch(percent + zone):
        raise ValueError("invalid zone in host")
    name = _unescaped_host(plain) + (_unescaped(percent + zone) if percent else "")
    IPv6Address(name)
    return f"[{name}]{port}"


def _unescaped_host(text: str) -> str:
    _check_escapes(text)
    if not _HOST.fullmatch(text):
        raise ValueError(f"invalid character in host name {text!r}")
    return _unescaped(text)


def _check_escapes(text: str) -> None:
    if _ESCAPE.search(text):
        raise ValueError(f"invalid URL escape in {text!r}")


def _bytes(text: str) -> bytes:
    """The bytes of a text in which %xx stands for a byte."""
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda hit: bytes.fromhex(hit[1].decode()), text.encode())


def _unescaped(text: str) -> str:
    return _bytes(text).decode("utf-8", "replace")


def _escaped_path(path: str) -> str:
    """As written when it is validly escaped, else escaped."""
    _check_escapes(path)
    if all(byte in _PATH_ALLOWED for byte in path.encode()):
        return path
    return "".join(chr(byte) if byte in _PATH_UNESCAPED else f"%{byte:02X}" for byte in _bytes(path))


def query(url: Url) -> dict[str, list[str]]:
    """The parameters; malformed ones and those with a semicolon are left out."""
    found: dict[str, list[str]] = {}
    for pair in url.query.split("&"):
        if not pair or ";" in pair or _ESCAPE.search(pair):
            continue
        key, _, value = pair.replace("+", " ").partition("=")
        found.setdefault(_unescaped(key), []).append(_unescaped(value))
    return found


def _split_port(url: Url) -> tuple[str, str]:
    host, colon, port = url.host.rpartition(":")
    if not colon or not _PORT.fullmatch(f":{port}"):
        host, port = url.host, ""
    return (host[1:-1] if host.startswith("[") and host.endswith("]") else host), port


def _encode(url: Url) -> str:
    return "\n".join(url)


URL = Opaque("kubernetes.URL", _encode, lambda text: Url(*text.split("\n")), equality=False)
_ONE = (URL,)

FUNCTIONS = (
    Function("url", "string_to_url", ("string",), URL, parse),
    Function("isURL", "is_url_string", ("string",), "bool", is_url),
    Function("getScheme", "url_get_scheme", _ONE, "string", lambda url: url.scheme, member=True),
    Function("getHost", "url_get_host", _ONE, "string", lambda url: url.host, member=True),
    Function("getHostname", "url_get_hostname", _ONE, "string", lambda url: _split_port(url)[0], member=True),
    Function("getPort", "url_get_port", _ONE, "string", lambda url: _split_port(url)[1], member=True),
    Function("getEscapedPath", "url_get_escaped_path", _ONE, "string", lambda url: url.path, member=True),
    Function("getQuery", "url_get_query", _ONE, "map(string, list(string))", query, member=True),
)
