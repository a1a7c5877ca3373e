"""What is tried, as parameters of tests: each carries the mark that puts its outcome into the table."""

from typing import Any

import pytest

from tests.real import addresses, manifests


def environments(program: str, *, engine: str = "", component: str = "") -> list[Any]:
    """Environments whose LLM gateway is of an engine, or that have a component."""
    return [
        pytest.param(name, marks=pytest.mark.program(program, name), id=name)
        for name in manifests.environments()
        if engine in ("", addresses.engine(name)) and (not component or component in manifests.components(name))
    ]


def gateways(program: str) -> list[Any]:
    """(environment, component) of every OpenClaw gateway."""
    return [
        pytest.param((name, component), marks=pytest.mark.program(program, name), id=f"{name}-{component}")
        for name in manifests.environments()
        for component in addresses.gateways(name)
    ]
