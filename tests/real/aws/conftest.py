"""One account for the whole suite, and the history of each environment in it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from generator.environment.load import load
from generator.environment.model import Environment
from tests.conftest import ROOT
from tests.real.aws import account, history
from tests.real.aws.history import History
from tests.real.aws.templates import NAMES
from tools.programs import Program


@pytest.fixture(scope="session")
def known() -> Mapping[str, Environment]:
    return {name: load(ROOT / "environments", name) for name in NAMES}


@pytest.fixture(scope="session")
def here(
    tmp_path_factory: pytest.TempPathFactory, programs: Callable[[str], Program], known: Mapping[str, Environment]
) -> Iterator[account.Account]:
    folder = tmp_path_factory.mktemp("account")
    with account.account(folder, programs("moto"), programs("awscli"), known) as made:
        yield made


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history.checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def happened(here: account.Account, checkout: Path, known: Mapping[str, Environment]) -> Callable[[str], History]:
    """What happened to an environment's stacks from first to last."""

    @cache
    def attempt(name: str) -> History | Exception:
        try:
            return history.history(here, checkout, known[name], twice=name == NAMES[0])
        except Exception as problem:  # told by every test; tried once
            return problem

    def get(name: str) -> History:
        found = attempt(name)
        if isinstance(found, Exception):
            pytest.fail(f"{type(found).__name__}: {found}", pytrace=False)
        return found

    return get
