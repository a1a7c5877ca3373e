"""What every alert must say, and when it must be silent: series over time, and the alert that they raise or do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["bifrost", "litellm"]

LLM = 'namespace="llm-gateway"'
POD = 'namespace="openclaw",pod="openclaw-main-0"'
OPENCLAW = {"namespace": "openclaw", "pod": "openclaw-main-0"}
HERE = {"namespace": "llm-gateway"}
PATH = 'path="/v1/chat/completions"'


@dataclass(frozen=True)
class Case:
    """Series as promtool writes them, from time 0; `summary` is empty where the alert must be silent at time `at`."""

    alert: str
    name: str
    series: Mapping[str, str]
    at: str
    summary: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    engine: Engine = "bifrost"
    interval: str = "1m"


def bifrost(values: str = "0+60x900", provider: str = "bedrock") -> dict[str, str]:
    """60 requests a minute that are answered."""
    labels = f'{LLM},provider="{provider}"'
    return {f"bifrost_{name}_requests_total{{{labels}}}": values for name in ("upstream", "success")}


def bifrost_errors(kind: str, values: str) -> dict[str, str]:
    labels = f'{LLM},provider="bedrock",virtual_key_name="openclaw",error_type="{kind}"'
    return {f"bifrost_error_requests_total{{{labels}}}": values}


def litellm(values: str = "0+60x900", status: str = "200") -> dict[str, str]:
    labels = f'{LLM},route="/v1/chat/completions",status_code="{status}"'
    return {f"litellm_proxy_total_requests_metric_total{{{labels}}}": values}


def litellm_errors(status: str, values: str, provider: str) -> dict[str, str]:
    """Failed requests, as the proxy counts them and as the deployment of a provider does."""
    labels = f'{LLM},exception_status="{status}",api_provider="{provider}"'
    return {
        f"litellm_proxy_failed_requests_metric_total{{{labels}}}": values,
        f"litellm_deployment_failure_responses_total{{{labels}}}": values,
    }


def litellm_calls(values: str = "0+60x900") -> dict[str, str]:
    return {f'litellm_deployment_total_requests_total{{{LLM},api_provider="bedrock"}}': values}


def buckets(histogram: str, counts: Mapping[str, int], labels: str = LLM) -> dict[str, str]:
    """A histogram that grows by so many a minute in each bucket."""
    return {f'{histogram}_bucket{{{labels},le="{le}"}}': f"0+{count}x60" for le, count in counts.items()}


def average(histogram: str, seconds: int, labels: str = LLM) -> dict[str, str]:
    return {f"{histogram}_sum{{{labels}}}": f"0+{60 * seconds}x60", f"{histogram}_count{{{labels}}}": "0+60x60"}


ANSWERED = f'{LLM},is_success="true"'
BIFROST_LATENCY, LITELLM_LATENCY = "bifrost_upstream_latency_seconds", "litellm_request_total_latency_metric"
BIFROST_TOKEN = "bifrost_stream_first_token_latency_seconds"
LITELLM_TOKEN = "litellm_llm_api_time_to_first_token_metric"
COST = f'bifrost_cost_total{{{LLM},provider="bedrock",virtual_key_name="openclaw"}}'
LEFT = "litellm_provider_remaining_budget_metric"
HITS = f'bifrost_cache_hits_total{{{LLM},provider="bedrock",cache_type="direct"}}'
LITELLM_HITS = f"litellm_cache_hits_metric_total{{{LLM}}}"

BUDGET = [
    Case(
        "LlmBudgetNearlyUsed",
        "9 of a day's 10 USD are spent; of the provider's 16.67 they are half",
        {COST: "0+0.03125x300"},
        "1d1h",
        "90% of the budget of virtual key openclaw is used",
        HERE | {"budget": "virtual key openclaw"},
        interval="5m",
    ),
    Case("LlmBudgetNearlyUsed", "7 of 10 USD", {COST: "0+0.0243x300"}, "1d1h", interval="5m"),
    Case(
        "LlmBudgetNearlyUsed",
        "the pod that knows of the last call says 60 of 500 USD are left",
        {f'{LEFT}{{{LLM},api_provider="bedrock",pod="{pod}"}}': f"{left}x20" for pod, left in (("a", 60), ("b", 80))},
        "15m",
        "88% of the budget of provider bedrock is used",
        HERE | {"budget": "provider bedrock"},
        "litellm",
    ),
    Case(
        "LlmBudgetNearlyUsed",
        "200 of 500 USD are left",
        {f'{LEFT}{{{LLM},api_provider="bedrock"}}': "200x20"},
        "15m",
        engine="litellm",
    ),
    Case(
        "LlmBudgetExhausted",
        "calls are refused for their budget",
        bifrost_errors("policy_budget_exceeded", "0+1x20"),
        "10m",
        "the budget of virtual key openclaw or of provider bedrock is used up",
        HERE | {"virtual_key_name": "openclaw", "provider": "bedrock"},
    ),
    Case(
        "LlmBudgetExhausted", "calls are refused for their rate", bifrost_errors("policy_rate_limited", "0+9x20"), "10m"
    ),
    Case(
        "LlmBudgetExhausted",
        "nothing is left",
        {f'{LEFT}{{{LLM},api_provider="bedrock"}}': "1 0x20"},
        "10m",
        "the budget of provider bedrock is used up",
        HERE | {"api_provider": "bedrock"},
        "litellm",
    ),
    Case(
        "LlmBudgetExhausted",
        "a dollar is left",
        {f'{LEFT}{{{LLM},api_provider="bedrock"}}': "1x20"},
        "10m",
        engine="litellm",
    ),
]

RESTARTS = f'kube_pod_container_status_restarts_total{{{POD},container="gateway"}}'
WAITING = f'kube_pod_container_status_waiting_reason{{{POD},container="gateway",reason="%s"}}'
USED = f'container_memory_working_set_bytes{{{POD},container="gateway"}}'
LIMIT = f'kube_pod_container_resource_limits{{{POD},container="gateway",resource="memory"}}'
KNOWN = {
    f'kube_pod_container_status_restarts_total{{namespace="{name}",pod="a",container="a"}}': "0x60"
    for name in ("llm-gateway", "openclaw", "telemetry")
}
GATEWAY = OPENCLAW | {"container": "gateway"}
LOOPING = {RESTARTS: "9x10 10x10 11x10 12x10", WAITING % "CrashLoopBackOff": "1x9 0 1x9 0 1x9 0 1x9"}
PODS = [
    Case(
        "PodRestartingOften",
        "4 restarts within 5 minutes",
        {RESTARTS: "0x9 1 2 3 4x9"},
        "7m",
        "openclaw/openclaw-main-0: container gateway restarted 4 times in 5 minutes",
        GATEWAY,
        interval="30s",
    ),
    Case("PodRestartingOften", "3 restarts within 5 minutes", {RESTARTS: "0x9 1 2 3x9"}, "7m", interval="30s"),
    Case("PodRestartingOften", "a steady crash loop, one restart in 5 minutes", LOOPING, "15m", interval="30s"),
    Case(
        "PodCrashLooping",
        "a steady crash loop, one restart in 5 minutes",
        LOOPING,
        "15m",
        "openclaw/openclaw-main-0: container gateway crashes again and again",
        GATEWAY,
        interval="30s",
    ),
    Case("PodCrashLooping", "it is being created", {WAITING % "ContainerCreating": "1x60"}, "15m"),
    Case(
        "PodMemoryNearLimit",
        "1.9 of 2 GB",
        {USED: "1.9e9x30", LIMIT: "2e9x30"},
        "20m",
        "openclaw/openclaw-main-0: container gateway uses 95% of its memory limit",
        GATEWAY,
    ),
    Case("PodMemoryNearLimit", "1.5 of 2 GB", {USED: "1.5e9x30", LIMIT: "2e9x30"}, "20m"),
    Case(
        "PodStateUnknown",
        "nothing is known of one namespace",
        dict(list(KNOWN.items())[:2]),
        "20m",
        "kube-state-metrics tells nothing of the pods in telemetry",
        {"namespace": "telemetry"},
    ),
    Case("PodStateUnknown", "all three are known", KNOWN, "20m"),
]

LATENCY = [
    Case(
        "LlmLatencyHigh",
        "6 s on average",
        bifrost() | average(BIFROST_LATENCY, 6, ANSWERED),
        "20m",
        "answers take 6s on average",
        HERE,
    ),
    Case("LlmLatencyHigh", "4 s on average", bifrost() | average(BIFROST_LATENCY, 4, ANSWERED), "20m"),
    Case(
        "LlmLatencyHigh",
        "6 s, but one request in 5 minutes",
        bifrost("0 0x4 1 1x4 2 2x4 3 3x4 4 4x4 5x60") | average(BIFROST_LATENCY, 6, ANSWERED),
        "20m",
    ),
    Case(
        "LlmLatencyHigh",
        "6 s on average",
        litellm() | average(LITELLM_LATENCY, 6),
        "20m",
        "answers take 6s on average",
        HERE,
        "litellm",
    ),
    Case("LlmLatencyHigh", "4 s on average", litellm() | average(LITELLM_LATENCY, 4), "20m", engine="litellm"),
    Case(
        "LlmLatencyP95High",
        "a tenth takes 30 to 45 s",
        bifrost() | buckets(BIFROST_LATENCY, {"30": 90, "45": 100, "+Inf": 100}, ANSWERED),
        "20m",
        "one answer in 20 takes more than 37.5s",
        HERE,
    ),
    Case(
        "LlmLatencyP95High",
        "4 of 100 take longer than 15 s",
        bifrost() | buckets(BIFROST_LATENCY, {"15": 96, "45": 100, "+Inf": 100}, ANSWERED),
        "20m",
    ),
    Case(
        "LlmLatencyP95High",
        "a tenth takes 30 to 60 s",
        litellm() | buckets(LITELLM_LATENCY, {"30.0": 90, "60.0": 100, "+Inf": 100}),
        "20m",
        "one answer in 20 takes more than 45s",
        HERE,
        "litellm",
    ),
    Case(
        "LlmLatencyP95High",
        "4 of 100 take longer than 10 s",
        litellm() | buckets(LITELLM_LATENCY, {"10.0": 96, "60.0": 100, "+Inf": 100}),
        "20m",
        engine="litellm",
    ),
    Case(
        "LlmFirstTokenSlow",
        "a tenth of the streams begins after 5 to 10 s",
        bifrost() | buckets(BIFROST_TOKEN, {"5": 90, "10": 100, "+Inf": 100}),
        "20m",
        "one stream in 20 begins only after 7.5s",
        HERE,
    ),
    Case(
        "LlmFirstTokenSlow",
        "all begin within 2.5 s",
        bifrost() | buckets(BIFROST_TOKEN, {"2.5": 100, "5": 100, "+Inf": 100}),
        "20m",
    ),
    Case(
        "LlmFirstTokenSlow",
        "a tenth of the streams begins after 5 to 10 s",
        litellm() | buckets(LITELLM_TOKEN, {"5.0": 90, "10.0": 100, "+Inf": 100}),
        "20m",
        "one stream in 20 begins only after 7.5s",
        HERE,
        "litellm",
    ),
    Case(
        "LlmFirstTokenSlow",
        "all begin within 2 s",
        litellm() | buckets(LITELLM_TOKEN, {"2.0": 100, "5.0": 100, "+Inf": 100}),
        "20m",
        engine="litellm",
    ),
]

CACHE = [
    Case(
        "LlmCacheHitRateLow",
        "one in ten hits",
        bifrost() | {HITS: "0+6x90"},
        "1h",
        "the cache answers 10% of requests",
        HERE,
    ),
    Case("LlmCacheHitRateLow", "no hit was ever counted", bifrost(), "1h", "the cache answers 0% of requests", HERE),
    Case("LlmCacheHitRateLow", "every second hits", bifrost() | {HITS: "0+30x90"}, "1h"),
    Case("LlmCacheHitRateLow", "nobody asks", bifrost("0x90"), "1h"),
    Case(
        "LlmCacheHitRateLow",
        "one in ten hits",
        litellm() | {LITELLM_HITS: "0+6x90"},
        "1h",
        "the cache answers 10% of requests",
        HERE,
        "litellm",
    ),
    Case("LlmCacheHitRateLow", "every second hits", litellm() | {LITELLM_HITS: "0+30x90"}, "1h", engine="litellm"),
    Case(
        "LlmCacheNeverHits",
        "no hit was ever counted",
        bifrost(),
        "8h",
        "the cache has not answered one request in 6 hours",
        HERE,
    ),
    Case("LlmCacheNeverHits", "the last hit is 5 hours ago", bifrost() | {HITS: "0+1x180 180x400"}, "8h"),
    Case(
        "LlmCacheNeverHits",
        "no hit was ever counted",
        litellm(),
        "8h",
        "the cache has not answered one request in 6 hours",
        HERE,
        "litellm",
    ),
    Case(
        "LlmCacheNeverHits",
        "the last hit is 5 hours ago",
        litellm() | {LITELLM_HITS: "0+1x180 180x400"},
        "8h",
        engine="litellm",
    ),
]

CALLS = f'gen_ai_client_operation_duration_seconds_count{{{POD},gen_ai_operation_name="chat"%s}}'
ERRORS = [
    Case(
        "LlmErrorRateHigh",
        "a tenth fails, for callers' own mistakes",
        bifrost() | bifrost_errors("caller_invalid_request", "0+6x60"),
        "15m",
        "10% of requests to the LLM gateway fail",
        HERE,
    ),
    Case("LlmErrorRateHigh", "one in 30 fails", bifrost() | bifrost_errors("provider_overloaded", "0+2x60"), "15m"),
    Case(
        "LlmErrorRateHigh",
        "the only request in 5 minutes fails",
        bifrost("0x5 1x5 2x5 3x5") | bifrost_errors("provider_overloaded", "0x5 1x5 2x5 3x5"),
        "15m",
    ),
    Case(
        "LlmErrorRateHigh",
        "a tenth fails, for callers' own mistakes",
        litellm() | litellm_errors("403", "0+6x60", ""),
        "15m",
        "10% of requests to the LLM gateway fail",
        HERE,
        "litellm",
    ),
    Case(
        "LlmErrorRateHigh",
        "one in 30 fails",
        litellm() | litellm_errors("503", "0+2x60", "bedrock"),
        "15m",
        engine="litellm",
    ),
    Case(
        "LlmProviderErrorRateHigh",
        "a tenth of a provider's calls fails, while callers send twice as many wrong ones",
        bifrost("0+54x60")
        | bifrost_errors("provider_overloaded", "0+6x60")
        | bifrost_errors("caller_invalid_request", "0+120x60"),
        "15m",
        "provider bedrock fails 10% of its calls",
        HERE | {"provider": "bedrock"},
    ),
    Case(
        "LlmProviderErrorRateHigh",
        "every call of a provider fails",
        {k: v for k, v in bifrost("0+60x60").items() if "upstream" in k}
        | bifrost_errors("provider_server_error", "0+60x60"),
        "15m",
        "provider bedrock fails 100% of its calls",
        HERE | {"provider": "bedrock"},
    ),
    Case(
        "LlmProviderErrorRateHigh",
        "only callers err, and the policy refuses",
        bifrost()
        | bifrost_errors("caller_invalid_request", "0+30x60")
        | bifrost_errors("policy_rate_limited", "0+30x60"),
        "15m",
    ),
    Case(
        "LlmProviderErrorRateHigh",
        "a tenth of a provider's calls fails",
        litellm() | litellm_calls() | litellm_errors("503", "0+6x60", "bedrock"),
        "15m",
        "provider bedrock fails 10% of its calls",
        HERE | {"provider": "bedrock", "api_provider": "bedrock"},
        "litellm",
    ),
    Case(
        "LlmProviderErrorRateHigh",
        "only callers err: no provider was asked, or it found the request wrong",
        litellm()
        | litellm_calls()
        | litellm_errors("403", "0+30x60", "")
        | litellm_errors("400", "0+30x60", "bedrock"),
        "15m",
        engine="litellm",
    ),
    Case(
        "OpenClawModelErrorRateHigh",
        "a tenth of a gateway's model calls fails",
        {CALLS % "": "0+54x60", CALLS % ',error_type="timeout"': "0+6x60"},
        "20m",
        "10% of the model calls of openclaw/openclaw-main-0 fail",
        OPENCLAW,
    ),
    Case("OpenClawModelErrorRateHigh", "none fails", {CALLS % "": "0+60x60"}, "20m"),
    Case(
        "LlmObjectiveBurningFast",
        "a fifth is not answered for an hour",
        {
            f'http_requests_total{{{LLM},{PATH},status="{status}"}}': f"0+{n}x120"
            for status, n in (("200", 48), ("503", 12))
        },
        "1h10m",
        "20% of requests were not answered in 1h",
        HERE,
    ),
    Case(
        "LlmObjectiveBurningFast",
        "it is over",
        {
            f'http_requests_total{{{LLM},{PATH},status="200"}}': "0+48x120",
            f'http_requests_total{{{LLM},{PATH},status="503"}}': "0+24x59 1440x60",
        },
        "1h10m",
    ),
    Case(
        "LlmObjectiveBurningFast",
        "callers are refused",
        {f'http_requests_total{{{LLM},{PATH},status="{status}"}}': "0+48x120" for status in ("200", "403", "429")},
        "1h10m",
    ),
    Case(
        "LlmObjectiveBurningFast",
        "a fifth is not answered for an hour",
        litellm("0+48x120") | litellm("0+12x120", "503"),
        "1h10m",
        "20% of requests were not answered in 1h",
        HERE,
        "litellm",
    ),
    Case(
        "LlmObjectiveBurningFast",
        "callers are refused",
        litellm() | litellm("0+48x120", "403"),
        "1h10m",
        engine="litellm",
    ),
    Case(
        "LlmObjectiveBurningSlow",
        "8 of 100 are not answered for 6 hours",
        {
            f'http_requests_total{{{LLM},{PATH},status="{status}"}}': f"0+{n}x420"
            for status, n in (("200", 92), ("500", 8))
        },
        "6h30m",
        "8% of requests were not answered in 6h",
        HERE,
    ),
    Case(
        "LlmObjectiveBurningSlow",
        "4 of 100 are not answered",
        {
            f'http_requests_total{{{LLM},{PATH},status="{status}"}}': f"0+{n}x420"
            for status, n in (("200", 96), ("500", 4))
        },
        "6h30m",
    ),
    Case(
        "LlmObjectiveBurningSlow",
        "8 of 100 are not answered for 6 hours",
        litellm("0+92x420") | litellm("0+8x420", "500"),
        "6h30m",
        "8% of requests were not answered in 6h",
        HERE,
        "litellm",
    ),
    Case(
        "LlmObjectiveBurningSlow",
        "4 of 100 are not answered",
        litellm("0+96x420") | litellm("0+4x420", "500"),
        "6h30m",
        engine="litellm",
    ),
]

UP = {
    'up{namespace="llm-gateway",job="llm-gateway/llm-gateway",endpoint="http",pod="llm-gateway-a"}': "%s",
    'up{namespace="telemetry",job="otel-collector",endpoint="metrics",pod="otel-collector-a"}': "1x30",
    'up{namespace="telemetry",job="otel-collector",endpoint="self",pod="otel-collector-a"}': "1x30",
}
READY = f'kube_pod_status_ready{{{POD},condition="true"}}'
REFUSED = (
    'otelcol_receiver_refused_spans{namespace="telemetry",pod="otel-collector-a",receiver="otlp",transport="http"}'
)
FAILED = (
    'otelcol_exporter_send_failed_spans{namespace="telemetry",pod="otel-collector-a",exporter="otlp_http/langfuse"}'
)
SCRAPES = [
    Case(
        "MetricsTargetDown",
        "a pod refuses the scrape",
        {series: value.replace("%s", "0x30") for series, value in UP.items()},
        "10m",
        "Prometheus cannot scrape port http of llm-gateway/llm-gateway-a",
        HERE | {"job": "llm-gateway/llm-gateway", "endpoint": "http", "pod": "llm-gateway-a"},
    ),
    Case(
        "MetricsTargetDown",
        "all are scraped",
        {series: value.replace("%s", "1x30") for series, value in UP.items()},
        "10m",
    ),
    Case(
        "MetricsTargetAbsent",
        "the LLM gateway is no target",
        dict(list(UP.items())[1:]),
        "15m",
        "Prometheus has no target llm-gateway/llm-gateway, port http",
        HERE | {"job": "llm-gateway/llm-gateway", "endpoint": "http"},
    ),
    Case(
        "MetricsTargetAbsent",
        "a target that is down is one",
        {series: value.replace("%s", "0x30") for series, value in UP.items()},
        "15m",
    ),
    Case(
        "OpenClawTelemetrySilent",
        "a gateway is ready and tells nothing",
        {READY: "1x120"},
        "1h30m",
        "openclaw/openclaw-main-0 is ready, but none of its metrics arrive",
        OPENCLAW,
    ),
    Case(
        "OpenClawTelemetrySilent",
        "its tokens are counted",
        {READY: "1x120", f"openclaw_tokens_total{{{POD}}}": "5x120"},
        "1h30m",
    ),
    Case("OpenClawTelemetrySilent", "it is not ready", {READY: "0x120"}, "1h30m"),
    Case(
        "TelemetryLost",
        "spans are refused",
        {REFUSED: "0+3x60"},
        "20m",
        "collector telemetry/otel-collector-a loses telemetry",
        {"namespace": "telemetry", "pod": "otel-collector-a"},
    ),
    Case(
        "TelemetryLost",
        "Langfuse is out of reach",
        {REFUSED: "0x60", FAILED: "0+3x60"},
        "20m",
        "collector telemetry/otel-collector-a loses telemetry",
        {"namespace": "telemetry", "pod": "otel-collector-a"},
    ),
    Case("TelemetryLost", "a batch was lost an hour ago", {REFUSED: "0 7x90", FAILED: "7x90"}, "1h20m"),
]

SET = 'namespace="openclaw",statefulset="openclaw-main"'
NAMESPACE = {'kube_namespace_created{namespace="llm-gateway"}': "1x60"}
LLM_POD = 'kube_pod_status_ready{namespace="llm-gateway",condition="true",pod="llm-gateway-%s"}'
CACHE_POD = {'kube_pod_status_ready{namespace="llm-gateway",condition="true",pod="cache-a"}': "1x60"}
CLAIM = 'namespace="openclaw",persistentvolumeclaim="state-openclaw-main-0"'
STUCK = f'openclaw_session_stuck_total{{{POD},openclaw_state="processing"}}'
FREE, SIZE = f"kubelet_volume_stats_available_bytes{{{CLAIM}}}", f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}"
GATEWAYS = [
    Case(
        "OpenClawGatewayDown",
        "its only pod is not ready",
        {f"kube_statefulset_replicas{{{SET}}}": "1x30", f"kube_statefulset_status_replicas_ready{{{SET}}}": "0x30"},
        "10m",
        "gateway openclaw-main is not ready",
        {"namespace": "openclaw", "statefulset": "openclaw-main"},
    ),
    Case(
        "OpenClawGatewayDown",
        "it restarts in 3 minutes",
        {
            f"kube_statefulset_replicas{{{SET}}}": "1x30",
            f"kube_statefulset_status_replicas_ready{{{SET}}}": "1x5 0x2 1x20",
        },
        "10m",
    ),
    Case(
        "LlmGatewayDown",
        "no pod is ready",
        NAMESPACE | CACHE_POD | {LLM_POD % "a": "0x60", LLM_POD % "b": "0x60"},
        "5m",
        "no pod of the LLM gateway is available",
        HERE,
    ),
    Case(
        "LlmGatewayDown",
        "there is no pod",
        NAMESPACE | CACHE_POD,
        "5m",
        "no pod of the LLM gateway is available",
        HERE | {"condition": "true"},
    ),
    Case(
        "LlmGatewayDown", "one of two pods is ready", NAMESPACE | {LLM_POD % "a": "1x60", LLM_POD % "b": "0x60"}, "5m"
    ),
    Case("LlmGatewayDown", "kube-state-metrics is down", {}, "5m"),
    Case(
        "OpenClawSessionsStuck",
        "a session is found stuck again",
        {STUCK: "1x5 2x5 3x20"},
        "15m",
        "sessions of openclaw/openclaw-main-0 are stuck",
        OPENCLAW,
    ),
    Case("OpenClawSessionsStuck", "the last one was an hour ago", {STUCK: "0 3x120"}, "1h20m"),
    Case(
        "OpenClawVolumeFilling",
        "0.5 of 10 GB are free",
        {FREE: "0.5e9x60", SIZE: "10e9x60"},
        "30m",
        "5% of volume state-openclaw-main-0 is free",
        {"namespace": "openclaw", "persistentvolumeclaim": "state-openclaw-main-0"},
    ),
    Case("OpenClawVolumeFilling", "half of it is free", {FREE: "5e9x60", SIZE: "10e9x60"}, "30m"),
]

CRON = 'namespace="openclaw",cronjob="openclaw-backup-main"'
DUE, DONE, OFF = (
    f"kube_cronjob_{name}{{{CRON}}}"
    for name in ("status_last_schedule_time", "status_last_successful_time", "spec_suspend")
)
MISSING = "no backup by openclaw-backup-main since its last run was due"
OF_MAIN = {"namespace": "openclaw", "cronjob": "openclaw-backup-main"}
BACKUPS = [
    Case(
        "OpenClawBackupMissing",
        "yesterday's came, today's does not",
        {DUE: "86400x80", DONE: "600x80", OFF: "0x80"},
        "4h",
        MISSING,
        OF_MAIN,
        interval="5m",
    ),
    Case(
        "OpenClawBackupMissing",
        "there never was one",
        {DUE: "600x80", OFF: "0x80"},
        "4h",
        MISSING,
        OF_MAIN,
        interval="5m",
    ),
    Case(
        "OpenClawBackupMissing",
        "it was left suspended",
        {DUE: "0x80", DONE: "600x80", OFF: "1x80"},
        "4h",
        MISSING,
        OF_MAIN,
        interval="5m",
    ),
    Case(
        "OpenClawBackupMissing",
        "today's came two hours late",
        {DUE: "86400x80", DONE: "600x24 93600x56", OFF: "0x80"},
        "4h",
        interval="5m",
    ),
]

CASES = [*BUDGET, *PODS, *LATENCY, *CACHE, *ERRORS, *SCRAPES, *GATEWAYS, *BACKUPS]
