"""Every way in which the rules on wiring, secrets, time-outs and delivery forbid a whole set of objects to be.

A mutation is a name, a change to all objects of an environment, and the ids of the rules that must speak, no more and
no fewer.  A change applies to every object that it fits; an environment without one is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import yaml

from generator.kubernetes.objects import Obj

from .changes import container, pod

Change = Callable[[Obj], Any]
Predicate = Callable[[Obj], bool]
Mutate = Callable[[list[Obj]], list[Obj]]
Mutation = tuple[str, Mutate, frozenset[str]]

POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy")
APPS = ("Deployment", "StatefulSet")


def each(applies: Predicate, change: Change) -> Mutate:
    """Changes every object that a predicate picks."""

    def mutate(objects: list[Obj]) -> list[Obj]:
        changed = deepcopy(objects)
        for obj in filter(applies, changed):
            change(obj)
        return changed

    return mutate


def without(applies: Predicate) -> Mutate:
    """Removes the objects that a predicate picks."""
    return lambda objects: [obj for obj in objects if not applies(obj)]


def added(obj: Obj) -> Mutate:
    return lambda objects: [*objects, obj]


def the(name: str, *kinds: str) -> Predicate:
    """Objects of some kinds whose name begins so: gateways and ConfigMaps have an ending of their own."""
    return lambda obj: obj["kind"] in kinds and obj["metadata"]["name"].startswith(name)


def kind(*names: str) -> Predicate:
    return lambda obj: obj["kind"] in names


def own_project(obj: Obj) -> bool:
    """The project of what is written here; of charts nobody knows which kinds they bring."""
    return bool(obj["kind"] == "AppProject" and obj["metadata"]["name"] == "openclaw")


def config(app: str, file: str, change: Change) -> Mutate:
    """Changes a file in the ConfigMaps of an app."""

    def rewrite(obj: Obj) -> None:
        if file in obj["data"]:
            as_json = file.endswith(".json")
            value = json.loads(obj["data"][file]) if as_json else yaml.safe_load(obj["data"][file])
            change(value)
            obj["data"][file] = json.dumps(value) if as_json else yaml.safe_dump(value)

    return each(the(app, "ConfigMap"), rewrite)


def openclaw(change: Change) -> Mutate:
    return config("openclaw-config", "openclaw.json", change)


def litellm(change: Change) -> Mutate:
    return config("llm-gateway", "config.yaml", change)


def bifrost(change: Change) -> Mutate:
    return config("llm-gateway", "config.json", change)


def collector(change: Change) -> Mutate:
    return config("otel-collector", "relay.yaml", change)


def in_turn(*changes: Mutate) -> Mutate:
    def mutate(objects: list[Obj]) -> list[Obj]:
        for change in changes:
            objects = change(objects)
        return objects

    return mutate


def selector(obj: Obj) -> Obj:
    """The selector of a policy of either kind."""
    found: Obj = obj["spec"].get("podSelector", obj["spec"].get("endpointSelector"))
    return found


ALB = "alb.ingress.kubernetes.io/"
UNSIGNED, TARGETS = "auth-on-unauthenticated-request", "target-group-attributes"


def annotate(obj: Obj, key: str, value: str) -> None:
    obj["metadata"]["annotations"][ALB + key] = value


def unset(obj: Obj, key: str) -> None:
    obj["metadata"]["annotations"].pop(ALB + key, None)


def signs_in(obj: Obj) -> bool:
    return obj["kind"] == "Ingress" and f"{ALB}auth-type" in obj["metadata"]["annotations"]


def backend(obj: Obj) -> Obj:
    """The Service of the first path of an Ingress."""
    found: Obj = obj["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    return found


def forward_to_main(obj: Obj) -> None:
    backend(obj).update(name="openclaw-main", port={"number": 18789})


def to_nobody(obj: Obj) -> None:
    backend(obj).update(name="openclaw-gone")


def drop_rules(obj: Obj, way: str, port: int) -> None:
    """Takes away the rules of a policy that name a port."""
    rules = obj["spec"][way]
    obj["spec"][way] = [rule for rule in rules if f"'port': {port}" not in str(rule).replace(f"'{port}'", str(port))]


def to_agent(obj: Obj) -> None:
    """Adds the edge to the Pod Identity Agent."""
    if obj["kind"] == "NetworkPolicy":
        rule: Obj = {"to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}], "ports": [{"port": 80}]}
    else:
        rule = {"toEntities": ["host"], "toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}]}]}
    obj["spec"]["egress"].append(rule)


def provider(change: Change) -> Mutate:
    """Changes OpenClaw's only provider."""
    return openclaw(lambda value: change(value["models"]["providers"]["gateway"]))


def otel(**values: str) -> Mutate:
    return openclaw(lambda value: value["diagnostics"]["otel"].update(values))


def variable(app: str, entry: Obj) -> Mutate:
    return each(the(app, *APPS), lambda obj: container(obj).setdefault("env", []).append(entry))


def grace(app: str, seconds: int) -> Mutate:
    return each(the(app, *APPS), lambda obj: pod(obj).update(terminationGracePeriodSeconds=seconds))


def source(**values: str) -> Mutate:
    return each(kind("Application"), lambda obj: obj["spec"]["source"].update(values))


def wave(app: str, number: int) -> Mutate:
    return each(
        the(app, "Application"),
        lambda obj: obj["metadata"]["annotations"].update({"argocd.argoproj.io/sync-wave": str(number)}),
    )


def dearer(times: int) -> Mutate:
    """More money for models, in either engine."""

    def of_litellm(value: Obj) -> None:
        for budget in value["router_settings"]["provider_budget_config"].values():
            budget["budget_limit"] *= times

    def of_bifrost(value: Obj) -> None:
        for budget in value["governance"]["budgets"]:
            budget["max_limit"] *= times

    return in_turn(litellm(of_litellm), bifrost(of_bifrost))


def caught(name: str, mutate: Mutate, *rules: str) -> Mutation:
    return name, mutate, frozenset(rules)


OWN_POLICY = the("llm-gateway", *POLICIES)
GATEWAY_POLICY = the("openclaw", *POLICIES)
LLM = "llm-gateway"
HTTP: Obj = {"http": [{}]}
UNSEEN_ALERT: Obj = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "gateway", "namespace": "openclaw"},
    "spec": {"groups": [{"name": "gateway", "rules": [{"alert": "GatewayDown", "expr": "up == 0"}]}]},
}

MUTATIONS: tuple[Mutation, ...] = (
    # selectors, ports, scalers
    caught(
        "Service selects nothing", each(the(LLM, "Service"), lambda o: o["spec"]["selector"].update(a="b")), "wiring"
    ),
    caught(
        "Service onto a port that is not there",
        each(the(LLM, "Service"), lambda o: o["spec"]["ports"][0].update(targetPort="https")),
        "wiring",
    ),
    caught("Service of a gateway removed", without(the("openclaw", "Service")), "wiring"),
    caught(
        "container port renamed",
        each(the(LLM, *APPS), lambda o: container(o)["ports"][0].update(name="web")),
        "wiring",
    ),
    caught(
        "pod label renamed",
        each(the("otel", *APPS), lambda o: o["spec"]["selector"]["matchLabels"].update(release="canary")),
        "wiring",
    ),
    caught(
        "budget for no pod",
        each(kind("PodDisruptionBudget"), lambda o: o["spec"]["selector"]["matchLabels"].update(a="b")),
        "wiring",
    ),
    caught(
        "autoscaler without target",
        each(kind("HorizontalPodAutoscaler"), lambda o: o["spec"]["scaleTargetRef"].update(name="gone")),
        "wiring",
    ),
    caught(
        "replicas under an autoscaler",
        lambda objects: (
            each(the(LLM, "Deployment"), lambda o: o["spec"].update(replicas=2))(objects)
            if any(map(kind("HorizontalPodAutoscaler"), objects))
            else objects
        ),
        "wiring",
    ),
    caught(
        "pods without any policy",
        without(lambda o: o["kind"] in POLICIES and o["metadata"]["namespace"] == "openclaw"),
        "wiring",
    ),
    caught(
        "policy for no pod",
        each(OWN_POLICY, lambda o: selector(o)["matchLabels"].update(a="b")),
        *("edges-admitted", "pod-identity", "wiring"),
    ),
    # the door
    caught("nobody signs in", each(kind("Ingress"), lambda o: unset(o, "auth-type")), "door-checked"),
    caught("strangers let through", each(signs_in, lambda o: annotate(o, UNSIGNED, "allow")), "door-checked"),
    caught("tokens unchecked", each(kind("Ingress"), lambda o: unset(o, "jwt-validation")), "door-checked"),
    caught("plain HTTP forwarded", each(kind("Ingress"), lambda o: unset(o, "ssl-redirect")), "door-checked"),
    caught("health page of the gateway itself", each(the("health", "Ingress"), forward_to_main), "door-checked"),
    caught(
        "load balancer that hangs up",
        each(kind("IngressClassParams"), lambda o: o["spec"].update(loadBalancerAttributes=[])),
        "timeout-chain",
    ),
    caught(
        "replies dropped in a drain",
        each(the("openclaw", "Ingress"), lambda o: annotate(o, TARGETS, "deregistration_delay.timeout_seconds=30")),
        "timeout-chain",
    ),
    caught("sign-in without a client", without(the("ingress-oidc", "ExternalSecret")), "secrets-resolved"),
    caught("door to no gateway", each(the("openclaw", "Ingress"), to_nobody), "wiring"),
    # references
    caught(
        "ServiceAccount renamed",
        each(kind("ServiceAccount"), lambda o: o["metadata"].update(name=f"{o['metadata']['name']}-2")),
        "references",
    ),
    caught("ConfigMap removed", without(the("openclaw-router", "ConfigMap")), "references"),
    caught("volume removed", each(the("openclaw", *APPS), lambda o: pod(o).update(volumes=[])), "references"),
    caught(
        "file that the ConfigMap lacks",
        each(the("openclaw", *APPS), lambda o: container(o)["volumeMounts"][-1].update(subPath="routes.mjs")),
        "references",
    ),
    caught("namespace removed", without(the("telemetry", "Namespace")), "references"),
    caught(
        "StorageClass of another name",
        each(kind("StorageClass"), lambda o: o["metadata"].update(name="gp3")),
        "references",
    ),
    caught(
        "role of another name", each(kind("ClusterRole"), lambda o: o["metadata"].update(name="gone")), "references"
    ),
    caught(
        "token for nobody", each(kind("ClusterRoleBinding"), lambda o: o["subjects"][0].update(name="x")), "references"
    ),
    # what the API server refuses
    caught(
        "memory with a space",
        each(kind(*APPS), lambda o: container(o)["resources"]["requests"].update(memory="512 Mi")),
        "server-valid",
    ),
    caught(
        "request above the limit",
        each(kind(*APPS), lambda o: container(o)["resources"]["limits"].update(memory="1Mi")),
        "server-valid",
    ),
    caught(
        "variable twice",
        each(kind(*APPS), lambda o: container(o)["env"].append(container(o)["env"][-1])),
        "server-valid",
    ),
    caught(
        "budget that says two things",
        each(kind("PodDisruptionBudget"), lambda o: o["spec"].update(minAvailable=1)),
        "server-valid",
    ),
    caught(
        "autoscaler with a minimum above its maximum",
        each(kind("HorizontalPodAutoscaler"), lambda o: o["spec"].update(maxReplicas=1)),
        "server-valid",
    ),
    caught(
        "label with spaces",
        each(kind("Service"), lambda o: o["metadata"]["labels"].update(team="the platform team")),
        "server-valid",
    ),
    caught("key with a slash", each(kind("ConfigMap"), lambda o: o["data"].update({"a/b": "c"})), "server-valid"),
    caught(
        "unknown Pod Security level",
        each(
            kind("Namespace"), lambda o: o["metadata"]["labels"].update({"pod-security.kubernetes.io/enforce": "high"})
        ),
        "server-valid",
    ),
    caught(
        "misspelt pull policy",
        each(kind(*APPS), lambda o: container(o).update(imagePullPolicy="ifNotPresent")),
        "server-valid",
    ),
    # network
    caught("policy of the LLM gateway removed", without(OWN_POLICY), "edges-admitted", "pod-identity"),
    caught("no way to the collector", each(GATEWAY_POLICY, lambda o: drop_rules(o, "egress", 4318)), "edges-admitted"),
    caught("no way in", each(OWN_POLICY, lambda o: drop_rules(o, "ingress", 4000)), "edges-admitted"),
    caught("no DNS", each(GATEWAY_POLICY, lambda o: drop_rules(o, "egress", 53)), "edges-admitted"),
    caught("no way to the Internet", each(OWN_POLICY, lambda o: drop_rules(o, "egress", 443)), "edges-admitted"),
    caught("no way to the cache", each(OWN_POLICY, lambda o: drop_rules(o, "egress", 6379)), "edges-admitted"),
    caught("Service removed", without(the(LLM, "Service")), "edges-admitted"),
    caught(
        "Service on another port",
        each(the(LLM, "Service"), lambda o: o["spec"]["ports"][0].update(port=4001)),
        "edges-admitted",
    ),
    caught(
        "configuration names another host",
        provider(lambda o: o.update(baseUrl="https://llm.example.com:8443/v1")),
        "edges-admitted",
    ),
    caught(
        "answers that Cilium does not see",
        each(
            the(LLM, "CiliumNetworkPolicy"),
            lambda o: [ports.pop("rules", None) for rule in o["spec"]["egress"] for ports in rule.get("toPorts", [])],
        ),
        "edges-admitted",
    ),
    caught(
        "the cache read as HTTP",
        each(
            the("cache", "CiliumNetworkPolicy"),
            lambda o: [ports.update(rules=HTTP) for rule in o["spec"]["ingress"] for ports in rule["toPorts"]],
        ),
        "edges-admitted",
    ),
    caught(
        "providers read as HTTP",
        each(
            the(LLM, "CiliumNetworkPolicy"),
            lambda o: [
                ports.update(rules=HTTP)
                for rule in o["spec"]["egress"]
                for ports in rule.get("toPorts", ())
                if rule.get("toFQDNs")
            ],
        ),
        "edges-admitted",
    ),
    caught(
        "Hubble published by the chart",
        each(
            the("chart-cilium", "Application"),
            lambda o: o["spec"]["source"]["helm"]["valuesObject"]["hubble"]["ui"].update(service={"type": "NodePort"}),
        ),
        "hubble-private",
    ),
    # telemetry
    caught("OpenClaw speaks gRPC", otel(protocol="grpc"), "otlp-protocol"),
    caught(
        "OpenClaw calls the gRPC port",
        otel(endpoint="http://otel-collector.telemetry.svc.cluster.local:4317"),
        *("edges-admitted", "otlp-protocol"),
    ),
    caught(
        "LiteLLM speaks gRPC",
        each(
            the(LLM, "Deployment"),
            lambda o: [
                one.update(value="grpc") for one in container(o)["env"] if one["name"].endswith("OTLP_PROTOCOL")
            ],
        ),
        "otlp-protocol",
    ),
    caught(
        "Bifrost speaks gRPC",
        bifrost(lambda o: o["plugins"][0]["config"].update(protocol="grpc")),
        "otlp-protocol",
    ),
    caught(
        "collector listens to itself alone",
        collector(lambda o: o["receivers"]["otlp"]["protocols"].update(http=None)),
        "otlp-protocol",
    ),
    # time
    caught(
        "turns outlast the pod", openclaw(lambda o: o["agents"]["defaults"].update(timeoutSeconds=300)), "timeout-chain"
    ),
    caught("turns without a bound", openclaw(lambda o: o["agents"]["defaults"].pop("timeoutSeconds")), "timeout-chain"),
    caught("model calls outlast the turn", provider(lambda o: o.update(timeoutSeconds=120)), "timeout-chain"),
    caught(
        "OpenClaw gives up before the LLM gateway",
        provider(lambda o: o.update(timeoutSeconds=20)),
        *("failover-in-time", "timeout-chain"),
    ),
    caught(
        "OpenClaw has no patience for a fallback", provider(lambda o: o.update(timeoutSeconds=60)), "failover-in-time"
    ),
    caught(
        "LiteLLM tries thrice",
        litellm(lambda o: o["router_settings"].update(num_retries=2)),
        *("failover-in-time", "timeout-chain"),
    ),
    caught("LLM gateway killed during calls", grace(LLM, 20), "timeout-chain"),
    caught("gateway killed during turns", grace("openclaw", 60), "timeout-chain"),
    caught(
        "collector killed with its last batch",
        lambda objects: grace("otel", 12)(objects) if "langfuse" in str(objects) else objects,
        "timeout-chain",
    ),
    # secrets
    caught(
        "dangling key",
        each(
            the(LLM, "Deployment"),
            lambda o: [
                one["valueFrom"]["secretKeyRef"].update(key="gone")
                for one in container(o)["env"][:1]
                if "valueFrom" in one
            ],
        ),
        "secrets-resolved",
    ),
    caught("no store", without(kind("SecretStore")), "secrets-resolved"),
    caught("nobody makes the Secret", without(the(LLM, "ExternalSecret")), "secrets-resolved"),
    caught(
        "key dropped from the ExternalSecret",
        each(the("openclaw", "ExternalSecret"), lambda o: o["spec"]["data"].pop()),
        "secrets-resolved",
    ),
    caught(
        "password in a file", openclaw(lambda o: o["gateway"].update(password="Correct-Horse-9")), "secrets-resolved"
    ),
    caught(
        "API key in a variable",
        variable("openclaw", {"name": "PROVIDER_KEY", "value": "sk-0123456789abcdefghijklmn"}),
        "secrets-resolved",
    ),
    # identity
    caught("no way to the credentials", each(OWN_POLICY, lambda o: drop_rules(o, "egress", 80)), "pod-identity"),
    caught("gateway may ask for credentials", each(GATEWAY_POLICY, to_agent), "pod-identity"),
    caught(
        "long-lived AWS key",
        variable(LLM, {"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}),
        "pod-identity",
    ),
    # delivery
    caught("default branch", source(targetRevision="HEAD"), "argo-safe"),
    caught(
        "empty render allowed",
        each(kind("Application"), lambda o: o["spec"]["syncPolicy"]["automated"].update(allowEmpty=True)),
        "argo-safe",
    ),
    caught(
        "finalizer over state",
        each(
            the("openclaw", "Application"),
            lambda o: o["metadata"].update(finalizers=["resources-finalizer.argocd.argoproj.io"]),
        ),
        "argo-safe",
    ),
    caught("unguarded namespace", each(kind("Namespace"), lambda o: o["metadata"].pop("annotations")), "argo-safe"),
    caught(
        "volumes go with the gateway",
        each(
            kind("StatefulSet"),
            lambda o: o["spec"].update(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}),
        ),
        "argo-safe",
    ),
    caught(
        "project admits any repository",
        each(kind("AppProject"), lambda o: o["spec"].update(sourceRepos=["*"])),
        "argo-safe",
    ),
    caught(
        "project lacks a namespace",
        each(kind("AppProject"), lambda o: o["spec"]["destinations"].pop()),
        "argo-safe",
    ),
    caught(
        "Application points at no namespace",
        each(the("openclaw", "Application"), lambda o: o["spec"]["destination"].pop("namespace")),
        "argo-safe",
    ),
    caught(
        "project lacks a cluster-wide kind",
        each(own_project, lambda o: o["spec"]["clusterResourceWhitelist"].pop()),
        "argo-safe",
    ),
    caught(
        "project admits more than is rendered",
        each(
            own_project,
            lambda o: o["spec"]["clusterResourceWhitelist"].append({"group": "", "kind": "PersistentVolume"}),
        ),
        "argo-safe",
    ),
    caught("folder without Application", without(the("secrets", "Application")), "argo-safe"),
    caught(
        "Application without folder",
        each(the("secrets", "Application"), lambda o: o["spec"]["source"].update(path="a/b")),
        "argo-safe",
    ),
    caught("secrets after their users", wave("secrets", 90), "argo-safe"),
    caught("namespaces last", wave("namespaces", 90), "argo-safe"),
    caught(
        "Secret in Git",
        added({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "more", "namespace": "openclaw"}}),
        "argo-safe",
    ),
    # money and alerts
    caught("budgets above the ceiling", dearer(100), "budget"),
    caught("alert without a runbook", added(UNSEEN_ALERT), "alert-runbook"),
)
