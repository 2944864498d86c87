"""JWT surrogates: what they say, what they never say, and that hostile JWTs change neither."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.masking.keyring import Keyring
from streams.masking.surrogate import SURROGATE_RE, MaskText, Surrogates, own_surrogate_at, surrogate
from streams.masking.tokens import TOKEN_RE, Tokens

TOKENS = Tokens(Keyring("k1", {"k1": b"1" * 32}))
UNRESERVED = re.compile(rb"[A-Za-z0-9\-._~]+")
FINDS = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.]+|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|\+?[0-9][0-9 -]{6,}[0-9]")


def mask_text(text: bytes) -> bytes:
    """A small engine: addresses and long digit groups, tokens and times left alone."""

    def replace(match: re.Match[bytes]) -> bytes:
        found = match[0]
        if (
            TOKEN_RE.search(text, max(0, match.start() - 40))
            and b"tok_" in text[max(0, match.start() - 40) : match.end()]
        ):
            return found
        if re.fullmatch(rb"1[0-9]{9}|1[0-9]{12}", found):
            return found
        kind = "email" if b"@" in found else "ip" if b"." in found else "phone"
        return TOKENS.token(kind, found.decode())

    return FINDS.sub(replace, text)


#: Has seen every other JWT before.
SHARED = Surrogates(TOKENS, mask_text)


@pytest.fixture(autouse=True, params=[True, False], ids=["native", "python"])
def readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs with payloads read in C, and in Python."""
    if not request.param:
        monkeypatch.setattr("streams.masking.surrogate.reader", lambda *_: None)


def part(value: Any) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def jwt(claims: Any, header: Any = None) -> bytes:
    return part(header or {"alg": "RS256", "typ": "JWT"}) + b"." + part(claims) + b".c2lnbmF0dXJl"


def said(claims: Any, masker: MaskText = mask_text) -> dict[str, str]:
    made = surrogate(jwt(claims), TOKENS, masker)
    assert made is not None
    return dict(field.split(".", 1) for field in made.decode().removesuffix("~~").split("~")[1:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
VALUES = st.sampled_from(
    ["id.shop", "12345678", "ann@x.com", "+49 30 901820", "10.0.0.9", 1735689600, 1735689600.5, ["a@x.com", "4"], "a b"]
)
NAMES = st.sampled_from(
    ["iss", "aud", "sub", "exp", "scope", "roles", "email", "name", "jti", "ip", "phone_number", "x"]
)


@settings(max_examples=300, deadline=None)
@given(claims=st.dictionaries(NAMES | st.text(), JSON, max_size=8), header=st.dictionaries(NAMES, JSON, max_size=3))
def test_surrogate_is_one_word_of_the_grammar(claims: dict[str, Any], header: dict[str, Any]) -> None:
    """Whatever is claimed, the surrogate is complete, unreserved, bounded, recognised, and masked again the same."""
    made = surrogate(jwt(claims, {"alg": "x", **header}), TOKENS, mask_text)
    assert made is not None
    assert UNRESERVED.fullmatch(made)
    assert SURROGATE_RE.fullmatch(made)
    assert own_surrogate_at(made, 0, len(made), TOKENS) == len(made)
    assert len(made) < 2200
    assert mask_text(made) == made
    assert SHARED.of(jwt(claims, {"alg": "x", **header})) == made


@settings(deadline=None)
@given(
    data=st.binary(max_size=200)
    | st.from_regex(rb"eyJ[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_=-]{0,40}){0,6}", fullmatch=True)
)
def test_surrogate_takes_any_bytes(data: bytes) -> None:
    """What is no JWT is None; nothing is raised for any bytes."""
    made = surrogate(data, TOKENS, mask_text)
    assert made is None or SURROGATE_RE.fullmatch(made)


def test_surrogate_says_personal_claims_as_the_tokens_found_elsewhere() -> None:
    """A person in a claim is the same token as in any log line: by the value's form first, the claim's name second."""
    fields = said({"sub": "Ann@x.com", "user_id": 42, "name": "Ann", "phone_number": "+49 30 901820", "ip": "10.0.0.9"})
    assert fields["sub"] == TOKENS.token("email", "ann@x.com").decode()
    assert fields["user_id"] == TOKENS.token("user", "42").decode()
    assert fields["name"] == TOKENS.token("name", "ANN").decode()
    assert fields["phone"] == TOKENS.token("phone", "+4930901820").decode()
    assert fields["ip"] == TOKENS.token("ip", "10.0.0.9").decode()


def test_surrogate_looks_at_numbers_that_are_long_enough_for_something() -> None:
    """Up to eight bare digits are a user's number; in nine the detectors are asked."""
    assert said({"sub": "12345678"})["sub"] == TOKENS.token("user", "12345678").decode()
    assert said({"sub": 123456789})["sub"] == TOKENS.token("phone", "123456789").decode()


def test_surrogate_says_harmless_claims_readably() -> None:
    """Who issued it, for whom, until when and for what: readable."""
    fields = said(
        {"iss": "https://login.example.com/v2.0", "aud": ["a", "b"], "exp": 1735689600, "scope": "read write"}
    )
    assert fields == {
        "alg": "RS256", "typ": "JWT", "iss": "https-login-example-com-v2-0", "aud": "a--b", "exp": "1735689600",
        "scope": "read--write",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("aud", "4111 1111 1111 1111"), ("aud", "a@b"),
        ("aud", "4111-1111-1111-1111"), ("iss", "536-22-8726"), ("roles", ["4111"] * 4),
        ("aud", {"email": "canary"}), ("aud", "canary\n@x.com"), ("iss", "canary" * 40), ("exp", "canary"),
        ("exp", 4111111111111111), ("exp", 2345678901),
        ("aud", [["canary"]]), ("aud", "cänary"), ("acr", 123456789), ("iat", 5.5), ("scope", " ".join("abcdefghij")),
        ("email", {"a": "canary"}), ("sub", None), ("name", ""), ("emails", ["canary"] * 20),
    ],
)  # fmt: skip
def test_surrogate_redacts_what_it_cannot_say_safely(claim: str, value: object) -> None:
    """A readable claim that holds numbers, nests, is long or odd is not said even where no detector finds anything in
    it; a personal one of odd shape neither.
    """
    fields = said({claim: value}, lambda text: text)
    assert fields[{"emails": "email"}.get(claim, claim)] == "redacted"


def test_surrogate_says_neither_names_nor_values_of_other_claims() -> None:
    """Unknown claims are counted: their names may be as personal as their values."""
    made = surrogate(
        jwt({"ann@x.com": 1, "canary": "canary", "birthdate": "1980", "deep": {"canary": 1}}), TOKENS, mask_text
    )
    assert made is not None
    assert b"canary" not in made
    assert made.endswith(b"~more.4~~")


def test_surrogate_of_a_repeated_claim_leaks_neither() -> None:
    """With two claims of one name, neither value is in the surrogate."""
    made = surrogate(jwt(b'{"email":"canary@x.com","email":"other@x.com","iss":"canary@x.com"}'), TOKENS, mask_text)
    assert made is not None
    assert b"canary" not in made
    assert b"other" not in made


def test_surrogate_counts_what_does_not_fit() -> None:
    """A thousand claims give a bounded surrogate that says how many are missing."""
    made = surrogate(jwt({"c" * 3 + str(n): n for n in range(1000)} | {"sub": "42"}), TOKENS, mask_text)
    assert made is not None
    assert b"~more.999~~" in made
    long = surrogate(jwt({f"{'n' * n}/email": ["a@x.com"] * 8 for n in range(30)}), TOKENS, mask_text)
    assert long is not None
    assert len(long) < 2200
    assert own_surrogate_at(long, 0, len(long), TOKENS) == len(long)


@pytest.mark.parametrize(
    ("text", "contains"),
    [
        (part(b'{ "alg":"HS256"}') + b"." + part({"sub": "1"}) + b".x", b"~sub.tok_user_"),
        (part({"alg": "none"}) + b"." + part({"sub": "1"}) + b".", b"~alg.none~sub."),
        (part({"alg": "none"}) + b"." + part({"sub": "1"}), b"~sub.tok_user_"),
        (part({"alg": "none"}) + b"=." + part({"sub": "1"}) + b"=.", b"~sub.tok_user_"),
        (part(b'{"alg":"HS256","typ":"J')[:-1], b"~header.redacted~cut.true~~"),
        (part(b'{"alg":"HS256","x":NaN}') + b"." + part({"sub": "1"}) + b".x", b"~header.redacted~sub.tok_user_"),
        (part({"typ": "JWT"}), b"~typ.JWT~cut.true~~"),
        (jwt({"sub": "ann@x.com"})[:50], b"~payload.redacted~cut.true~~"),
        (part({"alg": "dir", "enc": "A128GCM"}) + b"..aXY.Y2FuYXJ5.dA", b"~enc.A128GCM~payload.redacted~~"),
        (jwt(b"\xffcanary"), b"~payload.redacted~~"),
        (jwt(b"[" * 5000 + b"]" * 5000), b"~payload.redacted~~"),
        (jwt(b'{"a":' * 2000 + b"1" + b"}" * 2000), b"~payload.redacted~~"),
    ],
)
def test_surrogate_of_all_shapes_of_jwt(text: bytes, contains: bytes) -> None:
    """Unsigned, padded, encrypted, cut off and unreadable JWTs are all masked, and say which they are."""
    made = surrogate(text, TOKENS, mask_text)
    assert made is not None
    assert contains in made
    assert b"canary" not in made
    assert b"Y2FuYXJ5" not in made


@pytest.mark.parametrize(
    "text",
    [b"", b".", b"abc.def.ghi", part([1]) + b".x.y", part({"a": 1}) + b".x.y", part(b"alg"), b"e30.e30.x", b"\xff.x.y"],
)
def test_surrogate_of_what_is_no_jwt_is_none(text: bytes) -> None:
    """Without a header that names an algorithm or type it is no JWT, and somebody else's to mask."""
    assert surrogate(text, TOKENS, mask_text) is None


def test_surrogate_gives_up_its_claims_where_a_detector_still_sees_something() -> None:
    """A surrogate in which the masking would find something is reduced to its token."""

    def wary(text: bytes) -> bytes:
        return text.replace(b"login-example", b"***")

    made = surrogate(jwt({"iss": "https://login.example", "sub": "1"}), TOKENS, wary)
    assert made is not None
    assert re.fullmatch(rb"tok_jwt_k1_[a-p]{20}~payload\.redacted~~", made)


def test_surrogate_of_another_key_or_glued_is_not_own() -> None:
    """Only complete surrogates under a key of the ring are recognised."""
    made = surrogate(jwt({"sub": "1"}), TOKENS, mask_text)
    assert made is not None
    for text in (
        made.replace(b"_k1_", b"_k9_"),
        made[:-1],
        made + b"x",
        made + b"~x",
        made.replace(b"~sub", b"~ann@x.com~sub"),
    ):
        assert own_surrogate_at(text, 0, len(text), TOKENS) == -1
    assert own_surrogate_at(b"a" + made, 1, len(made) + 1, TOKENS) == -1
    assert own_surrogate_at(b'"' + made + b'."', 1, len(made) + 3, TOKENS) == len(made) + 1


def test_surrogates_remembers_and_agrees_with_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cached form gives the same answers, None included, and stays bounded."""
    monkeypatch.setattr("streams.masking.surrogate._CACHE_ENTRIES", 50)
    kept = Surrogates(TOKENS, mask_text)
    for number in range(200):
        text = jwt({"sub": str(number)})
        assert kept.of(text) == kept.of(text) == surrogate(text, TOKENS, mask_text)
    assert kept.of(b"nothing") is None
    assert len(kept._made) <= 50


@settings(deadline=None)
@given(claims=st.dictionaries(NAMES | st.sampled_from(["sub", "iat", "roles"]), JSON | VALUES, max_size=8))
def test_surrogate_is_looked_at_with_the_letters_of_all(claims: dict[str, Any]) -> None:
    """What the detectors look at last is the surrogate itself, but for letters of tokens, hints and times."""
    seen: list[bytes] = []

    def watching(text: bytes) -> bytes:
        seen.append(text)
        return mask_text(text)

    made = surrogate(jwt(claims), TOKENS, watching)
    assert made is not None
    if not made.endswith(b"~payload.redacted~~"):
        like = re.sub(rb"(?<=~)(exp|iat|nbf|auth_time)\.1[0-9]+(?=~)", rb"\1.1700000000", made)
        assert seen[-1] == re.sub(rb"(tok_[a-z_]+_k1_)[a-p]{20}(?:_[0-9]{4})?(?=[~-])", rb"\1" + b"a" * 20, like)


@pytest.mark.parametrize("bad", [b"~", b"!", b"\x00", b"=a", b"==="])
def test_surrogate_of_a_part_that_is_no_base64_is_not_read(bad: bytes) -> None:
    """One wrong character, or too much padding, and a payload is not said; base64 that skips it would say it."""
    head, payload, rest = jwt({"sub": "1", "iss": "canary"}).split(b".")
    made = surrogate(b".".join((head, payload + bad, rest)), TOKENS, mask_text)
    assert made is not None
    assert made.endswith(b"~typ.JWT~payload.redacted~~")


def test_surrogate_opens_headers_of_any_length() -> None:
    """A header with a certificate, too long to be remembered, says the same twice."""
    kept = Surrogates(TOKENS, mask_text)
    for header in ({"alg": "RS256", "x5c": ["A" * 3000]}, {"alg": "RS256"}):
        for number in range(2):
            made = kept.of(jwt({"sub": str(number)}, header))
            assert made is not None
            assert b"~alg.RS256~sub." + TOKENS.token("user", str(number)) in made


def test_surrogate_of_a_list_is_no_string_with_line_breaks() -> None:
    """What was said of a list is not said of a string that looks like it, whichever came first."""
    kept = Surrogates(TOKENS, mask_text)
    listed, broken = kept.of(jwt({"aud": ["a", "b"]})), kept.of(jwt({"aud": "a\nb"}))
    assert listed is not None
    assert broken is not None
    assert listed.endswith(b"~aud.a--b~~")
    assert broken.endswith(b"~aud.redacted~~")


@pytest.mark.parametrize(
    ("header", "looks"), [({"alg": "RS256", "typ": "JWT"}, 1), ({"alg": "RS256", "typ": "mac"}, 2)]
)
def test_one_number_of_a_key_stands_for_all_behind_what_all_headers_say(header: dict[str, str], looks: int) -> None:
    """Two keys of an issuer take one look at a surrogate, but two where another word may tell what a number is."""
    seen: list[bytes] = []

    def mask(text: bytes) -> bytes:
        seen.append(text)
        return text

    makes = Surrogates(TOKENS, mask)
    for kid in ("a01b4c1d3ab7", "ab0a1c2dabcd"):
        made = makes.of(jwt({"iss": "x"}, {**header, "kid": kid}))
        assert made is not None
        assert f"~kid.{kid}~".encode() in made
    assert len([text for text in seen if text.startswith(b"tok_jwt_")]) == looks
