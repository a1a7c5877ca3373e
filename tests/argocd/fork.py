"""A fork of this project in a bare Git repository: an environment is edited, rendered, committed and pushed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml
from ruamel.yaml import YAML

from tests.cluster.client import Obj

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "main"
CHARTS = "application-chart-*.yaml"
"""Not in the repository, because Argo CD would fetch them from the internet."""

_URL = re.compile(r"(?m)^(  repoUrl:) .*$")


class Fork:
    """The working tree of a fork, and the repository that it is pushed to."""

    def __init__(self, folder: Path) -> None:
        self.tree, self._origin = folder / "fork", folder / "origin.git"
        shutil.copytree(ROOT / "environments", self.tree / "environments")
        (self.tree / ".gitignore").write_text(f"{CHARTS}\n")
        defaults = self.tree / "environments/defaults.yaml"
        text, found = _URL.subn(rf"\1 {self.url}", defaults.read_text())
        assert found == 1, "defaults.yaml has no line repoUrl, or more than one"
        defaults.write_text(text)
        self._git("init", "--quiet", f"--initial-branch={BRANCH}")
        self._git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(self._origin))

    @property
    def url(self) -> str:
        return self._origin.as_uri()

    def set(self, environment: str, path: Sequence[str], value: object) -> None:
        """Write a key of an environment file, such as ("telemetry", "sampleRatio")."""
        with self._section(environment, path[:-1]) as section:
            section[path[-1]] = value

    def drop(self, environment: str, path: Sequence[str]) -> None:
        """Take a key out of an environment file; raises KeyError when it is not there."""
        with self._section(environment, path[:-1]) as section:
            del section[path[-1]]

    @contextmanager
    def _section(self, environment: str, path: Sequence[str]) -> Iterator[MutableMapping[str, object]]:
        """Part of an environment file, which is written back with what was changed in it."""
        file, reader = self.tree / f"environments/{environment}.yaml", YAML()
        section = whole = reader.load(file)
        for key in path:
            section = section.setdefault(key, {})
        yield section
        reader.dump(whole, file)

    def merge(self, message: str) -> str:
        """Render, commit and push what was edited; the new commit."""
        done = subprocess.run(
            [sys.executable, "-m", "generator", "--root", str(self.tree), "render"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            if self._git("ls-files", "environments"):
                self._git("checkout", "--quiet", "--", "environments")
            raise AssertionError(f"render, for «{message}»:\n{done.stdout}{done.stderr}")
        return self.commit(message)

    def commit(self, message: str) -> str:
        """Commit and push the tree as it is; the new commit."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", message)
        self._git("push", "--quiet", str(self._origin), BRANCH)
        return self._git("rev-parse", "HEAD").strip()

    def revert(self) -> str:
        """Take the last commit back; the new commit."""
        self._git("revert", "--no-edit", "HEAD")
        self._git("push", "--quiet", str(self._origin), BRANCH)
        return self._git("rev-parse", "HEAD").strip()

    def folders(self, environment: str) -> list[str]:
        """Those that an Application of the repository syncs."""
        found = [
            obj["spec"]["source"]["path"] for obj in self.objects(environment, "argocd") if "source" in obj["spec"]
        ]
        return sorted(path.rpartition("/")[2] for path in found)

    def objects(self, environment: str, folder: str) -> list[Obj]:
        """What the repository holds of an environment in one folder."""
        paths = sorted((self.tree / "rendered" / environment / folder).glob("*.yaml"))
        return [yaml.load(path.read_text(), yaml.CSafeLoader) for path in paths if not path.match(CHARTS)]

    def all_objects(self, environment: str) -> Iterator[Obj]:
        for folder in self.folders(environment):
            yield from self.objects(environment, folder)

    def _git(self, *arguments: str) -> str:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _PERSON.items()},
        }
        done = subprocess.run(["git", *arguments], cwd=self.tree, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"git {' '.join(arguments)}:\n{done.stderr}"
        return done.stdout


_PERSON = {"NAME": "engineer", "EMAIL": "engineer@example.com"}
