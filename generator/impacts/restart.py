"""Pods that are replaced because what they are made of, or what they read, is different."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.objectset import dig
from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import below, count, listed, note, runs_pods, template, warning

DAEMONS = "DaemonSet"


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "changed" or not runs_pods(change):
        return
    differing = [field for field in below(change, *template(change)) if "annotations" not in field.path]
    if not differing and not change.configuration:
        return
    why = _why(change, [field.path for field in differing])
    if change.kind in ("CronJob", "Job"):
        yield note("restart", change, f"the next run is different ({why})")
    elif change.kind == "StatefulSet" and (dig(change.after, ("spec", "replicas")) or 1) == 1:
        grace = dig(change.after, ("spec", "template", "spec", "terminationGracePeriodSeconds")) or 30
        text = f"restarts its only pod ({why}): it is down from its drain, {grace} s at most, until it is ready again"
        yield warning("restart", change, text)
    else:
        yield warning("restart", change, f"replaces {_pods(change)} ({why}), {_how(change)}")


def _pods(change: Change) -> str:
    replicas = dig(change.after, ("spec", "replicas"))
    return count(replicas, "pod") if isinstance(replicas, int) else "every pod"


def _how(change: Change) -> str:
    for strategy in ("canary", "blueGreen"):
        if dig(change.after, ("spec", "strategy", strategy)):
            return f"by {strategy.replace('blueGreen', 'blue/green')}, judged by its metrics"
    if dig(change.after, ("spec", "strategy", "type")) == "Recreate":
        return "all at once: nothing answers meanwhile"
    rolling = dig(change.after, ("spec", "strategy", "rollingUpdate")) or {}
    away = rolling.get("maxUnavailable", "25%")
    return "one after the other, none missing" if away == 0 else f"rolling, up to {away} missing at a time"


def _why(change: Change, paths: list[tuple[str | int, ...]]) -> str:
    """What differs, in a few words: the last telling part of each path."""
    words = [f"configuration {name.rpartition('-')[0]}" for name in change.configuration]
    start = len(template(change)) + 1
    for path in paths:
        steps = [str(step) for step in path[start:]]
        if not steps:
            words.append("its labels")
        elif steps[0] in ("containers", "initContainers") and len(steps) > 2:
            words.append(f"{steps[2]} of {steps[1].strip('[]')}")
        else:
            words.append(steps[0])
    return listed(dict.fromkeys(words))
