"""The router of the default routing, imported once."""

from __future__ import annotations

from types import ModuleType

import pytest

from .assembled import ROUTING, python_router, router_data


@pytest.fixture(scope="session")
def router(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return python_router(tmp_path_factory.mktemp("router"), router_data(ROUTING))
