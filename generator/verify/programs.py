"""The world, by the programs that users have: kubectl and the AWS CLI, with whatever credentials these find."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import IO
from urllib.parse import urlencode

from .access import Absent, Door, Json, Reply, Request, Silent, Unseen

PATIENCE = 10
"""Seconds for one answer of the API server, and for a tunnel to stand."""
AWS_PATIENCE = 40
"""Seconds for one operation of the AWS CLI, its attempts together."""
LARGEST = 4 * 2**20
"""Bytes of an answer that are read."""

_FORBIDDEN = re.compile(r'cannot (\w+) resource "([^"]+)" in API group "[^"]*"(?: in the namespace "([^"]+)")?')
_FORWARDING = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+) ")
_OURSELVES = re.compile(
    r"\(Unauthorized\)|must be logged in|context .*(does not exist|was not found)|no configuration has been provided"
    r"|Unable to connect to the server|connection to the server|getting credentials|error loading config|\(Timeout\)"
)
"""What kubectl says when the way to the API server is at fault, and nothing behind it."""
_AWS_ERROR = re.compile(r"An error occurred \(([\w.]+)\) when calling the (\w+) operation(?:[^:]*): (.*)", re.DOTALL)
_AWS_ACTION = re.compile(r"not authorized to perform: ([\w:-]+)")


def refusal(stderr: str) -> Exception:
    """What an error of kubectl means."""
    last = next((line for line in reversed(stderr.strip().splitlines()) if line.strip()), "kubectl failed")
    if found := _FORBIDDEN.search(stderr):
        verb, resource, namespace = found.groups()
        return Unseen(f"needs {verb} {resource}" + (f" in {namespace}" if namespace else ""))
    if "(NotFound)" in stderr or "could not find the requested resource" in stderr:
        return Absent(last.removeprefix("Error from server (NotFound): "))
    if found := _OURSELVES.search(stderr):
        hint = "; aws eks update-kubeconfig makes it" if "context" in found.group() else ""
        return Unseen(last.removeprefix("error: ") + hint)
    return Silent(last)


def aws_refusal(stderr: str) -> Exception:
    """What an error of the AWS CLI means."""
    found = _AWS_ERROR.search(stderr)
    if not found:
        return Unseen(next(iter(stderr.strip().splitlines()), "the AWS CLI failed"))
    code, operation, message = found.groups()
    if code.startswith(("AccessDenied", "UnauthorizedOperation")):
        action = _AWS_ACTION.search(message)
        return Unseen(f"needs {action.group(1) if action else operation}")
    if "NotFound" in code or "NonExistent" in code or "DoesNotExist" in code:
        return Absent(message.strip())
    return Unseen(f"{operation}: {code}")


@dataclass(frozen=True)
class Programs:
    """One cluster by its context of kubectl, one account by its number."""

    context: str
    account: str
    region: str
    """Where the account is asked whose credentials these are."""

    def get(self, path: str, **query: str) -> Json:
        answer = self._kubectl("get", "--raw", f"{path}?{urlencode(query)}" if query else path)
        try:
            return json.loads(answer)
        except ValueError:
            raise Silent(f"{path.partition('?')[0]} answers no JSON: {answer[:80]!r}") from None

    def call(self, door: Door | str, *requests: Request) -> list[Reply]:
        if isinstance(door, str):
            return [_http(door.rstrip("/"), request, urllib.request.build_opener()) for request in requests]
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with self._tunnel(door) as (url, log):
            try:
                return [_http(url, request, direct) for request in requests]
            except Silent as error:
                if found := _FORBIDDEN.search(said := _read(log)):
                    raise refusal(found.group(0)) from None
                more = next(iter(said.strip().splitlines()), "")
                raise Silent(f"{door}: {error}" + (f"; {more}" if more else "")) from None

    def aws(self, *argv: str, region: str) -> Json:
        if self._caller != self.account:
            raise Unseen(f"these are credentials of account {self._caller}, the environment is in {self.account}")
        return self._aws(*argv, "--region", region)

    @cached_property
    def _caller(self) -> str:
        return str(self._aws("sts", "get-caller-identity", "--region", self.region)["Account"])

    def _aws(self, *argv: str) -> Json:
        patience = ("--cli-connect-timeout", "5", "--cli-read-timeout", "15", "--output", "json")
        environment = os.environ | {"AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "2"}
        done = _run(("aws", *argv, *patience), AWS_PATIENCE, environment)
        if done.returncode:
            raise aws_refusal(done.stderr)
        return json.loads(done.stdout or "{}")

    def _kubectl(self, *argv: str) -> str:
        command = ("kubectl", "--context", self.context, f"--request-timeout={PATIENCE}s", *argv)
        done = _run(command, 2 * PATIENCE, dict(os.environ))
        if done.returncode:
            raise refusal(done.stderr)
        return done.stdout

    @contextlib.contextmanager
    def _tunnel(self, door: Door) -> Iterator[tuple[str, IO[bytes]]]:
        """The address of a port-forward that stands, and the file of its errors; it ends with the block."""
        command = ["kubectl", "--context", self.context, "-n", door.namespace, "port-forward", "--address", "127.0.0.1"]
        command += [f"service/{door.service}", f":{door.port}"]
        with tempfile.TemporaryFile() as log:
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, bufsize=0
                )
            except FileNotFoundError:
                raise Unseen("kubectl is not installed") from None
            try:
                yield f"http://127.0.0.1:{_port(process, door, log)}", log
            finally:
                process.kill()
                process.communicate()


def _port(process: subprocess.Popen[bytes], door: Door, log: IO[bytes]) -> str:
    """Where a port-forward listens, once it says so."""
    assert process.stdout
    said, deadline = b"", time.monotonic() + PATIENCE
    while not (found := _FORWARDING.search(said)):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise Unseen(f"no way to {door} within {PATIENCE} s")
        more = os.read(process.stdout.fileno(), 4096)
        if not more:
            process.wait()
            raise refusal(_read(log))
        said += more
    return found.group(1).decode()


def _read(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")


def _run(command: tuple[str, ...], timeout: float, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise Unseen(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unseen(f"{command[0]} has no answer after {timeout:g} s") from None


def _http(url: str, request: Request, opener: urllib.request.OpenerDirector) -> Reply:
    body = None if request.body is None else json.dumps(request.body).encode()
    asked = urllib.request.Request(f"{url}{request.path}", data=body)
    if body is not None:
        asked.add_header("Content-Type", "application/json")
    for name, value in request.headers.items():
        asked.add_unredirected_header(name, value)  # a key is for this host alone
    try:
        with opener.open(asked, timeout=request.timeout) as answer:
            return _reply(answer)
    except urllib.error.HTTPError as answer:
        return _reply(answer)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Silent(f"{request.path.partition('?')[0]} is not answered: {reason}") from None


def _reply(answer: IO[bytes] | urllib.error.HTTPError) -> Reply:
    headers = {name.lower(): value for name, value in answer.headers.items()}  # type: ignore[union-attr]
    status: int = answer.status  # type: ignore[union-attr, assignment]
    return Reply(status, headers, answer.read(LARGEST).decode(errors="replace"))
