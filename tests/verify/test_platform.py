"""Checks 4, 6, 7 and 9: what Prometheus, the account and Karpenter tell."""

import json
from dataclasses import replace
from typing import Any

import pytest

from generator.environment.model import Environment
from generator.trees.plan import Plan
from generator.verify.access import Absent, Silent, Unseen
from generator.verify.result import State
from generator.verify.targets import Target, targets
from tests.verify.recorded import FORBIDDEN, Recorded, looking, run, told, without

QUERY = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/query"
CLAIMS, EVENTS = "/apis/karpenter.sh/v1/nodeclaims", "/api/v1/namespaces/default/events"
SQS = {"sqs get-queue-url": {"QueueUrl": "https://sqs"}}
PROXY = Unseen("needs get services/proxy in monitoring")


def series(*found: tuple[dict[str, str], float]) -> dict[str, Any]:
    return {"status": "success", "data": {"result": [{"metric": m, "value": [0, str(v)]} for m, v in found]}}


def http(namespace: str, workload: str, count: float) -> tuple[dict[str, str], float]:
    return {"destination_namespace": namespace, "destination_workload": workload}, count


BOTH_SEEN = series(http("llm-gateway", "llm-gateway", 120.4), http("telemetry", "otel-collector", 60))


@pytest.mark.parametrize(
    ("answer", "state", "evidence"),
    [
        (BOTH_SEEN, State.OK, "ok: llm-gateway/llm-gateway: 120 requests in the last hour"),
        (series(), State.FAILED, "counts no request in the last hour"),
        (series(http("llm-gateway", "llm-gateway", 0)), State.FAILED, "failed: llm-gateway/llm-gateway"),
        ({"status": "error"}, State.FAILED, "Prometheus answers no series"),
        (Silent("no endpoints available"), State.FAILED, "no endpoints available"),
        (PROXY, State.UNSEEN, "could not see: needs get services/proxy in monitoring"),
    ],
)
def test_hubble_counts_http_where_it_reads_it(
    environments: dict[str, Environment], planned: Plan, answer: Any, state: State, evidence: str
) -> None:
    result = run(4, looking(environments["staging"], planned, Recorded({QUERY: answer})))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


@pytest.mark.parametrize(
    ("answer", "state", "evidence"),
    [
        ({"addon": {"status": "ACTIVE"}}, State.OK, "is active"),
        ({"addon": {"status": "DEGRADED"}}, State.FAILED, "is DEGRADED"),
        (Absent("No addon: aws-network-flow-monitoring-agent found"), State.FAILED, "No addon"),
        (FORBIDDEN, State.UNSEEN, str(FORBIDDEN)),
    ],
)
def test_with_the_vpc_cni_the_add_on_is_looked_at(
    environments: dict[str, Environment], planned: Plan, answer: Any, state: State, evidence: str
) -> None:
    access = Recorded(account={"eks describe-addon": answer})
    result = run(4, looking(environments["prod"], planned, access))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


def test_without_either_there_is_nothing_to_see(environments: dict[str, Environment], planned: Plan) -> None:
    assert run(4, looking(environments["dev"], planned, Recorded())).state is State.SKIPPED


UP = (
    Target("llm-gateway", "llm-gateway/llm-gateway", "http"),
    Target("telemetry", "otel-collector", "metrics"),
    Target("telemetry", "otel-collector", "self"),
)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_targets_are_those_of_the_rendered_monitors(
    environments: dict[str, Environment], planned: Plan, name: str
) -> None:
    found = targets(looking(environments[name], planned, Recorded()).objects)
    assert {target for target in found if target.job not in environments[name].services} == {*UP}


def up(target: Target, value: float = 1) -> tuple[dict[str, str], float]:
    return target._asdict() | {"pod": f"{target.job.rpartition('/')[2]}-0"}, value


@pytest.mark.parametrize(
    ("answer", "state", "evidence"),
    [
        (series(*map(up, UP)), State.OK, "otel-collector (self) in telemetry: 1 of 1 up"),
        (series(up(UP[0]), up(UP[1])), State.FAILED, "otel-collector (self) in telemetry: not among"),
        (series(up(UP[0], 0), up(UP[1]), up(UP[2])), State.FAILED, "down on llm-gateway-0"),
        (Absent('services "prometheus-operated" not found'), State.FAILED, "not found"),
        (PROXY, State.UNSEEN, "needs get services/proxy"),
    ],
)
def test_every_target_must_be_up(
    environments: dict[str, Environment], planned: Plan, answer: Any, state: State, evidence: str
) -> None:
    look = looking(environments["dev"], planned, Recorded({QUERY: answer}))
    others = [obj for obj in look.objects if obj["metadata"]["name"] not in look.env.services]
    result = run(6, replace(look, objects=others))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


def event(source: str = "bedrock.amazonaws.com", **more: Any) -> dict[str, Any]:
    told_by = {
        "eventSource": source,
        "eventTime": "2026-11-22T11:40:00Z",
        "requestParameters": {"modelId": "zai.glm-4.7"},
        "userIdentity": {"sessionContext": {"sessionIssuer": {"userName": "openclaw-dev-LlmGateway"}}},
    }
    return {"Events": [{"CloudTrailEvent": json.dumps(told_by | more)}]}


@pytest.mark.parametrize(
    ("answer", "state", "evidence"),
    [
        (event(), State.OK, "Converse of zai.glm-4.7 by openclaw-dev-LlmGateway, 20 min ago"),
        (event(errorCode="AccessDenied"), State.OK, "refused: AccessDenied"),
        (event(source="chat.example.com"), State.FAILED, "no call of Bedrock in us-west-2"),
        ({"Events": []}, State.FAILED, "no call of Bedrock in us-west-2"),
        (Unseen("needs cloudtrail:LookupEvents"), State.UNSEEN, "needs cloudtrail:LookupEvents"),
    ],
)
def test_a_call_of_bedrock_is_found_in_cloudtrail(
    environments: dict[str, Environment], planned: Plan, answer: Any, state: State, evidence: str
) -> None:
    access = Recorded(account={"cloudtrail lookup-events": answer})
    result = run(7, looking(environments["dev"], planned, access))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


def claim(name: str, capacity: str, ready: str = "True", made: str = "2026-11-22T11:00:00Z") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "creationTimestamp": made,
            "labels": {"karpenter.sh/nodepool": "openclaw", "karpenter.sh/capacity-type": capacity},
        },
        "status": {"conditions": [{"type": "Ready", "status": ready, "message": "waiting on registration"}]},
    }


def test_nodes_interruptions_and_the_queue_are_named(environments: dict[str, Environment], planned: Plan) -> None:
    noticed = {"involvedObject": {"kind": "NodeClaim", "name": "openclaw-a"}}
    paths = {
        CLAIMS: {"items": [claim("openclaw-a", "spot"), claim("openclaw-b", "spot"), claim("openclaw-c", "on-demand")]},
        EVENTS: {"items": [noticed, noticed]},
    }
    result = run(9, looking(environments["staging"], planned, Recorded(paths, account=SQS)))
    assert told(result).splitlines() == [
        "ok: nodes of pool openclaw: 1 on-demand, 2 spot",
        "ok: interruptions in the last hour: openclaw-a",
        "ok: SQS queue openclaw-staging is there",
    ]


@pytest.mark.parametrize(
    ("made", "state"), [("2026-11-22T11:00:00Z", State.FAILED), ("2026-11-22T11:58:00Z", State.OK)]
)
def test_a_node_may_take_its_time_but_not_for_ever(
    environments: dict[str, Environment], planned: Plan, made: str, state: State
) -> None:
    paths = {CLAIMS: {"items": [claim("openclaw-a", "spot", "Unknown", made)]}, EVENTS: {"items": []}}
    result = run(9, looking(environments["dev"], planned, Recorded(paths)))
    assert result.state is state, told(result)


@pytest.mark.parametrize(
    ("claims", "queue", "state", "evidence"),
    [
        ({"items": []}, SQS, State.FAILED, "no node of pool openclaw"),
        (Absent("the server could not find the requested resource"), SQS, State.FAILED, "could not find"),
        (FORBIDDEN, SQS, State.UNSEEN, str(FORBIDDEN)),
        ({"items": [claim("a", "spot")]}, {}, State.FAILED, "get-queue-url: nothing"),
        ({"items": [claim("a", "spot")]}, {"sqs get-queue-url": FORBIDDEN}, State.UNSEEN, str(FORBIDDEN)),
    ],
)
def test_what_is_wrong_with_nodes_is_said(
    environments: dict[str, Environment], planned: Plan, claims: Any, queue: Any, state: State, evidence: str
) -> None:
    access = Recorded({CLAIMS: claims, EVENTS: {"items": []}}, account=queue)
    result = run(9, looking(environments["staging"], planned, access))
    assert (result.state, evidence in told(result)) == (state, True), told(result)


def test_auto_mode_needs_no_queue(environments: dict[str, Environment], planned: Plan) -> None:
    paths = {CLAIMS: {"items": [claim("a", "spot")]}, EVENTS: {"items": []}}
    assert "EKS Auto Mode" in told(run(9, looking(environments["dev"], planned, Recorded(paths))))


def test_what_an_environment_has_not_does_not_apply(environments: dict[str, Environment], planned: Plan) -> None:
    env = without(environments["dev"], "monitoring", enabled=False)
    assert run(6, looking(env, planned, Recorded())).state is State.SKIPPED
