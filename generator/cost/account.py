"""What the account's stacks cost: counted from the templates, by resource type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.check.objectset import ObjectSet
from generator.check.walk import table, text
from generator.environment.duration import seconds
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj

from .line import Line, line, shown
from .models import margin
from .prices import MONTH, Span, price_list, usd

EVALUATIONS = 300
"""Evaluations of an AWS Config rule a month: ten resources, looked at once a day; an assumption."""
WRITES_PER_CALL = 3
"""Objects that Langfuse writes to S3 for a model call: an event batch for each span; an assumption."""


def lines(env: Environment, objects: ObjectSet, templates: Mapping[str, Obj]) -> Iterator[Line]:
    made = list(_resources(templates))
    yield from _door(env, made)
    yield from _endpoints(env, made)
    yield from _state(env, objects, made)
    yield from _audit(env, made)


def _resources(templates: Mapping[str, Obj]) -> Iterator[tuple[str, Obj]]:
    """Type and properties of every resource."""
    for template in templates.values():
        for one in table(template, "Resources").values():
            yield text(one, "Type"), table(one, "Properties")


def _of(made: list[tuple[str, Obj]], kind: str) -> list[Obj]:
    return [properties for found, properties in made if found == f"AWS::{kind}"]


def _fixed(component: str, what: str, count: int, price: str, region: str, times: str = "") -> Line:
    """So many of something that costs the same whatever it does."""
    each = usd(price, region)
    hours = MONTH if times else 1
    how = f"{count} x {times}{shown(each)}"
    return line(component, what, f"{count}", how, each * (count * hours), price)


def _door(env: Environment, made: list[tuple[str, Obj]]) -> Iterator[Line]:
    region, usage = env.cluster.region, env.cost.usage
    acls = _of(made, "WAFv2::WebACL")
    if acls:
        yield _fixed("ingress", "web ACLs", len(acls), "waf.acl", region)
        yield _fixed("ingress", "rules of web ACLs", sum(len(acl.get("Rules", ())) for acl in acls), "waf.rule", region)
        seen, price = margin(env) * (usage.web_requests / 1e6), usd("waf.request", region)
        how = f"{shown(seen)} million x {shown(price)}"
        yield line("ingress", "requests to web ACLs", f"{shown(seen)} million", how, seen * price, "waf.request")
    if _of(made, "Cognito::UserPool"):
        free = int(price_list()["prices"]["cognito.mau"]["free"])
        people, price = margin(env) * usage.active_users, usd("cognito.mau", region)
        paid = Span(max(0, people.low - free), max(0, people.high - free))
        how = f"{shown(people, ',.0f')} people, {free:,} are free, x {shown(price)}"
        yield line(
            "ingress", "sign-in with Cognito", f"{shown(people, ',.0f')} people", how, paid * price, "cognito.mau"
        )


def _endpoints(env: Environment, made: list[tuple[str, Obj]]) -> Iterator[Line]:
    addresses = interfaces(made)
    if addresses:
        yield _fixed("network", "VPC endpoints", addresses, "endpoint.hour", env.cluster.region, f"{MONTH} h x ")
        carried, price = tokens_gb(env), usd("endpoint.gb", env.cluster.region)
        how = f"{shown(carried, '.3g')} GB of tokens x {shown(price)}"
        cost = carried * price
        yield line("network", "data through VPC endpoints", f"{shown(carried, '.3g')} GB", how, cost, "endpoint.gb")


def interfaces(made: list[tuple[str, Obj]]) -> int:
    """Interface endpoints, one a subnet; gateway endpoints are free."""
    found = (one for one in _of(made, "EC2::VPCEndpoint") if one.get("VpcEndpointType") == "Interface")
    return sum(len(one.get("SubnetIds", ())) for one in found)


def interface_endpoints(templates: Mapping[str, Obj]) -> int:
    return interfaces(list(_resources(templates)))


BYTES_PER_TOKEN = 8
"""Of a token on its way, with JSON and TLS around it: twice the 4 characters that a token of English is on average; an
assumption."""


def tokens_gb(env: Environment) -> Span:
    """What calls of models carry in a month."""
    usage = env.cost.usage
    calls = usage.model_calls * (1 - usage.cache_hits)
    return margin(env) * (calls * (usage.input_tokens + usage.output_tokens) * BYTES_PER_TOKEN / 1e9)


def _state(env: Environment, objects: ObjectSet, made: list[tuple[str, Obj]]) -> Iterator[Line]:
    region, usage = env.cluster.region, env.cost.usage
    if keys := len(_of(made, "KMS::Key")):
        yield _fixed("secrets", "KMS keys", keys, "kms.key", region)
    if secrets := len(_of(made, "SecretsManager::Secret")):
        yield _fixed("secrets", "secrets", secrets, "secret.month", region)
        reads, price = _reads(objects) / 1e4, usd("secret.call", region)
        how = f"{reads * 1e4:,.0f} refreshes by External Secrets / 10,000 x {shown(price)}"
        yield line("secrets", "reads of secrets", f"{reads * 1e4:,.0f}", how, price * reads, "secret.call")
    if _of(made, "S3::Bucket") and usage.stored_gb:
        amount, price = margin(env) * usage.stored_gb, usd("s3.gb", region)
        yield line(
            "storage", "S3", f"{shown(amount)} GB", f"{shown(amount)} GB x {shown(price)}", amount * price, "s3.gb"
        )
    if env.langfuse.managed and env.langfuse.bucket:
        writes, price = _writes(env), usd("s3.write", region)
        how = f"{WRITES_PER_CALL} x {shown(writes * (1 / WRITES_PER_CALL), ',.0f')} calls / 1,000 x {shown(price)}"
        yield line("storage", "writes to S3", shown(writes, ",.0f"), how, writes * price * 1e-3, "s3.write")


def _writes(env: Environment) -> Span:
    return margin(env) * (env.cost.usage.model_calls * WRITES_PER_CALL)


def _reads(objects: ObjectSet) -> float:
    """Calls a month: each entry that an ExternalSecret names, at each refresh."""
    total = 0.0
    for item in objects.of("ExternalSecret"):
        period = seconds(text(item.obj, "spec", "refreshInterval"))
        names: set[Any] = {text(one, "remoteRef", "key") for one in item.obj["spec"].get("data", ())}
        total += len(names) * MONTH * 3600 / period if period else 0
    return total


def _audit(env: Environment, made: list[tuple[str, Obj]]) -> Iterator[Line]:
    region = env.cluster.region
    if _of(made, "CloudTrail::Trail") and env.langfuse.managed:
        events, price = _writes(env), usd("trail.data", region)
        how = f"{shown(events, ',.0f')} writes to the state buckets / 100,000 x {shown(price)}"
        yield line(
            "audit", "data events of CloudTrail", shown(events, ",.0f"), how, events * price * 1e-5, "trail.data"
        )
    if rules := len(_of(made, "Config::ConfigRule")):
        count, price = rules * EVALUATIONS, usd("config.evaluation", region)
        how = f"{rules} rules x {EVALUATIONS} x {shown(price)}"
        yield line("audit", "AWS Config rules", f"{count:,} evaluations", how, price * count, "config.evaluation")
