"""Backups: a CronJob a gateway, which archives its state by OpenClaw's own command and sends it to S3.

The archive is made beside the running gateway: from its volume, mounted read-only, by SQLite's online backup.  Such a
volume is attached to one node at a time, so the pod runs on the gateway's node or not at all.  It has the only AWS
identity among OpenClaw's pods, and none of the gateway's secrets.

The way back is a Job under the same ServiceAccount and policy; `generator.restore` has the steps around it.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.environment.image import Image
from generator.environment.model import Environment
from generator.kubernetes.network import Edge, Hosts, PodIdentityAgent, Pods
from generator.kubernetes.objects import Obj, labels, metadata, selector
from generator.kubernetes.placement import node_selector, tolerations
from generator.kubernetes.pod import container_security, pod_security, requested, variables, volume_name, volumes
from generator.kubernetes.quantity import mebibytes

from . import openclaw
from .openclaw_config import settings

NAME = "openclaw-backup"
NAMESPACE = openclaw.NAMESPACE
PODS = Pods(NAME, NAMESPACE)

PROGRAM = ("node", "/app/dist/index.js")
ARCHIVES = "/backup"
"""Where the archive lies between the containers of a pod."""
SCRATCH = "/tmp"
VOLUME = "/volume"
"""The gateway's volume in a restore, away from the state directory: OpenClaw restores into no live one."""
START_SECONDS = 3600
"""How late a run may start, and how long it may wait for its node and take.  Then it counts as failed."""
RESTORE_SECONDS = 4 * 3600
GRACE = 30

FETCH = """set -eu
name="$1"
if [ "$name" = latest ]; then name="$(rclone lsf --include '*.tar.gz' "$2" | sort | tail -n 1)"; fi
if [ -z "$name" ]; then echo "no archive in $2" >&2; exit 1; fi
echo "fetching $name"
rclone copy "$2/$name" "$3"
"""
"""Archive (or `latest`), where it comes from, where it goes.  Names begin with the time in UTC."""

REPLACE = """set -eu
volume="$1"; archives="$2"; staged="$1/.restoring"; shift 2
rm -rf "$staged"
"$@" backup restore "$archives"/*.tar.gz --target "$staged"
state='JSON.parse(fs.readFileSync(process.argv[1])).assets.find((one) => one.kind === "state").archivePath'
state="$staged/$(node -p "$state" "$staged"/*/manifest.json)"
aside="$volume/before-restore-$(date -u +%Y%m%dT%H%M%SZ)"
mkdir -m 700 "$aside"
printf 'openclaw-private-update-capture-v1\\n' > "$aside/.openclaw-private-update-capture"
move() {
  find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .restoring ! -name 'before-restore-*' \\
    -exec mv -t "$2" {} +
}
move "$volume" "$aside"
move "$state" "$volume"
rm -rf "$staged"
echo "restored; the state before it is in ${aside##*/}"
"""
"""Volume, where the one archive lies, and OpenClaw's command.  What was on the volume is kept beside, under the mark by
which OpenClaw leaves a directory out of backups (its docs/cli/backup.md, private update captures)."""


def instance(gateway: str) -> str:
    """`openclaw-backup-main`: what the names of a gateway end with, those of its backup end with, too."""
    return f"{NAME}-{gateway}"


def instances(env: Environment) -> dict[str, list[Obj]]:
    """The objects of every gateway's backup, by the gateway's instance."""
    return {openclaw.instance(name): objects(env, name) for name in env.openclaw.gateways}


def remote(env: Environment, gateway: str) -> str:
    """The folder of a gateway's archives, as rclone spells it."""
    return f":s3:{env.backup.bucket}/{env.backup.prefix}/{env.name}/{gateway}"


def objects(env: Environment, gateway: str) -> list[Obj]:
    """ServiceAccount and CronJob of one gateway; nothing where backups are off."""
    if not env.backup.enabled:
        return []
    name = instance(gateway)
    create = [*PROGRAM, "backup", "create", "--output", ARCHIVES, "--verify", "--json"]
    kept = _state(openclaw.STATE) | {"readOnly": True}
    chosen = settings(env, gateway)
    template = _template(
        env,
        gateway,
        [
            _openclaw(env, gateway, "archive", create, kept, state=openclaw.STATE),
            _rclone(env, "send", ["copy", "--verbose", ARCHIVES, remote(env, gateway)]),
        ],
        on_demand="on-demand" in (chosen.capacity, env.compute.capacity),
        read_only=True,
    )
    gateways = {"matchLabels": selector(openclaw.NAME, openclaw.instance(gateway))}
    template["spec"]["affinity"] = {
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": gateways, "topologyKey": "kubernetes.io/hostname"}
            ]
        }
    }
    job = {
        "activeDeadlineSeconds": START_SECONDS,
        "backoffLimit": 2,
        # A drained node is nobody's fault: such an end is not one of the two.
        "podFailurePolicy": {
            "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
        },
        "template": template,
    }
    spec = {
        "schedule": env.backup.schedule,
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": START_SECONDS,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"metadata": {"labels": labels(NAME, name)}, "spec": job},
    }
    meta = metadata(name, NAMESPACE, NAME, name)
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta, "automountServiceAccountToken": False},
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": spec},
    ]


def restore_job(env: Environment, gateway: str, archive: str) -> Obj:
    """The Job that puts an archive, or the `latest`, in the place of the state of a gateway that does not run."""
    name = f"openclaw-restore-{gateway}"
    fetch = _rclone(env, "fetch", ["-c", FETCH, "sh", archive, remote(env, gateway), ARCHIVES])
    replace = ["sh", "-c", REPLACE, "sh", VOLUME, ARCHIVES, *PROGRAM]
    doctor = [*PROGRAM, "doctor", "--non-interactive"]
    template = _template(
        env,
        gateway,
        [
            fetch | {"command": ["sh"]},
            _openclaw(env, gateway, "replace", replace, _state(VOLUME), state=f"{SCRATCH}/state"),
            _openclaw(env, gateway, "doctor", doctor, _state(openclaw.STATE), state=openclaw.STATE),
        ],
        on_demand=True,
    )
    spec = {
        "activeDeadlineSeconds": RESTORE_SECONDS,
        # A second attempt would start from what the first one left: that is for a person to look at.
        "backoffLimit": 0,
        "template": template,
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(name, NAMESPACE, NAME, name), "spec": spec}


def edges(env: Environment) -> list[Edge]:
    """To S3 and to the agent that hands out the credentials for it."""
    if not env.backup.enabled:
        return []
    host = f"{env.backup.bucket}.s3.{env.cluster.region}.amazonaws.com"
    return [Edge(PODS, PodIdentityAgent(), 80, "http"), Edge(PODS, Hosts((host,)), 443, "https")]


def _template(
    env: Environment, gateway: str, containers: list[Obj], *, on_demand: bool, read_only: bool = False
) -> Obj:
    """A pod whose containers run one after the other, on the gateway's volume."""
    *before, last = containers
    claim: Obj = {"claimName": f"state-{openclaw.instance(gateway)}-0"}
    state = {"name": "state", "persistentVolumeClaim": claim | ({"readOnly": True} if read_only else {})}
    spec = {
        "serviceAccountName": instance(gateway),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": GRACE,
        "nodeSelector": node_selector(on_demand),
        "tolerations": tolerations(),
        "securityContext": pod_security(openclaw.USER, openclaw.USER),
        "initContainers": before,
        "containers": [last],
        "volumes": [state, *volumes("", "", (), dict.fromkeys((ARCHIVES, SCRATCH), env.backup.space))],
    }
    return {"metadata": {"labels": labels(NAME, instance(gateway))}, "spec": spec}


def _openclaw(env: Environment, gateway: str, name: str, args: list[str], *mounts: Obj, state: str) -> Obj:
    """OpenClaw's command line, without the gateway's secrets and configuration, which no backup needs."""
    heap = mebibytes(env.backup.resources.memory_limit) * openclaw.HEAP_SHARE // 100
    given = {key: value for key, value in openclaw.environ(env, gateway).items() if isinstance(value, str)}
    given |= {"NODE_OPTIONS": f"--max-old-space-size={heap}", "OPENCLAW_STATE_DIR": state, "TZ": "UTC"}
    del given["OPENCLAW_CONFIG_PATH"]
    return _container(env, name, env.openclaw.image, args, given, [*mounts, _folder(ARCHIVES), _folder(SCRATCH)])


def _rclone(env: Environment, name: str, args: list[str]) -> Obj:
    given = {
        "AWS_REGION": env.cluster.region,
        "RCLONE_CONFIG": "",  # all of it is here
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_NO_CHECK_BUCKET": "true",  # it would create one
        "RCLONE_S3_PROVIDER": "AWS",
        "RCLONE_S3_REGION": env.cluster.region,
        # The bucket's own encryption, by KMS, holds.  rclone does not know of it and would take ETags for checksums:
        # sent in parts, an object has its checksum beside it.
        "RCLONE_S3_UPLOAD_CUTOFF": "0",
        "RCLONE_S3_USE_MULTIPART_ETAG": "false",
    }
    return _container(env, name, env.backup.image, args, given, [_folder(ARCHIVES)])


def _container(
    env: Environment, name: str, image: Image, args: list[str], environ: Mapping[str, str], mounts: list[Obj]
) -> Obj:
    return {
        "name": name,
        "image": image.reference,
        "imagePullPolicy": "IfNotPresent",
        "args": args,
        "env": variables(environ),
        "resources": requested(env.backup.resources),
        "securityContext": container_security(),
        "volumeMounts": mounts,
    }


def _folder(path: str) -> Obj:
    return {"name": volume_name(path), "mountPath": path}


def _state(path: str) -> Obj:
    return {"name": "state", "mountPath": path}
