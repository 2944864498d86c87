"""Words of the review pages: times, numbers, and a history in sentences."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import uuid4

import pytest

from streams.masking.records import REASONS
from streams.quarantine.decisions import Status
from streams.review.pages import wording
from streams.review.pages.histories import lines, told
from streams.review.pages.rendering import ASSETS
from tests.support.reviewstand import history_item


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (90, "90 s"), (180, "3 min"), (21_600, "6 h"), (190_000, "2 d 4 h"), (1_209_600, "14 d")],
)
def test_spans_are_said_in_the_unit_of_people(seconds: float, said: str) -> None:
    """Seconds, minutes, hours, days; never negative."""
    assert wording.span(seconds) == said


def test_numbers_do_not_break() -> None:
    """Thousands are parted by a space that keeps the number on one line."""
    assert wording.number(9_998) == "9\u00a0998"
    assert wording.plural(1, "record") == "1 record"
    assert wording.plural(2, "record") == "2 records"


def test_a_clock_ahead_of_ours_is_now() -> None:
    """A time that is still to come is not told as a negative one."""
    now = datetime(2026, 11, 28, tzinfo=UTC)
    assert wording.ago(now + timedelta(hours=3), now) == "just now"


def test_a_timestamp_that_no_calendar_holds_is_shown_as_some_time() -> None:
    """Anybody may write a timestamp; the page is shown all the same."""
    assert wording.moment(2**62).year == 1970


def test_what_turns_a_line_around_is_shown_as_a_question_mark() -> None:
    """Control and direction signs in a name or reason do nothing."""
    assert wording.printable("ann\u202egro.elpmaxe\x1b[31m") == "ann?gro.elpmaxe?[31m"


def test_every_reason_and_status_has_its_words() -> None:
    """None can be added without a colour, or without saying what it means."""
    style = ASSETS["review.css"][0].decode()
    assert all(f".{wording.reason_class(reason)} {{" in style for reason in (*REASONS, "foreign"))
    assert set(wording.STATUS_HELP) == set(wording.STATUS_WORDS) == set(get_args(Status))


def test_who_was_too_late_reads_who_was_first() -> None:
    """A lost decision names the winner, and the winner's own reads as done."""
    first = history_item(actor="ben", offset=1)
    late = history_item(actor="ann", action="discard", offset=2, effective=False, status="released")
    notice = told([first, late], late.id)
    assert notice is not None
    assert notice.text == "Too late: it was released already by ben."
    written = history_item(action=None, actor=None, result="redriven", offset=2)
    notice = told([first, written, replace(late, offset=3)], late.id)
    assert notice is not None
    assert notice.text == "Too late: it was released already by ben, and it is on its clean topic."
    failed = replace(written, result="failed_again", status="failed_again")
    notice = told([first, failed, replace(late, offset=3, status="failed_again")], late.id)
    assert notice is not None
    assert notice.text == "Too late: it was released already by ben, and failed again since."
    done = told([first, late], first.id)
    assert done is not None
    assert done.kind == "good"
    assert told([first], uuid4()) is None


def test_a_history_tells_losers_and_outcomes() -> None:
    """Decisions that were lost, outcomes of the redrive and their reasons are all there, the last one first, whatever
    the clocks say.
    """
    now_ms = 1_800_000_000_000
    shown = lines(
        [
            history_item(offset=1, time_ms=now_ms, reason="ticket 7"),
            history_item(offset=2, time_ms=now_ms - 9_000, effective=False, status="released", action="discard"),
            history_item(
                offset=3, time_ms=now_ms, action=None, actor=None, role=None, via=None, result="failed_again",
                failure="residue", detectors=("card",),
            ),
        ]
    )  # fmt: skip
    assert [line.text for line in shown] == ["Failed again with residue (card)", "Wanted to discard it", "Released"]
    assert [line.lost for line in shown] == [False, True, False]
    assert shown[2].why == "ticket 7"
