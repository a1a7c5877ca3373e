"""AWS tags by which an environment's resources are told from the rest of the account, whoever makes them."""

from __future__ import annotations

from generator.environment.model import Environment

ENVIRONMENT_TAG = "openclaw.io/environment"


def tag_map(env: Environment) -> dict[str, str]:
    """On everything that can bear tags: budgets, cost reports and AWS Config rules ask for them."""
    return {"app.kubernetes.io/part-of": "openclaw", ENVIRONMENT_TAG: env.name}
