"""What only a replacement lets a detector see is masked once more, and what is masked once stays so."""

import base64
import gzip
import hashlib
import json
from urllib.parse import quote

import pytest

from streams.masking.encodings.fold import fold
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

_MASKER = Masker(Policy(), masker_keyring())


def _masked(text: bytes) -> bytes:
    outcome = _MASKER.mask(text)
    assert outcome.text is not None
    return outcome.text


@pytest.mark.parametrize(
    "text",
    [
        b"ann@example.org:00:1B:44:11:3A:B7",
        b"r@m.x0:1B:44:11:3A:B7:01",
        b"U_KEY=0@r.ex:1B3B",
        b'"Authorization":"\\x5cu0022f',
        b"order 1234567 driver license D1234567",
        b'{"email":"of ann@example.org, twice: ann@example.org"}',
    ],
)
def test_what_is_glued_is_masked_and_stays_so(text: bytes) -> None:
    """Values glued to one another are masked and not held back, and masking them again changes nothing."""
    once = _masked(text)
    assert once != text
    assert _masked(once) is once


@pytest.mark.parametrize(
    "text",
    [
        b"dateofbirth:~D[4",
        b"Auth:[M u [C",
        b"Usr:5\\F+A",
        b"mail='n@e.T8_",
        b'"usrid:a:\\m',
        b":20::50K:/1 5",
        b"IMEI:35209900176148%1",
        b"1234 is your 2913 is your verification",
        b", relay=n@localhos2.0.2.5",
        b"zip -P offset 4111111111111111",
        b"FIED BY E CUI 1011212347410-",
        b"live at 1 \xc3\xa15.345.678X>registrogeral",
        b"passord=+4 918206n",
        b":59:/9 4\n:59:",
        b'[\\"passwd\\":\\"r\\":private]=>string(7)\\"h", "lon',
        b'mail\\":"dT0KOTExLTcwLTEyMzQ=',
        b"Auth:[2,l r [C",
        b"usrid:a:\\\\m",
        b"AUTH PLAIN GaAUTH PLAIN dW50ZXAUTH PLAIN GABodW",
        b'"iban:eyJub3RlIjogImZvciBBS0lBUVlMUE1ONUhGSVFSN1ZQSBvbmx5In0',
    ],
)
def test_a_name_whose_value_goes_on_behind_a_replacement_is_asked_again(text: bytes) -> None:
    """Noise: what a detector takes for the value of a name depends on what another one replaced in it."""
    once = _masked(text)
    assert once != text
    assert _masked(once) == once


def test_what_is_read_otherwise_without_being_a_disguise_is_explained() -> None:
    """Doubled quotes read as escaped ones; what stands between them is explained where it stands."""
    text = b'"1001","""Ann Lee"" <4930901820>","SIP/1001"0011{"nGET /home/annlee7x'
    rows = [row for row in _MASKER.explain(text) if row.kind]
    assert {(row.kind, text[row.start : row.end]) for row in rows} >= {("name", b"Ann Lee"), ("phone", b"4930901820")}


def test_what_the_second_pass_finds_is_explained() -> None:
    """A finding of the second pass lies where its value lies in the text."""
    text = b"%EB::f:2.0.2.1F"
    assert {(row.kind, text[row.start : row.end]) for row in _MASKER.explain(text) if row.kind} == {
        ("ip", b"2.0.2.1"),
        ("ip", b"::f"),
    }


@pytest.mark.parametrize(
    "around",
    ["Authorization: Bearer {}", "  id-token: {}.", "Cookie: theme=dark; session={}; lang=de", "Token {}, rejected"],
)
def test_a_text_around_a_jwt_stays_one_around_its_surrogate(around: str) -> None:
    """A sentence or a header in a field of a token is no token, before and after the one in it is masked."""
    jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxLCJiIjoyLCJjIjozfQ.hxhGCCCmGV9nT1slief1WgEsOsfdnlVizNrODxfh1M8"
    once = _masked(json.dumps({"level": "INFO", "token": around.format(jwt)}).encode())
    assert b"~alg.HS256~typ.JWT~more.3~~" in once
    assert _masked(once) is once


def test_no_part_of_a_token_is_masked() -> None:
    """A finding that reaches into a token of ours takes all of it, or leaves it."""
    token = _MASKER.token("mac", "00:1b:44:11:3a:b7").encode()
    once = _masked(b"0%40e." + token)
    assert b"_mac_" not in once
    assert _masked(once) is once


@pytest.mark.parametrize("levels", [1, 2])
def test_a_block_is_closed_in_percent_encoding(levels: int) -> None:
    """The signs of a block that stood in percent-encoding are percent-encoded as often as they were."""
    run = base64.b64encode("~?é~ ?>mail jane.doe@example.org ~?>~".encode()).decode()
    assert "/" in run
    for _ in range(levels):
        run = quote(run, safe="")
    once = _masked(f"GET /cb?state={run}&x=1 HTTP/1.1".encode())
    state = once.split(b"state=")[1].split(b"&")[0]
    assert not set(state) & set(b"+/=")
    assert b"%" + b"25" * (levels - 1) + b"2" in state


@pytest.mark.parametrize("text", ["Ann \U0001f600 Lee", "\U0001d400nn", "a\\\x7f", "a\\\\\u00e9\\/"])
def test_escaped_and_bare_spellings_are_one(text: str) -> None:
    """A name is one token in both spellings of JSON: surrogate pairs and backslashes before escapes included."""
    both = [json.dumps({"first_name": text, "email": text}, ensure_ascii=escaped).encode() for escaped in (True, False)]
    assert json.loads(_masked(both[0])) == json.loads(_masked(both[1]))


def test_soft_breaks_are_joined_first() -> None:
    """An escape that a soft line break divides is undone like its neighbours."""
    line = b"x" * 60 + b" %22db_password%="
    assert fold(line + b"\n22%3A %22hunter2%22").text.endswith(b'"db_password": "hunter2"')


@pytest.mark.parametrize("size", range(60, 90))
def test_a_header_is_not_joined_with_the_next(size: int) -> None:
    """A credential is masked however long its line is, the length of lines of quoted-printable included."""
    secret = base64.b64encode(b"annabelle:hunter2-" + b"h" * (size - 58)).rstrip(b"=") + b"="
    text = b"GET / HTTP/1.1\nAuthorization: Basic " + secret + b"\nAccept: */*\n"
    assert secret[:20] not in _masked(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b'{"user_id":[\n  [\n 11, 12\n], [13]\n]}', (b"11", b"12", b"13")),
        (b"GET /find/first_name=Anneliese/top HTTP/1.1", (b"Anneliese",)),
        (b'<d>{"n": 1, "first_name": "Anneliese</d>', (b"Anneliese",)),
        (
            b'{"message": "Array\\n(\\n    [detail] => {\\"first_name\\": \\"Anneliese\\n)\\n", "tag": "web"}',
            (b"Anneliese",),
        ),
    ],
)
def test_lists_in_lists_cut_strings_and_segments_are_read(text: bytes, left: tuple[bytes, ...]) -> None:
    """Elements of lists in lists, strings that end with what they stand in, and values in a path are masked."""
    once = _masked(text)
    assert [value for value in left if value in once.replace(b"tok_user_k1_", b"")] == []


@pytest.mark.parametrize(
    "text",
    [
        b'{"tin":0.123456789}',
        b'{"account_number":1234.5678}',
        b'{"phone":-100000}',
        b'{"email":[{"password":null},null]}',
    ],
)
def test_literals_that_are_no_value_stay(text: bytes) -> None:
    """Fractions are no documents and negative numbers no telephones, and `null` ends where JSON ends it."""
    assert _masked(text) is text


#: Keys under which the letters of a surrogate look like base64, and two under which they do not.
@pytest.mark.parametrize("number", ["69", "72", "115", "244", "1", "2"])
def test_a_surrogate_in_an_element_does_not_depend_on_the_key(number: str) -> None:
    """A JWT in an element below a secret's key becomes a surrogate under any key, and stays one."""
    masker = Masker(Policy(), Keyring("k1", {"k1": hashlib.sha256(number.encode()).digest()}))
    jwt = (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c3ItNzczMSIsImVtYWlsIjoiamFuZUBleGFtcGxlLm9yZyJ9.c2lnbmF0dXJl"
    )
    masked = masker.mask(f'{{"token":"<Token>{jwt}</Token>"}}').text
    assert masked is not None
    assert masked.startswith('{"token":"<Token>tok_jwt_k1_')
    assert masker.mask(masked).text == masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"":"Authorization:Digest s=\\"","":1}', b'{"":"***","":1}'),
        (b'{"":"","":"\\"passwd\\":\'","n":3}', b'{"":"","":"***","***":"***"}'),
        (b'{"":":20::59:UR\\""}', b'{"":"***"}'),
        (b'{"":{"AUTH PLAIN AGFXIy":3}}', b'{"":{"AUTH PLAIN ***":"***"}}'),
        (b'{"":["","\\"usrid\\":",""]}', b'{"":["","***","***"]}'),
        (b'{"":["usrid\\\\\\\\u0022\\u003A\\\\\\\\u00022\\u000d"]}', None),
    ],
)
def test_json_that_a_finding_tears_is_masked_by_its_leaves(text: bytes, expected: bytes | None) -> None:
    """What a finding reaches into that is not within one string is redacted as a whole: what was JSON still is."""
    outcome = _MASKER.mask(text)
    assert outcome.text == expected
    if expected is not None:
        assert _masked(expected) is expected
        assert json.loads(expected)


def test_findings_within_leaves_are_masked_beside_a_torn_one() -> None:
    """The others keep their tokens, before and behind it."""
    text = b'{"email":"ann@example.org","":"Authorization:Digest s=\\"","n":1,"ip":"192.0.2.1","user_id":4711}'
    once = _masked(text)
    said = json.loads(once)
    assert said[""] == "***"
    assert [said[name][:8] for name in ("email", "ip", "user_id")] == ["tok_emai", "tok_ip_k", "tok_user"]
    assert _masked(once) is once
    assert {row.kind for row in _MASKER.explain(text)} >= {"email", "ip", "user"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"auth-pass S3cretPw99S3cretPw99", b"S3c"),
        (b"sentinel auth-pass mymaster S3cretPw99", b"S3c"),
        (b'"firstname";s:3:"Annsx', b"sx"),
        (b'["firstname"]=>string(3)"Annsx', b"sx"),
    ],
)
def test_no_rest_of_a_value_is_left(text: bytes, left: bytes) -> None:
    """A password without the name of a master; a string in PHP that is longer than it says and never closed."""
    once = _masked(text)
    assert left not in once
    assert _masked(once) is once


def test_letters_behind_the_magic_of_gzip_are_nothing_compressed() -> None:
    """What is no stream of gzip from its first byte on holds no text back; a stream that breaks off later does."""
    assert _masked(b"H4sIA2.0.2.1").startswith(b"H4sIAtok_ip_")
    assert _masked(_masked(b"H4sIA2.0.2.1"))
    # A block that is stored as it is, and one of a type that does not exist (RFC 1951, 3.2.3).
    torn = gzip.compress(b"")[:10] + b"\0\x10\0\xef\xffpassword=hunter2\7\7"
    assert _MASKER.mask(b"x " + base64.b64encode(torn)).text is None


def test_a_run_of_base64_ends_at_a_token() -> None:
    """What is glued to a token of ours is read without its letters."""
    token = _MASKER.token("ip", "192.0.2.1").encode()
    run = base64.b64encode(b"mail jane.doe@example.org now, please!!")
    once = _masked(run.rstrip(b"=") + token)
    assert once.endswith(token)
    assert b"tok_email" in base64.b64decode(once.removesuffix(token) + b"==")
    assert _masked(once) is once
