"""The environment files as trees and as text; what is written was loaded first, as it will stand there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from generator.environment.load import DEFAULTS, load, names, read
from generator.environment.model import Environment
from generator.environment.nodes import Map


def own(folder: Path, name: str) -> Map:
    """What the file of an environment itself says."""
    return read(folder / f"{name}.yaml", f"{folder.name}/{name}.yaml")


@dataclass(frozen=True)
class Text:
    """The text of a file with line feeds alone, and what its writer had besides."""

    path: Path
    text: str
    mark: bool
    """Whether it begins with a byte order mark."""
    windows: bool
    """Whether its lines end as on Windows."""

    @staticmethod
    def read(path: Path) -> Text:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
        return Text(path, text.replace("\r\n", "\n"), data.startswith(b"\xef\xbb\xbf"), "\r\n" in text)

    def write(self, text: str) -> None:
        """Replaces the file at once: whoever reads it meanwhile sees the old one or the new one."""
        whole = text.replace("\n", "\r\n") if self.windows else text
        scratch = self.path.with_name(f".{self.path.name}.new")
        scratch.write_bytes(whole.encode("utf-8-sig" if self.mark else "utf-8"))
        os.replace(scratch, self.path)


def loaded(folder: Path, texts: Mapping[str, str]) -> dict[str, Environment]:
    """The environments that other texts of some files change, all where it is the defaults; raises EnvironmentInvalid.

    What the account has not yielded yet is no obstacle to an edit.
    """
    with TemporaryDirectory() as scratch:
        trial = Path(scratch) / folder.name
        trial.mkdir()
        for path in folder.glob("*.yaml"):
            shutil.copyfile(path, trial / path.name)
        for name, text in texts.items():
            (trial / f"{name}.yaml").write_text(text, "utf-8")
        changed_ones = (DEFAULTS, *names(trial)) if DEFAULTS in texts else texts
        return {name: load(trial, name, pending=True) for name in changed_ones}
