"""Pin every dependency of pyproject.toml, for all platforms, by version and hash: `make lock`.

requirements.txt is what the generator needs, requirements-dev.txt what its tests need on top; beside them what
`make bench` compares with.
"""

import subprocess
import sys
from pathlib import Path

from tools.programs import Unavailable, program

ROOT = Path(__file__).parent.parent
COMPILE = [
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"),
    *("--python-version", "3.11"),
]
LOCKS = {
    "requirements.txt": ["pyproject.toml"],
    "requirements-dev.txt": ["pyproject.toml", "--group", "dev"],
    "tools/bench/requirements.txt": ["tools/bench/requirements.in"],
}
"""Lock file -> what it is made from."""


def main() -> None:
    uv = program("uv")
    if isinstance(uv, Unavailable):
        sys.exit(f"uv: {uv.reason}")
    for output, sources in LOCKS.items():
        subprocess.run([*uv.argv, *COMPILE, *sources, "--output-file", output], check=True, cwd=ROOT)
        print(f"wrote {output}", file=sys.stderr)


if __name__ == "__main__":
    main()
