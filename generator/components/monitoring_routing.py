"""Whom Alertmanager tells of what."""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.monitoring import Receivers
from generator.kubernetes.objects import Obj

from .monitoring_alert import Alert

SLACK, SLACK_URL = "alertmanager-slack", "url"
"""Secret with the address of the Slack channel's webhook, and its key."""
TITLE = "{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}"
MESSAGE = (
    "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}"
    "{{ .CommonAnnotations.description }}\n{{ .CommonAnnotations.runbook_url }}\n{{ .CommonAnnotations.dashboard_url }}"
)


def routing(told: Receivers, alerts: Sequence[Alert]) -> Obj:
    """Receivers called as severities; `info` has no address: such alerts are only shown."""
    severities = ("critical", "warning")
    return {
        "route": {
            "receiver": "info",
            "groupBy": ["namespace", "alertname"],
            "groupWait": "30s",
            "groupInterval": "5m",
            "repeatInterval": "4h",
            "routes": [{"receiver": one, "matchers": [match("severity", one)]} for one in severities],
        },
        "receivers": [
            *({"name": one} | addresses(told, one) for one in severities),
            {"name": "info"},
        ],
        "inhibitRules": [
            {
                "sourceMatch": [match("alertname", alert.hushed_by)],
                "targetMatch": [match("alertname", alert.name)],
                "equal": ["namespace", "pod", "container"],
            }
            for alert in alerts
            if alert.hushed_by
        ],
    }


def match(label: str, value: str) -> Obj:
    """As a pattern, which matches whole values: a bare `=` in YAML is more than text to some readers."""
    return {"name": label, "matchType": "=~", "value": value}


def addresses(told: Receivers, severity: str) -> Obj:
    """Where alerts of a severity go: warnings to Slack, critical ones to both, and to whichever is the only one."""
    found: Obj = {}
    if told.sns and (severity == "critical" or not told.slack):
        found["snsConfigs"] = [
            {
                "topicARN": told.sns.topic_arn,
                "sigv4": {"region": told.sns.region},
                "subject": TITLE,
                "message": MESSAGE,
                "sendResolved": True,
            }
        ]
    if told.slack:
        found["slackConfigs"] = [
            {
                "apiURL": {"name": SLACK, "key": SLACK_URL},
                "channel": told.slack.channel,
                "title": TITLE,
                "titleLink": "{{ .CommonAnnotations.runbook_url }}",
                "text": MESSAGE,
                "color": '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
                "sendResolved": True,
            }
        ]
    return found
