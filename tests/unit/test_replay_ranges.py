"""Ranges of a replay against a model of a log: markers, aborted and open transactions, compaction, retention, times."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from streams.replay.ranges import Edges, Range, Window, range_of, share_of

KEY = ("t", 0)


@dataclass(frozen=True)
class Entry:
    """What stands at an offset; a gap is what compaction took."""

    what: Literal["record", "aborted", "marker", "gap"]
    time: int


@dataclass(frozen=True)
class Log:
    """A partition from offset `beginning` on; from `stable` on everything is behind an open transaction."""

    beginning: int
    entries: tuple[Entry, ...]
    stable: int

    @property
    def end(self) -> int:
        return self.beginning + self.stable

    def at_time(self, time: int) -> int:
        """What Kafka answers: isolation is ignored, and so is the stable end; -1 where nothing is so late."""
        for place, entry in enumerate(self.entries):
            if entry.what in {"record", "aborted"} and entry.time >= time:
                return self.beginning + place
        return -1

    def seen(self, start: int, end: int) -> list[int]:
        """What a read_committed reader gets of these offsets, ever: what is stable now."""
        return [
            self.beginning + place
            for place, entry in enumerate(self.entries[: self.stable])
            if entry.what == "record" and start <= self.beginning + place < end
        ]

    def edges(self, from_time: int = 0, to_time: int = 0) -> Edges:
        return Edges(self.beginning, self.end, self.at_time(from_time), self.at_time(to_time))


@st.composite
def logs(draw: st.DrawFn) -> Log:
    entries = draw(
        st.lists(
            st.builds(Entry, st.sampled_from(["record", "record", "aborted", "marker", "gap"]), st.integers(1, 50)),
            max_size=40,
        )
    )
    return Log(draw(st.integers(0, 30)), tuple(entries), draw(st.integers(0, len(entries))))


@given(logs())
def test_the_whole_range_is_all_that_a_reader_sees_now(log: Log) -> None:
    """From the beginning to the stable end: each committed record, and nothing undecided."""
    one = range_of(KEY, log.edges(), Window())
    assert (one.start, one.end, one.gone) == (log.beginning, log.end, 0)
    assert log.seen(one.start, one.end) == log.seen(0, 10**6)


@given(logs(), st.integers(0, 60), st.integers(0, 60))
def test_a_time_means_the_first_record_at_or_after_it(log: Log, early: int, late: int) -> None:
    """No record before the beginning has the time, none of the range comes after the first that is too late."""
    early, late = sorted((early, late))
    one = range_of(KEY, log.edges(early, late), Window("time", "time"))
    assert log.beginning <= one.start <= one.end <= log.end
    times = {log.beginning + place: entry.time for place, entry in enumerate(log.entries)}
    assert all(times[offset] < early for offset in log.seen(0, one.start))
    assert all(times[offset] < late for offset in log.seen(one.start, one.end))


@given(logs(), st.integers(0, 90), st.integers(0, 90))
def test_offsets_are_cut_to_what_is_there_and_what_is_gone_is_counted(log: Log, first: int, after: int) -> None:
    """Nothing outside what was asked for; offsets that were asked for and deleted are told."""
    first, after = sorted((first, after + 1))
    one = range_of(KEY, log.edges(), Window(first, after))
    assert log.beginning <= one.start <= one.end <= log.end
    assert log.seen(one.start, one.end) == log.seen(first, after)
    assert one.gone == max(0, min(log.beginning, after) - first)


@given(logs(), st.integers(0, 60), st.integers(0, 90))
def test_adjacent_ranges_share_nothing_and_leave_nothing_out(log: Log, time: int, offset: int) -> None:
    """What is up to an offset or a time, and what is from there on, are the whole."""
    for before, behind, edges in (
        (Window(end=offset), Window(start=offset), log.edges()),
        (Window(end="time"), Window(start="time"), log.edges(time, time)),
    ):
        one, two = range_of(KEY, edges, before), range_of(KEY, edges, behind)
        both = log.seen(one.start, one.end) + log.seen(two.start, two.end)
        assert both == log.seen(0, 10**6)


@given(st.integers(1, 12), st.integers(1, 5), st.data())
def test_shares_of_all_workers_are_the_whole(partitions: int, workers: int, data: st.DataObject) -> None:
    """As long as each has something left, the workers' shares of the rate add up to it."""
    ranges = {("t", n): Range("t", n, 0, 10) for n in range(partitions)}
    positions = {key: data.draw(st.integers(0, 10)) for key in ranges}
    owners = [{key for key in ranges if key[1] % workers == worker} for worker in range(workers)]
    shares = [share_of(owned, ranges, positions) for owned in owners]
    busy = [share for owned, share in zip(owners, shares, strict=True) if any(positions[key] < 10 for key in owned)]
    assert not busy or abs(sum(busy) - 1) < 1e-9
