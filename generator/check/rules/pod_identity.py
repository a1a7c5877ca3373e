"""pod-identity: pods that need AWS may ask for credentials, and no other pod may.

EKS hands out a role's credentials through the Pod Identity Agent, at 169.254.170.23 port 80 on every node.  Without an
edge to it in the network policy, a program that calls AWS starts, is Ready, and fails every call; with one that it does
not need, a break-in reaches one step further.  Long-lived keys, in a variable, a Secret or a configuration, work from
anywhere, never expire, and are what the agent is there to replace.

A pod needs AWS where its LLM gateway serves Amazon Bedrock, its collector signs requests (sigv4auth) or exports to
X-Ray, CloudWatch, Kinesis or S3, or a variable says so (AWS_REGION, AWS_DEFAULT_REGION, AWS_ROLE_SESSION_NAME, an
s3:// address).

Limits: roles and associations live in AWS, not in Kubernetes objects; ServiceAccounts and their annotations are
service-account's; pods that no policy limits are wiring's.  The address is that of the EKS user guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.objectset import Breach, Item, ObjectSet
from generator.check.rules import Severity
from generator.check.traffic.configs import Config, configs
from generator.check.traffic.network.peers import Ip
from generator.check.traffic.network.reach import reach_of
from generator.check.walk import each, table, text
from generator.check.workloads.pods import containers

ID, SEVERITY = "pod-identity", Severity.ERROR
REMEDIATION = "add or drop the edge to the Pod Identity Agent; give the role to the ServiceAccount by an association"

AGENT, AGENT_PORT = "169.254.170.23", 80
STATIC_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
USERS = ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ROLE_SESSION_NAME")
AWS_EXPORTERS = ("awscloudwatchlogs", "awsemf", "awskinesis", "awss3", "awsxray")
LITELLM_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
BIFROST_KEYS = ("access_key", "secret_key", "session_token")


def check(objects: ObjectSet) -> Iterator[Breach]:
    reach = reach_of(objects)
    for item in objects.workloads():
        found = configs(objects, item)
        yield from _variables(item)
        for config in found:
            yield from _keys(config)
        if not reach.is_isolated(item, "egress"):
            continue
        need = need_of(objects, item)
        admitted = reach.admits(item, "egress", Ip(AGENT), AGENT_PORT)
        if need and not admitted:
            message = f"{need}, but the egress policies admit no Pod Identity Agent: every call to AWS fails"
            yield Breach(item, item.pod_path("serviceAccountName"), message)
        elif admitted and not need:
            message = (
                "nothing in the pod calls AWS, but its egress policies admit the Pod Identity Agent: whoever breaks in "
                "may ask for the credentials of whatever role its ServiceAccount is ever given"
            )
            yield Breach(item, item.pod_path("serviceAccountName"), message)


def need_of(objects: ObjectSet, item: Item) -> str:
    """Why a workload's pods need AWS credentials; empty where they do not."""
    return next((reason for config in configs(objects, item) if (reason := _need(config))), "")


def _need(config: Config) -> str:
    """Why the reader of a configuration needs AWS credentials; empty where it does not."""
    if config.program == "litellm":
        for _, model in each(config.value, "model_list"):
            if text(model, "litellm_params", "model").startswith(("bedrock/", "sagemaker")):
                return f"{config.name} serves {text(model, 'model_name')} from AWS"
    elif config.program == "bifrost":
        if table(config.value, "providers", "bedrock"):
            return f"{config.name} serves Amazon Bedrock"
    elif config.program == "collector":
        defined = [*table(config.value, "extensions"), *table(config.value, "exporters")]
        signing = next((name for name in defined if name.partition("/")[0] in ("sigv4auth", *AWS_EXPORTERS)), "")
        return f"{config.name} sends to AWS ({signing})" if signing else ""
    elif not config.name:
        named = next((name for name in USERS if name in config.value), "")
        named = named or next((str(name) for name, value in config.value.items() if re.match("s3://", str(value))), "")
        return f"variable {named} is for calls to AWS" if named else ""
    return ""


def _variables(item: Item) -> Iterator[Breach]:
    for container in containers(item):
        for index, one in each(container.spec, "env"):
            if one.get("name") in STATIC_KEYS:
                yield Breach(item, (*container.path, "env", index), _leak(str(one["name"])))


def _keys(config: Config) -> Iterator[Breach]:
    held: list[str] = []
    if config.program == "litellm":
        for index, model in each(config.value, "model_list"):
            params = table(model, "litellm_params")
            held += [f"model_list[{index}].litellm_params.{key}" for key in LITELLM_KEYS if params.get(key)]
    elif config.program == "bifrost":
        for index, one in each(config.value, "providers", "bedrock", "keys"):
            settings = table(one, "bedrock_key_config")
            held += [f"providers.bedrock.keys[{index}].{key}" for key in BIFROST_KEYS if settings.get(key)]
    for where in held:
        yield Breach(config.item, config.path, _leak(where))


def _leak(where: str) -> str:
    return f"{where} is a long-lived AWS key: it works from anywhere, and nobody notices a copy"
