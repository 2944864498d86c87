"""Lines on which a value once got past the detectors, or that once cost too much."""

import base64
import gzip
import json
import zlib
from functools import lru_cache

import pytest

from streams.masking.context import value_after
from streams.masking.engine import Engine
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.tokens import Tokens
from tests.support.disguise import leaks, masker_keyring


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


#: What must not be left, and the line.
_LINES = (
    ("hunter2", "password:                     hunter2"),
    ("hunter2", '{"password"      : "hunter2"}'),
    ("hunter2", "<password>hunter2</password>"),
    ("hunter2", '{"name":"password","value":"hunter2"}'),
    ("hunter2x", '{"name":"Cookie","value":"sid=hunter2x; a=b"}'),
    ("hunter2x", '{"cookies":[{"name":"sid","value":"hunter2x"}]}'),
    ("hunter2", '{"password":{"value":"hunter2"}}'),
    ("hunter2", '{"password":["hunter2","x"]}'),
    ("hunter2", '{"password":[["hunter2"]]}'),
    ("hunter2", '"password":"[hunter2]"'),
    ("hunter2", '"password":"<hunter2>"'),
    ("hunter2", '"password":"{hunter2}"'),
    ("ecret123", "password=$ecret123"),
    ("two22", "password=hun&two22 x"),
    ("hunter2", "mysql --password hunter2 -h x"),
    ("hunter2", "CREATE USER app IDENTIFIED BY 'hunter2'"),
    ("hunter2", '{"message":"x password=\\"hunter2\\" y"}'),
    ("topsecret9", "Cookie: a=1; foo; sid=topsecret9"),
    ("topsecret9", "Set-Cookie: a=1; Path=/, sid=topsecret9; Path=/"),
    ("topsecret9", '{"set-cookie":"a=1; Path=/, sid=topsecret9; Path=/"}'),
    ("topsecret9", "Cookie: topsecret9"),
    ("annleezz", f"open /home/{'annlee' * 12}zz/x: denied"),
    ("hunter2", '{"m":"Key (password)=(hunter2","n":"x) already exists."}'),
    ("ann@exa", '{"m":{"x":"{\\"d\\":\\"Key (email)=(ann@exa\\"}"}}'),
    ("Lee", "id;first_name;last_name\n" + "".join(f"{n};Ann;Lee\n" for n in range(2_000))),
    ("Ann", "id;note;first_name\n7;" + "x" * 3_000 + ";Ann"),
    ("hunter2", '{:password "hunter2'),
    ("hunter2", '{:password "hunter2\n{:x 1}'),
    ("hunter2", '{:password "' + "hunter2 " * 90 + '"}'),
    ("ann@1.1", "mail ann@1.1.example.org ok"),
    ("bounce+ann", "bounce+ann=example.com@lists.example.org"),
    ("901820", "T+49 30 901820"),
    ("30901820", "M+4930901820417"),
    ("901820", '{"phone":"030-901820, 030-1234567"}'),
    ("901820", '{"phone":"(030) 901820 private"}'),
    ("4111111111111111", "processed 4111111111111111 ok"),
    ("4111 1111", "transaction: 4111 1111 1111 1111 ok"),
    ("4111-1111", "4111-1111-1111-1111-123"),
    ("4111-1111", "4111-1111-1111-1111-12/26"),
    ("4111111111111111", "card-4111111111111111.json"),
    ("4111111111111111", "card_4111111111111111 x"),
    ("370400440532", "iban_DE89370400440532013000"),
    ("370400440532", "DE89370400440532013000EUR"),
    ("203.0.113.9", "from client/203.0.113.9 x"),
    ("203.000.113.009", "from 203.000.113.009 x"),
    ("db8::1", "peer:2001:db8::1 x"),
    ("db8:1", "peer_2001:db8:1:2:3::1 x"),
    ("44:11:3a", "ap:00:1b:44:11:3a:b7"),
    ("44:11:3a", "wlan-00:1b:44:11:3a:b7"),
    ("eyJzdWIi", "token_eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJl"),
    ("eyJzdWIi", "xeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3ItNzczMSJ9.c2lnbmF0dXJl"),
    ("abcdefghijkl", "bearer abcdefghijklmnopqrstuvwx"),
    ("jane.doe@", "%25252525252525252540 jane.doe%25252525252525252540example.org"),
    ("AKIAQYLPMN5HFIQR7XYA", "u=\nAKIAQYLPMN5HFIQR7XYA"),
    ("jane.doe@", _encoded(b"\x0a\x14jane.doe@example.org\x10\x05")),
    ("jane.doe@", _encoded(gzip.compress(gzip.compress(b"note jane.doe@example.org", mtime=0), mtime=0))),
    (
        "jane.doe@",
        _encoded(
            gzip.compress(b"nothing at all here ", mtime=0) + gzip.compress(b"note jane.doe@example.org", mtime=0)
        ),
    ),
    ("jane.doe@", _encoded(zlib.compress(b"note jane.doe@example.org"))),
    ("jane.doe@", _encoded("note jane.doe@example.org".encode("utf-16-be"))),
    ("jane.doe@", _encoded("note jane.doe@example.org".encode("utf-16-le"))),
)


@pytest.mark.parametrize(("value", "line"), _LINES)
def test_value_does_not_get_past(value: str, line: str) -> None:
    """What once got past the detectors is masked now, or its record fails."""
    outcome = _masker().mask(line.encode())
    assert outcome.text is None or not leaks(outcome.text, value)


@pytest.mark.parametrize("level", [1, 6, 9])
def test_base64_of_compressed_text_is_opened_at_every_level(level: int) -> None:
    """Compressed text is opened whatever its compression level wrote into the header."""
    line = b'{"body":"' + base64.b64encode(zlib.compress(b"to jane.doe@example.org now", level)) + b'"}'
    outcome = _masker().mask(line)
    assert outcome.text is not None
    assert not leaks(outcome.text, "jane.doe@")


def test_compressed_archive_that_is_too_large_fails_the_record() -> None:
    """What inflates to more than is looked at is not let through, compressed either way."""
    for squeezed in (gzip.compress(bytes(5 << 20), mtime=0), zlib.compress(bytes(5 << 20))):
        outcome = _masker().mask(b"body " + base64.b64encode(squeezed) + b" end")
        assert outcome.failure is not None
        assert outcome.failure.reason == "too_large"


def test_binary_around_a_masked_text_stays() -> None:
    """In a binary message inside base64 only the bytes of the finding change."""
    raw = bytes(range(14, 26)) + b"to jane.doe@example.org now" + bytes(range(128, 160))
    outcome = _masker().mask(b"frame=" + base64.b64encode(raw) + b";")
    assert outcome.text is not None
    inside = base64.b64decode(outcome.text.removeprefix(b"frame=").removesuffix(b";"))
    assert inside.startswith(bytes(range(14, 26)) + b"to tok_email_k1_")
    assert inside.endswith(b" now" + bytes(range(128, 160)))


@pytest.mark.parametrize(
    "line",
    [
        '{"message":"password=","next":"x"}',
        '{"message":"use \\"password=\\" please","next":"x"}',
        "password=${DB_PASSWORD}",
        "password=$DB_PASSWORD",
        '"password":"[FILTERED]"',
        '"password":"<redacted>"',
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "List<String> names",
        "1e+10000000",
        '{"name":"colour","value":"blue"}',
    ],
)
def test_look_alike_stays(line: str) -> None:
    """What only looks like the cases above stays as it is."""
    raw = line.encode()
    assert _masker().mask(raw).text is raw


def test_spaces_before_a_value_do_not_hide_it() -> None:
    """A value is found behind any number of spaces."""
    value = value_after(b"password:" + b" " * 5000 + b"hunter2", 9, secret=True)
    assert value is not None
    assert (value.start, value.end) == (5009, 5016)


@pytest.mark.parametrize(
    "line",
    [
        '{"ssn":536904399}', '{"detail":4111111111111111}', '{"card_number":4111111111111111}',
        '{"phone":4930901820417}',
        "[4111111111111111,5]", "[1,4111111111111111]", '{"a":["x",4111111111111111]}', '{"cards":[4111111111111111]}',
        '{"a":"{\\"n\\":4111111111111111}"}', '{"a":"ids [4111111111111111, 5]"}', '{"a":"[4111111111111111, 5]"}',
        '{"a":"{\\"n\\":[4111111111111111, 5]}"}',
    ],
)  # fmt: skip
def test_bare_number_becomes_a_string(line: str) -> None:
    """A number of JSON that is masked becomes a string at its own level of nesting, so that JSON stays JSON."""
    outcome = _masker().mask(line.encode())
    assert outcome.text is not None
    read = json.loads(outcome.text)
    assert "tok_" in str(read)
    if isinstance(read, dict) and str(read.get("a")).startswith("{"):
        json.loads(read["a"])


def test_authorization_is_masked_once() -> None:
    """Of what follows a masked credential nothing is taken when the line is masked again."""
    once = _masker().mask(b"authorization=abc def ghi")
    assert once.text == b"authorization=*** ghi"
    assert _masker().mask(once.text).text == once.text


@pytest.mark.parametrize("native", [True, False])
def test_a_finding_ends_with_a_character(*, native: bool) -> None:
    """What is longer than a detector reads is cut between characters, so that the rest is text."""
    engine = Engine(Policy(), Tokens(masker_keyring()), native=native)
    for before in ("r@1.e", "rr@1.e", "r@11.ee", "user=a", "name: A"):
        texts = [(before + letter * 1200).encode() for letter in ("\ufffd", "\xe9", "\U0001f600")]
        done = engine.mask(texts)
        assert all(place in done.failures or output.decode() for place, output in enumerate(done.outputs))
