"""Questions to the cluster's Prometheus, by the API server's proxy of its Service: no policy of ours closes it."""

from __future__ import annotations

from generator.environment.model import Environment

from .access import Silent
from .look import Look
from .rights import Right

SERVICE, PORT = "prometheus-operated", 9090
"""The Service that the Prometheus Operator makes, whatever the stack's release is called."""
REMEDY = "is Prometheus up? kubectl -n {namespace} get pods -l app.kubernetes.io/name=prometheus"

Series = list[tuple[dict[str, str], float]]


def right(env: Environment) -> Right:
    return Right(env.monitoring.namespace, "", "services/proxy", "get", f"{SERVICE}:{PORT}")


def remedy(env: Environment) -> str:
    return REMEDY.format(namespace=env.monitoring.namespace)


def query(look: Look, expression: str) -> Series:
    """Labels and value of each series now."""
    namespace = look.env.monitoring.namespace
    path = f"/api/v1/namespaces/{namespace}/services/{SERVICE}:{PORT}/proxy/api/v1/query"
    answer = look.access.get(path, query=expression)
    try:
        return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]
    except (KeyError, TypeError, ValueError):
        raise Silent(f"Prometheus answers no series: {str(answer)[:120]}") from None
