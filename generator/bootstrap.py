"""From an empty EKS cluster to a synced gateway: every step as a command, in order, and what to look at after it.

Nothing here is run.  Steps without a command are a person's.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.aws import invocation_logs
from generator.aws.files import FOLDER
from generator.aws.registry import stacks
from generator.aws.stack import stack_name
from generator.components import argocd, fleet, openclaw, registry
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS, outputs_file
from generator.step import Step
from generator.tags import tag_map

ARGOCD = "v3.6.0"
"""Argo CD's release, where the cluster has none (github.com/argoproj/argo-cd/releases)."""
HEALTH = "docs/argocd-cm.yaml"
SYNC_SECONDS = 1800
"""First nodes, images and stores take a quarter of an hour; twice that is worth a look."""


@dataclass(frozen=True)
class Stage:
    """Steps that belong together, and commands that show whether they worked."""

    title: str
    steps: tuple[Step, ...]
    checks: tuple[Step, ...] = ()


def stages(env: Environment) -> list[Stage]:
    account = [_account(env), *_stacks(env)] if env.aws.managed else [_others_account(env)]
    found = [*account, _outputs(env), _secrets(env), _cluster(env), _argocd(env), _sync(env), _door(env)]
    return [stage for stage in found if stage.steps]


def deploy(env: Environment, stack: str) -> Step:
    """Makes or changes one stack; does nothing where nothing has changed."""
    name = stack_name(env.cluster.name, stack)
    return Step(
        f"stack {name}",
        (
            *("aws", "cloudformation", "deploy", "--region", env.cluster.region, "--stack-name", name),
            *("--template-file", f"rendered/{env.name}/{FOLDER}/{stack}.yaml"),
            *("--capabilities", "CAPABILITY_NAMED_IAM", "--no-fail-on-empty-changeset", "--tags"),
            *(f"{key}={value}" for key, value in tag_map(env).items()),
        ),
    )


def _account(env: Environment) -> Stage:
    spot = "spot.amazonaws.com"
    steps = [
        Step(
            f"credentials of account {env.cluster.account}, and none of another",
            _shell(f'test "$(aws sts get-caller-identity --query Account --output text)" = {env.cluster.account}'),
        )
    ]
    if env.compute.capacity == "spot-first":
        steps.append(
            Step(
                "the role by which EC2 runs Spot instances, once an account",
                _shell(
                    "aws iam get-role --role-name AWSServiceRoleForEC2Spot >/dev/null 2>&1"
                    f" || aws iam create-service-linked-role --aws-service-name {spot}"
                ),
            )
        )
    return Stage("The account", tuple(steps))


def _stacks(env: Environment) -> list[Stage]:
    region = ("--region", env.cluster.region)
    made = []
    for stack in stacks(env):
        name = stack_name(env.cluster.name, stack.name)
        status = (*region, "--stack-name", name, "--query", "Stacks[0].StackStatus", "--output", "text")
        steps = [deploy(env, stack.name)]
        if any(resource.retain for resource in stack.resources):
            protect = ("--enable-termination-protection", "--stack-name", name)
            steps.append(
                Step(
                    "it holds state: nobody deletes it by mistake",
                    ("aws", "cloudformation", "update-termination-protection", *region, *protect),
                )
            )
        check = Step("CREATE_COMPLETE or UPDATE_COMPLETE", ("aws", "cloudformation", "describe-stacks", *status))
        made.append(Stage(stack.description, tuple(steps), (check,)))
    if env.aws.audit.invocation_logs:
        made.append(
            Stage(
                "Prompts and replies",
                (Step("Bedrock writes them down, in this Region", tuple(invocation_logs.command(env))),),
                (
                    Step(
                        "the bucket of the logs",
                        ("aws", "bedrock", "get-model-invocation-logging-configuration", *region),
                    ),
                ),
            )
        )
    return made


def _others_account(env: Environment) -> Stage:
    page = "docs/bootstrap.md#an-account-of-somebody-elses"
    return Stage("The account", (Step(f"aws.managed is false: whoever owns the account makes what {page} lists"),))


def _outputs(env: Environment) -> Stage:
    """What the account yields flows back; rendering the components needs it."""
    if not env.outputs:
        return Stage("What the account yields", ())
    file = f"environments/{outputs_file(env.name)}"
    if env.aws.managed:
        first = Step(f"outputs of the stacks -> {file}", _generator("import-outputs", env.name))
    else:
        names = ", ".join(output.name for output in OUTPUTS if output.name in env.outputs)
        first = Step(f"write {names} into {file}")
    steps = (
        first,
        Step("every manifest, with them in it", _generator("render")),
        Step(f"commit environments/ and the rendered trees, and bring them to {env.gitops.revision} by pull request"),
    )
    return Stage("What the account yields", steps, (Step("no findings", _generator("check")),))


def _secrets(env: Environment) -> Stage:
    return Stage(
        "Secrets",
        (
            Step(
                "makes what can be made, asks for the rest, changes nothing that is there",
                _generator("secrets", env.name, "--run"),
            ),
        ),
        (Step("every property present", _generator("secrets", env.name, "--check")),),
    )


def _cluster(env: Environment) -> Stage:
    region = ("--region", env.cluster.region)
    steps = [
        Step(
            "kubectl's way to the cluster",
            ("aws", "eks", "update-kubeconfig", *region, "--name", env.cluster.name),
        )
    ]
    if env.network.manages_cilium:
        steps.append(Step("Cilium is installed before any node is Ready: docs/network.md#installing-cilium"))
    if env.compute.provisioner == "karpenter":
        what = "subnets and security groups of the nodes bear the tag by which they are found"
        steps.append(Step(f"{what}: karpenter.sh/discovery={env.cluster.name}"))
        steps.append(Step("a managed node group of two Graviton nodes or more, for controllers: docs/platform.md"))
    return Stage("The cluster", tuple(steps), (Step("nodes are Ready", _kubectl(env, "get", "nodes")),))


def _argocd(env: Environment) -> Stage:
    namespace, mode = env.gitops.argocd.namespace, env.gitops.argocd.mode
    if mode == "fleet":
        label = f"{fleet.LABEL}={env.name}"
        by_hand = Step(f"on the hub: register the cluster, and label its Secret {label}: docs/bootstrap.md")
        return Stage("Argo CD", (by_hand,))
    if mode == "eks-managed":
        what = "the EKS capability Argo CD, its access to this repository, and the cluster registered by its ARN"
        told = f"the capability is told of the health of Applications, so that waves wait: {HEALTH}"
        return Stage("Argo CD", (Step(f"{what}: EKS user guide, Argo CD capability"), Step(told)))
    manifests = f"https://raw.githubusercontent.com/argoproj/argo-cd/{ARGOCD}/manifests/install.yaml"
    create = _kubectl(env, "create", "namespace", namespace, "--dry-run=client", "-o", "yaml")
    steps = (
        Step("its namespace", _shell(f"{' '.join(create)} | {' '.join(_kubectl(env, 'apply', '-f', '-'))}")),
        Step("Argo CD", _kubectl(env, "-n", namespace, "apply", "--server-side", "--force-conflicts", "-f", manifests)),
        Step(
            "waves wait for Applications: what Argo CD must be told of their health",
            _kubectl(env, "-n", namespace, "apply", "--server-side", "--force-conflicts", "-f", HEALTH),
        ),
        Step(f"its access to {env.gitops.repo_url}, where that is private: argocd repo add"),
    )
    wait = ("-n", namespace, "wait", "--for=condition=Available", "deployment", "--all", "--timeout=300s")
    return Stage("Argo CD", steps, (Step("it runs", _kubectl(env, *wait)),))


def _sync(env: Environment) -> Stage:
    if env.gitops.argocd.mode == "fleet":
        return Stage("The first sync", ())
    namespace = env.gitops.argocd.namespace
    part = next(part for part in registry.render(env) if part.name == argocd.NAME)
    first = [obj for obj in part.objects if obj["kind"] == "AppProject"]
    first += [obj for obj in part.objects if obj["metadata"]["name"] == argocd.ROOT]
    steps = tuple(
        Step(
            f"{obj['kind']} {obj['metadata']['name']}",
            _kubectl(
                env,
                "apply",
                "-f",
                f"rendered/{env.name}/{argocd.NAME}/{obj['kind'].lower()}-{obj['metadata']['name']}.yaml",
            ),
        )
        for obj in first
    )
    wait = ("-n", namespace, "wait", "application", "--all", f"--timeout={SYNC_SECONDS}s")
    checks = (
        Step("everything is synced, in waves", _kubectl(env, *wait, "--for=jsonpath={.status.sync.status}=Synced")),
        Step("and healthy", _kubectl(env, *wait, "--for=jsonpath={.status.health.status}=Healthy")),
    )
    return Stage("The first sync", steps, checks)


def _door(env: Environment) -> Stage:
    if not env.ingress.enabled:
        return Stage("The door", ())
    host = "jsonpath={.items[0].status.loadBalancer.ingress[0].hostname}"
    balancer = ("get", "ingress", "-n", openclaw.NAMESPACE, "-o", host)
    record = Step(f"DNS records *.{env.ingress.domain} to that name: ALIAS in Route 53, else CNAME")
    return Stage("The door", (Step("name of the load balancer", _kubectl(env, *balancer)), record))


def _kubectl(env: Environment, *argv: str) -> tuple[str, ...]:
    """With the context that `aws eks update-kubeconfig` writes, so that no other cluster is meant."""
    return ("kubectl", "--context", env.cluster.arn, *argv)


def _generator(*argv: str) -> tuple[str, ...]:
    return (".venv/bin/python", "-m", "generator", *argv)


def _shell(line: str) -> tuple[str, ...]:
    return ("sh", "-c", line)
