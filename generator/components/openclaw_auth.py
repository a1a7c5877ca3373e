"""Who gets into a gateway: the section `gateway.auth` of openclaw.json.

Behind the load balancer OpenClaw runs in its mode `trusted-proxy`: it believes what the headers say when they come from
`trustedProxies`, the load balancer's subnets, and checks no signature.  So nothing else may reach the port, and no rule
of the load balancer may forward what it has not checked (docs/decisions/ingress.md).
"""

from __future__ import annotations

from generator.environment.openclaw import Gateway
from generator.kubernetes.objects import Obj

TOKEN = "OPENCLAW_GATEWAY_TOKEN"
"""Environment variable that holds the gateway's own token; in another mode OpenClaw does not start with it."""

PROTOCOL = "x-forwarded-proto"
"""Set by every load balancer of AWS: what lacks it came another way."""


def auth(gateway: Gateway, public: str) -> Obj:
    """For the gateway at host `public`, empty when it is not published."""
    if gateway.auth == "token":
        return {
            "mode": "token",
            "token": from_environment(TOKEN),
            "rateLimit": {"maxAttempts": 10, "windowMs": 60_000, "lockoutMs": 300_000, "exemptLoopback": True},
        }
    return jwt(public) if gateway.auth == "jwt" else sso(gateway)


def sso(gateway: Gateway) -> Obj:
    """People, by the provider's `sub`; the header beside it holds the claims that the load balancer has signed."""
    trusted: Obj = {
        "userHeader": "x-amzn-oidc-identity",
        "requiredHeaders": ["x-amzn-oidc-data", PROTOCOL],
        # Who is signed in needs no pairing code in the pod.  `operator.admin` must never be in this list.
        "deviceAutoApprove": {
            "enabled": True,
            "scopes": ["operator.read", "operator.write", "operator.approvals", "operator.questions"],
        },
    }
    if gateway.allow_users:
        trusted["allowUsers"] = list(dict.fromkeys((*gateway.allow_users, *gateway.admins)))
    made: Obj = {"mode": "trusted-proxy", "trustedProxy": trusted}
    if gateway.admins:
        made["identityScopes"] = {admin: ["operator.admin"] for admin in gateway.admins}
    return made


def jwt(public: str) -> Obj:
    """Programs, all as one caller: the host name, which the load balancer's rule has compared.

    OpenClaw's own token is no choice here: it travels in the header that the load balancer finds the JWT in.
    """
    trusted = {"userHeader": "host", "requiredHeaders": ["authorization", PROTOCOL], "allowUsers": [public]}
    return {"mode": "trusted-proxy", "trustedProxy": trusted}


def from_environment(variable: str) -> Obj:
    """A value that OpenClaw reads from its environment at start."""
    return {"source": "env", "provider": "default", "id": variable}
