"""`python -m tools.supply`: what is pinned, as an SBOM, against the known bad, and as packages of the same bytes.

Exit codes: 0 all is well, 1 something was found, 2 the input cannot be used.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tools.programs.store import ROOT

SBOMS, DIST = Path("build/sbom"), Path("dist")


def sbom() -> int:
    """Writes the documents, each judged by the schema of CycloneDX."""
    from . import commit, sbom

    try:
        documents = sbom.boms(ROOT, commit.revision(ROOT), commit.made(ROOT))
    except ValueError as error:
        return _unusable(f"{error}\nnothing was written")
    for name, text in documents.items():
        if wrong := sbom.violation(text):
            return _unusable(f"{name}: {wrong}")
    (ROOT / SBOMS).mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (ROOT / SBOMS / name).write_text(text, "utf-8")
        print(f"wrote {SBOMS / name}: {sbom.size(text)} parts, {len(text) // 1024} KiB")
    return 0


def audit() -> int:
    """The list, then OSV; says so where that does not answer."""
    from . import audit
    from .locks import NotPinned

    try:
        done = audit.audit(ROOT)
    except NotPinned as error:
        return _unusable(str(error))
    for line in (*done.problems, *done.found):
        print(line)
    kinds = Counter(part.kind for part in done.parts)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    failed = len(done.problems) + len(done.found)
    print(f"audited {len(done.parts)} parts ({counted}): {failed or 'none'} of generator/known_bad.json")
    malicious = False
    try:
        advisories = audit.advisories(done.parts)
    except audit.Unreachable as error:
        print(f"osv.dev was not asked: it cannot be reached from here ({error}); only the list above was applied")
    else:
        for advisory in sorted(advisories, key=lambda one: (not one.malicious, str(one))):
            print(f"{'MALICIOUS' if advisory.malicious else 'advisory'}: {advisory}")
        malicious = any(one.malicious for one in advisories)
        print(f"osv.dev has advisories for {len(advisories)} of them; it was not asked for images, charts and Debian's")
    return int(bool(failed) or malicious)


def dist() -> int:
    """Builds what is committed."""
    from tools.programs import Unavailable, program

    from . import commit, dist

    hatchling = program("hatchling")
    if isinstance(hatchling, Unavailable):
        return _unusable(f"hatchling: {hatchling.reason}")
    if count := commit.uncommitted(ROOT):
        print(f"{count} files differ from the commit; what is built is the commit", file=sys.stderr)
    try:
        sums = dist.build(ROOT, hatchling.argv, ROOT / DIST)
    except dist.Differs as error:
        print(f"{error}; nothing was written", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return _unusable(f"{error.cmd[0]} ended with {error.returncode}:\n{error.stderr}")
    for name, digest in sums.items():
        print(f"{digest}  {DIST / name}")
    print("the same bytes in two folders, with two umasks, at two times, and from the sdist")
    return 0


def _unusable(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


COMMANDS = {"sbom": sbom, "audit": audit, "dist": dist}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(_unusable(__doc__ or ""))
    sys.exit(COMMANDS[sys.argv[1]]())
