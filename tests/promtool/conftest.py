"""promtool and amtool: the machine's own, or with `make promtool` those of tools/programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

from tools.programs import Unavailable, program


@pytest.fixture(scope="session")
def tool() -> Callable[[str], list[str]]:
    """How a program's command line begins; the test is skipped where there is none and none may be installed."""

    def found(name: str) -> list[str]:
        if "PROMTOOL" in os.environ:
            made = program(name)
            assert not isinstance(made, Unavailable), made.reason
            return made.argv
        if shutil.which(name):
            return [name]
        pytest.skip(f"no {name} on this machine; `make promtool` installs it")

    return found
