"""Where the partitions of a job begin: only where the group and the jobs topic agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.positions import Begin, Hold, Skip
from streams.replay.placing import Facts, decide
from streams.replay.ranges import Range

RANGE = Range("t", 1, 100, 200)


def facts(**more: object) -> Facts:
    values: dict[str, object] = {"range": RANGE, "committed": None, "word": None, "beginning": 0, "end": 300}
    return Facts(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("committed", "word", "expected"),
    [
        (None, None, Begin(100, fresh=True)),
        (100, None, Begin(100)),
        (150, 150, Begin(150)),
        (None, 150, Begin(150, fresh=True)),
        (200, 200, Skip()),
        (None, 200, Skip()),
        (150, None, None),
        (150, 140, None),
        (140, 150, None),
    ],
)
def test_the_group_and_the_job_have_to_agree(committed: int | None, word: int | None, expected: object) -> None:
    """Expired offsets are made good by the job's word; a difference is waited for, never guessed at."""
    assert decide(facts(committed=committed, word=word)) == expected


def test_what_is_not_certain_is_held() -> None:
    """A topic made again, lost records, and a target with too few partitions."""
    assert isinstance(decide(facts(recreated=True)), Hold)
    assert isinstance(decide(facts(end=199)), Hold)
    few = decide(facts(target_partitions=1))
    assert isinstance(few, Hold)
    assert few.waiting
    assert decide(facts(target_partitions=2)) == Begin(100, fresh=True)


@given(st.integers(0, 400), st.one_of(st.none(), st.integers(100, 200)))
def test_what_retention_took_is_passed_over_and_nothing_else(beginning: int, word: int | None) -> None:
    """It begins at the position, or at the first offset that is there, and never behind its end."""
    decision = decide(facts(beginning=beginning, end=400, word=word, committed=word))
    position = 100 if word is None else word
    if position >= 200:
        assert decision == Skip()
    else:
        assert isinstance(decision, Begin)
        assert decision.offset == min(200, max(position, beginning))
