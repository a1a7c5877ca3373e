"""python -B guard.py FOLDER < verbs: runs verbs of the command line in a process that can reach nothing but files.

An audit hook refuses every socket, every program but git's readers, and every change of a file outside FOLDER (a
repository) and its temporary folder.  What is refused ends the verb, whatever it catches, and is reported.  Verbs come
as a JSON list of lists of words; a line of JSON is answered for each: exit code, what was refused, what was read.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READERS = {"cat-file", "ls-tree", "merge-base", "rev-parse"}
"""Commands of git that look into the repository, and no further."""
CHANGES = {
    **dict.fromkeys(("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.chown", "os.utime"), (0,)),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), (0, 1)),
}
"""Events that change a file -> which of their arguments are paths."""
PROGRAMS = ("os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn")
"""Not os.fork: the hook goes with the process that is forked."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(BaseException):
    """No `except Exception` keeps it from ending the verb."""


class Guard:
    """What an audit hook refuses, and what it has seen; nothing before `watching`."""

    def __init__(self, *allowed: Path) -> None:
        self.allowed = [path.resolve() for path in allowed]
        self.watching = False
        self.refused: list[str] = []
        self.read: set[str] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event == "socket.__new__" and arguments[1] == socket.AF_UNIX:
            return  # two ends of a pipe between a process and its fork; to connect it is refused
        if event.startswith("socket.") or event in PROGRAMS:
            self.refuse(f"{event} {arguments[1:]!r}")
        elif event == "subprocess.Popen":
            self._program([str(word) for word in arguments[1]])
        elif event == "open":
            self._open(*arguments)
        elif event in CHANGES:
            for index in CHANGES[event]:
                self._change(event, arguments[index])

    def refuse(self, what: str) -> None:
        self.refused.append(what)
        raise Refused(what)

    def _program(self, argv: list[str]) -> None:
        if argv[:2] != ["git", "-C"] or argv[3] not in READERS:
            self.refuse(f"the program {' '.join(argv)}")

    def _open(self, path: Any, mode: str | None, flags: int) -> None:
        if isinstance(path, int):
            return
        if flags & WRITING or set(mode or "") & set("wax+"):
            self._change("open", path)
        else:
            self.read.add(os.path.abspath(os.fsdecode(path)))

    def _change(self, event: str, path: Any) -> None:
        if isinstance(path, int) or path == os.devnull:
            return
        # The folder and not the path is resolved: a link is changed itself, not what it names.
        place = Path(os.path.abspath(os.fsdecode(path)))
        place = place.parent.resolve() / place.name
        if not any(place.is_relative_to(folder) for folder in self.allowed):
            self.refuse(f"{event} {place}")


def answers(guard: Guard, root: Path, verbs: list[list[str]]) -> Iterator[dict[str, Any]]:
    from generator.cli import main

    for argv in verbs:
        guard.refused, guard.read = [], set()
        code: object = 0
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            guard.watching = True
            try:
                main(["--root", str(root), *argv], standalone_mode=False)
            except SystemExit as end:
                code = end.code
            except Refused:
                code = "refused"
            except BaseException:  # the test reads it
                code = traceback.format_exc()
            finally:
                guard.watching = False
        said = out.getvalue()[-2000:]
        yield {"argv": argv, "code": code, "said": said, "refused": guard.refused, "read": sorted(guard.read)}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    keeper = Guard(folder, Path(tempfile.gettempdir()))
    sys.addaudithook(keeper)
    for answer in answers(keeper, folder, json.load(sys.stdin)):
        print(json.dumps(answer), flush=True)
