"""hubble-private: nobody reaches Hubble from outside without signing in.

Hubble's page and its relay ask nobody who he is, and show who talks to whom in the whole cluster, with the paths of
requests.  They are for `kubectl port-forward`; a page for many needs a proxy in front of it that signs people in.

Looked at: Ingresses and HTTPRoutes that lead to the Services of Hubble, Services of Hubble's pods that are reached from
outside, and the values that an Application gives the chart of Cilium.  An Ingress whose load balancer signs people in
(`alb.ingress.kubernetes.io/auth-type` of `cognito` or `oidc`) may lead to the page.

Limits: a proxy of one's own is not looked into; values from files of the chart's repository are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.load_balancers import PREFIX, backend_services
from generator.check.walk import each, table, text, texts

ID, SEVERITY = "hubble-private", Severity.ERROR
REMEDIATION = "use kubectl port-forward, or put a proxy that signs people in before the page"

SERVICES = ("hubble-ui", "hubble-relay")
"""Services of the chart; its pods bear the same names as label `k8s-app` (Cilium 1.20.2, install/kubernetes/cilium)."""
SEEN = "whoever reaches it sees who talks to whom in the cluster, without signing in"


def check(objects: ObjectSet) -> Iterator[Breach]:
    for item in objects.of("Ingress"):
        if table(item.obj, "metadata", "annotations").get(f"{PREFIX}auth-type") not in ("cognito", "oidc"):
            for path, named in backend_services(item):
                if text(named, "name") in SERVICES:
                    yield Breach(item, path, f"leads to {text(named, 'name')}: {SEEN}")
    for item in objects.of("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"):
        for rule, one in each(item.obj, "spec", "rules"):
            for index, named in each(one, "backendRefs"):
                if text(named, "name") in SERVICES:
                    path = ("spec", "rules", rule, "backendRefs", index)
                    yield Breach(item, path, f"leads to {text(named, 'name')}: {SEEN}")
    for item in objects.of("Service"):
        app = text(item.obj, "spec", "selector", "k8s-app")
        if app in SERVICES and (_is_outside(text(item.obj, "spec", "type")) or texts(item.obj, "spec", "externalIPs")):
            yield Breach(item, ("spec",), f"is reached from outside and leads to {app}: {SEEN}")
    for item in objects.of("Application"):
        yield from _values(item, ("spec", "source"))
        for index, _ in each(item.obj, "spec", "sources"):
            yield from _values(item, ("spec", "sources", index))


def _values(item: Item, source: tuple[str | int, ...]) -> Iterator[Breach]:
    """What a chart of Cilium is told to publish."""
    found = table(item.obj, *source)
    if text(found, "chart") != "cilium":
        return
    path = (*source, "helm", "valuesObject", "hubble")
    for part in ("ui", "relay"):
        values = table(found, "helm", "valuesObject", "hubble", part)
        if _is_outside(text(values, "service", "type")):
            message = f"publishes hubble-{part} as a {text(values, 'service', 'type')}: {SEEN}"
            yield Breach(item, (*path, part, "service", "type"), message)
        annotations = table(values, "ingress", "annotations")
        if table(values, "ingress").get("enabled") and annotations.get(f"{PREFIX}auth-type") not in ("cognito", "oidc"):
            yield Breach(item, (*path, part, "ingress"), f"publishes hubble-{part} by an Ingress: {SEEN}")


def _is_outside(kind: str) -> bool:
    return kind in ("LoadBalancer", "NodePort")
