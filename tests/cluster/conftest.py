"""One API server for each environment, started when the first test asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.environment import Applied, applied
from tests.real import manifests

EACH = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in manifests.environments()]
"""Tests of one environment stay with the process that has its server."""


@pytest.fixture(scope="session", params=EACH)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """An environment on its server; all tests of one environment share it, so each leaves it as it found it."""
    name: str = request.param
    with applied(name, Path(tmp_path_factory.mktemp(name))) as found:
        yield found
