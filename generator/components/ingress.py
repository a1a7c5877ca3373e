"""The door: one Application Load Balancer, on which each published gateway has a host name of its own.

The load balancer checks who comes (sign-in, or a JSON Web Token) and says so in headers, or not at all; OpenClaw
believes whatever comes from the load balancer's subnets.  So every rule that forwards must check: what is open to
anybody, /health, is answered by the load balancer itself (docs/decisions/ingress.md).

Settings of the load balancer are in the IngressClassParams, where no other Ingress can change them; the class serves
our namespace alone.  On EKS Auto Mode the same objects belong to another API group and have two keys by other names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata
from generator.kubernetes.secret import Remote, Secret
from generator.tags import tag_map

from . import openclaw, openclaw_config
from .ingress_auth import OIDC_SECRET, authentication

NAME = "ingress"
NAMESPACE = openclaw.NAMESPACE
"""An Ingress forwards to Services of its own namespace only."""
GROUP = "openclaw"
"""Name of the class, and of the group of Ingresses that share the load balancer."""
PREFIX = "alb.ingress.kubernetes.io"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"
"""The controller refuses an Ingress whose class, or the class's parameters, it cannot find; and it goes first."""

HEALTH = "/health"
LIVENESS = "/healthz"
"""What the load balancer asks of a gateway.  It stays 200 during a drain, so that running turns are not cut; the others
tell, and /readyz and /startupz answer a trusted proxy without X-Forwarded-For, as health checks are, by 403."""
API = "/v1"
"""All that programs need: the OpenAI-compatible API, and neither the Control UI nor the tools."""
STICKY = 86_400
"""Seconds for which a client stays with one target.  There is one; a second, put there by hand, has other sessions."""


def objects(env: Environment) -> list[Obj]:
    """Nothing without a published gateway: a load balancer costs money also when it leads nowhere."""
    names = openclaw_config.published(env)
    if not names:
        return []
    made = [ingress_class(env), parameters(env), health(env, names), *(gateway(env, name) for name in names)]
    return made + (secret_reader(env) if secrets(env) else [])


def secrets(env: Environment) -> list[Secret]:
    """The client of an OpenID Connect provider; that of Cognito is known to AWS."""
    sso = any(env.openclaw.gateways[name].auth == "sso" for name in openclaw_config.published(env))
    if not (sso and env.ingress.sign_in.oidc):
        return []
    data = {"clientID": Remote("ingress", "client-id"), "clientSecret": Remote("ingress", "client-secret")}
    return [Secret(OIDC_SECRET, NAMESPACE, data)]


def namespace_labels(env: Environment) -> Mapping[str, Mapping[str, str]]:
    """Labels by namespace: a pod made after its Ingress is Ready once the load balancer finds it healthy."""
    label = f"{'eks.amazonaws.com' if _auto_mode(env) else 'elbv2.k8s.aws'}/pod-readiness-gate-inject"
    return {NAMESPACE: {label: "enabled"}} if openclaw_config.published(env) else {}


def ingress_class(env: Environment) -> Obj:
    controller, group = ("eks.amazonaws.com/alb" if _auto_mode(env) else "ingress.k8s.aws/alb"), _api_group(env)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": metadata(GROUP, app=NAME, annotations={SYNC_WAVE: "-1"}),
        "spec": {
            "controller": controller,
            "parameters": {"apiGroup": group, "kind": "IngressClassParams", "name": GROUP},
        },
    }


def parameters(env: Environment) -> Obj:
    door = env.ingress
    hsts = {"key": "routing.http.response.strict_transport_security.header_value", "value": f"max-age={door.hsts}"}
    spec: Obj = {
        "scheme": door.scheme,
        "group": {"name": GROUP},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
        "inboundCIDRs": list(door.inbound_cidrs),
        "sslPolicy": door.tls_policy,
        "targetType": "ip",
        "listeners": [
            {"protocol": "HTTPS", "port": 443, "attributes" if _auto_mode(env) else "listenerAttributes": [hsts]}
        ],
        "tags": [{"key": key, "value": value} for key, value in tag_map(env).items()],
        "loadBalancerAttributes": [{"key": key, "value": value} for key, value in attributes(env).items()],
    }
    if door.subnet_ids:
        spec["subnets"] = {"ids": list(door.subnet_ids)}
    if door.certificates:
        spec["certificateARNs" if _auto_mode(env) else "certificateArn"] = list(door.certificates)
    return {
        "apiVersion": f"{_api_group(env)}/{'v1' if _auto_mode(env) else 'v1beta1'}",
        "kind": "IngressClassParams",
        "metadata": metadata(GROUP, app=NAME, annotations={SYNC_WAVE: "-2"}),
        "spec": spec,
    }


def attributes(env: Environment) -> dict[str, str]:
    """Of the load balancer.  What is left out keeps its last value, so that what can be turned off is written out."""
    bucket = env.ingress.access_logs_bucket
    logs = {"access_logs.s3.bucket": bucket, "access_logs.s3.prefix": env.cluster.name} if bucket else {}
    return {
        "access_logs.s3.enabled": "true" if bucket else "false",
        **logs,
        "idle_timeout.timeout_seconds": str(env.ingress.idle_timeout),
        # Smuggled headers: what OpenClaw might read otherwise than the load balancer does not pass.
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }


def gateway(env: Environment, name: str) -> Obj:
    """One host: people reach everything on it, programs the API."""
    chosen, drain = env.openclaw.gateways[name], env.openclaw.drain
    instance = openclaw.instance(name)
    # Requests to a pod that ends go on for as long as a turn may: until the kubelet would kill it at the latest.
    targets = {
        "deregistration_delay.timeout_seconds": str(drain.pre_stop + drain.run_timeout),
        "stickiness.enabled": "true",
        "stickiness.lb_cookie.duration_seconds": str(STICKY),
        "stickiness.type": "lb_cookie",
    }
    own = {
        "healthcheck-path": LIVENESS,
        "target-group-attributes": ",".join(f"{key}={value}" for key, value in targets.items()),
    }
    backend = {"service": {"name": instance, "port": {"number": openclaw.PORT}}}
    path = {"path": API if chosen.auth == "jwt" else "/", "pathType": "Prefix", "backend": backend}
    rules = [{"host": openclaw_config.public_host(env, name), "http": {"paths": [path]}}]
    return _ingress(env, instance, own | authentication(env.ingress, chosen), rules)


def health(env: Environment, names: list[str]) -> Obj:
    """/health of every host, before all other rules: the load balancer answers, no gateway hears of it."""
    answer = {"contentType": "application/json", "messageBody": '{"ok":true}', "statusCode": "200"}
    action = json.dumps({"type": "fixed-response", "fixedResponseConfig": answer}, sort_keys=True)
    backend = {"service": {"name": "health", "port": {"name": "use-annotation"}}}
    path = {"path": HEALTH, "pathType": "Exact", "backend": backend}
    rules = [{"host": openclaw_config.public_host(env, name), "http": {"paths": [path]}} for name in names]
    return _ingress(env, "health", {"actions.health": action, "group.order": "-10"}, rules)


def secret_reader(env: Environment) -> list[Obj]:
    """Leave for the controller to read the one Secret: by default it may read none."""
    made = metadata(OIDC_SECRET, NAMESPACE, app=NAME)
    rbac = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": "aws-load-balancer-controller", "namespace": "kube-system"}
    if _auto_mode(env):
        subject = {"kind": "Group", "name": "eks:managed", "apiGroup": rbac}
    verbs = ["get"] if _auto_mode(env) else ["get", "list", "watch"]
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [OIDC_SECRET], "verbs": verbs}
    role = {"apiGroup": rbac, "kind": "Role", "name": OIDC_SECRET}
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": made, "rules": [rule]},
        {"apiVersion": f"{rbac}/v1", "kind": "RoleBinding", "metadata": made, "roleRef": role, "subjects": [subject]},
    ]


def _ingress(env: Environment, name: str, own: Mapping[str, str], rules: list[Obj]) -> Obj:
    """Settings of the whole load balancer that the class has no key for stand on each Ingress, or they would differ."""
    shared = {"listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', "ssl-redirect": "443"}
    if acl := env.ingress.web_acl:
        shared[f"wafv2-acl-{'arn' if acl.startswith('arn:') else 'name'}"] = acl
    annotations = {f"{PREFIX}/{key}": value for key, value in {**shared, **own}.items()}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(name, NAMESPACE, app=NAME, annotations=annotations),
        "spec": {"ingressClassName": GROUP, "rules": rules},
    }


def _auto_mode(env: Environment) -> bool:
    return env.compute.provisioner == "auto-mode"


def _api_group(env: Environment) -> str:
    return "eks.amazonaws.com" if _auto_mode(env) else "elbv2.k8s.aws"
