"""Containers of rendered Jobs as programs of this machine: only what they mount is theirs to write."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Obj = dict[str, Any]

FLAGS = {"nosuid": os.ST_NOSUID, "nodev": os.ST_NODEV, "noexec": os.ST_NOEXEC}
"""Options of a mount that a remount must repeat where it may not take them back."""

MOUNTED = """set -e
flags="$1"; root="$2"; shift 2
mount --bind "$root" "$root"
mount -o "remount,bind,ro$flags" "$root"
while [ "$1" != -- ]; do
  mount --bind "$2" "$2"
  mount -o "remount,bind,$1$flags" "$2"
  shift 2
done
shift
exec "$@"
"""


@dataclass(frozen=True)
class Ended:
    """How a container ended."""

    code: int
    output: str
    """Standard output."""
    said: str
    """Both outputs, for a failure to show."""


@dataclass
class Pod:
    """The pod of a Job: its volumes, and where they are here."""

    spec: Obj
    root: Path
    volumes: Mapping[str, Path]
    """Claims by the volume's name; all others are empty folders."""
    files: Mapping[str, str]
    """Paths in an image -> the same file here."""
    path: str
    """Where commands are found."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What EKS sets, and where S3 is."""

    def run(self, name: str, timeout: float = 120) -> Ended:
        """Run one of its containers to the end."""
        [container] = [one for one in self.containers if one["name"] == name]
        places = {mount["mountPath"]: self._volume(mount["name"]) for mount in container["volumeMounts"]}
        modes = {
            places[mount["mountPath"]]: "ro" if mount.get("readOnly") else "rw" for mount in container["volumeMounts"]
        }
        argv = [*container.get("command", _entry_point(container)), *container["args"]]
        environ = {one["name"]: self._here(one["value"], places) for one in container["env"]}
        flags = "".join(f",{option}" for option, bit in FLAGS.items() if os.statvfs(self.root).f_flag & bit)
        mounts = [str(word) for folder, mode in modes.items() for word in (mode, folder)]
        within = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", flags, str(self.root), *mounts]
        ended = subprocess.run(
            [*within, "--", *(self._here(word, places) for word in argv)],
            env={"PATH": self.path, **environ, **self.environ, "TMPDIR": str(self.root / "tmp")},
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, f"{name}: exit {ended.returncode}\n{ended.stdout}{ended.stderr}")

    @property
    def containers(self) -> list[Obj]:
        """In the order in which they run."""
        return [*self.spec["initContainers"], *self.spec["containers"]]

    def _volume(self, name: str) -> Path:
        folder = self.volumes.get(name, self.root / name.removeprefix("scratch-"))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _here(self, word: str, places: Mapping[str, Path]) -> str:
        if word in self.files:
            return self.files[word]
        for path in sorted(places, key=len, reverse=True):
            if word == path or word.startswith(f"{path}/"):
                return str(places[path]) + word.removeprefix(path)
        return str(self.root) + word if word.startswith("/") else word


def _entry_point(container: Obj) -> list[str]:
    """What the image runs by itself: rclone's is rclone, OpenClaw's an init process that runs its arguments."""
    return ["rclone"] if "/rclone:" in container["image"] else []
