"""Sections on the cluster, the nodes and how Git reaches them: `cluster`, `gitops`, `compute`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .duration import seconds
from .fields import (
    AccountId,
    Ami,
    Cidr,
    ClusterName,
    Cron,
    DnsLabel,
    GoDuration,
    Quantity,
    Range,
    Region,
    RepoUrl,
    Revision,
    RoleName,
    RouteTable,
    Size,
    Subnet,
    TimeZone,
    VpcId,
    Zone,
)
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment


@dataclass(frozen=True)
class Cluster:
    """The existing EKS cluster that the environment runs on; one cluster holds one environment."""

    name: ClusterName
    """Name of the EKS cluster; Karpenter finds subnets and security groups by it."""
    account: AccountId
    """AWS account of the cluster, quoted."""
    region: Region
    """Region of the cluster."""
    zones: Annotated[tuple[Zone, ...], Size(1)]
    """Availability Zones with subnets for nodes; three let required zone spread survive the loss of one."""
    kubernetes_version: Literal["1.34", "1.35", "1.36"]
    """Kubernetes minor version of the control plane, quoted; manifests are checked against its schemas."""
    vpc_cidr: Cidr
    """Address range of the VPC: where VPC endpoints and the API server answer."""
    service_cidr: Cidr
    """Address range of Services; AWS chooses 10.100.0.0/16 or 172.20.0.0/16 unless told otherwise."""
    vpc_id: VpcId | None = None
    """The VPC: a managed Load Balancer Controller and VPC endpoints need its id."""
    subnet_ids: tuple[Subnet, ...] = ()
    """Private subnets, one in each zone, where VPC endpoints answer."""
    route_table_ids: tuple[RouteTable, ...] = ()
    """Route tables of these subnets, which lead to the endpoint of S3."""

    @property
    def api_server(self) -> tuple[str, str]:
        """CIDRs of the Kubernetes API: its endpoints in the VPC, and its Service, the first address of the range."""
        return self.vpc_cidr, f"{self._service(1)}/32"

    @property
    def dns(self) -> str:
        """Address of the cluster's DNS: the tenth of the Service range, as EKS gives it."""
        return self._service(10)

    def _service(self, number: int) -> str:
        network, _, _ = self.service_cidr.partition("/")
        first, _, last = network.rpartition(".")
        return f"{first}.{int(last) + number}"

    @property
    def partition(self) -> str:
        """The partition of the Region: `aws`, `aws-cn` or `aws-us-gov`."""
        known = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
        return next((value for start, value in known.items() if self.region.startswith(f"{start}-")), "aws")

    @property
    def arn(self) -> str:
        """ARN of the cluster, in the partition of its Region."""
        return f"arn:{self.partition}:eks:{self.region}:{self.account}:cluster/{self.name}"

    def check(self, env: "Environment") -> Iterator[Flaw]:
        for index, zone in enumerate(self.zones):
            if zone[:-1] != self.region:
                fix = f"zones here start with {self.region}, e.g. {self.region}a"
                message = f"zone «{zone}» is not in Region {self.region}"
                yield Flaw(("zones", index), message, fix, also=(("cluster", "region"),))
            elif zone in self.zones[:index]:
                yield Flaw(("zones", index), f"zone «{zone}» is listed twice", "remove one of the two")


@dataclass(frozen=True)
class SyncWindow:
    """A time in which Argo CD may, or may not, sync by itself."""

    kind: Literal["allow", "deny"]
    """`deny` freezes syncs inside the window; one `allow` window freezes them at every other time."""
    schedule: Cron
    """Start of the window."""
    duration: GoDuration
    """Length of the window."""
    time_zone: TimeZone = "UTC"
    """IANA time zone of the schedule."""


@dataclass(frozen=True)
class ArgoCd:
    """The Argo CD that syncs this environment."""

    mode: Literal["self-managed", "eks-managed", "fleet"]
    """`eks-managed`: the EKS capability, which knows clusters by ARN; `fleet`: another cluster's Argo CD, the hub."""
    namespace: DnsLabel
    """Namespace of Applications and the AppProject."""
    project: DnsLabel
    """Name of the AppProject that bounds what the Applications may touch."""


@dataclass(frozen=True)
class GitOps:
    """Where Argo CD finds the manifests."""

    repo_url: RepoUrl
    """Clone URL of this repository, as Argo CD knows it."""
    revision: Revision
    """Branch or tag to sync; a branch that only reviewed merges reach."""
    tree: Literal["rendered", "overlays"]
    """Which tree Argo CD reads: plain manifests, or the Kustomize overlays that build to the same objects."""
    argocd: ArgoCd
    sync_windows: tuple[SyncWindow, ...] = ()
    """Times of allowed or denied syncs; none means always."""
    fleet: bool = False
    """Whether this Argo CD is the hub of a fleet: it then syncs every cluster that it knows by environment."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.argocd.mode != "fleet":
            return
        mode = ("gitops", "argocd", "mode")
        if self.fleet:
            fix = "set fleet in the environment whose Argo CD is the hub"
            yield Flaw(("fleet",), "a cluster without an Argo CD cannot be the hub", fix, also=(mode,))
        charts = [*env.platform.managed, *["langfuse"] * env.langfuse.managed, *["cilium"] * env.network.manages_cilium]
        if charts:
            message = f"the hub syncs folders, and {', '.join(charts)} would come as charts"
            fix = "let mode: self-managed bring them, or set each to existing (Langfuse to external)"
            yield Flaw(("argocd", "mode"), message, fix)
        if self.revision == "HEAD":
            yield Flaw(("revision",), "'HEAD' follows whatever the default branch is", "name the branch, e.g. main")


@dataclass(frozen=True)
class Limits:
    """Ceiling of what the node pool may provision."""

    cpu: Annotated[int, Range(2, 10_000, "vCPU")]
    """vCPUs over all nodes of the pool."""
    memory: Quantity
    """Memory over all nodes of the pool."""


@dataclass(frozen=True)
class Freeze:
    """A time in which nodes are not replaced for a new AMI or configuration (drift)."""

    schedule: Cron
    """Start of the freeze."""
    duration: GoDuration
    """Length, in hours and minutes."""


@dataclass(frozen=True)
class Node:
    """What each node is made of."""

    role: RoleName
    """IAM role of the nodes: its name, not its ARN."""
    ami: Ami
    """Dated AL2023 release; an undated alias would replace every node the day AWS publishes. Unused on Auto Mode."""
    volume_size: Quantity
    """Encrypted gp3 root volume."""
    expire_after: GoDuration
    """Age at which a node is replaced."""


AUTO_MODE_HOURS = 21 * 24
"""Longest life of an EKS Auto Mode node, its drain included (EKS user guide, automode)."""


@dataclass(frozen=True)
class Compute:
    """The Graviton nodes that Karpenter provisions."""

    provisioner: Literal["karpenter", "auto-mode"]
    """Self-managed Karpenter, or EKS Auto Mode (which fixes the CNI and the AMI)."""
    graviton: Literal[3, 4]
    """Oldest Graviton generation admitted: 4 is c8g, m8g, r8g and newer, 3 admits c7g, m7g, r7g as well."""
    capacity: Literal["spot-first", "on-demand"]
    """`spot-first` takes Spot and falls back to on-demand when there is none."""
    categories: Annotated[tuple[Literal["c", "m", "r"], ...], Size(1)]
    """EC2 instance categories: compute, general, memory."""
    sizes: Annotated[tuple[Literal["large", "xlarge", "2xlarge", "4xlarge"], ...], Size(1)]
    """EC2 instance sizes. `medium` is not offered: 8 pods a node, most of them DaemonSets."""
    limits: Limits
    zone_spread: Literal["required", "preferred"]
    """Whether a replica may stay Pending rather than share a zone (`required`)."""
    consolidate_after: GoDuration
    """How long a node must be underused before Karpenter moves its pods."""
    node: Node
    freezes: tuple[Freeze, ...] = ()
    """Times in which drift replaces no node."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.provisioner == "auto-mode" and seconds(self.node.expire_after) + 3600 > AUTO_MODE_HOURS * 3600:
            message = f"{self.node.expire_after} and a drain pass the 21 days after which EKS Auto Mode ends a node"
            fix = "set it to 336h (14 days), or use provisioner: karpenter"
            yield Flaw(("node", "expireAfter"), message, fix, also=(("compute", "provisioner"),))
        if self.zone_spread == "required" and len(env.cluster.zones) < 2:
            fix = "list more zones, or set zoneSpread: preferred"
            message = "required spread over a single zone keeps every second replica Pending"
            yield Flaw(("zoneSpread",), message, fix, also=(("cluster", "zones"),))
