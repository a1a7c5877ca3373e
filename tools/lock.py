"""Pin every dependency of pyproject.toml, for all platforms, by version and hash: `make lock`.

requirements.txt is what the generator needs, requirements-dev.txt what its tests need on top.
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
UV = "uv==0.13.9"
COMPILE = [
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"),
    *("--python-version", "3.11", "pyproject.toml"),
]


def main() -> None:
    folder = ROOT / ".cache/lock"
    if not (folder / "bin/uv").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", UV], check=True)
    for output, groups in (("requirements.txt", []), ("requirements-dev.txt", ["--group", "dev"])):
        subprocess.run([folder / "bin/uv", *COMPILE, *groups, "--output-file", output], check=True, cwd=ROOT)
        print(f"wrote {output}", file=sys.stderr)


if __name__ == "__main__":
    main()
