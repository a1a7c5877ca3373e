"""The router of the default routing, made once."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from .assembled import ROUTING, router_data

from content_decision import Router  # isort: skip

OLDEST_NODE = 20


@pytest.fixture(scope="session")
def router() -> Router:
    return Router(router_data(ROUTING))


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("no node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version} is older than {OLDEST_NODE}")
    return found
