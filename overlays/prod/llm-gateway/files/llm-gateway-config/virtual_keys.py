"""Virtual keys for LiteLLM without a database: who calls, which models it may call, and how often.

LiteLLM calls `authenticate` (`general_settings.custom_auth`) for every request that needs a key.  Callers and their
rights are in virtual_keys.json beside this file, the keys themselves in the environment.  LiteLLM enforces what is
returned here only with `custom_auth_run_common_checks` and `enable_post_custom_auth_checks`, and counts rates in Redis.

Standard library and LiteLLM only: this file runs inside LiteLLM's image.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litellm.proxy._types import LitellmUserRoles, ProxyException, UserAPIKeyAuth

MASTER_KEY = "LITELLM_MASTER_KEY"
METRICS_KEY = "LITELLM_METRICS_KEY"
"""Of Prometheus: it may read the metrics, and nothing else."""
SHORTEST = 16
"""Characters; a shorter key, or none, would be a mistake in the Secret."""

ROUTES = [
    path
    for name in ("chat/completions", "completions", "embeddings", "models", "responses")
    for path in (f"/v1/{name}", f"/{name}")
] + ["/v1/messages"]
"""What a caller may call: models, and nothing that manages the gateway or passes a request through to a provider."""


def digest(key: str) -> str:
    """What stands for a key in memory, in counters and in metrics."""
    return hashlib.sha256(key.encode()).hexdigest()


def callers(table: Mapping[str, Any], environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who holds a key, by its digest, and may do what.  Raises ValueError for a key that is missing or shared."""
    found = [
        {
            "token": _digest_of(rights["variable"], environ),
            "key_alias": name,
            "key_name": name,
            "user_role": LitellmUserRoles.INTERNAL_USER,
            "allowed_routes": ROUTES,
            "models": rights["models"],
            "rpm_limit": rights.get("requestsPerMinute"),
            "tpm_limit": rights.get("tokensPerMinute"),
        }
        for name, rights in table.items()
    ]
    metrics = {"token": _digest_of(METRICS_KEY, environ), "key_alias": "metrics", "allowed_routes": ["/metrics/"]}
    found.append(metrics | {"user_role": LitellmUserRoles.INTERNAL_USER})
    master = _digest_of(MASTER_KEY, environ)
    found.append({"token": master, "key_alias": "master", "user_role": LitellmUserRoles.PROXY_ADMIN})
    if len({caller["token"] for caller in found}) < len(found):
        raise ValueError("virtual_keys: two callers have the same key")
    return found


def _digest_of(variable: str, environ: Mapping[str, str]) -> str:
    key = environ.get(variable, "")
    if len(key) < SHORTEST:
        raise ValueError(f"virtual_keys: {variable} holds no key of at least {SHORTEST} characters")
    return digest(key)


async def authenticate(request: object, api_key: str | None) -> UserAPIKeyAuth:
    """The holder of a key; raises 401 for any other key, and for none, which LiteLLM passes on as None."""
    given = digest(api_key or "")
    # Compares with every key, equal or not, so that the time it takes tells nothing.
    matching = [caller for caller in CALLERS if hmac.compare_digest(caller["token"], given)]
    if not matching:
        raise ProxyException(message="unknown key", type="auth_error", param="api_key", code=401)
    return UserAPIKeyAuth(api_key=given, **matching[0])


CALLERS = callers(json.loads(Path(__file__).with_name("virtual_keys.json").read_text(encoding="utf-8")), os.environ)
