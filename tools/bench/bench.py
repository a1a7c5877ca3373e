"""How fast are we? Prints Markdown tables of cold processes, all measured side by side in one run.

First the project's own verbs over environments/, then one job of 500 objects (job.py) for our writer and every peer.
A peer's row counts only if its output, parsed back, equals the reference objects. Wall time is the best of the rounds,
since other work may share the machine; CPU is the median of user + system time over the whole process tree. The rounds
are interleaved, so that a busy minute is everybody's. The last column counts the awkward strings of job.py that kubectl
reads as something else once the row has written them: speed that changes a value is worth nothing.

With `--quick` only what the project's own environment holds takes part; without it the peers of requirements.in are
installed once, into .cache/bench.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tools import locked
from tools.bench import cases, job, projects

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
os.environ["PYTHONPATH"] = str(REPOSITORY)  # rows run in folders of their own
CACHE = REPOSITORY / ".cache" / "bench"
PEERS = CACHE / "venv"
PROJECTS = CACHE / "projects"

# Rows of the first table, measured on the real environments: title -> arguments of `python -m generator`.
VERBS: dict[str, list[str]] = {"render --all": ["render", "--all"], "render": ["render"], "check": ["check"]}


GROWING = (
    *("**generator.kubernetes.emit**", "PyYAML, C dumper", "jsonnet (C++), then PyYAML C", "makejinja, one run"),
    *("kubectl kustomize", "cdk8s synth", "kapitan compile, Jinja"),
)
"""Rows that growth.py runs for many environments: ours, the common dumper, and tools with a language of their own."""


@dataclass(frozen=True)
class Row:
    """Commands to run one after the other in a folder, and the folder that they fill, if that is to be compared."""

    title: str
    does: str
    commands: list[list[str]]
    cwd: Path
    out: Path | None = None
    lost: str = ""


@dataclass
class Times:
    """Seconds, one of each a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Incomparable(Exception):
    """A row has written something else than the reference objects."""


def verb_rows() -> list[Row]:
    """The project's own commands."""
    command = [sys.executable, "-m", "generator"]
    return [
        Row(f"`{title}`", "real environments", [command + arguments], REPOSITORY) for title, arguments in VERBS.items()
    ]


def job_rows(python: Path) -> list[Row]:
    """The 500-object job: our writer first, then each peer in its fastest form."""

    def case(name: str, title: str, does: str) -> Row:
        out = PROJECTS / "cases" / name
        command = [str(python), "-m", "tools.bench.cases", name, str(PROJECTS), str(out)]
        return Row(title, does, [command], PROJECTS, out, strings_lost(python, name) if name in cases.DUMPERS else "")

    def tool(program: str, project: str, title: str, does: str, *arguments: list[str]) -> Row:
        folder = PROJECTS / project
        return Row(title, does, [[str(python.parent / program), *rest] for rest in arguments], folder, folder / "out")

    overlays = [
        ["kustomize", f"overlays/{env['name']}", f"--output=out/{env['name']}.yaml"] for env in job.ENVIRONMENTS
    ]
    makejinja = ["-i", "in", "-i", "lib", "-E", "*.j2", "-d", "data.yaml", "-o", "out", "--force", "--quiet"]
    return [
        case("emit", "**generator.kubernetes.emit**", "objects to YAML"),
        case("yaml_rs", "yaml_rs (Rust)", "objects to YAML"),
        case("ryaml", "ryaml (Rust)", "objects to YAML"),
        case("pyyaml_c", "PyYAML, C dumper", "objects to YAML"),
        case("pyyaml_pure", "PyYAML, pure Python", "objects to YAML"),
        case("ruamel_c", "ruamel.yaml safe, C", "objects to YAML"),
        case("ruamel_pure", "ruamel.yaml safe, pure Python", "objects to YAML"),
        case("ruamel_round_trip", "ruamel.yaml round-trip", "objects to YAML"),
        case("json_text", "json, indented", "objects to JSON, no YAML"),
        case("jinja_text", "Jinja, strict undefined", "text to text, unchecked"),
        case("jinja_parsed", "Jinja, then PyYAML C", "text to text, parsed, dumped"),
        case("jsonnet", "jsonnet (C++), then PyYAML C", "program to JSON, parsed, dumped"),
        tool("makejinja", "makejinja", "makejinja, one run", "text to text, unchecked", makejinja),
        tool(
            "kubectl",
            "kustomize",
            "kubectl kustomize",
            "YAML patches YAML; one overlay an environment over 20 bases",
            *overlays,
        ),
        tool("python", "cdk8s", "cdk8s synth", "objects to YAML through Node", ["main.py"]),
        tool("kapitan", "kapitan", "kapitan compile, Jinja", "text to text", ["compile", "--output-path=out"]),
    ]


def install() -> Path:
    """The Python of the peers. A package without a build for this system is left out, and so is its row."""
    return locked.environment(PEERS, HERE / "requirements.txt", lenient=True)


def strings_lost(python: Path, case: str) -> str:
    """How many awkward strings a dumper spells so that kubectl reads something else."""
    kubectl = python.parent / "kubectl"
    dump = subprocess.run([str(python), "-m", "tools.bench.cases", case], capture_output=True, check=False)
    if dump.returncode or not kubectl.exists():
        return ""
    command = [str(kubectl), "annotate", "--local", "--filename=-", "read=yes", "--output=json"]
    read = subprocess.run(command, input=dump.stdout, capture_output=True, check=False)
    if read.returncode:
        return "refused"
    data = json.loads(read.stdout)["data"]
    wanted: Any = job.STRINGS["data"]
    return f"{sum(data.get(key) != text for key, text in wanted.items())} of {len(wanted)}"


def run(row: Row, times: Times) -> None:
    """One cold run of a row, from an empty output folder."""
    if row.out:
        shutil.rmtree(row.out, ignore_errors=True)
        row.out.mkdir(parents=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    for command in row.commands:
        subprocess.run(command, cwd=row.cwd, check=True, capture_output=True)
    times.wall.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times.cpu.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def compare(row: Row) -> None:
    """Raise Incomparable unless the row has written the reference objects."""
    if row.out is None:
        return
    found: list[Any] = []
    for path in written(row.out):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):  # JSON is YAML too
            found += document["items"] if document["kind"] == "List" else [document]
    wanted = [obj for env in job.ENVIRONMENTS for component in job.COMPONENTS for obj in job.objects(env, component)]
    if canonical(found) != canonical(wanted):
        raise Incomparable(f"{row.title}: {len(found)} objects, not the {len(wanted)} of the job")


def canonical(objects: list[Any]) -> list[str]:
    return sorted(json.dumps(obj, sort_keys=True) for obj in objects)


def written(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file()]


def measure(rows: list[Row], rounds: int) -> tuple[list[tuple[Row, Times]], list[str]]:
    """The times of each row, in interleaved rounds, and the peers that cannot run here, each with its reason."""
    present: list[tuple[Row, Times]] = []
    absent: list[str] = []
    for row in rows:
        try:
            run(row, Times())  # not counted: fills the page cache and the byte-code caches
        except FileNotFoundError:
            absent.append(f"{row.title} (no such program)")
        except subprocess.CalledProcessError as error:
            if row.out is None:
                raise
            absent.append(f"{row.title} ({error.stderr.decode().strip().splitlines()[-1]})")
        else:
            compare(row)
            present.append((row, Times()))
    for number in range(rounds):
        start = number % len(present)  # nobody always follows the heaviest
        for row, times in present[start:] + present[:start]:
            run(row, times)
    return present, absent


def table(measured: list[tuple[Row, Times]]) -> str:
    """CPU is compared with the first row."""
    first = statistics.median(measured[0][1].cpu)
    lines = [
        "| row | what it does | best wall s | CPU s | CPU, times the first | files | strings changed |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row, times in measured:
        wall, cpu = min(times.wall), statistics.median(times.cpu)
        files = len(written(row.out)) if row.out else "–"
        cells = row.title, row.does, f"{wall:.3f}", f"{cpu:.3f}", f"{cpu / first:.1f}", files, row.lost or "–"
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def machine() -> str:
    """What the figures depend on, and nothing that names the machine."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.system()
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def versions(python: Path) -> str:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = (HERE / "requirements.in").read_text(encoding="utf-8").splitlines()
    peers = {pin.split("==")[0].lower() for pin in wanted if "==" in pin}
    return ", ".join(pin.replace("==", " ") for pin in listed.stdout.split() if pin.split("==")[0].lower() in peers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="only what the project's own environment holds")
    parser.add_argument("--rounds", type=int, default=9, help="timed runs of each row (default 9)")
    options = parser.parse_args()
    python = Path(sys.executable) if options.quick else install()
    shutil.rmtree(PROJECTS, ignore_errors=True)
    projects.write_all(PROJECTS)
    print(f"{machine()}; best of {options.rounds} interleaved rounds; {versions(python)}")
    for rows in filter(None, (verb_rows(), job_rows(python))):
        measured, absent = measure(rows, options.rounds)
        print(f"\n{table(measured)}")
        if absent:
            print("\nCannot run here: " + "; ".join(absent))


if __name__ == "__main__":
    main()
