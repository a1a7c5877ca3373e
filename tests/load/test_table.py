"""The tables say what was measured, and where it ends."""

import re

from tools.load.drive import Outcome
from tools.load.measure import Figures, Hits, Load, Streams
from tools.load.plan import Scaler, Share
from tools.load.table import Row, pages


def came(rate: float, p50: float, p99: float, failed: int = 0) -> Outcome:
    return Outcome(round(rate * 10), failed, 0, 10, p50, p99, p50)


FIGURES = Figures(
    most=came(400, 600, 900, failed=3),
    held=came(200, 600, 900),
    loads=[
        Load(0.5, 200, came(200, 101, 110), came(200, 104.5, 130), 0.0025, 1000, 6000),
        Load(0.9, 360, came(360, 101, 111), came(360, 121, 191), 0.0025, 1000, 12000),
    ],
    hits=Hits(1000, came(500, 2, 9), 0.001, 0),
    streams=Streams(500, 500, 0, 0.05, 10_000, 4.25),
    idle=230,
    peak=800,
)
ROW = Row("bifrost", "staging", "2 (v2.6.0)", "", Share(0.5, None, 2048), Scaler(2, 4, 0.7), 3.0, FIGURES)


def cells(text: str, title: str, row: str) -> list[str]:
    [table] = re.findall(rf"### {title}\n\n(.*?)(?:\n###|\Z)", text, re.DOTALL)
    line = next(line for line in table.splitlines() if row in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_what_a_pod_gives_and_what_got_lost() -> None:
    text = pages([ROW], 5000)
    assert cells(text, "What one pod carries", "upstream alone")[4] == "5000"
    assert cells(text, "What one pod carries", "bifrost")[2:] == ["0.5", "2048", "400 (3 lost)", "200", "2.50"]


def test_overhead_is_what_it_adds_to_the_upstream() -> None:
    assert cells(pages([ROW], 5000), "What it adds to the upstream", "50%")[-2:] == ["3.5", "20.0"]


def test_streams_that_fit_are_those_that_were_open_and_what_is_left() -> None:
    assert cells(pages([ROW], 5000), "Memory, and streams held open", "bifrost")[4:8] == [
        "500 of 500",
        "0",
        "51",
        f"{500 + int((2048 - 800) / 0.05):,}",
    ]


def test_a_chunk_takes_what_a_request_does_not() -> None:
    assert FIGURES.chunk == (4.25 - 500 * 0.0025) / 10_000


def test_a_load_beyond_the_most_replicas_is_marked() -> None:
    found = cells(pages([ROW], 5000), "Replicas", "bifrost")
    assert found[1:] == ["2 to 4, 70% of 0.5 CPU", "2", "8 ✗", "72 ✗", "560/s", "3.0/s"]
