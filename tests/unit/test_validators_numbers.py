"""The arithmetic of check digits against other people's, and numbering plans against phonenumbers."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from stdnum import luhn as their_luhn
from stdnum.iso7064 import mod_97_10

from streams.masking.numbering import first_digits, plan_of
from streams.masking.validators import card_brand, iban_valid, luhn, mod97

DIGITS = st.text("0123456789", min_size=1, max_size=24)


@given(digits=DIGITS)
def test_luhn_is_that_of_stdnum(digits: str) -> None:
    """Of any digits, and of those that its check digit completes."""
    assert luhn(digits) == their_luhn.is_valid(digits)
    assert luhn(digits + their_luhn.calc_check_digit(digits))


@given(text=st.text("0123456789ABCXYZ", min_size=1, max_size=34))
def test_mod97_is_that_of_iso_7064(text: str) -> None:
    """Letters of either case count as two digits."""
    assert mod97(text) == mod97(text.lower()) == mod_97_10.checksum(text)


def test_iban_is_valid_with_right_check_digits_only() -> None:
    """The registry's example is valid; with any other check digits it is not."""
    assert [f"{n:02}" for n in range(100) if iban_valid(f"DE{n:02}370400440532013000")] == ["89"]


@pytest.mark.parametrize(
    ("digits", "brand"),
    [
        ("4" + "0" * 12, "visa"), ("4" + "0" * 15, "visa"), ("4" + "0" * 14, None), ("2720" + "0" * 12, "mastercard"),
        ("2721" + "0" * 12, None), ("2220" + "0" * 12, None), ("37" + "0" * 13, "amex"), ("37" + "0" * 14, None),
        ("3095" + "0" * 10, "diners"), ("3096" + "0" * 10, None), ("508" + "0" * 13, "rupay"),
        ("6304" + "0" * 8, "maestro"), ("9792" + "0" * 12, "troy"), ("0" * 16, None), ("", None), ("4", None),
    ],
)  # fmt: skip
def test_card_brand_goes_by_range_and_length(digits: str, brand: str | None) -> None:
    """An issuer's range ends where it ends, and each brand has lengths of its own; asked twice, it says the same."""
    assert card_brand(digits) == brand
    assert card_brand(digits) == brand


@given(code=st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)), national=st.text("23456789", min_size=2, max_size=16))
def test_numbering_plan_has_the_lengths_of_phonenumbers(code: int, national: str) -> None:
    """A national number without a prefix is possible in phonenumbers exactly where the plan has its length."""
    plan = plan_of(f"{code}{national}")
    assert plan is not None
    assert plan.code == str(code)
    assert plan.main_lengths <= plan.all_lengths
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
    assert (len(national) in plan.main_lengths) == phonenumbers.is_possible_number(number)


@pytest.mark.parametrize("digits", ["", "0", "049", "999", "21", "2"])
def test_numbering_plan_of_no_code_is_none(digits: str) -> None:
    """What begins with no calling code, or is cut off inside one, has no plan."""
    assert plan_of(digits) is None


_PREFIXES = {
    prefix
    for code in COUNTRY_CODE_TO_REGION_CODE
    for plan in [plan_of(str(code))]
    if plan is not None and plan.national_prefix is not None
    for prefix in [plan.national_prefix]
}


@given(prefix=st.sampled_from(sorted(_PREFIXES, key=str)), data=st.data())
def test_first_digits_are_those_of_whatever_a_prefix_matches(prefix: re.Pattern[str], data: st.DataObject) -> None:
    """What phonenumbers may strip of a number begins with one of them; where it may be nothing they are all ten."""
    stripped = data.draw(st.from_regex(prefix.pattern, fullmatch=True, alphabet="0123456789"))
    assert (stripped[:1] in first_digits(prefix.pattern)) if stripped else len(first_digits(prefix.pattern)) == 10


@pytest.mark.parametrize(
    ("pattern", "digits"),
    [
        ("0", "0"), ("8|06", "08"), ("[08]1?", "08"), ("(?:0|90)(?:1)?", "09"), ("(1001)|0", "01"),
        ("(3|(4|5)6)", "345"), ("0?1", "0123456789"), ("(?:0|1)*", "0123456789"), ("[0-2]{0,1}", "0123456789"),
        ("(?!1)0", "0123456789"), ("", "0123456789"), ("(0", "0123456789"),
    ],
)  # fmt: skip
def test_first_digits_of_what_may_match_nothing_are_all(pattern: str, digits: str) -> None:
    """Alternatives, classes and groups are looked into; what is optional, or no pattern, begins with any digit."""
    assert first_digits(pattern) == frozenset(digits)
