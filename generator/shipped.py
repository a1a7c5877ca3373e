"""Files that lie beside the code in the repository, and inside the package in a wheel."""

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parent / "policies"
POLICIES = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "policies"
"""Admission policies and schemas: those that the code was written with, whatever `--root` is."""


def other_policy(root: Path) -> str:
    """The first admission policy of a repository that is not as ours, as a path in it; empty where there is none.

    What a wheel renders and checks would then be judged otherwise by that repository itself.
    """
    theirs = root / "policies" / "admission"
    if not theirs.is_dir() or theirs.resolve() == POLICIES / "admission":
        return ""
    names = {path.name for folder in (theirs, POLICIES / "admission") for path in folder.glob("*.yaml")}
    differing = (name for name in sorted(names) if _read(theirs / name) != _read(POLICIES / "admission" / name))
    name = next(differing, "")
    return f"policies/admission/{name}" if name else ""


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
