"""The AWS identities of our pods, and of those that serve them, by Pod Identity: each where its component is.

Controllers of nodes, network and door are beside (controllers.py), and EKS add-ons bring their own (addons.py).
"""

from __future__ import annotations

from generator.components import backup, langfuse, llm_gateway, otel_collector, platform, platform_prometheus
from generator.components import registry as components
from generator.environment.model import Environment

from . import alert_topic, bedrock_access, identity
from .identity import Identity
from .keys import KEY
from .names import alert_topic_arn, bucket_arns
from .policy import Allow, arn
from .resource import Resource
from .stack import Output

EXTERNAL_SECRETS = "external-secrets"
"""Release, namespace and ServiceAccount of the operator, as its chart names them."""


def resources(env: Environment) -> list[Resource]:
    return [resource for one in identities(env) for resource in identity.resources(env, one)]


def outputs(env: Environment) -> list[Output]:
    return []


def identities(env: Environment) -> list[Identity]:
    made = [
        Identity("LlmGateway", llm_gateway.NAMESPACE, llm_gateway.NAME, bedrock_access.allowed(env)),
        Identity("ExternalSecrets", EXTERNAL_SECRETS, EXTERNAL_SECRETS, secrets(env)),
        *backups(env),
        Identity("Langfuse", langfuse.NAMESPACE, langfuse.NAME, events(env)),
        Identity("OtelCollector", otel_collector.NAMESPACE, otel_collector.NAME, traces(env)),
        Identity("Alertmanager", env.monitoring.namespace, alertmanager(env), alerts(env)),
    ]
    return [one for one in made if one.allowed]


def secrets(env: Environment) -> list[Allow]:
    """The entries that the environment reads; AWS adds six characters of its own to an entry's name."""
    entries = {remote.entry for secret in components.all_secrets(env) for remote in secret.data.values()}
    actions = ("DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds")
    names = [f"{env.secrets.prefix}/{entry}" for entry in sorted(entries)]
    found = [arn(env, "secretsmanager", f"secret:{name}-??????") for name in names]
    return [Allow([f"secretsmanager:{action}" for action in actions], found), key(env, "secretsmanager", "Decrypt")]


def backups(env: Environment) -> list[Identity]:
    """One a gateway, so that none reads another's archives; none may delete."""
    if not env.backup.enabled:
        return []
    bucket, _ = bucket_arns(env, str(env.backup.bucket))
    made = []
    for name in env.openclaw.gateways:
        folder = f"{env.backup.prefix}/{env.name}/{name}/*"
        allowed = [
            Allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], [f"{bucket}/{folder}"]),
            Allow(["s3:ListBucket"], [bucket], {"StringLike": {"s3:prefix": folder}}),
            key(env, "s3", "Decrypt", "GenerateDataKey"),
        ]
        # A gateway's name has no capital, so that no two names become one.
        whose = name[0].upper() + name[1:].replace("-", "X")
        made.append(Identity(f"Backup{whose}", backup.NAMESPACE, backup.instance(name), allowed))
    return made


def events(env: Environment) -> list[Allow]:
    if not env.langfuse.managed:
        return []
    bucket, objects = bucket_arns(env, str(env.langfuse.bucket))
    return [
        Allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
        Allow(["s3:ListBucket"], [bucket]),
        key(env, "s3", "Decrypt", "GenerateDataKey"),
    ]


def traces(env: Environment) -> list[Allow]:
    """X-Ray knows no resource to put traces into."""
    return [Allow(["xray:PutTraceSegments"], ["*"])] if env.telemetry.xray else []


def alerts(env: Environment) -> list[Allow]:
    """A topic that somebody else made is encrypted by somebody else, who gives leave to use his key."""
    receiver = env.monitoring.receivers.sns
    if not receiver:
        return []
    if not alert_topic.made(env):
        return [Allow(["sns:Publish"], [receiver.topic_arn])]
    return [Allow(["sns:Publish"], [alert_topic_arn(env)]), key(env, "sns", "Decrypt", "GenerateDataKey")]


def alertmanager(env: Environment) -> str:
    """Its ServiceAccount, as the chart makes it of the release's name (kube-prometheus-stack, _helpers.tpl)."""
    release, chart = env.monitoring.release, platform_prometheus.NAME
    ours = platform.managed(env, "prometheus") or chart in release
    full = release if ours else f"{release}-{chart}"
    return f"{full[:26].removesuffix('-')}-alertmanager"


def key(env: Environment, service: str, *actions: str) -> Allow:
    """The environment's key, for what a service keeps, and through that service alone."""
    via = {"StringEquals": {"kms:ViaService": f"{service}.{env.cluster.region}.amazonaws.com"}}
    return Allow([f"kms:{action}" for action in actions], [KEY], via)
