"""What the policies and rules cost over a large environment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from generator.check.admission.admitting import denials
from generator.check.objectset import Item, ObjectSet
from generator.check.rules.registry import RULES
from generator.environment.model import Environment
from generator.trees.plan import plan

GATEWAYS = 26
BUSY = 1.5
"""Seconds of CPU time that end the test; 0.4 on an idle machine, twice that on two cores with other work."""


def test_policies_and_rules_over_450_objects(
    defaults: Environment, environments: dict[str, Environment], figure: Callable[[str], None]
) -> None:
    env = environments["staging"]
    gateways = {f"team-{number}": env.openclaw.gateways["main"] for number in range(GATEWAYS)}
    large = replace(env, openclaw=replace(env.openclaw, gateways=gateways))
    made = plan(defaults, [large], {})
    items = tuple(Item(path, obj) for path, obj in made.objects.items() if path.startswith("rendered/"))
    assert len(items) >= 450
    list(denials(ObjectSet(items[:1], large)))  # compiles what the objects share, as any check does once
    started = time.process_time()
    objects = ObjectSet(items, large)
    denied = list(denials(objects))
    for rule in RULES:
        list(rule.check(objects))
    spent = time.process_time() - started
    figure(f"policies and rules over {len(items)} objects: {spent:.2f} s CPU")
    assert not denied
    assert spent < BUSY
