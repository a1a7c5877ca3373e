"""A Kubernetes API server with its etcd, on loopback, for as long as a block lasts.

Its admission plugins are those that a cluster has by default, PodSecurity, LimitRanger, ResourceQuota, ServiceAccount
and ValidatingAdmissionPolicy among them.  No controller, no scheduler and no kubelet runs: what is applied stays as it
is.
"""

import contextlib
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.client import Client, Obj, Refused
from tests.real.conftest import give_up
from tests.real.process import Process, free_port
from tests.real.process import start as start_process
from tests.real.upstream.authority import Authority
from tools.programs import Unavailable, program

SERVICES = "10.96.0.0/16"
"""Addresses that Services get."""


@dataclass(frozen=True)
class Cluster:
    """An API server that is ready; whoever has the token may do everything."""

    url: str
    token: str
    ca: Path
    """The certificate that the server shows, which is its own authority."""
    kubeconfig: Path
    keys: Path
    """The private key that signs the tokens of ServiceAccounts."""
    client: Client
    process: Process


@contextlib.contextmanager
def start(folder: Path, *, crds: Sequence[Obj] = (), flags: Sequence[str] = ()) -> Iterator[Cluster]:
    """An empty cluster whose files lie in `folder`, with these CustomResourceDefinitions established.

    `flags` are further ones of kube-apiserver.  Ends the test where a program cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _etcd(folder) as etcd, _apiserver(folder, etcd, flags) as cluster:
        establish(cluster.client, crds)
        yield cluster


def argv(name: str) -> list[str]:
    """How the command line of a program of the catalogue begins; ends the test where it cannot be had."""
    found = program(name)
    if isinstance(found, Unavailable):
        give_up(found)
    return found.argv


def establish(client: Client, crds: Sequence[Obj], timeout: float = 120) -> None:
    """Create CustomResourceDefinitions and wait until the server serves their kinds."""
    for crd in crds:
        client.create(crd).result()
    waiting = {
        (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"])
        for crd in crds
        for version in crd["spec"]["versions"]
        if version["served"]
    }
    deadline = time.monotonic() + timeout
    while waiting := waiting - client.kinds():
        if time.monotonic() > deadline:
            raise Refused(f"not served after {timeout:g} s: {', '.join(map(' '.join, sorted(waiting)))}")
        time.sleep(0.1)


@contextlib.contextmanager
def _etcd(folder: Path) -> Iterator[str]:
    """Its address."""
    url, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    command = [*argv("etcd"), "--data-dir", str(folder / "etcd"), "--log-level", "warn"]
    command += ["--listen-client-urls", url, "--advertise-client-urls", url]
    command += [
        "--listen-peer-urls",
        peer,
        "--initial-advertise-peer-urls",
        peer,
        "--initial-cluster",
        f"default={peer}",
    ]
    with start_process("etcd", command, env={}, cwd=folder, log=folder / "etcd.log"):
        yield url


@contextlib.contextmanager
def _apiserver(folder: Path, etcd: str, flags: Sequence[str]) -> Iterator[Cluster]:
    serving, accounts = folder / "serving", folder / "accounts"
    for place in (serving, accounts):
        place.mkdir()
    authority, signing = Authority.create(serving), Authority.create(accounts)
    port, token = free_port(), secrets.token_hex(16)
    users = folder / "users.csv"
    users.write_text(f"{token},admin,admin,system:masters\n")
    users.chmod(0o600)
    command = [
        *argv("kube-apiserver"),
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={authority.certificate}",
        f"--tls-private-key-file={authority.key}",
        f"--token-auth-file={users}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={signing.key}",
        f"--service-account-key-file={signing.certificate}",
        f"--service-cluster-ip-range={SERVICES}",
        "--endpoint-reconciler-type=none",  # it would refuse to announce the loopback
        "--allow-privileged",
        "--enable-priority-and-fairness=false",
        "--profiling=false",
        *flags,
    ]
    url = f"https://127.0.0.1:{port}"
    client = Client("127.0.0.1", port, token=token, ca=authority.certificate)
    # Memory is there, time is not: garbage is collected a third as often.
    environment = {"GOGC": "300"}
    with start_process(
        "kube-apiserver", command, env=environment, cwd=folder, log=folder / "kube-apiserver.log"
    ) as process:
        process.wait_until(lambda: _ready(client), 120, "readiness")
        file = folder / "kubeconfig"
        file.write_text(json.dumps(_kubeconfig(url, authority.certificate, token)))
        file.chmod(0o600)
        try:
            yield Cluster(url, token, authority.certificate, file, signing.key, client, process)
        finally:
            client.close()


def _ready(client: Client) -> bool:
    try:
        return client.request("GET", "/readyz").accepted
    except OSError:
        client.close()  # else the next request would go on with a connection that is not there
        return False


def _kubeconfig(url: str, ca: Path, token: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "loopback", "cluster": {"server": url, "certificate-authority": str(ca)}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "loopback", "context": {"cluster": "loopback", "user": "admin"}}],
        "current-context": "loopback",
    }
