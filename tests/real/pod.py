"""One container of rendered/ as a program of this machine: its files, its variables, its probe."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.real import manifests, mapping, process

Addresses = Mapping[str, str]
"""Text as rendered -> text here."""


PROSE = "router.json"
"""Example prompts, which quote stack traces and addresses that nobody connects to."""


@dataclass
class Pod:
    """A program that can be started, ended and started again on the same volume."""

    name: str
    root: Path
    """What stands for its file system; what it writes below survives a restart, as on a volume."""
    argv: Sequence[str]
    env: Mapping[str, str]
    is_ready: Callable[[], bool]
    patience: float
    """Seconds until it must be ready."""
    running: process.Process | None = None

    def launch(self) -> None:
        """Start it, without waiting."""
        assert self.running is None, f"{self.name} runs already"
        log = self.root / f"{self.name}.log"
        self.running = process.start(self.name, self.argv, env=self.env, cwd=self.root, log=log)

    def wait(self) -> None:
        """Until it is ready."""
        assert self.running is not None, f"{self.name} does not run"
        self.running.wait_until(self.is_ready, self.patience, "readiness")

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.launch()
        self.wait()

    def stop(self, timeout: float = 60) -> process.Exit:
        """SIGTERM, as at the end of a pod."""
        return self._take().terminate(timeout)

    def kill(self) -> process.Exit:
        """SIGKILL, as when its node is lost or its memory is over."""
        return self._take().kill()

    def _take(self) -> process.Process:
        assert self.running is not None, f"{self.name} does not run"
        taken, self.running = self.running, None
        return taken

    @property
    def log(self) -> str:
        """All that it has printed."""
        return (self.root / f"{self.name}.log").read_text(errors="replace")


def lay_out(env_name: str, component: str, root: Path, addresses: Addresses) -> None:
    """Write every file that the container has from a ConfigMap below `root`, led to loopback.

    Raises NotMapped when an address is in none of them.  Folders that the container mounts are made, too.
    """
    files = manifests.mounted(env_name, component)
    unknown = [address for address in addresses if not any(address in text for text in files.values())]
    if unknown:
        raise mapping.NotMapped(f"{component}: in no rendered file: {', '.join(unknown)}")
    for path, text in files.items():
        found = {address: here for address, here in addresses.items() if address in text}
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        places = found | _places(env_name, component, root, text)
        target.write_text(text if target.name == PROSE else mapping.on_loopback(text, places))
        target.chmod(0o440)
    for mount in manifests.container(env_name, component)["volumeMounts"]:
        if "subPath" not in mount:
            (root / mount["mountPath"].lstrip("/")).mkdir(parents=True, exist_ok=True)


def variables(env_name: str, component: str, root: Path, addresses: Addresses) -> dict[str, str]:
    """The container's variables: Secrets resolved, addresses led to loopback, absolute paths below `root`."""
    found = {}
    for name, value in manifests.variables(env_name, component).items():
        here = mapping.on_loopback(value, {rendered: to for rendered, to in addresses.items() if rendered in value})
        found[name] = str(root) + value if value.startswith("/") else here
    return found


def arguments(env_name: str, component: str, root: Path) -> list[str]:
    """The container's arguments, absolute paths below `root`."""
    return [
        f"{root}{word}" if word.startswith("/") else word for word in manifests.container(env_name, component)["args"]
    ]


def answers(env_name: str, component: str, ports: Mapping[str, int]) -> Callable[[], bool]:
    """The rendered readiness probe; `ports` maps the names of the container's ports to those of this machine."""
    probe = manifests.container(env_name, component)["readinessProbe"]["httpGet"]
    url = f"http://127.0.0.1:{ports[probe['port']]}{probe['path']}"
    return lambda: process.http_status(url) == 200


def port_numbers(env_name: str, component: str) -> dict[str, int]:
    """Name of each port of the container -> its rendered number."""
    return {port["name"]: port["containerPort"] for port in manifests.container(env_name, component)["ports"]}


def _places(env_name: str, component: str, root: Path, text: str) -> dict[str, str]:
    """Paths of the container that a file names -> where they are here."""
    mounts = {
        os.path.dirname(m["mountPath"]) if "subPath" in m else m["mountPath"] for m in _mounts(env_name, component)
    }
    return {path: f"{root}{path}" for path in mounts if path != "/tmp" and path in text}


def _mounts(env_name: str, component: str) -> list[manifests.Obj]:
    found: list[manifests.Obj] = manifests.container(env_name, component)["volumeMounts"]
    return found
