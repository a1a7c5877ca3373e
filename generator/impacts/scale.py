"""How many pods there are, what each may use, and how many may be away."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.requests import quantity
from generator.diff.change import Change
from generator.diff.fields import ABSENT
from generator.diff.impact import Impact

from .reading import below, danger, note, runs_pods, shown, template, warning


def check(change: Change) -> Iterator[Impact]:
    if change.verb != "changed":
        return
    if runs_pods(change):
        yield from _replicas(change)
        yield from _resources(change)
    elif change.kind == "HorizontalPodAutoscaler":
        for field in below(change, "spec"):
            speak = warning if field.path[-1] in ("minReplicas", "maxReplicas") else note
            yield speak("scale", change, f"{field.shown.removeprefix('spec.')}: {field.before} -> {field.after}")
    elif change.kind == "PodDisruptionBudget":
        for field in below(change, "spec"):
            if field.path[-1] in ("maxUnavailable", "minAvailable"):
                text = (
                    f"a drain may take other numbers of pods at once: {field.path[-1]} {field.before} -> {field.after}"
                )
                yield (danger if _blocks(str(field.path[-1]), field.after) else warning)("scale", change, text)


def _replicas(change: Change) -> Iterator[Impact]:
    for field in below(change, "spec", "replicas"):
        if field.after == 0:
            yield danger("scale", change, "runs no pod any more")
        elif isinstance(field.before, int) and isinstance(field.after, int):
            fewer = field.after < field.before
            text = f"runs {field.after} pods instead of {field.before}"
            yield (warning if fewer else note)("scale", change, text)
        else:
            who = "an autoscaler decides" if field.after is ABSENT else f"it is {field.after}, no autoscaler decides"
            yield warning("scale", change, f"how many pods run: {who}")


def _resources(change: Change) -> Iterator[Impact]:
    for field in below(change, *template(change)):
        if "resources" not in field.path or field.path[-1] not in ("cpu", "memory"):
            continue
        container = next((str(step).strip("[]") for step in field.path if str(step).startswith("[")), "")
        what = (
            f"{container} {field.path[-2].rstrip('s') if isinstance(field.path[-2], str) else ''} of {field.path[-1]}"
        )
        old, new = quantity(field.before), quantity(field.after)
        text = f"{what} {shown(field.before)} -> {shown(field.after)}"
        if field.path[-2] == "limits" and field.path[-1] == "memory" and old and (new or 0) < old:
            yield warning("scale", change, f"{text}: it is killed when it uses more")
        else:
            yield note("scale", change, text)


def _blocks(key: str, value: object) -> bool:
    return (key == "maxUnavailable" and str(value) in ("0", "0%")) or (key == "minAvailable" and str(value) == "100%")
