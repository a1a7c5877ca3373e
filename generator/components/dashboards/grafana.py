"""Pages as Grafana's own JSON, by its SDK: classic dashboards of schema 42, which a ConfigMap can hold.

The SDK gives no panel an id, no query a letter and no graph a legend unless it is told to.
"""

from __future__ import annotations

from string import ascii_uppercase

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    DataSourceRef,
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)

from .panel import Page, Panel, Variable

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
"""Whichever Prometheus is chosen above the dashboard."""
TAG = "openclaw"
WIDTH = 24
"""Columns of Grafana's grid."""
HEIGHTS = {"figure": 4}
HEIGHT = 8
ENCODER = JSONEncoder(sort_keys=True, ensure_ascii=False)

AnyPanel = timeseries.Panel | stat.Panel | bargauge.Panel


def text(page: Page, runbooks: str) -> str:
    """The file of a page; its links lead to `runbooks`."""
    return laid_out(built(page, runbooks), 3) + "\n"


def laid_out(value: object, depth: int, lead: str = "\n") -> str:
    """JSON with a line for each entry down to a depth, so that a difference shows which field of which panel it is.

    Below that it is left to the encoder in C: the one that indents is several times slower.
    """
    value = value.to_json() if hasattr(value, "to_json") else value
    deeper = f"{lead}  "
    if depth and value and isinstance(value, dict):
        entries = (f"{ENCODER.encode(key)}: {laid_out(value[key], depth - 1, deeper)}" for key in sorted(value))
        return f"{{{deeper}{f',{deeper}'.join(entries)}{lead}}}"
    if depth and value and isinstance(value, list):
        return f"[{deeper}{f',{deeper}'.join(laid_out(entry, depth - 1, deeper) for entry in value)}{lead}]"
    return ENCODER.encode(value)


def built(page: Page, runbooks: str) -> model.Dashboard:
    made = (
        dashboard.Dashboard(page.title)
        .uid(page.uid)
        .description(page.description)
        .tags([TAG])
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .refresh("1m")
        .time("now-6h", "now")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .link(link("Runbooks", f"{runbooks}/README.md"))
        .link(dashboard.DashboardLink("OpenClaw").type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).keep_time(True))
    )
    if page.variable:
        made.with_variable(choice(page.variable))
    if watched := sorted(alert for panel in page.panels for alert in panel.alerts):
        made.annotation(firing(watched))
    number = top = 0
    for row in page.rows:
        number += 1
        made.with_row(dashboard.Row(row.title).id(number).grid_pos(model.GridPos(h=1, w=WIDTH, x=0, y=top)))
        top += 1
        for line in row.lines:
            height = HEIGHTS.get(line[0].shape, HEIGHT)
            left = 0
            for place, panel in enumerate(line):
                number += 1
                width = WIDTH // len(line) + (place < WIDTH % len(line))
                where = model.GridPos(h=height, w=width, x=left, y=top)
                made.with_panel(drawn(panel, runbooks).id(number).grid_pos(where))
                left += width
            top += height
    board = made.build()
    for one in board.links or ():
        one.placement = None  # type: ignore[assignment]  # the SDK hides links in a menu
    return board


def link(title: str, url: str) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(title).type(model.DashboardLinkType.LINK).url(url).target_blank(True)


def choice(variable: Variable) -> dashboard.QueryVariable:
    """Several values at a time; at first all of them, and then also what is not yet listed."""
    every = model.VariableOption(text="All", value="$__all", selected=True)
    return (
        dashboard.QueryVariable(variable.name)
        .label(variable.label)
        .query(f"label_values({variable.series}, {variable.values_of})")
        .datasource(SOURCE)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(every)
    )


def firing(alerts: list[str]) -> dashboard.AnnotationQuery:
    """Marks on the graphs while one of the alerts fires that the dashboard explains."""
    return (
        dashboard.AnnotationQuery()
        .name("Alerts")
        .datasource(SOURCE)
        .enable(True)
        .icon_color("red")
        .expr(f'ALERTS{{alertstate="firing",alertname=~"{"|".join(alerts)}"}}')
        .title_format("{{alertname}}")
        .text_format("{{severity}} {{namespace}} {{pod}}")
    )


def drawn(panel: Panel, runbooks: str) -> AnyPanel:
    """A panel without its place."""
    if panel.shape == "figure":
        made: AnyPanel = stat.Panel().graph_mode(BigValueGraphMode.AREA).color_mode(BigValueColorMode.VALUE)
    elif panel.shape == "ranking":
        made = bargauge.Panel().orientation(VizOrientation.HORIZONTAL)
    else:
        made = graph(panel)
    if panel.shape in ("figure", "ranking"):
        made.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))  # type: ignore[union-attr]
    made.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    made.thresholds(dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps(panel)))
    if panel.alerts:
        made.links([link(f"Runbook: {alert}", f"{runbooks}/{alert}.md") for alert in panel.alerts])
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        target = prometheus.Dataquery().ref_id(letter).expr(query.expr).legend_format(query.legend)
        made.with_target(target.instant() if panel.shape == "ranking" else target.range())
    return made


def graph(panel: Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True)
    tooltip = common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    made = (
        timeseries.Panel()
        .min(0)
        .show_points(VisibilityMode.NEVER)
        .color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .legend(legend.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM))
        .tooltip(tooltip)
    )
    if panel.shape == "bars":
        made.draw_style(GraphDrawStyle.BARS).fill_opacity(80)
    if panel.shape == "areas":
        made.fill_opacity(25)
    if panel.shape in ("areas", "bars"):
        made.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if panel.limit is not None:
        made.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))
    return made


def steps(panel: Panel) -> list[model.Threshold]:
    """Colours from the lowest value on; the first has no beginning."""
    plain = {"figure": "text", "ranking": "blue"}.get(panel.shape, "transparent")
    if panel.limit is None:
        return [model.Threshold(color=plain)]
    if panel.shape == "figure":
        below, beyond = ("red", "green") if panel.low_is_bad else ("green", "red")
        return [model.Threshold(color=below), model.Threshold(value=panel.limit, color=beyond)]
    return [model.Threshold(color=plain), model.Threshold(value=panel.limit, color="red")]
