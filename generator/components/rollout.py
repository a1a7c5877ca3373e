"""Progressive delivery of the LLM gateway by Argo Rollouts: canary or blue/green, taken back by metrics.

The Rollout takes the place of the Deployment, with the same pods.  Both ask Prometheus about the pods of the new
version alone, whose names carry its hash; without traffic there is nothing to judge, and the step passes.

Canary has no traffic router: shares are shares of pods behind one Service, so with few pods they are coarse.
Blue/green starts all pods of the new version, and keeps the old ones running while the metrics are watched.
"""

from __future__ import annotations

from generator.environment.duration import seconds
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata

from . import llm_metrics

API = "argoproj.io/v1alpha1"
KIND = "Rollout"
HASH = "version"
"""Argument of the analysis: the hash in the names of the new version's pods."""
INTERVAL = 60
"""Seconds between two questions to Prometheus; rates look back five minutes."""
FAILURES = 2
"""Bad answers that take a version back: a single one may be a provider's."""


def progressive(env: Environment, objects: list[Obj], name: str, namespace: str) -> list[Obj]:
    """The objects with a Rollout in place of the Deployment, its analysis, and blue/green's second Service."""
    made = []
    for obj in objects:
        if obj["kind"] == "Deployment":
            made += [rollout(env, obj, name), analysis(env, name, namespace)]
        elif obj["kind"] == "Service" and env.llm_gateway.delivery.strategy == "blue-green":
            made += [obj, obj | {"metadata": metadata(preview(name), namespace, name, name)}]
        else:
            made.append(obj)
    return made


def preview(name: str) -> str:
    return f"{name}-preview"


def rollout(env: Environment, deployment: Obj, name: str) -> Obj:
    spec = {key: value for key, value in deployment["spec"].items() if key != "strategy"}
    pod = spec["template"]["spec"]
    # Old and new pods are told apart by another label than a Deployment's.
    spread = [
        one | ({"matchLabelKeys": ["rollouts-pod-template-hash"]} if "matchLabelKeys" in one else {})
        for one in pod["topologySpreadConstraints"]
    ]
    spec["template"] = spec["template"] | {"spec": pod | {"topologySpreadConstraints": spread}}
    spec["strategy"] = canary(env, name) if env.llm_gateway.delivery.strategy == "canary" else blue_green(env, name)
    return deployment | {"apiVersion": API, "kind": KIND, "spec": spec}


def canary(env: Environment, name: str) -> Obj:
    delivery = env.llm_gateway.delivery
    steps = [
        step for weight in delivery.weights for step in ({"setWeight": weight}, {"pause": {"duration": delivery.pause}})
    ]
    # The first step has no history yet: it is judged from its pause on.
    judged = {"templates": [{"templateName": name}], "args": [version()], "startingStep": 1}
    return {"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": steps, "analysis": judged}}


def blue_green(env: Environment, name: str) -> Obj:
    return {
        "blueGreen": {
            "activeService": name,
            "previewService": preview(name),
            "autoPromotionEnabled": True,
            # Before the switch the new version has no traffic to be judged by; after it, the old one is still there.
            "postPromotionAnalysis": {"templates": [{"templateName": name}], "args": [version()]},
            # Longer than the analysis: until it ends, the way back is a change of a selector.
            "scaleDownDelaySeconds": INTERVAL * (rounds(env) + FAILURES),
        }
    }


def version() -> Obj:
    return {"name": HASH, "valueFrom": {"podTemplateHashValue": "Latest"}}


def rounds(env: Environment) -> int:
    """Questions in one pause."""
    return max(1, seconds(env.llm_gateway.delivery.pause) // INTERVAL)


def analysis(env: Environment, name: str, namespace: str) -> Obj:
    delivery = env.llm_gateway.delivery
    pods = f'namespace="{namespace}",pod=~"{name}-{{{{args.{HASH}}}}}-.*"'
    asked = llm_metrics.series(env)
    questions = {
        "error-rate": (asked.error_ratio(pods), delivery.max_error_rate),
        "latency-p95": (asked.latency_p95(pods), delivery.max_latency),
    }
    return {
        "apiVersion": API,
        "kind": "AnalysisTemplate",
        "metadata": metadata(name, namespace),
        "spec": {
            "args": [{"name": HASH}],
            "metrics": [
                {
                    "name": question,
                    "interval": f"{INTERVAL}s",
                    "count": rounds(env),
                    "failureLimit": FAILURES - 1,
                    "successCondition": f"len(result) == 0 || isNaN(result[0]) || result[0] <= {limit:g}",
                    "provider": {"prometheus": {"address": delivery.prometheus, "query": query}},
                }
                for question, (query, limit) in questions.items()
            ],
        },
    }
