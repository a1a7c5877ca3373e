"""`make fuzz`: every target for its share of the time, by structure and by coverage; exit code 1: it found one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tools.locked import INSTALL

from .findings import Findings
from .structured import fuzz
from .targets import TARGETS

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "fuzz"
LIBRARY = CACHE / "atheris"
DEFAULT = 180
"""Seconds over all targets."""


def main(seconds: float) -> int:
    findings = Findings(CACHE / "found")
    before = set(findings.listed())
    guided = available()
    if not guided:
        print("Atheris has no wheel for this machine, or no registry is reached: by structure alone", file=sys.stderr)
    share = seconds / len(TARGETS) / (2 if guided else 1)
    print(f"{'target':<12} {'way':<10} {'inputs':>9} {'seconds':>8}  found")
    for target in TARGETS:
        for way, run in (("structure", fuzz), ("coverage", by_coverage))[: 2 if guided else 1]:
            began, known = time.monotonic(), set(findings.listed())
            count = run(target, share, findings)
            found = sorted(set(findings.listed()) - known)
            print(f"{target:<12} {way:<10} {count:>9} {time.monotonic() - began:>8.0f}  {', '.join(found)}", flush=True)
    found = sorted(set(findings.listed()) - before)
    print(f"{len(found)} found" + (f", in {findings.folder.relative_to(ROOT)}" if found else ""))
    return 1 if found else 0


def available() -> bool:
    """Whether Atheris is there; installed beside the cache at the first run, by hash, since only fuzzing wants it."""
    if not LIBRARY.is_dir():
        wanted = (str(Path(__file__).with_name("requirements.txt")), "--only-binary=:all:", f"--target={LIBRARY}")
        subprocess.run([sys.executable, *INSTALL, *wanted], check=False)
    return LIBRARY.is_dir()


def by_coverage(target: str, seconds: float, findings: Findings) -> int:
    """Runs libFuzzer until its time is over, anew where an input has ended it; how many inputs it was given."""
    end, count = time.monotonic() + seconds, 0
    path = os.pathsep.join((str(ROOT), str(LIBRARY)))
    while (left := int(end - time.monotonic())) > 0:
        argv = [sys.executable, "-m", "tests.fuzz.guided", target, str(findings.folder), f"-max_total_time={left}"]
        done = subprocess.run(argv, env=os.environ | {"PYTHONPATH": path}, capture_output=True, cwd=ROOT, check=False)
        said = done.stderr.decode("utf-8", "replace")
        counts = re.findall(r"^#(\d+)\s", said, re.MULTILINE)
        count += int(counts[-1]) if counts else 0
        if done.returncode and not counts:
            print(said[-2000:], file=sys.stderr)
            break
    return count


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
