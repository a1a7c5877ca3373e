"""One broken environment a rule: broken/<rule>.yaml is refused with exactly the lines of broken/<rule>.expected."""

from pathlib import Path

import pytest

from generator.environment.load import build, merge, read
from generator.environment.problem import EnvironmentInvalid

FIXTURES = sorted(Path(__file__).parent.joinpath("broken").glob("*.yaml"))


def problems_of(path: Path) -> str:
    shown = "environments/prod.yaml"
    with pytest.raises(EnvironmentInvalid) as caught:
        build(merge(read(Path("environments/defaults.yaml"), "environments/defaults.yaml"), read(path, shown)), "prod")
    return "".join(f"{problem}\n" for problem in caught.value.problems)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_broken_environment_is_refused_with_place_value_and_fix(path: Path) -> None:
    assert problems_of(path) == path.with_suffix(".expected").read_text("utf-8")


def test_at_least_thirty_rules_have_a_fixture() -> None:
    assert len(FIXTURES) >= 30
