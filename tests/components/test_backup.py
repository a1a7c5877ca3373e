"""Backups: beside the gateway, with nothing of its secrets; and a restore that is a list of commands."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import Any, Literal

import pytest
import yaml
from click.testing import CliRunner, Result

from generator import restore
from generator.check.objectset import Item, ObjectSet
from generator.check.run import check_objects
from generator.cli import main
from generator.components import backup, openclaw, registry
from generator.environment.model import Environment
from generator.kubernetes.emit import emit
from generator.kubernetes.network import policies
from generator.kubernetes.objects import Obj, identity
from generator.step import manual
from generator.trees.plan import Plan
from tests.conftest import ROOT

CONTEXT = "the-cluster"


@pytest.fixture
def env(defaults: Environment) -> Environment:
    return replace(defaults, name="test", backup=replace(defaults.backup, enabled=True, bucket="archives"))


def cron_job(env: Environment) -> Obj:
    return next(obj for obj in backup.objects(env, "main") if obj["kind"] == "CronJob")


def pod(env: Environment) -> Obj:
    found: Obj = cron_job(env)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def test_no_bucket_no_backup(defaults: Environment) -> None:
    assert backup.instances(defaults) == {"openclaw-main": []}
    assert backup.edges(defaults) == []


def test_it_runs_where_the_gateway_runs_and_only_reads_its_volume(env: Environment) -> None:
    [term] = pod(env)["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    gateway = next(obj for obj in openclaw.gateway(env, "main") if obj["kind"] == "StatefulSet")
    labels = gateway["spec"]["template"]["metadata"]["labels"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"].items() <= labels.items()
    assert pod(env)["nodeSelector"] == gateway["spec"]["template"]["spec"]["nodeSelector"]
    [archive], [send] = pod(env)["initContainers"], pod(env)["containers"]
    assert {"name": "state", "mountPath": "/home/node/.openclaw", "readOnly": True} in archive["volumeMounts"]
    assert "state" not in [mount["name"] for mount in send["volumeMounts"]]
    [claim] = [one["persistentVolumeClaim"]["claimName"] for one in pod(env)["volumes"] if "emptyDir" not in one]
    [template] = gateway["spec"]["volumeClaimTemplates"]
    assert claim == f"{template['metadata']['name']}-{gateway['metadata']['name']}-0"


def test_no_label_makes_it_a_gateway(env: Environment) -> None:
    """A Service, a budget or a policy of the gateway would take its pods for the gateway."""
    labels = cron_job(env)["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert not openclaw.PODS.labels.items() <= labels.items()


def test_it_has_none_of_the_gateways_secrets(env: Environment) -> None:
    variables = [one for container in pod(env)["initContainers"] + pod(env)["containers"] for one in container["env"]]
    assert [one["name"] for one in variables if "valueFrom" in one] == []


def test_only_the_backup_of_all_pods_of_openclaw_may_ask_for_aws_credentials(env: Environment) -> None:
    edges = registry.all_edges(env)
    for cni in ("cilium", "vpc-cni"):
        [own] = policies(cni, replace(backup.PODS, instance="openclaw-backup-main"), edges, env.cluster.dns)
        [gateway] = policies(cni, replace(openclaw.PODS, instance="openclaw-main"), edges, env.cluster.dns)
        agent = {"toEntities": ["host"]} if cni == "cilium" else {"to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}]}
        assert [rule for rule in own["spec"]["egress"] if agent.items() <= rule.items()]
        assert [rule for rule in gateway["spec"]["egress"] if agent.items() <= rule.items()] == []
        assert len(own["spec"]["egress"]) == 3, "DNS, the agent, S3 and nothing else"


def test_under_cilium_it_reaches_its_bucket_alone(env: Environment) -> None:
    [policy] = policies("cilium", backup.PODS, backup.edges(env), env.cluster.dns)
    [names] = [rule["toFQDNs"] for rule in policy["spec"]["egress"] if "toFQDNs" in rule]
    assert names == [{"matchName": "archives.s3.us-east-1.amazonaws.com"}]


def test_a_drained_node_is_no_failed_attempt(env: Environment) -> None:
    job = cron_job(env)["spec"]["jobTemplate"]["spec"]
    assert job["podFailurePolicy"]["rules"] == [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    ]
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def test_it_is_synced_with_its_gateway(env: Environment) -> None:
    [part] = [part for part in registry.render(env) if part.name == "openclaw-main"]
    names = {str(identity(obj)) for obj in part.objects}
    assert {
        "CronJob openclaw/openclaw-backup-main",
        "NetworkPolicy openclaw/openclaw-backup-main",
        "ServiceAccount openclaw/openclaw-backup-main",
    } <= names


@pytest.mark.parametrize("environment", ["prod", "staging"])
def test_the_restore_keeps_every_rule(environment: str, environments: dict[str, Environment], planned: Plan) -> None:
    """Beside everything else, the gateway scaled to nothing as it is then."""
    env = environments[environment]
    gateway = next(iter(env.openclaw.gateways))
    below = f"rendered/{environment}/"
    found = {path: obj for path, obj in planned.objects.items() if path.startswith(below)}
    for path, obj in found.items():
        if obj["kind"] == "StatefulSet" and obj["metadata"]["name"] == openclaw.instance(gateway):
            found[path] = obj | {"spec": obj["spec"] | {"replicas": 0}}
    found[f"{below}{openclaw.instance(gateway)}/job.yaml"] = backup.restore_job(env, gateway, restore.LATEST)
    objects = ObjectSet(tuple(Item(path, obj) for path, obj in found.items()), env)
    texts = {path: emit(obj) for path, obj in found.items()}
    findings = [one for one in check_objects(objects, texts) if "openclaw-restore" in f"{one.object} {one.message}"]
    assert [f"{one.path}: {one.message}" for one in findings] == []


def test_the_restore_pauses_what_would_start_the_gateway_and_resumes_it_last(env: Environment) -> None:
    found = restore.steps(env, "main", restore.LATEST, CONTEXT)
    order = [step.what for step in found]
    assert order[:2] == ["pause auto-sync of root", "pause auto-sync of openclaw-main"]
    assert order[-2:] == ["resume auto-sync of openclaw-main", "resume auto-sync of root"]
    assert order.index("stop the gateway") < order.index("fetch, verify, put in place")
    assert order.index("it has not failed") < order.index("start the gateway")


def test_every_command_means_the_same_cluster(env: Environment) -> None:
    found = restore.steps(env, "main", restore.LATEST, CONTEXT)
    assert {step.argv[:3] for step in found} == {("kubectl", "--context", CONTEXT)}


def test_a_restore_takes_the_archive_that_is_named(env: Environment) -> None:
    [fetch, *_] = backup.restore_job(env, "main", restore.EXAMPLE)["spec"]["template"]["spec"]["initContainers"]
    assert fetch["args"][-3:] == [restore.EXAMPLE, ":s3:archives/openclaw/test/main", "/backup"]


def test_in_a_fleet_the_hub_is_for_a_person(env: Environment) -> None:
    argocd = replace(env.gitops.argocd, mode="fleet")
    found = restore.steps(replace(env, gitops=replace(env.gitops, argocd=argocd)), "main", restore.LATEST, CONTEXT)
    assert [step.what.split(":")[0] for step in manual(found)] == ["on the hub", "on the hub"]


def test_printed_steps_are_a_script_that_a_shell_reads(env: Environment) -> None:
    script = "\n".join(map(str, restore.steps(env, "main", restore.LATEST, CONTEXT)))
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    _, _, after = script.partition("<<'MANIFEST'\n")
    job = yaml.safe_load(after.partition("MANIFEST")[0])
    assert job == backup.restore_job(env, "main", restore.LATEST)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(ROOT), "restore", *arguments])


def test_the_command_prints_the_steps_for_the_clusters_own_context(environments: dict[str, Environment]) -> None:
    gateway = next(iter(environments["prod"].openclaw.gateways))
    said = command("prod", gateway)
    assert said.exit_code == 0, said.output
    assert f"kubectl --context {environments['prod'].cluster.arn} " in said.output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("prod", "nobody"), "no gateway «nobody» in prod"),
        (("dev", "main"), "backup.enabled is false in dev"),
        (("prod", "main", "--archive", "../other/x.tar.gz"), "is not the name of an archive"),
    ],
)
def test_a_restore_that_cannot_be_is_said(arguments: tuple[str, ...], reason: str) -> None:
    said = command(*arguments)
    assert said.exit_code == 2
    assert reason in said.output


@pytest.mark.parametrize(("code", "ran"), [(0, "all"), (1, "one")])
def test_a_run_ends_at_the_first_step_that_fails(
    code: int, ran: Literal["all", "one"], monkeypatch: pytest.MonkeyPatch, environments: dict[str, Environment]
) -> None:
    calls: list[Any] = []

    def kubectl(argv: tuple[str, ...], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(argv)
        return subprocess.CompletedProcess(argv, code)

    monkeypatch.setattr("generator.console.subprocess.run", kubectl)
    said = command("prod", "main", "--run")
    steps = restore.steps(environments["prod"], "main", restore.LATEST, environments["prod"].cluster.arn)
    assert len(calls) == (len(steps) if ran == "all" else 1)
    assert said.exit_code == code
    assert ("resume auto-sync of root" in said.output) is True
