"""What the harness says of a gateway is what the gateway was told to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.load.conftest import MEMORY, Make
from tests.real.load.gateway import Nature
from tests.real.process import ProgramEnded
from tools.load.drive import Arrivals, Callers, drive
from tools.load.measure import Figures, Options, figures
from tools.load.upstream import Manner

pytestmark = [pytest.mark.program("k6", "any"), pytest.mark.program("fast-upstream", "any")]

DELAY, WAIT, SPIN, HOARD, WEIGHT = 50, 0.020, 0.004, 100, 2
STREAMS, HELD = 40, 4
TEXT = "{turn}"


@pytest.fixture(scope="module")
def measured(fake: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    """A gateway that adds 20 ms, burns 4 ms of CPU, keeps 100 MiB, and 2 MiB more for each open stream."""
    with fake(Nature(wait=WAIT, spin=SPIN, hoard=HOARD, weight=WEIGHT)) as here:
        yield figures(here, Options(3, DELAY, STREAMS, HELD), tmp_path_factory.mktemp("k6"), print)


def test_what_a_gateway_adds_is_its_overhead(measured: Figures) -> None:
    least = (WAIT + SPIN) * 1000
    for load in measured.loads:
        p50, _ = load.overhead
        assert load.direct.p50 >= DELAY, "the upstream is as slow as it was told to be"
        assert least <= p50 <= least + 10, f"at {load.asked:.0f} a second: {load}"


def test_what_a_gateway_burns_is_its_cpu(measured: Figures) -> None:
    for load in measured.loads:
        assert SPIN <= load.cpu <= 3 * SPIN, "forwarding costs Python about as much again"


def test_callers_that_wait_find_the_most_that_it_gives(measured: Figures) -> None:
    possible = 8 / (DELAY / 1000 + WAIT + SPIN)
    assert possible / 2 <= measured.most.rate <= possible
    assert measured.most.failed == 0


def test_memory_that_a_gateway_takes_is_seen(measured: Figures) -> None:
    assert measured.peak - measured.idle >= HOARD


def test_streams_are_held_open_side_by_side(measured: Figures) -> None:
    streams = measured.streams
    assert STREAMS <= streams.asked <= STREAMS + 1
    assert (streams.peak, streams.lost) == (streams.asked, 0)
    assert streams.each == pytest.approx(WEIGHT, rel=0.25)
    assert streams.chunks == streams.asked * HELD
    assert measured.chunk > 0


def test_on_less_cpu_it_gives_less(fake: Make, tmp_path: Path) -> None:
    with fake(Nature(spin=0.02)) as here:
        here.upstream.behave(Manner())
        if not here.group.hold(0.25):
            pytest.skip("control groups cannot be written here")
        outcome = drive(here.target, Callers(4, 3), tmp_path, "held", TEXT)
        assert outcome.rate <= 0.25 / 0.02 * 1.2, "a quarter of a core burns 20 ms at most 12.5 times a second"


def test_a_stream_that_is_cut_is_lost(fake: Make, tmp_path: Path) -> None:
    with fake(Nature(cut=4)) as here:
        here.upstream.behave(Manner(chunks=3, gap=20))
        came = drive(here.target, Arrivals(20, 2, 40), tmp_path, "cut", TEXT, stream=True)
    assert came.whole + came.failed == pytest.approx(40, abs=2)
    assert came.failed == (came.whole + came.failed) // 4


def test_a_queue_that_grows_is_not_hidden(fake: Make, tmp_path: Path) -> None:
    """Callers that wait would be answered within 50 ms each; arrivals at twice what it gives wait for each other."""
    with fake(Nature(wait=0.05, one_by_one=True)) as here:
        here.upstream.behave(Manner())
        came = drive(here.target, Arrivals(40, 3, 20), tmp_path, "queue", TEXT)
    assert came.p50 > 300, str(came)
    assert came.dropped > 0, "more than 20 in flight are not sent, and counted"
    assert not came.is_clean


def test_more_memory_than_its_limit_ends_it(fake: Make, tmp_path: Path) -> None:
    with fake(Nature(hoard=2 * MEMORY)) as here:
        if here.group.memory is None:
            pytest.skip("control groups cannot be written here")
        with pytest.raises(ProgramEnded, match="fake ended under load"):
            figures(here, Options(2, 0, 5, 2), tmp_path, print)
