"""Nodes that are replaced, and pods that move with them or find other places."""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.compute.requests import quantity
from generator.check.objectset import dig
from generator.diff.change import Change
from generator.diff.impact import Impact

from .reading import below, danger, listed, note, runs_pods, shown, template, warning

PLACES = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "nodeName", "priorityClassName")


def check(change: Change) -> Iterator[Impact]:
    if change.kind == "NodePool":
        yield from _pool(change)
    elif change.kind in ("EC2NodeClass", "NodeClass") and change.verb == "changed":
        differing = [field.shown for field in below(change, "spec") if "amiSelectorTerms" not in field.path]
        if differing:  # of another AMI the images speak
            text = f"every node drifts and is replaced within the budgets ({listed(differing)})"
            yield warning("placement", change, text)
    elif runs_pods(change) and change.verb == "changed":
        moved = dict.fromkeys(
            str(field.path[len(template(change)) + 1])
            for field in below(change, *template(change), "spec")
            if len(field.path) > len(template(change)) + 1 and field.path[len(template(change)) + 1] in PLACES
        )
        if moved:
            capacity = "karpenter.sh/capacity-type"
            wanted = dig(change.after, (*template(change), "spec", "nodeSelector", capacity))
            where = f", to {wanted} nodes" if wanted else ""
            yield warning(
                "placement",
                change,
                f"its pods may move ({listed(moved)}){where}: a volume follows only inside its zone",
            )


def _pool(change: Change) -> Iterator[Impact]:
    if change.verb == "added":
        yield note("placement", change, "new nodes of this kind may come")
        return
    if change.verb != "changed":
        return
    for field in below(change, "spec", "template"):
        if "requirements" in field.path:
            key = next((str(step).strip("[]") for step in field.path if str(step).startswith("[")), "requirements")
            text = f"other nodes are wanted ({key}: {shown(field.before)} -> {shown(field.after)})"
            speak = danger if key == "kubernetes.io/arch" else warning
            yield speak("placement", change, f"{text}: those that do not fit are replaced within the budgets")
        else:
            yield warning("placement", change, f"every node drifts and is replaced within the budgets ({field.shown})")
    for field in below(change, "spec", "limits"):
        old, new = quantity(field.before), quantity(field.after)
        if old is None or new is None or new > old:
            yield note(
                "scale", change, f"may hold {field.path[-1]} {shown(field.after)} instead of {shown(field.before)}"
            )
        else:
            text = f"may hold only {field.path[-1]} {field.after} instead of {field.before}"
            yield warning("scale", change, f"{text}: pods that do not fit stay Pending")
    for field in below(change, "spec", "disruption"):
        yield warning("placement", change, f"nodes are replaced by other rules: {field.shown} is {shown(field.after)}")
