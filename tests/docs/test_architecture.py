"""docs/architecture.md is current, and the code keeps to the layers that it shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from generator.components import architecture_page
from generator.components.architecture_page import LAYERS, layer
from generator.environment.model import Environment
from tests.conftest import ENVIRONMENTS, ROOT

GENERATOR = ROOT / "generator"


def test_the_page_is_current(environments: dict[str, Environment]) -> None:
    page = architecture_page.files([environments[name] for name in ENVIRONMENTS])[architecture_page.PATH]
    assert (ROOT / architecture_page.PATH).read_text("utf-8") == page, "run `make docs`"


def test_every_module_has_its_layer() -> None:
    missing = [name for name in modules() if layer(name) is None]
    assert not missing, f"Missing in LAYERS of generator/components/architecture_page.py: {', '.join(missing)}"


def test_every_layer_has_its_modules() -> None:
    found = {pattern for one in LAYERS for pattern in one.modules for name in modules() if layer(name) is one}
    assert found == {pattern for one in LAYERS for pattern in one.modules}


def test_imports_point_to_earlier_layers_alone() -> None:
    wrong = []
    for path in sources():
        here = own(path)
        for there in {name for name in imported(path) if name != here}:
            if not allowed(here, there):
                wrong.append(f"{path.relative_to(ROOT)} imports {there}, which stands beside or above {here}")
    assert not wrong, "\n" + "\n".join(sorted(wrong))


def test_an_import_of_a_later_layer_is_seen() -> None:
    assert allowed("components", "environment")
    assert not allowed("environment", "components")
    assert not allowed("day2", "report")
    assert allowed("cost", "check")
    source = "from . import cli\nfrom .check.run import x\nimport generator.cost.page\nfrom generator.diff import git"
    assert list(names(ast.parse(source), ("generator",))) == ["cli", "check", "cost", "diff"]
    assert list(names(ast.parse("from ..aws import names"), ("generator", "check"))) == ["aws"]


def allowed(here: str, there: str) -> bool:
    mine, other = layer(here), layer(there)
    if mine is None or other is None:
        return False
    return LAYERS.index(other) < LAYERS.index(mine) or (mine is other and mine.together)


@cache
def modules() -> list[str]:
    return sorted({own(path) for path in sources()})


def sources() -> list[Path]:
    """All but what runs inside the images of other programs, and the package's own docstring."""
    found = sorted(GENERATOR.rglob("*.py"))
    return [path for path in found if "assets" not in path.parts and path != GENERATOR / "__init__.py"]


def own(path: Path) -> str:
    """The package or module directly below generator/ that a file belongs to."""
    return path.relative_to(GENERATOR).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """Those that a file imports, wherever in it."""
    return names(ast.parse(path.read_text("utf-8")), path.relative_to(ROOT).parent.parts)


def names(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = list(package[: len(package) - node.level + 1]) if node.level else []
            module = [*above, *(node.module.split(".") if node.module else [])]
            found = [[*module, alias.name] for alias in node.names]
        else:
            continue
        yield from (name[1] for name in found if name[0] == "generator" and len(name) > 1)
