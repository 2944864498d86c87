"""The pace of a replay: a bucket that never gives more than its rate, a brake that gives way and comes back."""

from hypothesis import given
from hypothesis import strategies as st

from streams.replay.meter import Meter, told_seconds
from streams.replay.pace import LONGEST_REST_S, Brake, Bucket, rest_after
from streams.replay.retention import DAY_MS, Ages, retention_for, sentences
from streams.replay.spec import Rate


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(
    st.integers(1, 100_000),
    st.floats(0.05, 1),
    st.lists(st.tuples(st.floats(0, 3), st.integers(1, 30_000)), max_size=60),
)
def test_a_bucket_never_gives_more_than_its_rate(amount: int, share: float, steps: list[tuple[float, int]]) -> None:
    """Whoever takes what there is room for and rests as told is within rate x time, and a second's worth."""
    clock, taken = Clock(), 0
    bucket = Bucket(Rate(amount, "records"), clock)
    bucket.share(share)
    for pause_s, wanted in steps:
        clock.now_s += max(pause_s, bucket.rest_s())
        records = min(wanted, max(1, bucket.room()))
        bucket.take(records, records * 100)
        taken += records
    # One record more than there was room for may be taken at a time: a debt, which the next rest pays.
    assert taken <= amount * share * (clock.now_s + 1) + 1 + 1e-6


def test_a_record_larger_than_a_seconds_worth_is_rested_off() -> None:
    """10 MB at 1 MB a second: ten seconds' debt."""
    clock = Clock()
    bucket = Bucket(Rate(1_000_000, "bytes"), clock)
    bucket.take(1, 10_000_000)
    assert 9 <= bucket.rest_s() <= 10
    assert bucket.room() == 0
    clock.now_s += bucket.rest_s()
    assert bucket.rest_s() == 0


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=100), st.floats(0.01, 1))
def test_the_brake_keeps_to_its_floor(lags: list[int], floor: float) -> None:
    """Whatever the live lag does: never under the floor or over full speed, and at full speed once it is gone."""
    brake = Brake(floor, free=1000)
    for lag in lags:
        assert min(floor, 1) <= brake.look(lag) <= 1
    for _ in range(20):
        brake.look(0)
    assert brake.share == 1


def test_the_brake_gives_way_to_a_growing_lag_and_waits_while_it_shrinks() -> None:
    """Half at each look at which it grows; a lag within a batch is none."""
    brake = Brake(0.05, free=1000)
    assert brake.look(900) == 1
    assert [brake.look(lag) for lag in (2000, 4000, 8000)] == [0.5, 0.25, 0.125]
    assert brake.look(8000) == 0.125
    assert brake.look(7000) == 0.25


@given(st.floats(0, 100), st.floats(0.01, 1))
def test_a_rest_makes_the_work_its_share(worked_s: float, share: float) -> None:
    """Work / (work + rest) is the share, up to the longest rest."""
    rest_s = rest_after(worked_s, share)
    assert 0 <= rest_s <= LONGEST_REST_S
    assert rest_s == LONGEST_REST_S or abs(worked_s - share * (worked_s + rest_s)) < 1e-6


def test_a_meter_tells_rate_and_what_is_left() -> None:
    """Over the last half minute, and nothing where nothing moved."""
    meter = Meter(1000)
    assert meter.look(0, 1000, 0).left_s is None
    reading = meter.look(10, 500, 450)
    assert (reading.share, reading.per_second, reading.left_s) == (0.5, 45, 10)
    assert [told_seconds(each) for each in (None, 30, 600, 36_000)] == ["unknown", "30 s", "10 min", "10.0 h"]


@given(st.integers(0, 400 * DAY_MS), st.integers(0, 30 * DAY_MS))
def test_a_jobs_topic_keeps_what_it_may(oldest_ms: int, duration_ms: int) -> None:
    """Never longer than MAX_RETENTION, never shorter than clean topics; where it may, no timestamp is replaced."""
    ages, clean, longest = Ages(oldest_ms, duration_ms), 7 * DAY_MS, 30 * DAY_MS
    kept = retention_for(ages, clean, longest)
    assert clean <= kept <= longest
    told = list(sentences("t", ages, None, "u", kept))
    assert (kept == longest) or not told
    assert bool(told) == (oldest_ms + duration_ms > kept // 2)


def test_what_retention_will_delete_is_told() -> None:
    """A range whose beginning is about to go: how long it stays is said before anything moves."""
    (said,) = sentences("t", Ages(6 * DAY_MS, 2 * DAY_MS), 7 * DAY_MS, None, None)
    assert "Retention of t (7 days) may delete" in said
    assert "from 1 days from now on" in said
    assert list(sentences("t", Ages(DAY_MS, DAY_MS), 7 * DAY_MS, None, None)) == []
