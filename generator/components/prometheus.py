"""Prometheus, as policies see it: it scrapes, and nothing else in its namespace needs to."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.network import Pods

NAME = "prometheus"


def pods(env: Environment) -> Pods:
    """Its pods, by the label that the Prometheus Operator gives them, whatever the stack's release is called."""
    return Pods(NAME, env.monitoring.namespace)
