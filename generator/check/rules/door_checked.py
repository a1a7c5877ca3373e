"""door-checked: what a load balancer forwards to a gateway that believes headers, it has checked.

In its mode `trusted-proxy` OpenClaw takes the caller for whom a header names, and checks no signature.  It takes a
WebSocket upgrade on every path.  So one rule that forwards unchecked, be it for a health page, lets anybody be anybody.
Looked at, for every Ingress of an Application Load Balancer and the gateways behind it:
- who is known by `x-amzn-oidc-identity` has signed in: auth-type cognito or oidc, and not
  auth-on-unauthenticated-request `allow`; a checked token does not do, for a program may write that header itself
- who is known by another header has signed in, or carries a token: jwt-validation with an issuer and its keys
- nothing is forwarded over HTTP, where the load balancer checks nothing: no HTTP port, or ssl-redirect

Limits: annotations of the Service are not read; whether other pods reach the gateway is edges-admitted's and wiring's;
a load balancer that is no Ingress is not seen.  Source: AWS Load Balancer Controller, Ingress annotations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic import load_balancers
from generator.check.traffic.configs import of_program
from generator.check.walk import table, text
from generator.kubernetes.objects import Obj

ID, SEVERITY = "door-checked", Severity.ERROR
REMEDIATION = "let the load balancer check every path (ingress.signIn, ingress.machineClients), or answer it by itself"

SIGNED = "x-amzn-oidc-"
"""What the load balancer says of whom it has signed in."""


def check(objects: ObjectSet) -> Iterator[Breach]:
    for door in load_balancers.doors(objects):
        for config in of_program(objects, door.item, "openclaw"):
            auth = table(config.value, "gateway", "auth")
            if text(auth, "mode") == "trusted-proxy":
                header = text(auth, "trustedProxy", "userHeader").lower()
                yield from _door(objects, door, header)


def _door(objects: ObjectSet, door: load_balancers.Door, header: str) -> Iterator[Breach]:
    annotations = load_balancers.settings(door.ingress)
    path = ("metadata", "annotations")
    if not (_signs_in(annotations) or (_checks_tokens(annotations) and not header.startswith(SIGNED))):
        message = (
            f"forwards to {door.item} what it has not checked: whoever writes the header {header or 'of the user'} "
            "is let in as whom it names"
        )
        yield Breach(door.ingress, path, message)
    elif _listens_plainly(annotations) and not _redirects(objects, door.ingress, annotations):
        message = f"forwards plain HTTP to {door.item}, and checks nobody there: every header is believed"
        yield Breach(door.ingress, path, message)


def _signs_in(annotations: dict[str, str]) -> bool:
    signed = annotations.get("auth-type") in ("cognito", "oidc")
    return signed and annotations.get("auth-on-unauthenticated-request") != "allow"


def _checks_tokens(annotations: dict[str, str]) -> bool:
    found = _parsed(annotations.get("jwt-validation", ""))
    return bool(text(found, "issuer") and text(found, "jwksEndpoint"))


def _listens_plainly(annotations: dict[str, str]) -> bool:
    """Without the annotation the port is 80 unless there is a certificate on the Ingress itself."""
    ports = _parsed(annotations.get("listen-ports", ""))
    if not isinstance(ports, list):
        return "certificate-arn" not in annotations
    return any("HTTP" in one for one in ports if isinstance(one, dict))


def _redirects(objects: ObjectSet, ingress: Item, annotations: dict[str, str]) -> bool:
    named = text(ingress.obj, "spec", "ingressClassName")
    classes = [one for one in objects.of("IngressClass") if one.name == named]
    parameters = {text(one.obj, "spec", "parameters", "name") for one in classes}
    return "ssl-redirect" in annotations or any(
        text(one.obj, "spec", "sslRedirectPort") for one in objects.of("IngressClassParams") if one.name in parameters
    )


def _parsed(value: str) -> list[Obj] | Obj | None:
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None
