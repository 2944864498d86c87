"""The mint in C makes the tokens that Python makes, or none; its hash is SHA-256 with either set of instructions."""

import hmac
from collections.abc import Iterator
from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from streams.masking.canonical import CANONICAL_VERSION, UNFOLDED, canonical, folded_letters
from streams.masking.keyring import derive
from streams.masking.kinds import KINDS
from streams.masking.rules import plain_text
from streams.masking.tokens import Tokens, _digester_in_python, hint_of
from tests.support.disguise import masker_keyring

_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_KINDS = sorted(KINDS)
_SETTINGS = settings(max_examples=300, deadline=None)


@pytest.fixture(autouse=True, params=[True, False], ids=["own", "portable"])
def instructions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs with the processor's own instructions for SHA-256, and without."""
    choose = import_module("streams.masking._mint").choose
    if choose(request.param) != request.param:
        pytest.skip("this processor has no instructions for SHA-256")
    yield
    choose(True)


def _letters(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")[:10].hex().encode().translate(_LETTERS)


def _expected(tokens: Tokens, kind: str, text: bytes) -> bytes:
    """The token as the documents define it."""
    keyring = tokens.keyring
    form = canonical(kind, plain_text(text), tokens.region)
    key = derive(keyring.keys[keyring.active], b"token/%d/%b" % (CANONICAL_VERSION, kind.encode()))
    hint = hint_of(kind, form)
    whole = f"tok_{kind}_{keyring.active}_".encode() + _letters(key, form.encode("utf-8", "surrogatepass"))
    return whole + (b"_" + hint.encode() if hint else b"")


def test_mints_are_built() -> None:
    """The tests run with mints, so that a build without them is noticed; kinds whose forms need tables have none."""
    tokens = Tokens(masker_keyring())
    assert {kind for kind in KINDS if tokens.mint(kind) is None} == {"jwt", "mac", "wallet"}


@_SETTINGS
@given(
    st.sampled_from(_KINDS),
    st.one_of(st.binary(max_size=200), st.text('aB9 ._-@+:\\"\t\x1c\x7fßü', max_size=20).map(str.encode)),
)
@example("email", b" Ann@Example.org")
@example("email", b"Ann@Example.org")
@example("card", b"4111-1111-1111-1111")
@example("card", b"no")
@example("card", b"--")
@example("name", b"Ann  Lee")
@example("name", b"Ann LEE")
@example("ip", b"192.0.2.01")
@example("ip", b"192.0.2.1")
@example("ip", b"192.0.2.1.")
@example("phone", b"+49 30 901820")
@example("phone", b"+49 030 901820")
@example("phone", b"+ 49(30)90-18.20/1")
@example("phone", b"+49 30 901820x")
@example("phone", b"+1 212 555 0143")
@example("phone", b"+1 1212 555 0143")
@example("phone", b"+999 212 555 0143")
@example("phone", b"+4912")
@example("phone", b"+")
@example("user", b"")
@example("user", b"x" * 511)
@example("user", b"x" * 513)
@example("secret", b'a\\"b')
def test_mint_makes_the_defined_token(kind: str, text: bytes) -> None:
    """Whatever a mint makes of a value is the value's token, and so is what `token` makes with its help."""
    tokens = Tokens(masker_keyring())
    mint = tokens.mint(kind)
    made = mint(text) if mint is not None else None
    assert made is None or made == _expected(tokens, kind, text)
    assert tokens.token(kind, plain_text(text)) == _expected(tokens, kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", b"Ann@Example.org"),
        ("name", b"Ann Lee"),
        ("card", b"4111 1111 1111 1111"),
        ("user", b"4711"),
        ("ip", b"192.0.2.1"),
        ("phone", b"+49 30 901820"),
        ("phone", b"+12125550143"),
        ("phone", b"+4532123456"),
        ("phone", b"+81 90-1234-5678"),
        ("phone", b"+55 (11) 3456-7890"),
        ("name", "Jürgen Groß".encode()),
    ],
)
def test_mint_makes_tokens_of_plain_values(kind: str, text: bytes) -> None:
    """Values as most are written are not left to Python."""
    mint = Tokens(masker_keyring()).mint(kind)
    assert mint is not None
    assert mint(text) is not None


@pytest.mark.parametrize("code", sorted(COUNTRY_CODE_TO_REGION_CODE))
def test_mint_writes_numbers_of_any_country_as_they_are_defined(code: int) -> None:
    """Numbers of all lengths behind each calling code, with and without what is dialled before them at home."""
    tokens = Tokens(masker_keyring())
    mint = tokens.mint("phone")
    assert mint is not None
    for prefix in ("", *"0123456789", "80", "06", "00"):
        for size in range(1, 16):
            text = f"+{code} {prefix}{'2573491860257349'[:size]}".encode()
            assert mint(text) in (None, _expected(tokens, "phone", text)), text


@_SETTINGS
@given(st.from_regex(rb"\+?[1-9][0-9 ().\-/x:]{0,18}[0-9 ]?", fullmatch=True))
def test_mint_writes_numbers_with_signs_as_they_are_defined(text: bytes) -> None:
    """Whatever stands between their digits; with a region of the policy's as well."""
    for region in (None, "DE", "US"):
        tokens = Tokens(masker_keyring(), region)
        mint = tokens.mint("phone")
        assert mint is not None
        assert mint(text) in (None, _expected(tokens, "phone", text))


def test_what_a_mint_asks_may_fail() -> None:
    """What the table of calling codes raises is raised, and asked again; what it does not say is left to Python."""
    make = import_module("streams.masking._mint").Mint
    said: list[object] = []

    def plan(_digits: bytes) -> object:
        answer = said.pop()
        if isinstance(answer, Exception):
            raise answer
        return answer

    mint = make(b"k", b"tok_", 5, True, plan)
    bad: tuple[object, ...] = ((2, 1 << 8), 7, ("2", 1, 1), (2, "8", 1), (2, -1, 1), (2, 1 << 64, 1), (2, 1 << 8, b"0"))
    for answer in (KeyError(), *bad):
        said.append(answer)
        with pytest.raises((KeyError, TypeError, OverflowError)):
            mint(b"+4912345678")
    said.append((2, 1 << 8, 1 << 1))
    assert mint(b"+4913345678") is None
    said.append((2, 1 << 8, 1 << 1))
    assert mint(b"+4922345678")[-5:] == b"_5678"
    for left in (None, (0, 1 << 8, 0), (9, 1 << 8, 0), (2, 1 << 7, 0), (2, 1 << 8, 1 << 2)):
        said.append(left)
        assert make(b"k", b"tok_", 5, True, plan)(b"+4922345678") is None
    assert not said


@pytest.mark.parametrize("size", range(260))
def test_digest_is_hmac(size: int) -> None:
    """The letters are those of HMAC-SHA256, over the borders of its blocks too."""
    data = bytes(at * 7 % 256 for at in range(size))
    for key in (b"", b"k", b"k" * 63, b"k" * 64):
        assert import_module("streams.masking._mint").Mint(key, b"", 0, False).digest(data) == _letters(key, data)


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 200])
def test_digest_of_python_is_hmac(size: int) -> None:
    """The same letters, each time that they are asked for."""
    data = bytes(at * 7 % 256 for at in range(size))
    for key in (b"", b"k", b"k" * 32, b"k" * 64):
        digest = _digester_in_python(key)
        assert digest(data) == digest(data) == _letters(key, data)


def test_mint_refuses_what_it_is_not_made_for() -> None:
    """A key of more than a block, an unknown form and what is not bytes raise."""
    mint = import_module("streams.masking._mint").Mint
    for arguments in (
        (b"k" * 65, b"", 0, False),
        (b"k", b"", 9, False),
        (b"k", b"", 5, True),
        (b"k", b"", 0, True, len),
    ):
        with pytest.raises(ValueError, match="64"):
            mint(*arguments)
    for call in (mint(b"k", b"", 0, False), mint(b"k", b"", 0, False).digest):
        with pytest.raises(TypeError):
            call("text")


_FOLDED = st.sampled_from([chr(code) for code in folded_letters()])
_UNFOLDED = st.sampled_from(UNFOLDED).flatmap(lambda ends: st.integers(*ends)).map(chr)
#: Letters that only tables beyond ours know, marks that compose with what stands before them, and what is no letter.
_OTHERS = st.sampled_from("aB ŉßİǅȺ\u0301\u0308\u3099ª²\u00a0\u200b가\u1100\u1161\u11a8ｱﬁ१ก\U0001d400\u0130")


@_SETTINGS
@given(
    st.sampled_from(["name", "address", "username", "location"]), st.lists(_FOLDED | _UNFOLDED | _OTHERS, max_size=12)
)
@example("name", ["Z", "o", "ë", " ", "L", "E", "F", "È"])
@example("name", [*"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2"])
@example("name", ["か", "\u3099"])
@example("name", ["e", "\u0301"])
def test_letters_of_any_script_are_folded_alike(kind: str, letters: list[str]) -> None:
    """A name beyond ASCII gets the token that Python makes of it, from the mint or from Python."""
    text, tokens = "".join(letters).encode(), Tokens(masker_keyring())
    mint = tokens.mint(kind)
    assert mint is not None
    minted = mint(text)
    assert minted is None or minted == _expected(tokens, kind, text)


def test_every_letter_of_the_tables_is_compared_as_they_say() -> None:
    """The mint takes each of them, and what it takes as it is Python folds to nothing else."""
    mint = Tokens(masker_keyring()).mint("name")
    assert mint is not None
    letters = [chr(code) for low, high in UNFOLDED for code in range(low, high + 1)]
    assert [letter for letter in letters if canonical("name", letter) != letter] == []
    assert all(mint(letter.encode()) for letter in [*letters[::50], *map(chr, folded_letters())])


@pytest.mark.parametrize(
    "raw", [b"\xc3", b"\xc3(", b"\xe4\xb8", b"\xe4\xb8(", b"\xf0\x9d\x90\x80", b"\xc1\xa1", b"\xff", b"\x80"]
)
def test_what_is_no_letter_of_the_tables_is_left_to_python(raw: bytes) -> None:
    """Characters that are cut off, and all that the tables do not hold."""
    mint = Tokens(masker_keyring()).mint("name")
    assert mint is not None
    assert mint(b"Ann " + raw) is None


@pytest.mark.parametrize(
    "tables", [(b"", ()), (bytes(4096), [(1, 2)]), (bytes(4096), ((1, 2),) * 17), (bytes(4096), ((1,),))]
)
def test_tables_of_another_size_are_refused(tables: tuple[object, object]) -> None:
    """A table is as large as it has to be; what was there before has to be given again."""
    native = import_module("streams.masking._mint")
    with pytest.raises((TypeError, ValueError)):
        native.letters(*tables)
    letters = folded_letters()
    native.letters(b"".join([letters.get(code, b"\0\0") for code in range(0x800)]), UNFOLDED)
