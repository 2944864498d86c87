"""What an address may say about a view, and what it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.quarantine.fold import ACTIONABLE
from streams.quarantine.store.cursor import GroupCursor, encode
from streams.review.api.requests import PageIn
from streams.review.pages.queries import Query

_NOW_MS = 1_800_000_000_000


def test_a_view_comes_back_from_its_address() -> None:
    """Everything that is known stands in the address and is read from it again."""
    query = Query(text="orders residue", reason="residue", status="all", since="24h", sort="oldest", group="a" * 16)
    told = dict(pair.split("=") for pair in query.link("/records").partition("?")[2].split("&"))
    assert Query.read({name: text.replace("+", " ") for name, text in told.items()}) == query


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text", "ann@example.com"),
        ("text", "<script>"),
        ("topic", "a/b"),
        ("reason", "everything"),
        ("status", "gone"),
        ("since", "yesterday"),
        ("sort", "random"),
        ("group", "A" * 16),
        ("after", "x y"),
        ("text", "x" * 201),
    ],
)
def test_what_is_not_known_is_left_out(name: str, text: str) -> None:
    """An address that says something else shows the view without it."""
    assert Query.read({name: text}) == Query()


@given(st.dictionaries(st.sampled_from(["text", "topic", "since", "after", "status"]), st.text(max_size=60)))
def test_any_address_is_a_view(given: dict[str, str]) -> None:
    """Nothing that stands in an address raises, and the filter made of it is within the scope."""
    made = Query.read(given).filter(("orders.*",), _NOW_MS)
    assert made.topics == ("orders.*",)


def test_what_needs_a_decision_is_shown_first() -> None:
    """Without a state the view is of records on which a person may act."""
    assert Query().filter(("*",), _NOW_MS).status == ACTIONABLE
    assert Query(status="all").filter(("*",), _NOW_MS).status == frozenset()
    assert Query(status="expired").filter(("*",), _NOW_MS).status == {"expired"}
    assert Query(status="asked").filter(("*",), _NOW_MS).pending is True


def test_cursor_over_hundreds_of_partitions_is_taken() -> None:
    """It names them all: cut off or left out, the second page would be the first one again."""
    cursor = encode(GroupCursor(sort="count", value=7, fingerprint="a" * 16, upto=dict.fromkeys(range(500), 10**9)))
    assert Query.read({"after": cursor}).after == cursor
    assert PageIn(cursor=cursor).cursor == cursor


def test_pages_are_turned_in_a_view_that_stays() -> None:
    """The beginning of `the last hour` is fixed when pages are turned, and a changed view begins anew."""
    frozen = Query(since="1h", after="c").frozen(_NOW_MS)
    assert frozen.since == str(_NOW_MS - 3_600_000)
    assert frozen.filter(("*",), _NOW_MS + 5_000).since_ms == _NOW_MS - 3_600_000
    assert frozen.link("/", sort="newest") == f"/?since={frozen.since}&sort=newest"
