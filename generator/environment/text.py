"""A file below environments/ as text: a small regular file of the repository, in UTF-8, without credentials."""

import stat
from pathlib import Path

from .credentials import found
from .problem import EnvironmentInvalid, Place, Problem

MAX_BYTES = 1_000_000
"""Largest file that is read: prod.yaml is a hundredth of it."""
SECRETS = (
    "take it out, revoke it, and give the new one to Secrets Manager: python -m generator secrets ENVIRONMENT --run"
)


def read_text(path: Path, shown: str) -> str:
    """The text, line ends as they are; `shown` is the path in the repository, which names the file in problems.

    Raises EnvironmentInvalid.  A link is followed inside the repository only: what lies outside is in no commit, and
    nobody has agreed that it is printed.
    """
    root = path.absolute().parents[shown.count("/")]
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise _problem(shown, "leads out of the repository", "put the file itself here")
        if not stat.S_ISREG(real.stat().st_mode):
            raise _problem(shown, "is no regular file", "put a YAML file here")
        with real.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        fix = "run in the repository, or name it with --root"
        raise _problem(shown, f"cannot be read: {error.strerror}", fix) from None
    except RuntimeError:
        raise _problem(shown, "is a link that leads to itself", "put the file itself here") from None
    if len(data) > MAX_BYTES:
        raise _problem(shown, f"larger than {MAX_BYTES} bytes", "split the environment")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        place = Place(shown, data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start))
        raise EnvironmentInvalid([Problem(place, "", message, "save the file in UTF-8")]) from None
    if secret := found(text):
        noun, start = secret
        place = Place(shown, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        raise EnvironmentInvalid([Problem(place, "", f"holds {noun}, which Git would keep for good", SECRETS)])
    return text


def _problem(shown: str, message: str, fix: str) -> EnvironmentInvalid:
    return EnvironmentInvalid([Problem(Place(shown), "", message, fix)])
