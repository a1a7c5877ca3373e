"""One AWS account on loopback: moto behind the real AWS CLI, and questions about what exists in it."""

import json
import os
import shlex
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.environment.model import Environment
from tests.real import process
from tools.programs import Program

ROOT = Path(__file__).resolve().parents[3]
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example", "AWS_MAX_ATTEMPTS": "1"}


ARGUMENTS = "arguments"
Ended = subprocess.CompletedProcess[str]


class Refused(Exception):
    """AWS answered with an error; the text begins with its code."""


@dataclass
class Account:
    """A running account."""

    url: str
    folder: Path
    clerk: subprocess.Popen[str]
    types: dict[str, list[str]]
    """Whose the types are: `own` moto's CloudFormation's, `taught` over moto's services, `formal` nobody's."""
    asking: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, region: str, service: str, operation: str, **parameters: Any) -> Any:
        """One call by boto3, all pages of the answer; raises Refused."""
        with self.asking:
            assert self.clerk.stdin is not None
            assert self.clerk.stdout is not None
            self.clerk.stdin.write(json.dumps([service, region, operation, parameters]) + "\n")
            self.clerk.stdin.flush()
            said = json.loads(self.clerk.stdout.readline())
        if "error" in said:
            raise Refused(f"{said['error']}: {said['message']}")
        return said["answer"]

    def environment(self, region: str) -> dict[str, str]:
        """Variables for a program that calls the AWS CLI or is it."""
        path = os.pathsep.join([str(self.folder / "bin"), os.defpath])
        chosen = {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_PAGER": ""}
        return CREDENTIALS | chosen | {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(ROOT)}

    def run(self, region: str, argv: Sequence[str], *, cwd: Path | None = None, given: str = "") -> Ended:
        """A program that is the AWS CLI or calls it; `given` is its standard input."""
        return subprocess.run(
            argv,
            env=self.environment(region),
            cwd=cwd or self.folder,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def arguments(self) -> str:
        """With what the AWS CLI was called so far: what every process on the machine could read."""
        return (self.folder / ARGUMENTS).read_text()


@contextmanager
def account(folder: Path, moto: Program, aws: Program, environments: Mapping[str, Environment]) -> Iterator[Account]:
    """Runs it, with the networks and clusters that the environments take for granted."""
    _wrapper(folder, aws)
    [number] = {env.cluster.account for env in environments.values()}
    before, types = folder / "before.json", folder / "types.json"
    before.write_text(json.dumps([network(env) for env in environments.values() if env.cluster.vpc_id]))
    port = process.free_port()
    python = str(moto.path / "bin/python")
    variables = {
        "MOTO_ACCOUNT_ID": number,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "PYTHONPATH": str(ROOT),
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    url = f"http://127.0.0.1:{port}"
    argv = [python, "-m", "tests.real.aws.fake.server", str(port), str(before), str(types)]
    with process.start("moto", argv, env=variables, cwd=folder, log=folder / "moto.log") as server:
        server.wait_until(lambda: process.http_status(f"{url}/moto-api/") is not None, 120, "answer")
        with subprocess.Popen(
            [python, "-m", "tests.real.aws.fake.clerk"],
            env=CREDENTIALS | {"AWS_ENDPOINT_URL": url, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as clerk:
            made = Account(url, folder, clerk, json.loads(types.read_text()))
            for env in environments.values():
                made.ask(env.cluster.region, "eks", "create_cluster", **cluster(env))
            yield made
            assert clerk.stdin is not None
            clerk.stdin.close()


def _wrapper(folder: Path, aws: Program) -> None:
    """`aws` on the path: the real one, with its arguments written down."""
    wrapper = folder / "bin/aws"
    wrapper.parent.mkdir()
    noted = shlex.quote(str(folder / ARGUMENTS))
    wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{noted}\nexec {shlex.join(aws.argv)} "$@"\n')
    wrapper.chmod(0o755)


def network(env: Environment) -> dict[str, Any]:
    """The VPC of an environment, with every subnet and route table that its file names."""
    named = dict(zip(env.cluster.subnet_ids, env.cluster.zones, strict=False))
    if env.ingress.enabled:
        named |= dict(zip(env.ingress.subnet_ids, env.cluster.zones, strict=False))
    return {
        "region": env.cluster.region,
        "vpcId": env.cluster.vpc_id,
        "cidr": env.cluster.vpc_cidr,
        "subnets": named,
        "routeTables": list(env.cluster.route_table_ids),
    }


def cluster(env: Environment) -> dict[str, Any]:
    role = f"arn:aws:iam::{env.cluster.account}:role/eks-cluster"
    return {"name": env.cluster.name, "roleArn": role, "resourcesVpcConfig": {}}
