"""What fuzzing has found: the input and the traceback, once for each place in the code."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Findings:
    """A folder of inputs, each called by its target and by where the exception came from."""

    folder: Path

    def keep(self, target: str, data: bytes, error: BaseException) -> None:
        path = self.folder / f"{target}-{place(error)}"
        if path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        lines = traceback.format_exception(error)
        path.with_name(f"{path.name}.trace").write_text("".join(lines), "utf-8", "backslashreplace")
        print(f"{path.name}: {lines[-1].strip()[:200]}", file=sys.stderr, flush=True)

    def listed(self) -> list[str]:
        """Names of the inputs; libFuzzer calls its own after what went wrong: timeout-, oom-, crash-."""
        return sorted(path.name for path in self.folder.glob("*-*") if path.suffix != ".trace")


def place(error: BaseException) -> str:
    """The innermost frame in the project, and the type: `merge.py-130-TypeError`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/generator/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}-{ours[-1].lineno}-{type(error).__name__}"
