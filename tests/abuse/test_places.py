"""Files that are not what they seem, and machines that are not as they should be: a clear error, and nothing else."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli import main
from generator.environment.load import load
from generator.environment.nodes import MAX_NODES
from generator.environment.patches import read_patches
from generator.environment.text import MAX_BYTES
from generator.trees.plan import ROOTS
from tests.conftest import ROOT

PATCH = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    one\n    two\n"
SECRET = "root:x:0:0:of nobody's concern"


@pytest.fixture
def repository(tmp_path: Path, few_examples: str) -> Path:
    """A repository with one environment, beside a file that is none of its business."""
    folder = tmp_path / "repository" / "environments"
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "environments/dev.yaml", folder / "dev.yaml")
    (folder / "defaults.yaml").write_text(few_examples, "utf-8")
    (tmp_path / "outside.yaml").write_text(SECRET, "utf-8")
    return tmp_path / "repository"


def run(root: Path, *argv: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(root), *argv])


def refused(root: Path, *argv: str) -> str:
    """What a command says that cannot use its input: no traceback, no half of a job."""
    done = run(root, *argv)
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not (root / "rendered").exists()
    assert SECRET not in done.output
    assert all(line.isprintable() for line in done.output.splitlines())
    return done.output


def written(root: Path) -> list[Path]:
    """The files of the generated folders."""
    return [path for folder in ROOTS for path in (root / folder).rglob("*") if path.is_file()]


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


FILES: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("outside", link("../../outside.yaml"), "leads out of the repository; put the file itself here"),
    ("passwd", link("/etc/passwd"), "leads out of the repository"),
    ("device", link("/dev/zero"), "leads out of the repository"),
    (
        "loop",
        lambda path: path.symlink_to(path.name),
        "is a link that leads to itself|Too many levels of symbolic links",
    ),
    ("gone", link("nothing.yaml"), "cannot be read: No such file or directory"),
    ("pipe", os.mkfifo, "is no regular file; put a YAML file here"),
    ("folder", Path.mkdir, "is no regular file"),
    ("large", lambda path: path.write_bytes(b"#" * (MAX_BYTES + 1)), "larger than 1000000 bytes"),
    ("deep", lambda path: path.write_text("- " * 40_000), "nested too deep"),
    ("deep flow", lambda path: path.write_text("[" * 40_000), "nested too deep"),
    (
        "bomb",
        lambda path: path.write_text("a: &a [x,x]\n" + bomb()) and None,
        f"expands to more than {MAX_NODES} values",
    ),
    ("escape", lambda path: path.write_bytes(b"a: \x1b[2Jx"), r"not allowed; remove the character U\+001B"),
    ("encoding", lambda path: path.write_bytes(b"cluster: \xff"), "not UTF-8: byte 0xff"),
)
"""What may lie where a file should, and what is said of it."""


@pytest.mark.parametrize(("make", "said"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
def test_a_file_that_is_none_is_refused_where_it_stands(
    repository: Path, make: Callable[[Path], object], said: str
) -> None:
    replaced(repository / "environments/dev.yaml", make)
    output = refused(repository, "render")
    assert "environments/dev.yaml" in output
    assert re.search(said, output)


@pytest.mark.parametrize("name", ["dev/patches/10-x.yaml", "dev.outputs.yaml", "defaults.yaml"])
def test_so_are_patches_outputs_and_the_defaults(repository: Path, name: str) -> None:
    for make in (link(str(repository.parent / "outside.yaml")), os.mkfifo):
        replaced(repository / "environments" / name, make)
        assert f"environments/{name}: " in refused(repository, "render")


def bomb() -> str:
    return "".join(
        f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n" for one, two in zip("abcdefgh", "bcdefghi", strict=True)
    )


def test_a_file_may_be_a_link_inside_of_the_repository(repository: Path) -> None:
    (repository / "shared").mkdir()
    shutil.move(repository / "environments/dev.yaml", repository / "shared/dev.yaml")
    (repository / "environments/dev.yaml").symlink_to("../shared/dev.yaml")
    assert load(repository / "environments", "dev").name == "dev"


def test_a_folder_of_patches_that_lies_elsewhere_is_refused(repository: Path) -> None:
    elsewhere = repository.parent / "patches"
    elsewhere.mkdir()
    (elsewhere / "a.yaml").write_text(PATCH)
    (repository / "environments/dev").mkdir()
    (repository / "environments/dev/patches").symlink_to(elsewhere)
    assert "environments/dev/patches/a.yaml: leads out of the repository" in refused(repository, "render")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dev.yaml", "environments/Dev.yaml: «Dev» is no DNS label"),
        ("dev\x1b[2J.yaml", "environments/dev\\u001b[2J.yaml: «dev\\u001b[2J» is no DNS label"),
        ("dev\n::error::x.yaml", "environments/dev\\n::error::x.yaml: «dev\\n::error::x» is no DNS label"),
        ("\u202edev.yaml", "environments/\\u202edev.yaml: «\\u202edev» is no DNS label"),
        (f"{'x' * 64}.yaml", "at most 63"),
        ("-x.yaml", "«-x» is no DNS label"),
    ],
)
def test_a_name_that_is_no_environment_is_shown_as_what_it_is(repository: Path, name: str, shown: str) -> None:
    shutil.copyfile(repository / "environments/dev.yaml", repository / "environments" / name)
    assert shown in refused(repository, "render")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "..", "", "dev/../dev", "dev\x00", "defaults\n"])
@pytest.mark.parametrize("verb", ["bootstrap", "show", "new-env"])
def test_a_command_takes_no_path_for_the_name_of_an_environment(repository: Path, verb: str, name: str) -> None:
    refused(repository, verb, name, *(["--account", "111122223333"] if verb == "new-env" else []))
    assert sorted(path.name for path in (repository / "environments").iterdir()) == ["defaults.yaml", "dev.yaml"]


def test_without_environments_the_way_to_the_repository_is_shown(tmp_path: Path) -> None:
    said = "environments: no such folder; run in the repository, or name it with --root\n1 error; nothing was written\n"
    assert refused(tmp_path, "render") == said


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(repository: Path) -> None:
    folder = repository / "environments"
    before = load(folder, "dev")
    (folder / "dev/patches").mkdir(parents=True)
    (folder / "dev/patches/a.yaml").write_text(PATCH)
    patches = read_patches(folder / "dev/patches", "environments/dev/patches")
    for path in (*folder.glob("*.yaml"), *folder.glob("dev/patches/*.yaml")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder, "dev") == before
    assert read_patches(folder / "dev/patches", "environments/dev/patches") == patches


@pytest.mark.parametrize(
    "name", ["pipe.yaml", "device.yaml", "loop.yaml", "gone.yaml", "deep.yaml", "bomb.yaml", "big.json"]
)
def test_check_ends_at_what_is_no_manifest(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    match path.stem:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(name)
        case "gone":
            path.symlink_to("nothing")
        case "deep":
            path.write_text("- " * 40_000)
        case "bomb":
            path.write_text("a: &a [x,x]\n" + bomb())
        case "big":
            with path.open("wb") as file:
                file.truncate(2**40)
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 1, done.output
    assert f"{name}: " in done.output
    assert isinstance(done.exception, SystemExit)


@pytest.fixture
def bounded() -> Iterator[None]:
    """No file may grow beyond some bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_trees_as_they_were(repository: Path, bounded: None) -> None:
    output = refused(repository, "render")
    assert "cannot be written: File too large; the trees are as they were" in output
    assert written(repository) == []


NEW = (
    *("new-env", "x", "--account", "111122223333", "--region", "us-east-1", "--zones", "us-east-1a,us-east-1b"),
    *("--vpc-cidr", "10.0.0.0/16", "--from", "dev"),
)


def without_rights() -> None:
    """Root obeys the modes of files, too."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
@pytest.mark.parametrize("argv", [("render",), ("bootstrap", "dev"), NEW], ids=lambda argv: argv[0])
def test_a_checkout_that_cannot_be_written_is_said_in_one_line(repository: Path, argv: tuple[str, ...]) -> None:
    folders = (repository, repository / "environments")
    for folder in folders:
        folder.chmod(0o555)
    command = [sys.executable, "-m", "generator", "--root", str(repository), *argv]
    done = subprocess.run(
        command,
        preexec_fn=without_rights,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    for folder in folders:
        folder.chmod(0o755)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "Permission denied" in done.stderr
    assert written(repository) == []
    assert sorted(path.name for path in (repository / "environments").iterdir()) == ["defaults.yaml", "dev.yaml"]


def test_a_patch_cannot_give_an_object_the_name_of_a_place(repository: Path) -> None:
    (repository / "environments/dev/patches").mkdir(parents=True)
    text = (
        "target: {kind: Service, name: llm-gateway}\npatch: [{op: replace, path: /metadata/name, value: ../../../x}]\n"
    )
    (repository / "environments/dev/patches/a.yaml").write_text(text)
    said = "environments/dev/patches/a.yaml:1:1: Service llm-gateway/llm-gateway: changes what the object is known by"
    assert said in refused(repository, "render")


@pytest.mark.parametrize("place", ["rendered", "rendered/dev"])
def test_a_generated_folder_that_is_a_link_is_neither_emptied_nor_filled(repository: Path, place: str) -> None:
    elsewhere = repository.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("mine")
    (repository / place).parent.mkdir(exist_ok=True)
    (repository / place).symlink_to(elsewhere)
    run(repository, "render")
    assert [path.name for path in elsewhere.rglob("*")] == ["kept"]


def test_bootstrap_writes_its_templates_into_the_repository_alone(repository: Path) -> None:
    elsewhere = repository.parent / "elsewhere"
    elsewhere.mkdir()
    (repository / "rendered").symlink_to(elsewhere)
    done = run(repository, "bootstrap", "dev")
    assert done.exit_code == 2
    assert "rendered/dev/aws/" in done.output
    assert "leads out of the repository; remove the link on the way to it" in done.output
    assert list(elsewhere.rglob("*")) == []
