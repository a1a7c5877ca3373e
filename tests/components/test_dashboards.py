"""Dashboards: each keeps the rules of Grafana's own linter, asks what exists, and is where alerts lead to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml

from generator.check.monitoring.promql import read
from generator.check.objectset import Item, ObjectSet
from generator.check.rules import metrics_known
from generator.components import dashboards, monitoring, monitoring_series, platform_prometheus, registry
from generator.components.monitoring_alerts import alerts
from generator.environment.load import load
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from tests.conftest import ENVIRONMENTS, ROOT
from tools.pictures.__main__ import PICTURES, pictures
from tools.pictures.sample import told

Board = dict[str, Any]
VARIANTS = ("as it is", "bifrost", "litellm", "no cache")
CASES = [f"{name}, {variant}" for name in ENVIRONMENTS for variant in VARIANTS]
RECORDED = re.compile(r"\w+:\w+:\w+")
"""Series of recording rules, whose labels are not in the expression that asks for them."""


def changed(case: str) -> Environment:
    name, variant = case.split(", ")
    env = load(ROOT / "environments", name)
    match variant:
        case "bifrost" | "litellm":
            return replace(env, llm_gateway=replace(env.llm_gateway, engine=variant))
        case "no cache":
            return replace(env, cache=replace(env.cache, mode="none"))
    return env


@pytest.fixture(name="env", params=CASES)
def any_environment(request: pytest.FixtureRequest) -> Environment:
    return changed(request.param)


@pytest.fixture
def boards(env: Environment) -> list[Board]:
    return read_back(env)


def read_back(env: Environment) -> list[Board]:
    return [json.loads(text) for obj in dashboards.objects(env) for text in obj["data"].values()]


def panels(board: Board) -> Iterator[Board]:
    """Panels that show something."""
    yield from (panel for panel in board["panels"] if panel["type"] != "row")


def named(boards: list[Board]) -> Iterator[tuple[str, Board]]:
    for board in boards:
        for panel in panels(board):
            yield f"{board['uid']} «{panel['title']}»", panel


def queries(boards: list[Board]) -> Iterator[tuple[str, Board]]:
    for name, panel in named(boards):
        for target in panel["targets"]:
            yield name, target


# --- delivery --------------------------------------------------------------------------------------------------------


def test_switched_off_there_are_none(defaults: Environment) -> None:
    env = replace(defaults, monitoring=replace(defaults.monitoring, enabled=False))
    assert dashboards.objects(env) == []
    assert dashboards.NAME not in [part.name for part in registry.render(env)]


def test_the_network_is_shown_only_where_hubble_counts(environments: dict[str, Environment]) -> None:
    staging = environments["staging"]
    assert "openclaw-network" in names(staging)
    hubble = staging.network.hubble
    for quiet in (replace(hubble, enabled=False), replace(hubble, metrics=False)):
        assert "openclaw-network" not in names(replace(staging, network=replace(staging.network, hubble=quiet)))
    assert "openclaw-network" not in names(environments["prod"])


def names(env: Environment) -> list[str]:
    return [page.uid for page in dashboards.pages(env)]


def test_grafanas_sidecar_finds_each_under_a_name_that_stays(env: Environment) -> None:
    for obj in dashboards.objects(env):
        meta = obj["metadata"]
        assert meta["labels"]["grafana_dashboard"] == "1"
        assert list(meta["annotations"]) == ["grafana_folder"], "a name with a hash would come and go"
        (file,) = obj["data"]
        assert file == f"{meta['name']}.json"
        assert json.loads(obj["data"][file])["uid"] == meta["name"]


def test_the_managed_stack_reads_folders_and_labels_of_nodes(environments: dict[str, Environment]) -> None:
    values = platform_prometheus.values(environments["staging"])
    assert values["grafana"]["sidecar"]["dashboards"]["folderAnnotation"] in dashboards.FOLDER
    shown = {f"label_{re.sub(r'[^a-z0-9]', '_', label)}" for label in platform_prometheus.NODE_LABELS}
    for env in environments.values():
        asked = {label for obj in dashboards.objects(env) for label in re.findall(r"label_\w+", str(obj["data"]))}
        assert asked - {"label_values"} <= shown, env.name


# --- lint ------------------------------------------------------------------------------------------------------------


def test_a_dashboard_is_of_the_schema_that_configmaps_take_and_cannot_be_edited(boards: list[Board]) -> None:
    for board in boards:
        assert (board["schemaVersion"], board["editable"]) == (42, False), board["uid"]
        assert "id" not in board, "an id is of one Grafana alone"
        assert board["title"]
        assert board["description"]


def test_names_are_unique(boards: list[Board]) -> None:
    for key in ("uid", "title"):
        assert len({board[key] for board in boards}) == len(boards)
    for board in boards:
        numbers = [panel["id"] for panel in board["panels"]]
        assert numbers == list(range(1, len(numbers) + 1)), board["uid"]
        titles = [panel["title"] for panel in panels(board)]
        assert sorted(set(titles)) == sorted(titles), board["uid"]


def test_a_panel_says_what_it_shows_in_which_unit(boards: list[Board]) -> None:
    for name, panel in named(boards):
        assert panel["title"], name
        assert panel["description"].endswith("."), f"{name} is not described"
        assert panel["fieldConfig"]["defaults"]["unit"], f"{name} has no unit"


def test_prometheus_is_chosen_above_the_dashboard(boards: list[Board]) -> None:
    for board in boards:
        first = board["templating"]["list"][0]
        assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
        assert {source["uid"] for source in sources(board)} == {"${datasource}"}, board["uid"]
        assert all("datasource" in panel for panel in panels(board)), board["uid"]


def sources(node: Any) -> Iterator[Board]:
    """Every reference to a data source."""
    if isinstance(node, dict):
        if isinstance(node.get("datasource"), dict):
            yield node["datasource"]
        for value in node.values():
            yield from sources(value)
    elif isinstance(node, list):
        for value in node:
            yield from sources(value)


def test_every_line_has_a_name_made_of_labels_that_it_has(boards: list[Board]) -> None:
    for name, target in queries(boards):
        assert target["legendFormat"], f"{name} has a line without a name"
        if not RECORDED.fullmatch(target["expr"]):
            missing = [
                label for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]) if label not in target["expr"]
            ]
            assert missing == [], f"{name} is named by {missing}, which {target['expr']} does not keep"


def test_graphs_have_a_legend(boards: list[Board]) -> None:
    for name, panel in named(boards):
        if panel["type"] == "timeseries":
            assert panel["options"]["legend"]["showLegend"], name


def test_queries_of_a_panel_have_letters(boards: list[Board]) -> None:
    for name, panel in named(boards):
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == list("ABCDEFGH"[: len(letters)]), name
        assert letters, name


def test_panels_fill_the_grid_and_do_not_overlap(boards: list[Board]) -> None:
    for board in boards:
        taken: dict[tuple[int, int], str] = {}
        for panel in board["panels"]:
            at = panel["gridPos"]
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    assert (x, y) not in taken, f"{board['uid']}: {panel['title']} lies on {taken[x, y]}"
                    taken[x, y] = panel["title"]
        height = max(y for _, y in taken) + 1
        assert set(taken) == {(x, y) for x in range(24) for y in range(height)}, board["uid"]


def test_rates_follow_the_width_of_the_screen(boards: list[Board]) -> None:
    for name, target in queries(boards):
        windows = set(re.findall(r"\brate\(\w+(?:\{[^}]*\})?\[([^\]]+)\]", target["expr"]))
        assert windows <= {"$__rate_interval"}, f"{name}: {target['expr']}"


def test_what_is_asked_exists_and_is_asked_well(env: Environment) -> None:
    """Valid PromQL, series and labels of the versions that run, counters within rate() or increase()."""
    made = [obj for part in registry.render(env) for obj in part.objects]
    found = ObjectSet(tuple(Item("set.yaml", obj, number) for number, obj in enumerate(made)), env)
    assert [f"{breach.item}: {breach.message}" for breach in metrics_known.check(found)] == []


def test_the_rule_looks_into_dashboards(defaults: Environment) -> None:
    text = json.dumps(dashboards.objects(defaults)).replace("bifrost_cost_total", "bifrost_costs_total")
    made = [obj for part in registry.render(defaults) for obj in part.objects if obj["kind"] != "ConfigMap"]
    items = [Item("set.yaml", obj, number) for number, obj in enumerate([*made, *json.loads(text)])]
    found = [breach.message for breach in metrics_known.check(ObjectSet(tuple(items), defaults))]
    assert any("bifrost_costs_total" in message for message in found)


def test_the_same_environment_gives_the_same_files(env: Environment) -> None:
    assert dashboards.objects(env) == dashboards.objects(env)


# --- alerts ----------------------------------------------------------------------------------------------------------


def watching(boards: list[Board]) -> dict[str, list[tuple[str, Board]]]:
    """The panels that lead to the runbook of each alert, with their dashboard."""
    found: dict[str, list[tuple[str, Board]]] = {}
    for board in boards:
        for panel in panels(board):
            for link in panel.get("links", []):
                found.setdefault(link["url"].rpartition("/")[2].removesuffix(".md"), []).append((board["uid"], panel))
    return found


def test_an_alert_leads_to_a_dashboard_with_a_panel_that_leads_to_its_runbook(env: Environment) -> None:
    boards = read_back(env)
    watched = watching(boards)
    rules = {rule["alert"]: rule for rule in alert_rules(env)}
    assert sorted(watched) == sorted(rules)
    for name, rule in rules.items():
        ((uid, panel),) = watched[name]
        notes = rule["annotations"]
        assert notes["dashboard_url"] == f"{env.monitoring.grafana}/d/{uid}"
        assert notes["runbook_url"] in [link["url"] for link in panel["links"]]


def alert_rules(env: Environment) -> list[Obj]:
    return [rule for group in monitoring.rules(env)["spec"]["groups"] for rule in group["rules"] if "alert" in rule]


def test_a_panel_asks_what_its_alert_asks(env: Environment) -> None:
    """The same series, or one that a recording rule makes of it; that there are requests at all is not the point."""
    watched = watching(read_back(env))
    groups = monitoring.rules(env)["spec"]["groups"]
    made_of = {rule["record"]: asked(rule["expr"]) for group in groups for rule in group["rules"] if "record" in rule}
    for alert in alerts(env):
        ((_, panel),) = watched[alert.name]
        shown = {series for target in panel["targets"] for series in asked(target["expr"])}
        wanted = asked(alert.expr) - {monitoring_series.REQUESTS}
        wanted |= {source for series in wanted for source in made_of.get(series, ())}
        assert shown & wanted, f"«{panel['title']}» shows {shown}, {alert.name} looks at {wanted}"


def asked(query: str) -> set[str]:
    """Names of series, or the pattern of their names."""
    uses = read(query.replace("$__rate_interval", "5m")).uses
    return {use.metric or next(one.value for one in use.matchers if one.label == "__name__") for use in uses}


def test_the_line_in_a_panel_is_where_its_alert_begins(env: Environment) -> None:
    """Of several alerts on one panel, where the first begins."""
    exprs = {alert.name: alert.expr for alert in alerts(env)}
    for _, panel in named(read_back(env)):
        limit = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
        first = next((link["title"].removeprefix("Runbook: ") for link in panel.get("links", [])), None)
        if first and limit not in (None, 1):  # 1 is the first of what is counted, or the last that must be there
            begins = re.findall(r"[<>]=? ([\d.]+)", exprs[first])
            assert f"{limit:g}" in begins, f"{first} begins at {begins}, «{panel['title']}» draws {limit:g}"


def test_firing_alerts_mark_the_dashboards_that_explain_them(boards: list[Board]) -> None:
    for board in boards:
        here = sorted({name for name, found in watching([board]).items() if found})
        marks = [
            found
            for one in board["annotations"].get("list", [])
            for found in re.findall(r'alertname=~"(.+?)"', one["expr"])
        ]
        assert marks == (["|".join(here)] if here else []), board["uid"]


# --- pictures --------------------------------------------------------------------------------------------------------


def test_every_dashboard_has_a_current_picture_in_the_docs() -> None:
    wanted = pictures()
    found = {path.name: path.read_text("utf-8") for path in PICTURES.glob("openclaw-*.svg")}
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == [], "run `make pictures`"
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    assert sorted(re.findall(r"\(pictures/(.+?)\)", page)) == sorted(wanted)


def test_the_docs_name_the_labels_of_nodes_that_are_needed() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    block = re.search(r"```yaml\n(.+?)```", page, re.DOTALL)
    assert block
    found = yaml.safe_load(block[1])["kube-state-metrics"]["metricLabelsAllowlist"]
    values = platform_prometheus.values(load(ROOT / "environments", "staging"))
    assert found == values["kube-state-metrics"]["metricLabelsAllowlist"]


def test_sample_data_is_for_panels_that_exist(environments: dict[str, Environment]) -> None:
    titles = {panel.title for page in dashboards.pages(environments["staging"]) for panel in page.panels}
    sample = told()
    assert {title for table in ("names", "levels", "falls", "chances") for title in sample[table]} - titles == set()
