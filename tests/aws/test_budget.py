"""The budget: the environment's ceiling over what bears its tag, told before it is passed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generator.aws import budget, names
from generator.environment.model import Environment


def properties(env: Environment) -> dict[str, Any]:
    (made,) = budget.resources(env)
    return dict(made.properties)


def told(env: Environment) -> dict[tuple[str, int], tuple[str, ...]]:
    return {
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"]): tuple(
            subscriber["Address"] for subscriber in one["Subscribers"]
        )
        for one in properties(env).get("NotificationsWithSubscribers", [])
    }


def test_the_ceiling_is_the_environments_over_what_bears_its_tag(environments: dict[str, Environment]) -> None:
    found = properties(environments["prod"])["Budget"]
    assert found["BudgetLimit"] == {"Amount": 9000, "Unit": "USD"}
    assert (found["BudgetType"], found["TimeUnit"]) == ("COST", "MONTHLY")
    assert found["CostFilters"] == {"TagKeyValue": ["user:openclaw.io/environment$prod"]}


def test_addresses_and_topic_are_told_early(environments: dict[str, Environment]) -> None:
    env = environments["prod"]
    everybody = ("platform@example.com", names.alert_topic_arn(env))
    assert told(env) == {("ACTUAL", 80): everybody, ("FORECASTED", 100): everybody}


def test_a_topic_of_somebody_elses_is_not_told(environments: dict[str, Environment]) -> None:
    env = replace(environments["prod"], outputs=frozenset())
    assert set(told(env).values()) == {("platform@example.com",)}


def test_without_anybody_to_tell_it_only_counts(environments: dict[str, Environment]) -> None:
    assert told(environments["dev"]) == {}
    assert properties(environments["dev"])["Budget"]["BudgetLimit"]["Amount"] == 300


def test_it_has_no_name_since_a_change_of_addresses_replaces_it(environments: dict[str, Environment]) -> None:
    assert "BudgetName" not in properties(environments["prod"])["Budget"]
