"""What the load balancer asks of whom before it forwards: annotations of an Ingress, without their prefix."""

from __future__ import annotations

import json

from generator.environment.callers import Cognito, MachineClients, Oidc
from generator.environment.ingress import Ingress
from generator.environment.openclaw import Gateway
from generator.kubernetes.objects import Obj

OIDC_SECRET = "ingress-oidc"
"""Secret with the keys `clientID` and `clientSecret`, as the controller reads them."""
SCOPE = "openid"
"""All that is needed: a gateway knows people by their `sub`."""


def authentication(door: Ingress, gateway: Gateway) -> dict[str, str]:
    """Of a published gateway; one whose section is missing must not be rendered open."""
    if gateway.auth == "jwt":
        assert door.machine_clients, "the environment's own check wants an issuer"
        return {"jwt-validation": _json(token(door.machine_clients))}
    sign_in = door.sign_in
    provider = sign_in.cognito or sign_in.oidc
    assert provider, "the environment's own check wants a provider"
    kind = "cognito" if sign_in.cognito else "oidc"
    return {
        "auth-type": kind,
        f"auth-idp-{kind}": _json(identity_provider(provider)),
        # `allow` would forward strangers, whose headers OpenClaw believes.
        "auth-on-unauthenticated-request": "authenticate",
        "auth-scope": SCOPE,
        "auth-session-timeout": str(sign_in.session_timeout),
    }


def identity_provider(provider: Cognito | Oidc) -> Obj:
    if isinstance(provider, Cognito):
        return {
            "userPoolARN": provider.user_pool_arn,
            "userPoolClientID": provider.client_id,
            "userPoolDomain": provider.domain,
        }
    return {
        "issuer": provider.issuer,
        "authorizationEndpoint": provider.authorization_endpoint,
        "tokenEndpoint": provider.token_endpoint,
        "userInfoEndpoint": provider.user_info_endpoint,
        "secretName": OIDC_SECRET,
    }


def token(clients: MachineClients) -> Obj:
    claims = [{"name": one.name, "format": one.format, "values": list(one.values)} for one in clients.claims]
    return {"issuer": clients.issuer, "jwksEndpoint": clients.jwks_url, "additionalClaims": claims}


def _json(value: Obj) -> str:
    return json.dumps(value, sort_keys=True)
