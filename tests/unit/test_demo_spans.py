"""How the demo compares, breaks and cuts lines."""

from hypothesis import given
from hypothesis import strategies as st

from streams.demo.spans import Piece, compare, excerpt, printable, rows

_TOKEN = "tok_email_k1_" + "abcdefghijklmnopabcd"
_BEFORE = '{"user":"ann@example.com","trace":"4bf92f"}'
_AFTER = f'{{"user":"{_TOKEN}","trace":"4bf92f"}}'


def _text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_a_finding_and_its_token_are_marked() -> None:
    """The value is marked before, its token after, and nothing else on either side."""
    before, after = compare(_BEFORE, _AFTER)
    assert [piece.text for piece in before if piece.changed] == ["ann@example.com"]
    assert [piece.text for piece in after if piece.changed] == [_TOKEN]


@given(st.text(max_size=80), st.text(max_size=80))
def test_comparing_loses_nothing(before: str, after: str) -> None:
    """The pieces of each side are that side."""
    left, right = compare(before, after)
    assert (_text(left), _text(right)) == (before, after)


@given(st.text(max_size=200), st.integers(1, 60) | st.none())
def test_rows_lose_nothing(text: str, width: int | None) -> None:
    """Breaking a line neither drops nor adds a character."""
    assert "".join(_text(row) for row in rows([Piece(text, changed=True)], width)) == text


@given(st.text(max_size=100), st.integers(1, 200))
def test_a_token_is_never_broken(around: str, width: int) -> None:
    """A token stands whole in one row, however narrow the terminal is."""
    pieces = [Piece(f"{around} ", changed=False), Piece(_TOKEN, changed=True), Piece(f" {around}", changed=False)]
    assert any(_TOKEN in _text(row) for row in rows(pieces, width))


def test_rows_are_no_wider_than_asked() -> None:
    """Words that fit are kept inside the width, in cells: Japanese letters take two."""
    made = rows([Piece("東京 " * 30, changed=False)], 20)
    assert max(sum(2 if char in "東京" else 1 for char in _text(row)) for row in made) <= 20


def test_an_excerpt_cuts_between_words() -> None:
    """What is around the token is cut, with a mark, and no word is halved."""
    text = f"alpha_beta gamma {_TOKEN} delta epsilon_zeta"
    start = text.index(_TOKEN)
    assert excerpt(text, start, start + len(_TOKEN), 8) == f"… gamma {_TOKEN} delta …"


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 70))
def test_an_excerpt_holds_its_middle(left: str, right: str, around: int) -> None:
    """The token itself is never cut."""
    text = f"{left} {_TOKEN} {right}"
    start = len(left) + 1
    assert _TOKEN in excerpt(text, start, start + len(_TOKEN), around)


@given(st.binary(max_size=100))
def test_a_log_line_cannot_steer_the_terminal(value: bytes) -> None:
    """No control character and no change of text direction reaches the terminal, whatever the bytes are."""
    shown = printable(value)
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u2066\u200f" for char in shown)
