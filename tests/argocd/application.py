"""What an Application says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cluster.client import Obj

WAVE = "argocd.argoproj.io/sync-wave"


@dataclass(frozen=True)
class Application:
    """An Application as the API server has it; moments are written as Kubernetes writes them, and compare as text."""

    obj: Obj

    @property
    def name(self) -> str:
        return str(self.obj["metadata"]["name"])

    @property
    def wave(self) -> int:
        return int(self.obj["metadata"].get("annotations", {}).get(WAVE, "0"))

    @property
    def created(self) -> str:
        """When its object was made."""
        return str(self.obj["metadata"]["creationTimestamp"])

    @property
    def first_synced(self) -> str:
        """When its first sync came to an end."""
        return str(self._status("history")[0]["deployedAt"])

    @property
    def sync(self) -> str:
        """Synced, OutOfSync or Unknown."""
        return str(self._status("sync", "status"))

    @property
    def revision(self) -> str:
        """The commit that it was last compared with."""
        return str(self._status("sync", "revision"))

    @property
    def health(self) -> str:
        return str(self._status("health", "status"))

    @property
    def phase(self) -> str:
        """Of its last operation: Running, Succeeded, Failed or Error."""
        return str(self._status("operationState", "phase"))

    @property
    def started(self) -> str:
        """When its last operation began."""
        return str(self._status("operationState", "startedAt"))

    @property
    def message(self) -> str:
        """What its last operation came to, and what each object came to that was not applied."""
        results = self._status("operationState", "syncResult", "resources") or []
        refused = [f"{one['kind']}/{one['name']}: {one.get('message')}" for one in results if one["status"] != "Synced"]
        return "\n".join([str(self._status("operationState", "message")), *refused])

    @property
    def conditions(self) -> list[str]:
        return [f"{one['type']}: {one['message']}" for one in self._status("conditions") or []]

    @property
    def differing(self) -> list[str]:
        """The objects that are not as the repository has them."""
        return [
            f"{one['kind']} {one.get('namespace', '')}/{one['name']}"
            for one in self._status("resources") or []
            if one.get("status") != "Synced"
        ]

    @property
    def unhealthy(self) -> list[str]:
        return [
            f"{one['kind']} {one['name']}: {one['health']['status']} {one['health'].get('message', '')}"
            for one in self._status("resources") or []
            if one.get("health", {}).get("status", "Healthy") != "Healthy"
        ]

    def settled(self, revision: str) -> bool:
        """Whether it brought this commit to an end, all is well, and nothing is under way."""
        return (self.sync, self.health, self.revision) == ("Synced", "Healthy", revision) and self.phase != "Running"

    def __str__(self) -> str:
        lines = [f"{self.name} (wave {self.wave}): {self.sync}, {self.health}, at {self.revision[:8]}, {self.phase}"]
        lines += [f"    {line}" for line in self.message.splitlines() if line]
        lines += [f"    differs: {one}" for one in self.differing] + [f"    unhealthy: {one}" for one in self.unhealthy]
        return "\n".join(lines + [f"    {one}" for one in self.conditions])

    def _status(self, *path: str) -> Any:
        found: Any = self.obj.get("status", {})
        for key in path:
            found = found.get(key) or {} if isinstance(found, Mapping) else {}
        return found or ""
