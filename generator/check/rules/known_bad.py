"""known-bad: no image and no chart is of a release that is known to be compromised or broken.

Such a release runs with the credentials of its pod: a stealer in the LLM gateway has the key of every provider.  An
environment file with one does not load; this rule sees what comes in beside it, by a patch, by a chart, in any folder.

Looked at: all containers of all pods, and the charts that Applications install, by generator/known_bad.json.  An image
is known by the last part of its repository, so that a mirror's copy counts, and by its digest, whatever its tag says.

Limits: what a chart itself brings along is not looked at; a release is bad once somebody has said so.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import known_bad
from generator.check.delivery.released import releases
from generator.check.objectset import Breach, ObjectSet
from generator.check.rules import Severity

ID, SEVERITY = "known-bad", Severity.ERROR
REMEDIATION = f"use another release: {known_bad.LIST} says which, and why"


def check(objects: ObjectSet) -> Iterator[Breach]:
    kubernetes = [objects.env.cluster.kubernetes_version] if objects.env else []
    for one in releases(objects):
        component = known_bad.components().get(f"{one.kind}/{one.name}", "")
        if bad := known_bad.find(component, one.version, kubernetes, one.digest):
            yield Breach(one.item, one.path, f"{one.said} {bad.told}")
