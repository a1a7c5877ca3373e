"""Defaults that load fast."""

from __future__ import annotations

import pytest
import yaml

from generator.loader import LOADER
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def few_examples() -> str:
    """environments/defaults.yaml with three examples of each topic: what is tested here is not about routing."""
    whole = yaml.load((ROOT / "environments/defaults.yaml").read_text("utf-8"), Loader=LOADER)
    routing = whole["routing"]
    routing["general"] = routing["general"][:3]
    for route in routing["routes"]:
        if "examples" in route:
            route["examples"] = route["examples"][:3]
    return yaml.dump(whole, allow_unicode=True, sort_keys=False)
