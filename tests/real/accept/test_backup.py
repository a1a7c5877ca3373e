"""A backup is made beside the running gateway, goes to S3, and comes back: by the rendered commands alone."""

import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.real import manifests, process, stack
from tests.real.accept.bench import bench
from tests.real.drain import openclaw
from tests.real.job import Ended, Pod
from tests.real.stack import Stack
from tests.real.upstream.behaviour import words
from tools.programs import Program, program

ENVIRONMENT = "staging"
SESSION, WORD = "kept", "Remember the word marzipan."
LATER, LOST = "later", "Remember the word nougat."
RUNNING = "Tell it slowly"

pytestmark = [pytest.mark.program(name, ENVIRONMENT) for name in ("openclaw", "rclone", "moto")]


@dataclass
class Here:
    """A gateway with its volume, an S3, and the pods of its backup and its restore."""

    stack: Stack
    s3: str
    programs: dict[str, Program]

    @property
    def gateway(self) -> str:
        return self.stack.gateway.removeprefix("openclaw-")

    @property
    def volume(self) -> Path:
        return self.stack.root / self.stack.gateway / "home/node/.openclaw"

    def backup(self, name: str) -> Pod:
        """The pod of the CronJob."""
        [cron] = [obj for obj in manifests.objects(ENVIRONMENT, self.stack.gateway) if obj["kind"] == "CronJob"]
        return self._pod(name, cron["spec"]["jobTemplate"]["spec"]["template"]["spec"])

    def restore(self, name: str, *options: str) -> Pod:
        """The pod of the Job that `python -m generator restore` prints."""
        command = [sys.executable, "-m", "generator", "restore", ENVIRONMENT, self.gateway, *options]
        root = manifests.RENDERED.parent
        printed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
        _, _, after = printed.partition("<<'MANIFEST'\n")
        job = yaml.safe_load(after.partition("\nMANIFEST\n")[0])
        return self._pod(name, job["spec"]["template"]["spec"])

    def objects(self) -> list[str]:
        """Keys in the bucket."""
        with urllib.request.urlopen(f"{self.s3}/{self.bucket}?list-type=2") as answer:
            return [one.text or "" for one in ElementTree.fromstring(answer.read()).iter() if one.tag.endswith("}Key")]

    @property
    def bucket(self) -> str:
        return self.remote.removeprefix(":s3:").partition("/")[0]

    @property
    def remote(self) -> str:
        """Where the rendered command sends archives."""
        [send] = self.backup("unused").spec["containers"]
        return str(send["args"][-1])

    def turn(self, prompt: str, session: str) -> str:
        """All that models were sent in a turn, and about it."""
        before = len(self.stack.upstream.requests)
        call = openclaw.ask(self.stack, prompt, session)
        assert call.is_complete, str(call)
        return "".join(request.text for request in self.stack.upstream.requests[before:])

    def _pod(self, name: str, spec: manifests.Obj) -> Pod:
        node, launcher = self.programs["openclaw"].argv
        folders = [os.path.dirname(node), os.path.dirname(self.programs["rclone"].argv[0])]
        root = self.stack.root / name
        (root / "tmp").mkdir(parents=True, exist_ok=True)
        return Pod(
            spec,
            root,
            {"state": self.volume},
            {"/app/dist/index.js": str(Path(launcher).parent / "dist/index.js")},
            os.pathsep.join([*folders, os.defpath]),
            self.stack.identity() | {"RCLONE_S3_ENDPOINT": self.s3},
        )


@dataclass
class Drill:
    """What happened, in order."""

    here: Here
    archived: Ended
    running: bool
    """Whether the turn that was running during the backup was answered whole."""
    sent: Ended
    restored: list[Ended] = field(default_factory=list)
    kept: str = ""
    """What the model was sent in the first turn after the restore, in the session of before the backup..."""
    later: str = ""
    """...and in that of after it."""
    again: Ended | None = None
    refused: Ended | None = None
    untouched: bool = False
    kept_on_a_new_volume: str = ""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    root = tmp_path_factory.mktemp("backup")
    programs = {name: one for name in ("openclaw", "rclone", "moto") if isinstance(one := program(name), Program)}
    port = process.free_port()
    log = root / "moto.log"
    with (
        bench(ENVIRONMENT, root) as made,
        process.start(
            "moto", [*programs["moto"].argv, "-H", "127.0.0.1", "-p", str(port)], env={}, cwd=root, log=log
        ) as server,
    ):
        found = Here(made, f"http://127.0.0.1:{port}", programs)
        server.wait_until(lambda: process.http_status(found.s3) is not None, 60, "answer")
        urllib.request.urlopen(urllib.request.Request(f"{found.s3}/{found.bucket}", method="PUT")).close()
        # The provider answers in the LLM gateway's place: what it routes is not asked here.
        made.ports["llm-gateway/http"] = int(made.upstream.url.rpartition(":")[2])
        made.openclaw = stack._openclaw(made)
        yield found
        if made.openclaw.running:
            made.openclaw.kill()


@pytest.fixture(scope="module")
def drill(here: Here) -> Drill:
    """A backup beside a running turn, a restore onto the same volume, a refused one, and one onto a new volume."""
    gateway, upstream = here.stack.openclaw, here.stack.upstream
    openclaw.start(here.stack)
    here.turn(WORD, SESSION)
    [model] = {request.model for request in upstream.requests}

    upstream.behave(model, text=words(100), delay=0.2)
    call = openclaw.caller(here.stack).ask(RUNNING, "openclaw", headers=openclaw.session("running"))
    upstream.traffic.wait(lambda requests: requests[-1].chunks > 3, 60, "a turn in the middle")
    pod = here.backup("backup")
    archived = pod.run("archive")
    running = call.join(120).is_complete
    upstream.behave_well()
    drill = Drill(here, archived, running, pod.run("send"))

    here.turn(LOST, LATER)
    gateway.stop()
    restore = here.restore("restore")
    drill.restored = [restore.run(container["name"]) for container in restore.containers]
    gateway.start()
    drill.kept, drill.later = here.turn("What did I say?", SESSION), here.turn("What did I say?", LATER)
    drill.again = here.backup("again").run("archive")
    gateway.stop()

    broken = here.restore("broken")
    [archive] = (here.stack.root / "backup/backup").glob("*.tar.gz")
    (broken.root / "backup").mkdir()
    (broken.root / "backup" / archive.name).write_bytes(archive.read_bytes()[:-1000])
    before = sorted(path.name for path in here.volume.iterdir())
    drill.refused = broken.run("replace")
    drill.untouched = before == sorted(path.name for path in here.volume.iterdir())

    here.volume.rename(here.volume.with_name("lost"))
    here.volume.mkdir()
    (here.volume / "lost+found").mkdir()
    fresh = here.restore("fresh", "--archive", archive.name)
    drill.restored += [fresh.run(container["name"]) for container in fresh.containers]
    gateway.start()
    drill.kept_on_a_new_volume = here.turn("What did I say?", SESSION)
    return drill


def test_the_archive_is_made_and_verified_beside_a_running_turn(drill: Drill) -> None:
    assert drill.archived.code == 0, drill.archived.said
    assert json.loads(drill.archived.output)["verified"] is True
    assert drill.running, "the turn that was running did not end well"


def test_it_is_in_the_bucket_under_environment_and_gateway(drill: Drill) -> None:
    assert drill.sent.code == 0, drill.sent.said
    folder = drill.here.remote.removeprefix(f":s3:{drill.here.bucket}/")
    assert folder.endswith(f"/{ENVIRONMENT}/{drill.here.gateway}")
    name = Path(json.loads(drill.archived.output)["archivePath"]).name
    assert drill.here.objects() == [f"{folder}/{name}"]


def test_every_step_of_the_restore_succeeds(drill: Drill) -> None:
    assert [one.said for one in drill.restored if one.code != 0] == []


def test_the_session_is_back(drill: Drill) -> None:
    assert WORD in drill.kept


def test_what_came_after_the_backup_is_gone(drill: Drill) -> None:
    assert LOST not in drill.later


def test_the_state_before_is_kept_beside_and_out_of_later_backups(drill: Drill) -> None:
    [aside] = (drill.here.volume.with_name("lost")).glob("before-restore-*")
    assert (aside / "state/openclaw.sqlite").is_file()
    assert drill.again is not None
    assert drill.again.code == 0, drill.again.said
    [archive] = (drill.here.stack.root / "again/backup").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        assert [name for name in opened.getnames() if aside.name in name] == []


def test_a_damaged_archive_changes_nothing(drill: Drill) -> None:
    assert drill.refused is not None
    assert drill.refused.code != 0, drill.refused.said
    assert drill.untouched


def test_a_lost_volume_is_made_up_for(drill: Drill) -> None:
    assert WORD in drill.kept_on_a_new_volume
