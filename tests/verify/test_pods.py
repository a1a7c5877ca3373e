"""Check 1: the workloads of the rendered environment, as the API server may have them."""

import copy
from typing import Any

import pytest

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.trees.plan import Plan
from generator.verify import pods
from generator.verify.result import State
from tests.verify.recorded import FORBIDDEN, TIMEOUT, Recorded, looking, run, told

DEPLOYMENT = "Deployment llm-gateway/llm-gateway"
LIST = "/apis/apps/v1/namespaces/llm-gateway/deployments"


def live(planned: Plan) -> dict[str, Any]:
    """Everything of dev as its controllers leave it when all is well."""
    found: dict[str, Any] = {}
    for path, obj in planned.objects.items():
        if path.startswith("rendered/dev/") and obj["kind"] in pods.KINDS:
            group, version, plural = pods.KINDS[obj["kind"]]
            place = f"/apis/{group}/{version}/namespaces/{obj['metadata']['namespace']}/{plural}"
            found.setdefault(place, {"items": []})["items"].append(settled(obj))
    return found


def settled(obj: Obj) -> Obj:
    made = copy.deepcopy(obj)
    wanted = made["spec"].setdefault("replicas", 1)
    made["metadata"]["generation"] = 3
    made["status"] = {"observedGeneration": 3, "updatedReplicas": wanted, "readyReplicas": wanted}
    return made


def test_all_is_well_where_every_workload_is_as_rendered(environments: dict[str, Environment], planned: Plan) -> None:
    result = run(1, looking(environments["dev"], planned, Recorded(live(planned))))
    assert result.state is State.OK, told(result)
    assert f"ok: {DEPLOYMENT}: 1 of 1 ready, images as rendered" in told(result)
    workloads = [obj for found in live(planned).values() for obj in found["items"]]
    assert len(result.observations) == len(workloads), told(result)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"status": {"readyReplicas": 0}}, "0 of 1 ready"),
        ({"status": {"updatedReplicas": 0}}, "0 of 1 pods are of the last change"),
        ({"status": {"observedGeneration": 2}}, "its last change has not been taken up"),
        ({"spec": {"replicas": 0}}, "is scaled to 0"),
    ],
)
def test_what_is_not_rolled_out_is_said(
    environments: dict[str, Environment], planned: Plan, change: dict[str, dict[str, int]], flaw: str
) -> None:
    answers = live(planned)
    obj = next(item for item in answers[LIST]["items"] if item["metadata"]["name"] == "llm-gateway")
    for part, fields in change.items():
        obj[part] |= fields
    answers["/api/v1/namespaces/llm-gateway/pods"] = {"items": []}
    result = run(1, looking(environments["dev"], planned, Recorded(answers)))
    assert result.state is State.FAILED
    assert f"failed: {DEPLOYMENT}: {flaw}" in told(result)


def test_a_shortage_comes_with_its_reason(environments: dict[str, Environment], planned: Plan) -> None:
    answers = live(planned)
    answers[LIST]["items"][0]["status"]["readyReplicas"] = 0
    waiting = {"reason": "ImagePullBackOff", "message": "manifest unknown"}
    unplaced = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}
    answers["/api/v1/namespaces/llm-gateway/pods"] = {
        "items": [
            {"status": {"containerStatuses": [{"name": "litellm", "state": {"waiting": waiting}}]}},
            {"status": {"conditions": [unplaced]}},
        ]
    }
    found = told(run(1, looking(environments["dev"], planned, Recorded(answers))))
    assert "litellm: ImagePullBackOff (manifest unknown); not scheduled: 0/3 nodes are available" in found


def test_a_shortage_is_a_failure_also_where_its_reason_may_not_be_read(
    environments: dict[str, Environment], planned: Plan
) -> None:
    answers = live(planned) | {"/api/v1/namespaces/llm-gateway/pods": FORBIDDEN}
    answers[LIST]["items"][0]["status"]["readyReplicas"] = 0
    result = run(1, looking(environments["dev"], planned, Recorded(answers)))
    assert result.state is State.FAILED
    assert f"0 of 1 ready; could not see why: {FORBIDDEN}" in told(result)


def test_another_image_is_named_with_the_rendered_one(environments: dict[str, Environment], planned: Plan) -> None:
    answers = live(planned)
    [obj] = [item for item in answers[LIST]["items"] if item["metadata"]["name"] == "llm-gateway"]
    obj["spec"]["template"]["spec"]["containers"][0]["image"] = "ghcr.io/somebody/else:1.0.0"
    answers["/api/v1/namespaces/llm-gateway/pods"] = {"items": []}
    found = told(run(1, looking(environments["dev"], planned, Recorded(answers))))
    assert "runs ghcr.io/somebody/else:1.0.0, rendered is ghcr.io/berriai/litellm-non_root:v1.109.1" in found


def test_a_workload_that_is_missing_is_named(environments: dict[str, Environment], planned: Plan) -> None:
    answers = live(planned) | {LIST: {"items": []}}
    found = told(run(1, looking(environments["dev"], planned, Recorded(answers))))
    assert f"failed: {DEPLOYMENT} is not there" in found


@pytest.mark.parametrize("refusal", [FORBIDDEN, TIMEOUT])
def test_what_may_not_be_listed_hides_nothing_else(
    environments: dict[str, Environment], planned: Plan, refusal: Exception
) -> None:
    answers = live(planned) | {LIST: refusal}
    result = run(1, looking(environments["dev"], planned, Recorded(answers)))
    assert result.state is State.UNSEEN
    assert f"not seen: could not see: {refusal}" in told(result)
    assert "ok: StatefulSet openclaw/openclaw-main: 1 of 1 ready" in told(result)


def test_a_rollout_counts_generations_in_text() -> None:
    """Argo Rollouts writes status.observedGeneration as a string."""
    status = {"observedGeneration": "7", "updatedReplicas": 2, "readyReplicas": 2}
    assert pods._rollout({"metadata": {"generation": 7}, "spec": {"replicas": 2}, "status": status}) == []
