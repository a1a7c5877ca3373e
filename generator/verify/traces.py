"""5: calls of models arrive in Langfuse.

Langfuse 4 shows at once what /api/public/v2/observations lists; traces by /api/public/traces come minutes later, and an
older one has nothing else (Langfuse documentation, migration of deprecated APIs).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from generator.components import langfuse, otel_collector
from generator.components.otel_config import LANGFUSE_KEYS
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .access import Door, Request, Silent
from .look import Look, said
from .result import Observation, attempt, failed, ok, skipped
from .rights import Need, Right, through

TITLE = "traces arrive"
REMEDY = "docs/langfuse.md; kubectl -n telemetry logs deployment/otel-collector"
WEB = Door(langfuse.NAMESPACE, "langfuse-web", langfuse.PORT)
WINDOW = timedelta(days=1)
PATIENCE = 30
"""Seconds: what has long not been asked, ClickHouse must read from its disk."""


def needs(env: Environment, objects: Sequence[Obj]) -> list[Need]:
    if not env.langfuse.enabled:
        return []
    found: list[Need] = [Right(otel_collector.NAMESPACE, "", "secrets", "get", otel_collector.NAME)]
    return found + (list(through(WEB.namespace, WEB.service)) if env.langfuse.managed else [])


def check(look: Look) -> Iterator[Observation]:
    if look.env.langfuse.enabled:
        yield from attempt(_newest(look), REMEDY)
    else:
        yield skipped("langfuse.enabled is false: no trace is kept")


def _newest(look: Look) -> Iterator[Observation]:
    pair = [look.secret(otel_collector.NAMESPACE, otel_collector.NAME, key) for key in LANGFUSE_KEYS.values()]
    shown = {"Authorization": f"Basic {base64.b64encode(':'.join(pair).encode()).decode()}"}
    since = (look.now - WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
    new = urlencode({"limit": 1, "fromStartTime": since})
    old = urlencode({"limit": 1, "orderBy": "timestamp.desc", "fromTimestamp": since})
    where = WEB if look.env.langfuse.managed else look.env.langfuse.address
    [reply] = look.access.call(where, Request(f"/api/public/v2/observations?{new}", shown, timeout=PATIENCE))
    if reply.status == 404:
        [reply] = look.access.call(where, Request(f"/api/public/traces?{old}", shown, timeout=PATIENCE))
    if reply.status in (401, 403):
        remedy = "the keys of Secret telemetry/otel-collector are not those of the project: docs/langfuse.md"
        yield failed(f"Langfuse refuses the collector's keys with {reply.status}", remedy)
        return
    if reply.status != 200:
        raise Silent(f"Langfuse answers {reply.status}: {reply.text[:120]}")
    newest = next(iter(reply.json().get("data", ())), None)
    if newest is None:
        yield failed("Langfuse has no trace of the last 24 hours", f"send a prompt and look again; {REMEDY}")
        return
    when = newest.get("startTime") or newest["timestamp"]
    trace = newest.get("traceId") or newest["id"]
    yield ok(f"newest is «{newest.get('name') or 'unnamed'}» of trace {trace}, {said(look.ago(when))}")
