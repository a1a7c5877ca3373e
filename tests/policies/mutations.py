"""Every way in which a rule forbids an object to be, as a change to one that is right.

A rule that stays silent on its mutation protects nothing; a rule that speaks up on another's confuses the reader.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from generator.environment.openclaw import SPOT_NOTICE
from generator.kubernetes.objects import Obj

from .changes import (
    Change,
    Predicate,
    add_volume,
    ami,
    arch,
    as_deployment,
    as_secret,
    auto_mode,
    autoscaled_without_zones,
    by_affinity,
    container,
    context,
    has_replicas,
    has_spread,
    image,
    in_context,
    in_pod,
    in_pod_context,
    in_spec,
    init_container,
    is_gateway,
    kind,
    mount_token,
    mounts_token,
    no_time_to_end,
    node,
    on_spot,
    own_secret,
    pod,
    remove,
    remove_from_pod,
    require,
    runs_for_good,
    runs_pods,
    spread,
    spread_out,
    template,
    unmasked,
    unrestricted,
    without_memory,
)


@dataclass(frozen=True)
class Mutation:
    """A change to the objects that `applies` picks, and the ids of the rules that must speak."""

    name: str
    applies: Predicate
    change: Change
    caught_by: tuple[str, ...]

    def of(self, obj: Obj) -> Obj:
        changed = deepcopy(obj)
        self.change(changed)
        assert changed != obj, f"«{self.name}» changes nothing in {obj['kind']} {obj['metadata']['name']}"
        return changed


Rows = list[tuple[str, Change, str]]
"""What is wrong, the change that makes it so, and the ids of the rules that must speak, separated by blanks."""

PODS: Rows = [
    ("no architecture", remove_from_pod("nodeSelector", "kubernetes.io/arch"), "graviton"),
    ("amd64", lambda obj: pod(obj)["nodeSelector"].update({"kubernetes.io/arch": "amd64"}), "graviton"),
    ("amd64 as well, by affinity", by_affinity([arch("arm64", "amd64")]), "graviton"),
    (
        "any architecture, by one of two terms",
        by_affinity([arch("arm64")], [{"key": "a", "operator": "Exists"}]),
        "graviton",
    ),
    ("no grace period", remove_from_pod("terminationGracePeriodSeconds"), "grace-period"),
    ("no time to end", no_time_to_end, "grace-period"),
    (
        "preStop as long as the grace period",
        lambda obj: container(obj).update(
            lifecycle={"preStop": {"sleep": {"seconds": pod(obj)["terminationGracePeriodSeconds"]}}}
        ),
        "grace-period",
    ),
    ("image: latest", image(":latest"), "no-floating-tag"),
    ("image without a tag", image(""), "no-floating-tag"),
    ("image: a channel", image(":stable"), "no-floating-tag"),
    ("image: a major version", image(":v8"), "no-floating-tag"),
    ("image: half a digest", image("@sha256:0123"), "no-floating-tag"),
    ("init container: latest", init_container(image="docker.io/library/busybox:latest"), "no-floating-tag"),
    ("image volume: latest", add_volume(image={"reference": "docker.io/library/model:latest"}), "no-floating-tag"),
    ("privileged", in_context(privileged=True, allowPrivilegeEscalation=True), "pod-security"),
    ("host network", in_pod(hostNetwork=True), "pod-security"),
    ("host processes", in_pod(hostPID=True), "pod-security"),
    ("host memory", in_pod(hostIPC=True), "pod-security"),
    ("host port", lambda obj: container(obj).update(ports=[{"containerPort": 80, "hostPort": 80}]), "pod-security"),
    ("host path", add_volume(hostPath={"path": "/var/run"}), "pod-security"),
    ("network file system", add_volume(nfs={"server": "192.0.2.7", "path": "/"}), "pod-security"),
    ("writable root file system", in_context(readOnlyRootFilesystem=False), "pod-security"),
    ("root file system left writable", lambda obj: context(obj).pop("readOnlyRootFilesystem"), "pod-security"),
    ("privilege escalation", in_context(allowPrivilegeEscalation=True), "pod-security"),
    ("privilege escalation left open", lambda obj: context(obj).pop("allowPrivilegeEscalation"), "pod-security"),
    ("capabilities kept", lambda obj: context(obj).pop("capabilities"), "pod-security"),
    ("some capabilities dropped", in_context(capabilities={"drop": ["NET_RAW"]}), "pod-security"),
    ("a capability added", in_context(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}), "pod-security"),
    ("root allowed", in_pod_context(runAsNonRoot=False), "pod-security"),
    ("root not excluded", remove_from_pod("securityContext", "runAsNonRoot"), "pod-security"),
    ("root allowed in the container", in_context(runAsNonRoot=False), "pod-security"),
    ("root by number", in_pod_context(runAsUser=0), "pod-security"),
    ("root by number in the container", in_context(runAsUser=0), "pod-security"),
    ("any system call", in_pod_context(seccompProfile={"type": "Unconfined"}), "pod-security"),
    ("any system call in the container", in_context(seccompProfile={"type": "Unconfined"}), "pod-security"),
    ("no seccomp profile", remove_from_pod("securityContext", "seccompProfile"), "pod-security"),
    ("no security context", lambda obj: container(obj).pop("securityContext"), "pod-security"),
    ("unmasked /proc", unmasked, "pod-security"),
    ("kernel parameters", in_pod_context(sysctls=[{"name": "kernel.msgmax", "value": "65536"}]), "pod-security"),
    ("no AppArmor", in_pod_context(appArmorProfile={"type": "Unconfined"}), "pod-security"),
    ("SELinux options", in_context(seLinuxOptions={"type": "spc_t"}), "pod-security"),
    ("init container without security context", init_container(securityContext=None), "pod-security"),
    ("no ServiceAccount", remove_from_pod("serviceAccountName"), "service-account"),
    ("the default ServiceAccount", in_pod(serviceAccountName="default"), "service-account"),
    ("a token nobody declared", mount_token, "service-account"),
    ("no CPU request", remove_from_pod("containers", 0, "resources", "requests", "cpu"), "resources"),
    ("no memory request, and no limit to stand for it", without_memory, "resources"),
    ("no memory limit", remove_from_pod("containers", 0, "resources", "limits", "memory"), "resources"),
    ("a CPU limit", lambda obj: container(obj)["resources"]["limits"].update(cpu="1"), "resources"),
    ("no resources", lambda obj: container(obj).pop("resources"), "resources"),
    ("init container without resources", init_container(resources=None), "resources"),
]

SPREAD: Rows = [
    ("no spread", remove_from_pod("topologySpreadConstraints"), "spread"),
    ("no spread over zones", remove_from_pod("topologySpreadConstraints", 0), "spread"),
    ("spread over racks instead of zones", spread(topologyKey="example.com/rack"), "spread"),
]

BLIND_SPREAD: Rows = [
    ("spread of another app", spread(labelSelector={"matchLabels": {"app.kubernetes.io/name": "other"}}), "spread"),
    ("spread of whatever is there", spread(labelSelector={}), "spread"),
    ("spread of nothing", spread(labelSelector=None, matchLabelKeys=None), "spread"),
]

BUDGETS: Rows = [
    ("no disruption", in_spec(maxUnavailable=0), "disruption-budget"),
    ("no disruption, in percent", in_spec(maxUnavailable="0%"), "disruption-budget"),
    ("no number", remove("spec", "maxUnavailable"), "disruption-budget"),
    (
        "minAvailable",
        lambda obj: (in_spec(minAvailable=1)(obj), obj["spec"].pop("maxUnavailable")),
        "disruption-budget",
    ),
    ("broken pods stay", remove("spec", "unhealthyPodEvictionPolicy"), "disruption-budget"),
    ("broken pods stay, in words", in_spec(unhealthyPodEvictionPolicy="IfHealthyBudget"), "disruption-budget"),
]

POOLS: Rows = [
    ("amd64 nodes as well", require("/arch", "In", "arm64", "amd64"), "pool-graviton"),
    ("amd64 nodes", require("/arch", "In", "amd64"), "pool-graviton"),
    ("anything but amd64", require("/arch", "NotIn", "amd64"), "pool-graviton"),
    ("nodes of any architecture", unrestricted("/arch"), "pool-graviton"),
    ("Graviton2 and newer", require("/instance-generation", "Gt", "5"), "pool-graviton"),
    ("Graviton3 and newer", require("/instance-generation", "Gte", "7"), "pool-graviton"),
    ("Graviton3 by name", require("/instance-generation", "In", "7", "8"), "pool-graviton"),
    ("old nodes alone", require("/instance-generation", "Lt", "9"), "pool-graviton"),
    ("nodes of any generation", unrestricted("/instance-generation"), "pool-graviton"),
    ("burstable nodes", require("/instance-category", "In", "c", "m", "r", "t"), "pool-graviton"),
    ("no storage nodes, all others", require("/instance-category", "NotIn", "i"), "pool-graviton"),
    ("nodes of any category", unrestricted("/instance-category"), "pool-graviton"),
    ("Spot alone", require("/capacity-type", "In", "spot"), "spot-fallback"),
    ("capacity left open", unrestricted("/capacity-type"), "spot-fallback"),
    (
        "one instance type family and size",
        lambda obj: (require("/instance-category", "In", "m")(obj), require("/instance-size", "In", "large")(obj)),
        "spot-fallback",
    ),
    ("no consolidateAfter", remove("spec", "disruption", "consolidateAfter"), "spot-fallback"),
    ("no disruption block", remove("spec", "disruption"), "spot-fallback"),
    ("pods moved at once", lambda obj: obj["spec"]["disruption"].update(consolidateAfter="0s"), "spot-fallback"),
    (
        "nodes drained within the Spot notice",
        lambda obj: node(obj).update(terminationGracePeriod=f"{SPOT_NOTICE}s"),
        "spot-fallback",
    ),
    ("nodes that never expire", lambda obj: node(obj).update(expireAfter="Never"), "spot-fallback"),
]

NODE_CLASSES: Rows = [
    ("newest AMI", in_spec(amiSelectorTerms=[{"alias": "al2023@latest"}]), "nodeclass-pinned"),
    ("AMI by name", ami(name="our-node-*"), "nodeclass-pinned"),
    ("AMI by tag", ami(tags={"stage": "released"}), "nodeclass-pinned"),
    ("AMI by parameter", ami(ssmParameter="/our/node/ami"), "nodeclass-pinned"),
    (
        "plain volume",
        lambda obj: obj["spec"]["blockDeviceMappings"][0]["ebs"].update(encrypted=False),
        "nodeclass-pinned",
    ),
    (
        "volume left plain",
        lambda obj: obj["spec"]["blockDeviceMappings"][0]["ebs"].pop("encrypted"),
        "nodeclass-pinned",
    ),
    ("IMDSv1", lambda obj: obj["spec"]["metadataOptions"].update(httpTokens="optional"), "nodeclass-pinned"),
    (
        "metadata in reach of pods",
        lambda obj: obj["spec"]["metadataOptions"].update(httpPutResponseHopLimit=2),
        "nodeclass-pinned",
    ),
]

SERVICES: Rows = [
    ("a load balancer of its own", in_spec(type="LoadBalancer"), "no-public-service"),
    ("a port of every node", in_spec(type="NodePort"), "no-public-service"),
    ("an address outside", in_spec(externalIPs=["192.0.2.7"]), "no-public-service"),
]


PROBES: Rows = [
    (f"no {field}", remove_from_pod("containers", 0, field), "probes")
    for field in ("startupProbe", "readinessProbe", "livenessProbe")
]

SPOT_PODS: Rows = [
    (
        "a grace period beyond the Spot notice",
        in_pod(terminationGracePeriodSeconds=SPOT_NOTICE + 1),
        "grace-period",
    ),
]

TOKENS: Rows = [
    ("a token no longer declared", lambda obj: template(obj)["metadata"].pop("annotations"), "service-account"),
]

FIXED_REPLICAS: Rows = [("an autoscaler's replicas without zones", autoscaled_without_zones, "spread")]

GATEWAYS: Rows = [
    ("a second replica", in_spec(replicas=2), "single-writer"),
    ("a gateway as a Deployment", as_deployment, "single-writer"),
]

AUTOSCALERS: Rows = [
    (
        "an autoscaled gateway",
        lambda obj: obj["spec"]["scaleTargetRef"].update(kind="StatefulSet", name="openclaw-main"),
        "single-writer",
    ),
]

AUTO_MODE_POOLS: Rows = [
    ("a life longer than Auto Mode allows", lambda obj: node(obj).update(expireAfter="504h"), "spot-fallback"),
]

ACCOUNTS: Rows = [
    (
        "a role by annotation",
        lambda obj: obj["metadata"].update(
            annotations={"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/gateway"}
        ),
        "service-account",
    ),
]

SECRETS: Rows = [("values in place of a reference", as_secret, "no-secrets-in-git")]

TABLE: list[tuple[Predicate, Rows]] = [
    (runs_pods, PODS),
    (runs_for_good, PROBES),
    (on_spot, SPOT_PODS),
    (mounts_token, TOKENS),
    (has_spread, BLIND_SPREAD),
    (spread_out, SPREAD),
    (has_replicas, FIXED_REPLICAS),
    (is_gateway, GATEWAYS),
    (kind("HorizontalPodAutoscaler"), AUTOSCALERS),
    (kind("PodDisruptionBudget"), BUDGETS),
    (kind("NodePool"), POOLS),
    (auto_mode, AUTO_MODE_POOLS),
    (kind("EC2NodeClass"), NODE_CLASSES),
    (kind("Service"), SERVICES),
    (kind("ServiceAccount"), ACCOUNTS),
    (own_secret, SECRETS),
]

MUTATIONS = [
    Mutation(name, applies, change, tuple(rules.split())) for applies, rows in TABLE for name, change, rules in rows
]
