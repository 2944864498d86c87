"""Tokens: one value one token, and what counts as one of ours."""

import re
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.masking import tokens as module
from streams.masking.keyring import Keyring
from streams.masking.kinds import KINDS
from streams.masking.tokens import TOKEN_RE, Tokens, hint_of

TOKENS = Tokens(Keyring("k1", {"k1": b"1" * 32, "old": b"2" * 32}))
GRAMMAR = re.compile(rb"tok_[a-z_]+_[a-z][a-z0-9]{0,7}_[a-p]{20}(_[A-Za-z0-9]{1,8})?")


@given(kind=st.sampled_from(sorted(KINDS)), value=st.text() | st.text(alphabet="\ud800\udc80a"))
def test_tokens_follow_the_grammar(kind: str, value: str) -> None:
    """Any value of any kind, lone surrogates too, becomes a token that is recognised as our own."""
    token = TOKENS.token(kind, value)
    assert GRAMMAR.fullmatch(token)
    assert TOKENS.is_own(token)
    assert TOKENS.own_token_at(b"=" + token + b" ", 1, len(token) + 2) == len(token) + 1


def test_tokens_differ_by_kind_and_key_and_agree_by_value() -> None:
    """The same value is one token in a kind and unrelated ones across kinds and keys."""
    assert TOKENS.token("email", "Ann@x.com") == TOKENS.token("email", "ann@X.com")
    bodies = {TOKENS.token(kind, "42")[-20:] for kind in ("user", "customer", "session", "account")}
    bodies |= {token[-20:] for _, token in TOKENS.lookup("user", "42")}
    assert len(bodies) == 5


def test_tokens_lookup_gives_every_live_key_with_the_active_first() -> None:
    """A person is found under keys that no longer make tokens, too."""
    found = TOKENS.lookup("phone", "+49 30 901820")
    assert [kid for kid, _ in found] == ["k1", "old"]
    assert found[0][1] == TOKENS.token("phone", "+49 (0)30 901820")
    assert all(TOKENS.is_own(token) and token.endswith(b"_1820") for _, token in found)


def test_tokens_lookup_knows_the_region_and_keeps_its_order() -> None:
    """A national number is looked up as it was masked; the active key comes first, the others by their names."""
    keyring = Keyring("m", {"z": bytes(32), "m": bytes(range(32)), "a": bytes(range(1, 33))})
    german = Tokens(keyring, "DE")
    found = german.lookup("phone", "030 901820")
    assert [kid for kid, _ in found] == ["m", "a", "z"]
    assert found[0][1] == german.token("phone", "030 901820") == german.token("phone", "+4930901820")


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        ("phone", "+4930901820", "1820"),
        ("phone", "901820123", ""),
        ("card", "4111111111111111", "1111"),
        ("card", "1111", ""),
        ("email", "1234567890123@x.com", ""),
        ("phone", "no digits", ""),
        ("card", "X4111111111111111X", "1111"),
    ],
)
def test_tokens_hint_only_where_enough_stays_hidden(kind: str, value: str, hint: str) -> None:
    """Phones and cards show their last four digits if at least six others are hidden."""
    assert hint_of(kind, value) == hint
    assert TOKENS.token(kind, value).endswith(f"_{hint}".encode() if hint else TOKENS.token(kind, value, "")[-20:])


@pytest.mark.parametrize("hint", ["a@x.com", "123456789", "a_b", "é", "a\n"])
def test_tokens_refuse_a_hint_outside_the_grammar(hint: str) -> None:
    """A hint that could carry a value, or break the token, is an error that does not repeat it."""
    with pytest.raises(ValueError, match=r"^A token's hint is one to eight letters or digits\.$") as caught:
        TOKENS.token("email", "x", hint)
    assert hint not in str(caught.value)


OWN = TOKENS.token("email", "ann@x.com")
HINTED = TOKENS.token("phone", "+4930901820")


@pytest.mark.parametrize(
    "text",
    [
        b"x" + OWN, b"_" + OWN, b"1" + OWN, OWN + b"x", OWN + b"_", OWN[:-1], OWN[:-1] + b"q", OWN.upper(),
        OWN.replace(b"_k1_", b"_k9_"), OWN.replace(b"email", b"emails"), OWN.replace(b"email", b"e"), HINTED + b"12345",
        HINTED + b"_1", HINTED + b"_", b"\\x" + OWN, b"%2" + OWN,
    ],
)  # fmt: skip
def test_tokens_glued_foreign_or_cut_are_not_own(text: bytes) -> None:
    """Nothing can be smuggled past the masks by looking almost like a token."""
    start = text.lower().index(b"tok_")
    assert TOKENS.own_token_at(text, start, len(text)) == -1
    assert not TOKENS.is_own(text)


def test_letters_of_either_case_may_be_a_hint_and_none_may_be_glued() -> None:
    """A hint has letters of both cases and digits, up to eight; one more on either side makes a token none of ours."""
    tokens = Tokens(TOKENS.keyring)
    plain, hinted = tokens.token("user", "x", ""), tokens.token("user", "x", "azAZ0189")
    assert tokens.is_own(plain)
    assert tokens.is_own(hinted)
    for sign in (b"a", b"z", b"A", b"Z", b"0", b"9", b"_"):
        for text in (plain + sign, hinted + sign):
            assert not tokens.is_own(text)
            assert tokens.without_own(text + b" " + sign + hinted) == text + b" " + sign + hinted


@pytest.mark.parametrize("left", [b"", b'"', b"\\n", b"\\u0020", b"%3D", b"~sub.", b"-", "ü".encode(), b"\xff"])
@pytest.mark.parametrize("right", [b"", b'"', b"~", b"-", b".", b"%20", b"\\n", "ü".encode(), b"\xff"])
def test_tokens_between_signs_are_own(left: bytes, right: bytes) -> None:
    """A token is known between punctuation, behind an escape, inside a surrogate and at the ends."""
    text = left + HINTED + right
    assert TOKENS.own_token_at(text, len(left), len(text)) == len(left) + len(HINTED)


def test_tokens_end_is_a_boundary() -> None:
    """Whatever lies behind the given end does not count."""
    assert TOKENS.own_token_at(OWN + b"abc", 0, len(OWN)) == len(OWN)
    assert TOKENS.own_token_at(OWN, 0, len(OWN) - 1) == -1


def test_tokens_of_others_are_found_but_not_own() -> None:
    """The public expression finds tokens under any key id; only ours are exempt."""
    foreign = OWN.replace(b"_k1_", b"_zz9_")
    assert TOKEN_RE.fullmatch(foreign)
    assert not TOKENS.is_own(foreign)


def test_tokens_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the number of values, long values are never kept, and answers stay right."""
    monkeypatch.setattr(module, "_CACHE_ENTRIES", 100)
    tokens = Tokens(Keyring.ephemeral(b"x" * 32))
    first = [tokens.token("user", f"\u00fc{number}") for number in range(1000)]
    assert 100 <= len(tokens._young) + len(tokens._old) <= 200
    assert [tokens.token("user", f"\u00fc{number}") for number in range(1000)] == first
    before = len(tokens._young)
    tokens.token("user", "\u00fc" * 10_000)
    assert len(tokens._young) == before


def test_tokens_are_the_same_in_all_threads() -> None:
    """Eight threads over the same values agree with a single one."""
    tokens = Tokens(Keyring.ephemeral(b"x" * 32))
    results: list[list[bytes]] = []

    def work() -> None:
        results.append([tokens.token("email", f"a{number % 500}@x.com") for number in range(3000)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result == results[0] for result in results)
    assert len(results) == 8


def test_tokens_repr_shows_no_secret() -> None:
    """A token maker that lands in a log says key ids only."""
    assert "1111" not in repr(TOKENS)


CARD = TOKENS.token("card", "4111111111111111")


@pytest.mark.parametrize("before", [b"", b" ", b"x " * 60, CARD + b" "])
@pytest.mark.parametrize("behind", [b"", b" ", b" x" * 60, b" " + CARD])
def test_a_span_that_reaches_into_a_token_gets_all_of_it(before: bytes, behind: bytes) -> None:
    """From its second byte to its last but one, wherever the token stands; one that ends beside it stays as it is."""
    text, first, last = before + CARD + behind, len(before), len(before) + len(CARD)
    for at in range(first + 1, last):
        assert TOKENS.whole(text, at, last) == (first, last)
        assert TOKENS.whole(text, first, at) == (first, last)
        assert TOKENS.whole(text, at, at) == (first, last)
    assert TOKENS.whole(text, first, last) == (first, last)
    assert TOKENS.whole(text, 0, len(text)) == (0, len(text))


@pytest.mark.parametrize("escape", [b"\\n", b"%3D", b"\\u0020"])
def test_a_span_that_ends_with_the_escape_before_a_token_stays_as_it_is(escape: bytes) -> None:
    """The last letter of an escape stands right before a token and is none of it."""
    text = b"ann" + escape + CARD
    edge = len(text) - len(CARD)
    assert TOKENS.whole(text, 0, edge) == (0, edge)
    assert TOKENS.whole(text, edge, edge) == (edge, edge)
    assert TOKENS.whole(text, edge - 1, edge + 1) == (edge - 1, len(text))


def test_what_a_span_costs_does_not_grow_with_its_text() -> None:
    """A token is looked for as far as one reaches: fifty spans in megabytes of letters take no second."""
    text = b"x" * 2_000_000
    begun = time.process_time()
    for at in range(1_000_000, 1_000_050):
        assert TOKENS.whole(text, at, at + 9) == (at, at + 9)
    assert time.process_time() - begun < 1


def test_only_whole_tokens_of_ours_are_taken_out() -> None:
    """What stands around them stays, and so does what only looks like one."""
    glued, foreign = b"x" + OWN, OWN.replace(b"_k1_", b"_k9_")
    assert TOKENS.without_own(b"a " + OWN + b"," + HINTED + b" b") == b"a , b"
    assert TOKENS.without_own(glued + b" " + foreign) == glued + b" " + foreign


@pytest.mark.parametrize(
    "text", [b"x" + OWN, OWN + b"x", OWN.replace(b"_k1_", b"_k9_"), OWN[:-6], OWN.replace(b"_", b"-", 1)]
)
def test_what_is_no_token_of_ours_is_reached_into(text: bytes) -> None:
    """Glued, cut, of an unknown key, or spelled otherwise: a span stays as it was found."""
    assert TOKENS.whole(text, 3, len(text) - 3) == (3, len(text) - 3)


def test_padding_is_no_part_of_a_jwt() -> None:
    """A JWT whose parts were padded is the JWT without; one with other letters is a text like any."""
    plain = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
    assert TOKENS.of_jwt(plain) == TOKENS.token("jwt", plain.decode())
    assert TOKENS.of_jwt(plain.replace(b".", b"=.") + b"==") == TOKENS.of_jwt(plain)
    assert TOKENS.of_jwt(b"e30.WFhYX.X=") == TOKENS.token("jwt", "e30.WFhYX.X")
    assert TOKENS.of_jwt(b"caf\xe9.e30.x") == TOKENS.token("jwt", "caf\xe9.e30.x")


def test_exact_mints_take_bytes_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exact mint knows no form and gives no hint, whatever the kind; without C there is none."""
    jwt, card = TOKENS.exact("jwt"), TOKENS.exact("card")
    assert jwt is not None
    assert card is not None
    assert jwt(b"a.b.c") == TOKENS.of_jwt(b"a.b.c")
    assert card(b"4111111111111111") == TOKENS.token("card", "4111111111111111", "")
    assert card(b"4111 1111 1111 1111") != card(b"4111111111111111")
    monkeypatch.setattr(module, "_native", lambda: None)
    assert TOKENS.exact("jwt") is None


def test_values_beyond_ascii_and_hints_are_made_as_the_mint_makes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """One value is one token whether C or Python made it, with its own hint, another, or none."""
    values = {
        "card": "4111111111111111",
        "user": "4711",
        "email": "ann@example.org",
        "name": "Zoé",
        "phone": "+4930901820",
    }
    made = {kind: TOKENS.token(kind, value) for kind, value in values.items()}
    assert TOKENS.token("card", values["card"], "") == made["card"].removesuffix(b"_1111")
    assert TOKENS.token("user", values["user"], "x1") == made["user"] + b"_x1"
    monkeypatch.setattr(module, "_mint", lambda *_: None)
    without = Tokens(TOKENS.keyring)
    assert {kind: without.token(kind, value) for kind, value in values.items()} == made


def test_without_c_everything_is_made_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of texts, of bytes and under every key are the same where nothing has been built."""
    values = [(kind, "Ann@Example.org 4111111111111111") for kind in sorted(KINDS)]
    built = Tokens(TOKENS.keyring)
    monkeypatch.setattr(module, "_native", lambda: None)
    plain = Tokens(TOKENS.keyring)
    assert not any(plain.mint(kind) for kind in KINDS)
    assert [plain.token(*value) for value in values] == [built.token(*value) for value in values]
    assert [plain.lookup(*value) for value in values] == [built.lookup(*value) for value in values]
    assert plain.opaque(b"\xff" * 200) == built.opaque(b"\xff" * 200)


def test_digests_are_made_in_c_where_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own way is for want of another."""
    monkeypatch.setattr(module, "_digester_in_python", None)
    assert Tokens(TOKENS.keyring).opaque(b"\xff") == TOKENS.opaque(b"\xff")


@pytest.mark.parametrize("built", [None, SimpleNamespace(), SimpleNamespace(INTERFACE=module._INTERFACE - 1)])
def test_a_mint_of_another_source_is_not_used(monkeypatch: pytest.MonkeyPatch, built: object) -> None:
    """One that was not built, says nothing of what it takes, or takes something else."""
    monkeypatch.setitem(sys.modules, "streams.masking._mint", built)
    module._native.cache_clear()
    try:
        assert module._native() is None
        assert Tokens(TOKENS.keyring).token("user", "4711") == TOKENS.token("user", "4711")
    finally:
        module._native.cache_clear()


def test_what_a_mint_makes_is_not_remembered() -> None:
    """Making it again is sooner; what Python makes is remembered."""
    tokens = Tokens(TOKENS.keyring)
    tokens.token("user", "4711")
    assert not tokens._young
    made = tokens.token("user", "4711", ""), tokens.token("user", "\u00fc")
    assert [*tokens._young.values()] == [*made]


@pytest.mark.parametrize(("length", "times"), [(128, 1), (129, 2)])
def test_a_remembered_token_is_made_once(monkeypatch: pytest.MonkeyPatch, length: int, times: int) -> None:
    """A value of at most 128 characters, as long as the cache holds it, also when that was filled in between."""
    monkeypatch.setattr(module, "_CACHE_ENTRIES", 2)
    made: list[str] = []

    class Counted(Tokens):
        __slots__ = ()

        def _make(self, kind: str, value: str, hint: str | None) -> bytes:
            made.append(value)
            return super()._make(kind, value, hint)

    tokens, value = Counted(TOKENS.keyring), "\u00fc" * length
    assert tokens.token("user", value) == tokens.token("user", value) == TOKENS.token("user", value)
    assert made.count(value) == times
    tokens.token("user", "\u00e4")
    tokens.token("user", "\u00f6")
    assert (len(tokens._young), len(tokens._old)) == ((1, 2) if times == 1 else (2, 0))
    assert tokens.token("user", value) == TOKENS.token("user", value)
    assert made.count(value) == (1 if times == 1 else 3)


def test_old_tokens_are_remembered_when_the_cache_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full cache begins anew, and what was in it is still known once more; no value gets another one's token."""
    monkeypatch.setattr(module, "_CACHE_ENTRIES", 2)
    small = Tokens(TOKENS.keyring)
    first = [small.token("user", f"\u00fc{number}") for number in range(5)]
    assert [small.token("user", f"\u00fc{number}") for number in range(5)] == first
    assert first == [TOKENS.token("user", f"\u00fc{number}") for number in range(5)]
