"""A value in an encoding in another one: what the outer one leaves of the inner one's signs does not hide it."""

import base64
import json

import pytest

from streams.masking.encodings.fold import fold
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import leaks, masker_keyring

_MASKER = Masker(Policy(), masker_keyring())


def _masked(text: bytes) -> bytes:
    outcome = _MASKER.mask(text)
    assert outcome.text is not None
    return outcome.text


def _doubled(text: str, times: int) -> str:
    """A text in a column of CSV (RFC 4180), in a column again."""
    for _ in range(times):
        text = '1,"' + text.replace('"', '""') + '",ok'
    return text


def _nested(text: str, times: int) -> str:
    for _ in range(times):
        text = json.dumps({"body": text})
    return text


#: Lines of which one escape or two are quoted-printable, and what must not be left.
_PRINTABLE = (
    ("mac=3D00:1b:44:11:3a:b7", "44:11:3a"),
    ("saw 'app.card-number=3D4111111111111111'", "41111111"),
    ("iban=3DDE89370400440532013000 ok", "37040044"),
    ("client_ip=3D2001:db8:85a3::8a2e:370:7334", "85a3::8a2e"),
    ("ssn=3D536-90-4399", "536-90"),
    ("phone=3D+49 30 901820417", "901820417"),
    ('{"note": "<user id=3D\\"3\\" full_name=3D\\"Jane Doe\\"/>"}', "Jane"),
    ('full_name=3D\\"Jane Doe\\"', "Jane"),
    ("p=C2=ADassword=Zq7hunter2x", "Zq7hunter2x"),
    ('{=E2=80=8B password:=E2=80=8B \\=E2=80=8B"Zq7hunter2x=E2=80=8B\\=E2=80=8B"}', "Zq7hunter2x"),
    ('2024-05-01T10:00:00.123456789Z stdout F User { id: 3, full_name: Some("Jane=\n Dorothea Doe") }', "Dorothea"),
    ('Error: {"body": "{\\"n\\": 17, \\"ok\\": 10000, \\"card_number\\": \\"5500 0055 5555=\n 5559\\"}"}', "5500"),
)  # fmt: skip


@pytest.mark.parametrize(("line", "value"), _PRINTABLE)
def test_one_escape_of_quoted_printable_hides_nothing(line: str, value: str) -> None:
    """A single `=3D` before digits or an escaped quote, a character beyond ASCII, a line that goes on with a space."""
    assert value.encode() not in _masked(line.encode())


@pytest.mark.parametrize("escape", ["=1B", "\x1b", "\\u001b", "\\033", "%1B", "#033", "^[", "<ESC>"])
def test_colours_hide_nothing_however_escape_is_written(escape: str) -> None:
    """Colours as quoted-printable, JSON, C, rsyslog, `cat -v` and names of characters write them."""
    on, off = f"{escape}[1;32m", f"{escape}[0m"
    line = f"seen {on}4111{off}{on}111111111111{off} first_name={on}Anneliese{off}"
    masked = _masked(line.encode())
    assert b"111111111111" not in masked
    assert b"Anneliese" not in masked


def test_colours_are_read_behind_characters_that_nobody_sees() -> None:
    """An escape character is a colour's also where something invisible stands before its bracket."""
    line = "\u200b".join('\x1b[31mfirs\x1b[0m\x1b[1;32mt_name = "Anneliese"\x1b[0m').encode()
    assert not leaks(_masked(line), "Anneliese")


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("text", ['"first_name"="Anneliese"', 'first_name="Anneliese"', '{"first_name": "Anneliese"}'])
def test_columns_in_columns_hide_nothing(text: str, times: int) -> None:
    """Quotes that are doubled, and doubled again, are quotes, in strings of JSON as well."""
    line = _doubled(text, times)
    for carried in (line, line.replace(",", ";"), json.dumps({"detail": line}), f"x={json.dumps(line)}"):
        assert b"Anneliese" not in _masked(carried.encode())


def test_columns_of_strings_of_json_hide_nothing() -> None:
    """A quote that was escaped before it was doubled."""
    line = _doubled(_nested('{"first_name": "Anneliese"}', 2), 1)
    for carried in (line, json.dumps({"detail": line})):
        assert b"Anneliese" not in _masked(carried.encode())


def test_doubled_quotes_close_where_a_sign_is_written_otherwise() -> None:
    """What a doubled quote opened is closed by one that is told only when an entity behind it is read."""
    line = b"SELECT 1 WHERE d = '{''id''&colon; 3, ''db_password''&colon; ''pa!30&commat;w/x&colon;9''}'"
    assert not leaks(_masked(line), "pa!30")


@pytest.mark.parametrize(("times", "slashes"), [(4, 1), (5, 1), (6, 1), (4, 2), (5, 2)])
def test_strings_in_strings_hide_nothing(times: int, slashes: int) -> None:
    r"""Strings of JSON six levels deep, their quotes written as `\u0022`."""
    line = _nested('{"first_name": "Anneliese"}', times)
    escaped = "".join(char if char.isalnum() else "\\" * slashes + f"u{ord(char):04x}" for char in line)
    assert not leaks(_masked(json.dumps({"detail": escaped}).encode()), "Anneliese")


def test_full_width_quotes_are_signs_of_the_string() -> None:
    r"""A quote in full width as `\uff02` ends no string around it."""
    text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in '{full_name: "Jane Dorothea Doe"}')
    assert not leaks(_masked(json.dumps({"detail": text}).encode()), "Dorothea")


@pytest.mark.parametrize(
    "line",
    [
        b"GET https://api.internal/v1/find/app.user.full-name%3DJane%20Dorothea%20Doe",
        b'"GET /find/app.user.full-name%3DJane%20Dorothea%20Doe/top HTTP/1.1" 200',
    ],
)
def test_names_in_paths_are_masked_whole(line: bytes) -> None:
    """A segment of a path holds spaces where it is percent-encoded; the protocol behind it is no name."""
    masked = _masked(line)
    assert b"Jane" not in masked
    assert b"Doe" not in masked
    assert (b"HTTP/1.1" in masked) is (b"HTTP/1.1" in line)


@pytest.mark.parametrize(
    "line",
    [
        rb'{"detail": "{\"log\": \"{\\\"n\\\": 1, \\\"first_name\\\": \\\"Anneliese\\n\", \"stream\": \"stdout\"}"}',
        rb'{"a": "{\"detail\": \"<d>{&quot;n&quot;: 1, &quot;first_name&quot;: &quot;Anneliese</d>\"}"}',
        rb'{"level": "info", "detail": "1\t{\"n\": 1, \"first_name\": \"Anneliese\tok", "n": 3}',
        rb'<34>1 - web-1 shop - ID47 [x@32473 detail="<u><first_name><![CDATA[Anneliese\]\]></first_name></u>"] done',
    ],
)
def test_what_was_cut_ends_with_what_is_around_it(line: bytes) -> None:
    """A string without its end goes up to the end of the line, column, element or string around it."""
    assert b"Anneliese" not in _masked(line)


def test_names_in_wrapped_queries_are_masked() -> None:
    """A query with a string of JSON in an access log in base64."""
    query = "%7B%22full_name%22%3A+%22Jane+Dorothea+Doe%22%7D"
    line = f'- - - [10/Oct/2000:13:55:36 -0700] "GET /find?page=1&q={query}&up=1 HTTP/1.1" 200 12'
    for text in (line, json.dumps({"body": json.dumps({"detail": line})})):
        assert not leaks(_masked(b"payload=" + base64.b64encode(text.encode())), "Dorothea")
        assert not leaks(_masked(text.encode()), "Dorothea")


@pytest.mark.parametrize(
    "raw",
    [
        b"sha=3D4F9A1B7C2E88D0",
        b"id=3D12AB34-a467-4906-a833-39bbaf29c953",
        b"size=3D",
        b"a=1B2C",
        b"x=C3D4=E5",
        b"colours #033 and ^[ and <ESC> alone",
        b'rate(x[5m]) and y = "" and z = ""',
        b'a;"";b;"";c',
        b"{a|''|b}",
    ],
)
def test_what_looks_like_an_encoding_is_left_alone(raw: bytes) -> None:
    """Hashes, identifiers, empty strings and names of characters are read as they are."""
    assert fold(raw).text == raw


@pytest.mark.parametrize("line", [line for line, _ in _PRINTABLE])
def test_pairs_are_masked_once(line: str) -> None:
    """Masking what was masked changes nothing."""
    once = _masked(line.encode())
    assert _masked(once) is once
