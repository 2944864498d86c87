"""Properties of the canonical forms that no table of examples can show."""

import ipaddress

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from streams.masking.canonical import canonical
from streams.masking.kinds import KINDS

ANY_TEXT = st.text() | st.text(
    alphabet="+0123456789 ().-/:ABCabcﬀßİ\u0131\u017f\u00a0\u0308\u0660@%[]x\ud800", max_size=24
)


@given(kind=st.sampled_from(sorted(KINDS)), value=ANY_TEXT, region=st.sampled_from([None, "DE", "US", "ZZ"]))
def test_canonical_is_idempotent_and_total(kind: str, value: str, region: str | None) -> None:
    """Whatever the value, its form exists, is the form of itself, and is blank only if the value is."""
    form = canonical(kind, value, region)
    assert canonical(kind, form, region) == form
    assert form.strip() or not value.strip()


@given(value=ANY_TEXT)
@pytest.mark.parametrize("kind", ["email", "name", "address", "username"])
def test_canonical_text_ignores_case(kind: str, value: str) -> None:
    """A text and its NFKC case variants in ASCII are one value."""
    if value.isascii():
        assert canonical(kind, value.upper()) == canonical(kind, value.lower()) == canonical(kind, value)


@pytest.mark.parametrize("kind", ["user", "customer", "session", "opaque"])
@given(value=ANY_TEXT)
def test_canonical_opaque_ids_are_exact(kind: str, value: str) -> None:
    """An opaque id is nobody's to normalise."""
    assert canonical(kind, value) == value


def test_canonical_long_input_is_bounded() -> None:
    """A megabyte in a field named phone costs no parse of a phone number."""
    assert canonical("phone", "1" * 1_000_000, "US") == "1" * 1_000_000


#: Numbers as people write them with a country code, some of no country and some too long or too short.
CODES = st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)) | st.integers(1, 999)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "(", ") ", " (0)"])
GROUPS = st.lists(st.tuples(st.text("0123456789", min_size=1, max_size=4), SEPARATORS), max_size=8)
ODD = st.sampled_from(["", "", "", " ", "x12", " ext. 5", "#", ")", "+", "\u0665", ";ext=1", "~2", "A"])


@st.composite
def international(draw: st.DrawFn) -> str:
    sign = draw(st.sampled_from(["+", "+", "00", "+ ", "+(", "++", " +", "00+", "\uff0b"]))
    return sign + str(draw(CODES)) + "".join(map("".join, draw(GROUPS))) + draw(ODD)


def phone_by_the_book(value: str, region: str | None) -> str | None:
    """E.164 as phonenumbers alone makes it; None where it knows no such number."""
    text = value.strip().replace("\uff0b", "+")
    explicit = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(explicit, None if explicit.startswith("+") else region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None


@given(value=international(), region=st.sampled_from([None, "DE", "US"]))
@example(value="+49 (0)30 901820", region=None)
@example(value="+39 06 698 83145", region=None)
@example(value="+1 1 415 555 0132", region=None)
@example(value="+44 0", region=None)
@example(value="+800 1234 5678", region=None)
def test_canonical_phone_is_what_phonenumbers_makes_of_it(value: str, region: str | None) -> None:
    """A number that its plan settles, without parsing, has the form that parsing gives; or a plus and its digits."""
    form = canonical("phone", value, region)
    expected = phone_by_the_book(value, region)
    written = value.strip().removeprefix("00")
    digits = "".join(str(int(char)) for char in written if char.isdecimal())
    assert form == (expected or ("+" + digits if digits else form))


@pytest.mark.parametrize(
    ("value", "form"),
    [("030:901820", "+4930901820"), ("+20", "+20"), ("0020", "+20"), ("0:1", "+4901"), ("n/a", "n/a")],
)
def test_canonical_phone_of_odd_spellings(value: str, form: str) -> None:
    """Odd signs between digits make no other number, and a country's code alone is no national number."""
    assert canonical("phone", value, "DE") == form


@given(
    groups=st.lists(st.sampled_from([0, 0, 0, 1, 0xF, 0xFFFF, 0xDB8, 0x100]), min_size=8, max_size=8),
    ending=st.sampled_from(["", "", "", "%eth0", "\n", ":", "::", "]", ":1"]),
)
def test_canonical_ipv6_is_what_ipaddress_makes_of_it(groups: list[int], ending: str) -> None:
    """An address that is not parsed, because it is written as RFC 5952 has it, is the one that parsing gives."""
    address = ipaddress.IPv6Address(b"".join(group.to_bytes(2, "big") for group in groups))
    expected = str(address.ipv4_mapped or address)
    for spelling in (str(address), address.exploded, str(address).upper()):
        assert canonical("ip", spelling) == expected
        form = canonical("ip", spelling + ending)
        try:
            parsed = ipaddress.ip_address((spelling + ending).strip().removesuffix("]").partition("%")[0])
        except ValueError:
            assert form == " ".join((spelling + ending).casefold().split())
        else:
            assert form == str(getattr(parsed, "ipv4_mapped", None) or parsed)
