"""What the demo prints: tokens whole, colours on terminals only, counts that add up."""

import io
import re

import pytest

from streams.corpus import Line
from streams.demo.choose import examples, followed, kinds_in, survivors
from streams.demo.gather import Masked
from streams.demo.look import Look

_LETTERS = "abcdefghijklmnopabcd"
_USER = f"tok_user_k1_{_LETTERS}"
_LONG = '"msg":"' + "word " * 60 + '"'
_EMAIL = f"tok_email_k1_{_LETTERS}"


def _masked(service: str, before: str, after: str, *personal: str) -> Masked:
    return Masked(Line(service, before.encode(), personal), after.encode())


_PAIRS = [
    _masked("edge", "GET /?email=ann%40example.com", f"GET /?email={_EMAIL}", "ann%40example.com"),
    _masked("orders", f'{{"user_id":"usr_1",{_LONG}}}', f'{{"user_id":"{_USER}",{_LONG}}}', "usr_1"),
    _masked("accounts", '{"sub":"usr_1"}', f'{{"sub":"{_USER}"}}', "usr_1"),
    _masked("payments", "user_id=usr_1 ok", f"user_id={_USER} ok", "usr_1"),
    _masked("data", "nothing", "nothing"),
]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_escape_codes_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets plain text, whatever the environment forces, and each side of an example is one line."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.StringIO()
    Look(stream).example(_PAIRS[1])
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 3
    assert _USER in stream.getvalue()


@pytest.mark.parametrize("columns", [30, 61, 80, 200])
def test_a_terminal_gets_colours_and_whole_tokens(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """On a terminal of any width no line end falls into a token."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = _Terminal()
    Look(stream).example(_PAIRS[1])
    shown = stream.getvalue()
    assert "\x1b[1;32m" in shown
    assert _USER in re.sub(r"\x1b\[[0-9;]*m", "", shown)


def test_square_brackets_are_no_markup() -> None:
    """A log line that looks like rich's markup is printed as it is."""
    stream = io.StringIO()
    Look(stream).example(_masked("data", "[red]a[/red] :smile: x@y.example", f"[red]a[/red] :smile: {_EMAIL}"))
    assert stream.getvalue().count("[red]a[/red] :smile:") == 2


def test_examples_are_changed_and_different() -> None:
    """Only lines in which something was found are shown, each kind and service first once."""
    chosen = examples(_PAIRS, 3)
    assert {one.line.service for one in chosen} == {"edge", "payments", "accounts"}
    assert len(examples(_PAIRS, 10)) == 4


def test_a_person_is_followed_through_services_by_one_token() -> None:
    """The token that stands in the most services is found, with its place in each line."""
    token, sightings = followed(_PAIRS)
    assert token == _USER
    assert [seen.service for seen in sightings] == ["orders", "accounts", "payments"]
    assert all(seen.text[seen.start : seen.end] == _USER for seen in sightings)
    assert followed(_PAIRS[:2]) == ("", [])


def test_the_place_of_a_token_counts_characters() -> None:
    """Letters of several bytes before a token do not shift what is shown."""
    pairs = [_masked(service, "ş usr_1", f"東ş {_USER}") for service in ("a", "b", "c")]
    assert all(seen.text[seen.start : seen.end] == _USER for seen in followed(pairs)[1])


def test_a_surviving_value_is_counted() -> None:
    """The demo would say so if a value that the generator put in were left."""
    leaky = _masked("edge", "a usr_77 b", "a usr_77 b", "usr_77")
    assert survivors(_PAIRS) == (4, 0)
    assert survivors([*_PAIRS, leaky]) == (5, 1)


def test_kinds_are_read_from_tokens() -> None:
    """A kind with an underscore is one kind."""
    assert kinds_in(f"{_EMAIL} tok_national_id_k1_{_LETTERS}".encode()) == {"email", "national_id"}
