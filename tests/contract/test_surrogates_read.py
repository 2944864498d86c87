"""The reader of payloads in C makes the surrogates that Python makes, or none, and asks masking about the same."""

import base64
import gc
import json
import weakref
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.masking.claims import WORDS
from streams.masking.engine import Engine
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.surrogate import Surrogates
from streams.masking.tokens import Tokens
from tests.support.disguise import masker_keyring

TOKENS = Tokens(masker_keyring())
ENGINE = Engine(Policy(), TOKENS)
_SETTINGS = settings(max_examples=600, deadline=None)

_NAMES = st.sampled_from((
    "iss", "aud", "azp", "scope", "roles", "exp", "iat", "auth_time", "sub", "email", "name", "upn", "sid", "jti",
    "ip", "oid", "phone_number", "address", "accountid", "https://x.example/claims/Email", "custom:user_id",
    "realm_access", "kid", "e\\mail", "alg", "n" * 101, "caf\xe9",
))  # fmt: skip
_STRINGS = st.sampled_from((
    "ann@example.org", "Ann.Lee@mail.example.org", "@", "a@b", "a@b.c", ".a@b.de", "a@b.de.", "10.0.0.9", "10.0.0.256",
    "1.2.3", "usr_wmzettinsz", "48210007", "482100071", "4821-000-71", "C-1234567",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6", "Ann Lee", "Ann", "", " ", "   ", "a  b", " a", "a ", "openid profile",
    "cart:write", "https://login.example.com/v2.0", "id.shop", "+4930901820", "+49 30 901820", "4111111111111111",
    "a_-_b", "__", "-", "a b c d e f g h", "a b c d e f g h i", "x" * 120, "x" * 121, "9" * 5, "1234 5678",
    "1234 5678 9", "tok_user_k1_aaaaaaaaaaaaaaaaaaaa", "atok_b", "*", 'q"q', "b\\b", "t\tt", "\x7f", "\xe9", "\u2028",
    "\0", "\ud83d\ude00", "openid", "RS256", "true", "a'b|c d-e", "x=1", "50%", "user:ann@example.org", "a" * 61,
    "a@" + "b" * 61 + ".de", "a" * 64 + "@b.de", "a" * 65 + "@b.de", "a@b." + "d" * 24, "a@b." + "d" * 25, "key&value",
    "~sub.x~~", "x" * 40, "x" * 41,
))  # fmt: skip
_NUMBERS = st.sampled_from((
    0, -1, 42, 12345678, 123456789, 999_999_999, 10**9, 1_714_555_146, 2 * 10**9 - 1, 2 * 10**9, 10**12,
    1_714_555_146_000, 2 * 10**12, 10**17, 10**18, 2**63, 2**64, 10**30, 1.5, 1e3, -0.0, 1_714_555_146.0, True, False,
    None,
))  # fmt: skip
_TEXTS = _STRINGS | st.text(max_size=12) | st.text("aZ9 ._-@+:\\\"'|/~%=&*", max_size=30)
_VALUES = st.recursive(
    _TEXTS | _NUMBERS | st.lists(_TEXTS | _NUMBERS, max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_CLAIMS = st.dictionaries(_NAMES | st.text(max_size=5), _VALUES, max_size=10)
_HEADERS = st.dictionaries(
    st.sampled_from(("alg", "typ", "cty", "enc", "kid", "x5t", "k\xfcd")),
    _VALUES | st.sampled_from(("RS256", "JWT", "k-1")),
    max_size=5,
)
#: How the same object is written: by whoever leaves blanks, escapes or neither.
_SPELLINGS: tuple[Callable[[Any], str], ...] = (
    json.dumps,
    lambda value: json.dumps(value, separators=(",", ":")),
    lambda value: json.dumps(value, ensure_ascii=False, indent=1),
)


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _written(value: Any, spelling: int) -> bytes:
    return _SPELLINGS[spelling](value).encode("utf-8", "surrogatepass")


class _Seen:
    """What was asked, once for each text."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []

    def __call__(self, text: bytes) -> bytes:
        self.texts.append(text)
        return ENGINE.mask_text(text)


#: Has seen every other JWT before.
_SHARED = Surrogates(TOKENS, ENGINE.mask_text)


def _both(jwt: bytes) -> bytes | None:
    """What both make of a JWT, after they were found to be one and to have asked about the same texts."""
    in_c, in_python = _Seen(), _Seen()
    fresh = Surrogates(TOKENS, in_c)
    assert fresh.known(jwt) is None
    made = fresh.of(jwt)
    assert made == Surrogates(TOKENS, in_python, native=False).of(jwt)
    assert _SHARED.known(jwt) in (None, made)
    assert made == _SHARED.of(jwt)
    fresh._made.clear()
    assert fresh.known(jwt) in (None, made)
    assert list(dict.fromkeys(in_c.texts)) == list(dict.fromkeys(in_python.texts))
    return made


def test_reader_is_built() -> None:
    """The tests run with a reader, so that a build without it is noticed."""
    assert Surrogates(TOKENS, ENGINE.mask_text)._reader is not None
    assert Surrogates(TOKENS, ENGINE.mask_text, native=False)._reader is None


@_SETTINGS
@given(
    _CLAIMS,
    _HEADERS,
    st.sampled_from(range(3)),
    st.sampled_from((b".c2ln", b".", b"", b".x.y", b".x=", b".\xff", b"=.x")),
)
def test_reader_makes_the_surrogates_of_python(claims: Any, header: Any, spelling: int, rest: bytes) -> None:
    """Whatever is claimed, however it is written and however the JWT goes on, both make the same of it."""
    _both(_part(_written({"alg": "RS256", **header}, spelling)) + b"." + _part(_written(claims, spelling)) + rest)
    _both(_part(_written(header, spelling)) + b"." + _part(_written(claims, spelling)) + rest)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(("sub", "email", "ip", "name", "sid", "upn", "accountid", "iss", "scope", "iat")), _TEXTS | _NUMBERS
)
@example("sid", " " * 4)
@example("name", "Ann 2")
@example("scope", "a" * 120)
@example("iss", "12345")
@example("iss", "1234-1234")
@example("iss", "1234-1234-1")
@example("iss", "3fa85f64-5717-4562-b3fc-2c963f66afa6")
def test_reader_says_a_claim_as_python_does(name: str, value: Any) -> None:
    """One claim at a time, so that none hides what another is."""
    _both(_part(b'{"alg":"RS256"}') + b"." + _part(_written({name: value}, 1)) + b".c2ln")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"sub":"1","sub":"2"}', b'{"sub":"1","s\\u0075b":"2"}', b'{"sub":"1"} ', b' {"sub" : "1" }', b'{"sub":"1"}x',
        b'{"sub":"1"', b'{"sub":"1",}', b"{,}", b"{}", b" { } ", b"[]", b"{]", b'{"sub"}', b'{"sub":}', b'{"sub":01}',
        b'{"sub":-0}', b'{"sub":NaN}', b'{"sub":1e5}', b'{"sub":1.}', b'{"sub":"a\x01"}', b'{"sub":"\xff"}',
        b'{"sub":"\xc3\xa9"}', b'{"sub":tru}', b'{"iss":true}',
        b'{"iss":null,"aud":[],"scope":{},"exp":"1714555146","iat":[1],"nbf":true}', b'{"sub":' + b"9" * 310 + b"}",
        b'{"x":' + b"9" * 400 + b',"sub":"1"}', b'{"x":' + b"[" * 64 + b"]" * 64 + b',"sub":"1"}',
        b'{"sub":' + b"[" * 1200 + b"]" * 1200 + b"}", b"[" * 1500, b'{"a":' * 500,
        b"{" + b",".join(b'"%d":1' % n for n in range(32)) + b"}",
        b"{" + b",".join(b'"%d":1' % n for n in range(33)) + b"}", b'{"sub":"' + b"x" * 3000 + b'"}',
        b'{"sub":"' + b"x" * 9000 + b'"}',
        b"{" + b",".join(b'"%s/sub":"usr_%s"' % (b"n" * n, b"x" * n) for n in range(30)) + b"}",
        b"{" + b",".join(b'"%s/iss":"%s"' % (b"n" * n, b"x" * 100) for n in range(30)) + b"}",
        b"{" + b",".join(b'"%s/emails":["a@a.de","b@a.de","c@a.de","d@a.de"]' % (b"n" * n) for n in range(25)) + b"}",
    ],
)  # fmt: skip
def test_reader_leaves_nothing_that_python_would_refuse(payload: bytes) -> None:
    """Repeated, broken, deep, long and crowded payloads are the same to both, whole and cut off anywhere."""
    head = _part(b'{"alg":"RS256","typ":"JWT"}')
    whole = head + b"." + _part(payload)
    assert _both(whole + b".c2ln") is not None
    for size in [
        *range(len(head), min(len(whole), len(head) + 60)),
        *range(max(len(head), len(whole) - 6), len(whole)),
    ]:
        _both(whole[:size])


@_SETTINGS
@given(st.binary(max_size=60), st.binary(max_size=60))
@example(b"abc.def+/-_.ghi", b"")
def test_reader_takes_any_bytes(head: bytes, payload: bytes) -> None:
    """Any bytes as parts, encoded or as they are, are the same to both."""
    _both(head + b"." + payload)
    _both(_part(head) + b"." + _part(payload) + b".c2ln")
    _both(_part(b'{"typ":"JWT"}') + b"." + payload)


@given(st.text("abcdefABCXYZ019_- .:/@*~", max_size=130))
def test_reader_spells_words_as_python_does(text: str) -> None:
    """Harmless strings of all signs are spelled alike, in headers and in payloads."""
    _both(_part(_written({"alg": "RS256", "kid": text}, 1)) + b"." + _part(_written({"scope": text}, 1)) + b".c2ln")


@pytest.mark.parametrize("word", sorted(WORDS))
def test_reader_asks_nobody_about_words_of_the_standards(word: str) -> None:
    """A word of the standards is said although a masker would take it."""

    def wary(text: bytes) -> bytes:
        return b"***" if text == word.encode() else text

    jwt = _part(_written({"alg": word}, 1)) + b"." + _part(_written({"scope": word}, 1)) + b".c2ln"
    assert Surrogates(TOKENS, wary).of(jwt) == Surrogates(TOKENS, wary, native=False).of(jwt)


def test_reader_makes_the_surrogate_of_a_usual_jwt_by_itself() -> None:
    """Nothing of a JWT as most are written is left to Python once its harmless values were seen."""
    surrogates = Surrogates(TOKENS, ENGINE.mask_text)
    claims = {
        "iss": "id.shop",
        "sub": "usr_1",
        "email": "ann@example.org",
        "iat": 1714555146,
        "exp": 1714556046,
        "x": {"y": [1.5]},
    }
    surrogates.of(_part(b'{"alg":"RS256"}') + b"." + _part(_written(claims, 0)) + b".c2ln")
    assert surrogates._reader is not None

    def nobody(*_: bytes) -> Any:
        raise AssertionError

    jwt = (
        _part(b'{"alg":"RS256"}') + b"." + _part(_written({**claims, "sub": "usr_2", "exp": 1714556047}, 0)) + b".c2ln"
    )
    assert surrogates._reader.of(jwt, b"", b"", nobody, nobody) is not None


def test_errors_of_masking_pass_through() -> None:
    """What masking raises comes out, from a header's and a claim's value and from the whole."""

    def failing(at: bytes) -> Callable[[bytes], bytes]:
        def mask(text: bytes) -> bytes:
            if at in text:
                raise LookupError
            return text

        return mask

    jwt = _part(b'{"alg":"RS256","kid":"kid-1"}') + b"." + _part(b'{"iss":"id.shop","sub":"=odd="}') + b".c2ln"
    for at in (b"kid-1", b"id.shop", b"=odd=", b"tok_jwt_"):
        with pytest.raises(LookupError):
            Surrogates(TOKENS, failing(at)).of(jwt)


def test_a_reader_may_be_used_while_it_is_used() -> None:
    """Masking that makes surrogates of other JWTs meanwhile, with other names of claims, changes nothing."""
    inner = [
        _part(b'{"alg":"HS256","kid":"i%d"}' % n)
        + b"."
        + _part(b'{"n%d:iss":"i%d","sub":"u%d","%d/email":"="}' % (n, n, n, n))
        + b".x"
        for n in range(300)
    ]
    surrogates: list[Surrogates] = []
    busy: list[bytes] = []

    def nested(text: bytes) -> bytes:
        if not busy and inner:
            busy.append(inner.pop())
            surrogates[0].of(busy[0])
            busy.clear()
        return text

    surrogates.append(Surrogates(TOKENS, nested))
    for n in range(60):
        jwt = (
            _part(b'{"alg":"RS256","kid":"k%d"}' % n)
            + b"."
            + _part(b'{"iss":"o%d","sub":"=%d=","aud":["a%d"]}' % (n, n, n))
            + b".x"
        )
        assert surrogates[0].of(jwt) == Surrogates(TOKENS, lambda text: text, native=False).of(jwt)
    assert len(inner) < 250


def test_readers_remember_no_more_than_they_may() -> None:
    """Ten thousand issuers, keys and names of claims are said like the first."""
    surrogates = Surrogates(TOKENS, lambda text: text)
    expected = Surrogates(TOKENS, lambda text: text, native=False)
    for n in range(10_000):
        jwt = (
            _part(b'{"alg":"RS256","kid":"k%d"}' % (n % 5000))
            + b"."
            + _part(b'{"iss":"o%d","c%d:sub":"%d"}' % (n % 9999, n, n))
            + b".x"
        )
        made = surrogates.of(jwt)
        if n % 50 == 0:
            assert made == expected.of(jwt)


def test_what_is_known_of_a_jwt_is_enough() -> None:
    """Once its issuer's header and sample were seen no JWT is left to Python; the last few thousand are remembered."""
    surrogates, seen = Surrogates(TOKENS, ENGINE.mask_text), range(5_000)
    jwts = [_part(b'{"alg":"RS256"}') + b"." + _part(b'{"iss":"a","sub":"%d"}' % number) + b".x" for number in seen]
    surrogates.of(jwts[0])
    assert [surrogates.known(jwt) for jwt in jwts] == [surrogates.of(jwt) for jwt in jwts]
    assert None not in surrogates._made.values()
    assert 0 < len(surrogates._made) <= 4096
    long = _part(b'{"alg":"RS256"}') + b"." + _part(b'{"iss":"a","sub":"%s"}' % (b"7" * 8 + b" " * 2000)) + b".x"
    assert surrogates.known(long) in (None, surrogates.of(long))
    assert long not in surrogates._made


@_SETTINGS
@given(
    st.sampled_from(("RS256", "HS512", "none", "RS25", "rs256", "RS2567")),
    st.sampled_from((None, "JWT", "at+jwt", "jwt", "JWT ")),
    st.from_regex(r"[0-9a-f-]{6,42}|[a-f-]{8}|[0-9a-fG_ ]{8,12}", fullmatch=True) | st.none(),
    st.booleans(),
)
@example("RS256", "JWT", "0a1b2c3d", False)
@example("RS256", "at+jwt", "0a1b2c3", False)
@example("RS256", None, "0" * 40, False)
@example("RS256", None, "a" * 41, False)
@example("RS256", "JWT", "abcdef-a", False)
def test_headers_are_sampled_as_python_samples_them(
    alg: str,
    typ: str | None,
    kid: str | None,
    encrypted: bool,
) -> None:
    """What is remembered of a header read on the way is what Python remembers, with the sample of a key's number."""
    members = {"alg": alg, "typ": typ, "kid": kid, "enc": "A128GCM" if encrypted else None}
    part = _part(json.dumps({name: value for name, value in members.items() if value is not None}).encode())
    surrogates = Surrogates(TOKENS, ENGINE.mask_text)
    surrogates.known(part + b"." + _part(b'{"sub":"1"}') + b".x")
    expected = Surrogates(TOKENS, ENGINE.mask_text, native=False)._opened(part)
    assert surrogates._headers.get(part, expected) == expected
    assert part in surrogates._headers or kid is not None


def test_what_is_not_known_of_a_jwt_is_left() -> None:
    """A header that was not opened or is none, an encrypted payload, and a sample that was not looked at."""
    jwt = _part(b'{"alg":"RS256"}') + b"." + _part(b'{"sub":"1"}') + b".x"
    for header in (None, (b"", b"", True), (b"", b""), ("", b"", False)):
        for harmless in ({}, {b"x": True}):
            surrogates = Surrogates(TOKENS, ENGINE.mask_text)
            reader = surrogates._reader
            assert reader is not None
            headers: dict[bytes, Any] = {jwt.partition(b".")[0]: header}
            known = reader.known({}, headers, harmless, surrogates._asked, surrogates._asked_of_header, len, jwt)  # type: ignore[arg-type]
            assert known is None
    surrogates.of(jwt)
    surrogates._made.clear()
    surrogates._seen_harmless.update(dict.fromkeys(surrogates._seen_harmless, False))
    assert surrogates.known(jwt) is None
    assert surrogates.known(b"no dot") is None


def test_surrogates_are_freed() -> None:
    """Nothing in C keeps surrogates, whom they ask, or tokens alive."""

    class Mask:
        def __call__(self, text: bytes) -> bytes:
            return text

    mask = Mask()
    surrogates = Surrogates(Tokens(Keyring("k1", {"k1": b"1" * 32})), mask)
    surrogates.of(_part(b'{"alg":"RS256"}') + b"." + _part(b'{"iss":"a","sub":"b"}') + b".x")
    gone = weakref.ref(mask)
    del surrogates, mask
    gc.collect()
    assert gone() is None


def test_reader_refuses_what_it_is_not_made_for() -> None:
    """Arguments of other types, plans that are none and answers that are none raise."""
    native = import_module("streams.masking._mint")
    mint = native.Mint(b"k", b"", 0, False)
    wrong: tuple[tuple[Any, ...], ...] = (
        (len, set(), mint, b""),
        (len, frozenset(), len, b""),
        (len, frozenset(), mint, ""),
    )
    for arguments in wrong:
        with pytest.raises(TypeError):
            native.Reader(*arguments)
    jwt = b"e30." + _part(b'{"sub":"1"}') + b".x"
    for plan in (None, (0,), (99, b"", b"", None), (1, b"", b"", 5), (1, "", b"", None)):
        reader = native.Reader(lambda _, plan=plan: plan, frozenset(), mint, b"")
        with pytest.raises(TypeError):
            reader.of(jwt, b"", b"", len, len)
    asking = native.Reader(lambda _: (3, b"~sub.", b"", None), frozenset(), mint, b"")
    for answer in (None, (b"",), (b"", "")):
        with pytest.raises(TypeError):
            asking.of(jwt, b"", b"", lambda *_, answer=answer: answer, len)
    calls: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
        (asking.of, (jwt,)),
        (asking.of, ("", b"", b"", len, len)),
        (asking.header, ("", len, len)),
        (asking.known, ({}, {}, {}, len, len, b"")),
        (asking.known, ({}, {}, {}, len, len, len, "")),
        (asking.known, ({}, {}, (), len, len, len, b"")),
    )
    for call, arguments in calls:
        with pytest.raises(TypeError):
            call(*arguments)
