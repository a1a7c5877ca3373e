"""What was measured, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.load.measure import Figures
from tools.load.plan import RATES, Scaler, Share, ceiling, replicas

NONE = "–"


@dataclass(frozen=True)
class Row:
    """One gateway."""

    title: str
    environment: str
    versions: str
    """What runs, and what is rendered."""
    applied: str
    share: Share
    scaler: Scaler | None
    admitted: float | None
    """Requests a second that its virtual keys may ask; None where nothing limits them."""
    figures: Figures


def pages(rows: Sequence[Row], direct: float) -> str:
    """Every table; `direct` is what generator and upstream give without a gateway, requests a second."""
    parts = [
        ("What one pod carries", _carries(rows, direct)),
        ("What it adds to the upstream", _adds(rows)),
        ("Answers from the cache", _cached(rows)),
        ("Memory, and streams held open", _streams(rows)),
        ("Replicas", _replicas(rows)),
    ]
    return "\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def _carries(rows: Sequence[Row], direct: float) -> str:
    head = ("row", "runs (rendered)", "CPU requested", "memory limit", "on one core", "on what it requests")
    body = [("upstream alone", "", NONE, NONE, f"{direct:.0f}", NONE, NONE)]
    for row in rows:
        figures = row.figures
        held = figures.held.rate if figures.held else figures.most.rate if row.share.cpu >= 1 else None
        body.append(
            (
                f"**{row.title}**, {row.environment}",
                row.versions,
                f"{row.share.cpu:g}",
                f"{row.share.memory_limit}",
                _rate(figures.most.rate) + _lost(figures.most.failed),
                NONE if held is None else _rate(held),
                f"{figures.cpu * 1000:.2f}",
            )
        )
    table = _table([(*head, "CPU ms/request"), *body], numbers=5)
    return f"{table}\nThe most that it gives, requests a second; CPU at half of that.  Memory in MiB.\n"


def _adds(rows: Sequence[Row]) -> str:
    head = ("row", "load", "requests/s", "requests", "upstream p50 / p99", "with it p50 / p99", "adds p50", "adds p99")
    body = []
    for row in rows:
        for load in row.figures.loads:
            p50, p99 = load.overhead
            body.append(
                (
                    f"**{row.title}**",
                    f"{load.part:.0%} of its most",
                    _rate(load.asked),
                    f"{load.through.whole}" + _lost(load.through.failed + load.through.dropped),
                    f"{load.direct.p50:.1f} / {load.direct.p99:.1f}",
                    f"{load.through.p50:.1f} / {load.through.p99:.1f}",
                    f"{p50:.1f}",
                    f"{p99:.1f}",
                )
            )
    return _table([head, *body], numbers=6) + "\nMilliseconds.\n"


def _cached(rows: Sequence[Row]) -> str:
    head = ("row", "requests/s, one core", "at half of it: p50", "p99", "CPU ms/request", "reached the upstream")
    body = [
        (
            f"**{row.title}**",
            _rate(hits.most),
            f"{hits.load.p50:.1f}",
            f"{hits.load.p99:.1f}",
            f"{hits.cpu * 1000:.2f}",
            f"{hits.reached} of 1,000",
        )
        for row in rows
        if (hits := row.figures.hits)
    ]
    return _table([head, *body], numbers=5) if body else ""


def _streams(rows: Sequence[Row]) -> str:
    head = (
        "row",
        "idle",
        "peak",
        "limit",
        "streams open at once",
        "lost",
        "KiB each",
        "fit the limit",
        "CPU ms/chunk",
        "files",
    )
    body = []
    for row in rows:
        streams = row.figures.streams
        spare = row.share.memory_limit - row.figures.peak
        fit = f"{streams.peak + int(spare / streams.each):,}" if streams.each > 0.001 and spare > 0 else NONE
        body.append(
            (
                f"**{row.title}**",
                f"{row.figures.idle:.0f}",
                f"{row.figures.peak:.0f}",
                f"{row.share.memory_limit}",
                f"{streams.peak} of {streams.asked}",
                f"{streams.lost}",
                f"{streams.each * 1024:.0f}",
                fit,
                f"{row.figures.chunk * 1000:.2f}",
                f"{row.figures.loads[-1].files:,}",
            )
        )
    return _table([head, *body], numbers=9) + (
        "\nMemory in MiB, of all processes of the container together; files: those open at nine tenths of its most.\n"
    )


def _replicas(rows: Sequence[Row]) -> str:
    head = ("row", "the autoscaler's", *(f"{rate:,}/s" for rate in RATES), "it ends at", "its keys may ask")
    body = [_scaled(row) if row.scaler else _fixed(row) for row in rows]
    return _table([head, *body], numbers=5)


def _scaled(row: Row) -> tuple[str, ...]:
    assert row.scaler
    scaler, cpu = row.scaler, row.figures.cpu
    wanted = [replicas(rate, cpu, row.share, scaler) for rate in RATES]
    return (
        f"**{row.title}**",
        f"{scaler.least} to {scaler.most}, {scaler.target:.0%} of {row.share.cpu:g} CPU",
        *(f"{count:,}" + (" ✗" if count > scaler.most else "") for count in wanted),
        f"{_rate(ceiling(cpu, row.share, scaler))}/s",
        NONE if row.admitted is None else f"{_rate(row.admitted)}/s",
    )


def _fixed(row: Row) -> tuple[str, ...]:
    """One pod a gateway, by design: more load is more gateways."""
    most = row.figures.most.rate
    return (
        f"**{row.title}**",
        "none: one pod each",
        *(f"{-int(-rate // most):,} gateways" for rate in RATES),
        f"{_rate(most)}/s",
        NONE,
    )


def notes(rows: Sequence[Row]) -> str:
    """What else belongs beside the figures: limits as applied, and where what runs is not what is rendered."""
    return "\n".join(
        f"- {row.title}: {row.applied}; asks for credentials {row.figures.loads[0].credentials} times in 1,000 requests"
        for row in rows
    )


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


def _lost(count: int) -> str:
    return f" ({count} lost)" if count else ""


def _table(rows: Sequence[Sequence[str]], numbers: int) -> str:
    """The last `numbers` columns are aligned to the right."""
    width = len(rows[0])
    rule = "| " + " | ".join("---:" if column >= width - numbers else "---" for column in range(width)) + " |"
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, rule, *body]) + "\n"
