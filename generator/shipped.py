"""Files that lie beside the code in the repository, and inside the package in a wheel."""

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parent / "policies"
POLICIES = _INSTALLED if _INSTALLED.is_dir() else _INSTALLED.parents[1] / "policies"
"""Admission policies and schemas: those that the code was written with, whatever `--root` is."""
