"""What an alert is, and where alerts look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.kubernetes.objects import Obj

from . import llm_gateway, openclaw, otel_collector, workloads

Severity = Literal["critical", "warning", "info"]

IN_OURS = f'namespace=~"{"|".join(workloads.NAMESPACES)}"'
"""The namespaces that are looked at."""
IN_OPENCLAW = f'namespace="{openclaw.NAMESPACE}"'
IN_LLM_GATEWAY = f'namespace="{llm_gateway.NAMESPACE}"'
IN_TELEMETRY = f'namespace="{otel_collector.NAMESPACE}"'

POD = "{{ $labels.namespace }}/{{ $labels.pod }}"
PERCENT, SECONDS = "{{ $value | humanizePercentage }}", "{{ $value | humanizeDuration }}"


@dataclass(frozen=True)
class Alert:
    """One alert; its name is also that of its page in docs/runbooks."""

    name: str
    severity: Severity
    expr: str
    wait: str
    """How long the expression must hold."""
    summary: str
    """What is so, in one line, with the labels and the value filled in by Prometheus."""
    description: str
    """What it means for people."""
    hushed_by: str = ""
    """An alert that says more: while it fires for the same labels, this one is not sent."""

    def rule(self, runbooks: str, dashboard: str) -> Obj:
        """The alert for Prometheus, with the addresses of all runbooks and of its dashboard."""
        notes = {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": f"{runbooks}/{self.name}.md",
            "dashboard_url": dashboard,
        }
        rule: Obj = {"alert": self.name, "expr": self.expr, "for": self.wait}
        return rule | {"labels": {"severity": self.severity}, "annotations": notes}
