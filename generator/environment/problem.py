"""What is wrong with an environment file, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .visible import line

Path = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file; line and column count from 1, 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        file = line(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


@dataclass(frozen=True)
class Flaw:
    """A broken rule before its position is known: where in the model, what is wrong, what to do."""

    path: Path
    message: str
    fix: str = ""
    also: tuple[Path, ...] = ()
    """Other keys in the conflict, from the root: the place shown is the first that the environment's own file says."""


@dataclass(frozen=True, order=True)
class Problem:
    """A broken rule at a position in a file; as text one line that may be printed anywhere, whatever the file holds."""

    place: Place
    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        subject = f"{line(self.path)}: " if self.path else ""
        remedy = f"; {line(self.fix)}" if self.fix else ""
        return f"{self.place}: {subject}{line(self.message)}{remedy}"


class EnvironmentInvalid(Exception):
    """An environment cannot be used; carries every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(_once(sorted(set(problems))))
        super().__init__("\n".join(map(str, self.problems)))


def _once(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Without what a section says again that inherits the same line: gateways have the keys of gatewayDefaults."""
    said = set()
    for problem in problems:
        mistake = (problem.place, problem.path.rpartition(".")[2], problem.message, problem.fix)
        if not (problem.place.line and mistake in said):
            yield problem
        said.add(mistake)


def dotted(path: Path) -> str:
    """A path as users write it: `routing.routes[1].model`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
