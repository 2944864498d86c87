"""Times that events say: whatever it is, pages and answers can tell it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from streams.quarantine.decisions import RecordId, encode_event, parse_event
from streams.quarantine.store.ingest import time_ms
from streams.review.pages.wording import moment
from tests.support.decisions import decision

_EAST, _WEST = timezone(timedelta(hours=23)), timezone(-timedelta(hours=23))


@pytest.mark.parametrize(
    "said",
    [datetime(1, 1, 1, tzinfo=_EAST), datetime(9999, 12, 31, 23, tzinfo=_WEST), datetime(2026, 11, 1, tzinfo=UTC)],
)
def test_any_time_of_an_event_can_be_told(said: datetime) -> None:
    """In UTC it may lie before the first year or behind the last one."""
    event = parse_event(encode_event(decision("claim", "open", RecordId(offset=0, origin="t/0/0"), time=said)), 0)
    assert not isinstance(event, str)
    told = moment(time_ms(event.time))
    assert told.tzinfo is not None
    assert abs(told.year - said.year) <= 1
