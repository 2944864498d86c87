"""Validators against the examples of their standards, and against what is off by one digit, length or range."""

import base64
import hashlib

import pytest

from streams.masking import validators
from streams.masking.validators import (
    IBAN_LENGTHS,
    base58check,
    base64_text,
    bech32,
    card_brand,
    day_exists,
    iban_structured,
    iban_valid,
    ipv4_octets,
    luhn,
    mod11_digit,
    mod97,
    short_year_day_exists,
    ss58,
    ssn_valid,
    stdnum_valid,
    strkey,
    weighted,
)

#: Test numbers of the card schemes, and their brand.
_CARDS = {
    "4111111111111111": "visa",
    "4222222222222": "visa",
    "5555555555554444": "mastercard",
    "2221000000000009": "mastercard",
    "2720990000000007": "mastercard",
    "378282246310005": "amex",
    "341111111111111": "amex",
    "30569309025904": "diners",
    "38520000023237": "diners",
    "36700102000000": "diners",
    "30950000000000": "diners",
    "3530111333300000": "jcb",
    "180000000000000": "jcb",
    "213100000000000": "jcb",
    "6011111111111117": "discover",
    "6440000000000000": "discover",
    "6500000000000000": "discover",
    "6200000000000005": "unionpay",
    "8100000000000000": "unionpay",
    "6000000000000000": "rupay",
    "8200000000000000": "rupay",
    "5080000000000000": "rupay",
    "2200000000000000": "mir",
    "9792000000000000": "troy",
    "5019000000000000": "dankort",
    "501800000009": "maestro",
    "5020000000000": "maestro",
    "50380000000000": "maestro",
    "589300000000000": "maestro",
    "6304000000000000": "maestro",
    "67590000000000000": "maestro",
    "6761000000000000000": "maestro",
    "676300000000": "maestro",
}


@pytest.mark.parametrize("digits", ["4111111111111111", "79927398713", "0", "18", "5555555555554444", "30569309025904"])
def test_luhn_takes_a_check_digit_and_refuses_the_nine_others(digits: str) -> None:
    """ISO/IEC 7812-1, annex B: exactly one last digit fits."""
    assert [last for last in "0123456789" if luhn(digits[:-1] + last)] == [digits[-1]]


def test_luhn_sees_each_single_digit() -> None:
    """A change of any one digit is told."""
    digits = "4539578763621486"
    assert luhn(digits)
    for place, digit in enumerate(digits):
        others = [digits[:place] + other + digits[place + 1 :] for other in "0123456789" if other != digit]
        assert not any(map(luhn, others))


@pytest.mark.parametrize(("digits", "brand"), _CARDS.items())
def test_brand_of_a_card(digits: str, brand: str) -> None:
    """Each brand by an issuer number of its range, in a length it is issued in and not in one it is not."""
    assert card_brand(digits) == brand
    assert card_brand(digits[:11]) is None
    assert card_brand(digits + "0" * (20 - len(digits))) is None


@pytest.mark.parametrize(
    "digits",
    [
        "5000000000000000", "5600000000000000", "2220990000000000", "2721000000000000", "330000000000000",
        "350000000000000", "360000000000000", "3080000000000000", "3527000000000000", "3590000000000000",
        "60100000000000000", "6430000000000000", "6640000000000000", "8000000000000000", "8300000000000000",
        "2205000000000000", "9791000000000000", "9793000000000000", "6760000000000000", "6764000000000000",
        "1111111111111111", "0000000000000000", "41111111111111", "55555555555544",
    ],
)  # fmt: skip
def test_numbers_beside_a_range_have_no_brand(digits: str) -> None:
    """What lies next to an issuer range, or has a length that its brand does not issue, is nobody's."""
    assert card_brand(digits) is None


@pytest.mark.parametrize(
    ("text", "rest"), [("0", 0), ("96", 96), ("97", 0), ("98", 1), ("A", 10), ("Z", 35), ("10A", 40)]
)
def test_remainder_with_letters(text: str, rest: int) -> None:
    """ISO/IEC 7064, MOD 97-10: letters count as 10 to 35."""
    assert mod97(text) == rest


_IBANS = (
    "DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "FR1420041010050500013M02606",
    "MT84MALT011000012345MTLCAST001S", "CH9300762011623852957", "SA0380000000608010167519",
)  # fmt: skip


@pytest.mark.parametrize("text", _IBANS)
def test_iban_of_the_registry(text: str) -> None:
    """The registry's examples hold; another check digit, length or country does not."""
    assert iban_valid(text)
    assert not iban_valid(text[:-1])
    assert not iban_valid(text + "0")
    assert not iban_valid("XX" + text[2:])
    for other in range(2, 99):
        assert iban_valid(f"{text[:2]}{other:02}{text[4:]}") == (f"{other:02}" == text[2:4])


def test_iban_lengths_are_those_that_exist() -> None:
    """No IBAN is shorter than Norway's or longer than 34 characters (ISO 13616)."""
    assert min(IBAN_LENGTHS.values()) == IBAN_LENGTHS["NO"] == 15
    assert max(IBAN_LENGTHS.values()) <= 34


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("001010001", True), ("899999999", True), ("665010001", True), ("667010001", True), ("666010001", False),
        ("000010001", False), ("123000001", False), ("123010000", False), ("900010001", False), ("900490001", False),
        ("900500001", True), ("999650001", True), ("900660001", False), ("900690001", False), ("900700001", True),
        ("900880001", True), ("900890001", False), ("900900001", True), ("900920001", True), ("900930001", False),
        ("900940001", True), ("900990001", True), ("123011000", True),
    ],
)  # fmt: skip
def test_ranges_of_social_security_numbers(digits: str, valid: bool) -> None:
    """SSA's and the IRS's ranges, at each of their edges."""
    assert ssn_valid(digits) is valid


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        (b"0.0.0.0", (0, 0, 0, 0)), (b"255.255.255.255", (255, 255, 255, 255)), (b"10.20.30.40", (10, 20, 30, 40)),
        (b"256.1.1.1", None), (b"1.1.1.256", None), (b"01.2.3.4", None), (b"1.2.3.00", None), (b"1.2.3", None),
        (b"1.2.3.4.5", None),
    ],
)  # fmt: skip
def test_octets_of_an_address(text: bytes, octets: tuple[int, ...] | None) -> None:
    """Four octets of at most 255 without leading zeros (RFC 791, RFC 6943)."""
    assert ipv4_octets(text) == octets


_BITCOIN = ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "1111111111111111111114oLvT2")


@pytest.mark.parametrize("text", _BITCOIN)
def test_base58check_of_bitcoin(text: str) -> None:
    """Known addresses hold; another character, a letter outside the alphabet and anything longer do not."""
    assert base58check(text)
    assert not base58check(text[:-1] + ("a" if text[-1] != "a" else "b"))
    assert not base58check("0" + text[1:])
    assert not base58check(text + "1")
    assert not base58check("1" + text)
    assert not base58check("z" * 60)
    assert not base58check("")
    assert not base58check(_in_base58(1 << 200))


def _in_base58(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return text


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("A12UEL5L", True), ("a12uel5l", True), ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", True), ("a1lqfn3a", True),
        ("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", True), ("?1ezyfcl", True),
        ("11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j", True),
        ("a12uel5m", False), ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", False), ("a1bqfn3a", False),
        ("1qqqqqq", False), ("a12uelbl", False), ("qqqqqq", False),
    ],
)  # fmt: skip
def test_bech32_of_the_proposals(text: str, valid: bool) -> None:
    """The test vectors of BIP 173 and BIP 350."""
    assert bech32(text) is valid


@pytest.mark.parametrize("raw", [b"", b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar", b"\xfb\xff\xfe"])
def test_base64_in_both_alphabets_with_and_without_padding(raw: bytes) -> None:
    """RFC 4648's vectors."""
    for text in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        assert base64_text(text) == base64_text(text.rstrip(b"=")) == raw


def test_base64_with_too_much_padding_and_with_letters_at_its_edges() -> None:
    """Any number of signs at the end is padding, and nothing else is taken off."""
    assert base64_text(b"Zg====") == base64_text(b"Zg=") == b"f"
    assert base64_text(b"XXXX") == base64.b64decode(b"XXXX")


@pytest.mark.parametrize("text", [b"A", b"AAAAA", b"AA!A", b"AA A", b"AAAA!!!!", b"=AAA"])
def test_base64_refuses_what_is_none(text: bytes) -> None:
    """No length leaves a single sixth of a byte, and no other sign is skipped."""
    assert base64_text(text) is None


@pytest.mark.parametrize(
    ("day", "exists"),
    [
        ((2024, 2, 29), True), ((2023, 2, 29), False), ((1900, 2, 29), False), ((2000, 2, 29), True),
        ((2024, 2, 30), False), ((2023, 2, 28), True), ((2024, 12, 31), True), ((2024, 4, 31), False),
        ((2024, 4, 30), True), ((2024, 0, 1), False), ((2024, 13, 1), False), ((2024, 1, 0), False),
        ((2024, 1, 1), True), ((1799, 12, 31), False), ((1800, 1, 1), True), ((2199, 12, 31), True),
        ((2200, 1, 1), False), ((2024, 1, 31), True), ((2024, 1, 32), False), ((2024, 6, 31), False),
        ((2024, 9, 31), False), ((2024, 11, 31), False), ((2024, 3, 31), True), ((2024, 5, 31), True),
        ((2024, 7, 31), True), ((2024, 8, 31), True), ((2024, 10, 31), True), ((1800, 2, 29), False),
    ],
)  # fmt: skip
def test_days_of_the_calendar(day: tuple[int, int, int], exists: bool) -> None:
    """Gregorian leap years, lengths of months, and the years of living persons."""
    assert day_exists(*day) is exists


def test_day_in_a_year_of_two_digits() -> None:
    """It exists if it does in some century: 29 February 00 did in 2000."""
    assert short_year_day_exists("00", "02", "29")
    assert short_year_day_exists("96", "02", "29")
    assert not short_year_day_exists("99", "02", "29")
    assert not short_year_day_exists("99", "13", "01")


def test_weighted_sums() -> None:
    """Sum and check digit as national numbers use them; unequal lengths are an error of the caller."""
    assert weighted("123", (3, 2, 1)) == 10
    assert [mod11_digit(total) for total in (0, 1, 10, 11, 12)] == [0, 10, 1, 0, 10]
    with pytest.raises(ValueError, match="argument"):
        weighted("12", (1,))


def test_numbers_that_python_stdnum_knows() -> None:
    """A number of each kind of module holds, a wrong digit and odd characters do not; a module is loaded once."""
    assert stdnum_valid("pl.pesel", "44051401359")
    assert not stdnum_valid("pl.pesel", "44051401358")
    assert not stdnum_valid("pl.pesel", "\u0663\ud800x")
    assert stdnum_valid("br.cpf", "390.533.447-05")
    assert validators._stdnum("br.cpf") is validators._stdnum("br.cpf")


def test_a_module_that_stumbles_takes_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index or key out of a module's tables is a number that is none."""
    for error in (ValueError, IndexError, KeyError):

        def stumbling(module: str, error: type[Exception] = error) -> object:
            raise error(module)

        monkeypatch.setattr(validators, "_stdnum", stumbling)
        assert stdnum_valid("pl.pesel", "44051401359") is False


_XPUB = (
    "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
)


def test_base58check_of_other_sizes() -> None:
    """A key of BIP 32 has 82 bytes and an address of Tezos 27; neither has another size, nor another last letter."""
    assert base58check(_XPUB, 82)
    assert not base58check(_XPUB)
    assert not base58check(_XPUB[:-1] + "9", 82)
    assert not base58check("0" + _XPUB[1:], 82)


STELLAR = "GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7"
POLKADOT = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"


def _changed(text: str) -> list[str]:
    """A text with each of its characters changed into another of its alphabet."""
    return [f"{text[:at]}{'7' if char != '7' else '6'}{text[at + 1 :]}" for at, char in enumerate(text)]


def test_key_of_stellar_has_its_checksum() -> None:
    """SEP 23: a CRC-16 over all before it; no other character fits, and what is no base32 is none."""
    assert strkey(STELLAR)
    assert not any(map(strkey, _changed(STELLAR)))
    assert not strkey(STELLAR[:-1] + "1")
    assert not strkey(STELLAR[:-1])


def test_address_of_substrate_has_its_checksum() -> None:
    """SS58: 32 bytes of a key behind one or two of a network, and two of a hash behind them."""
    assert ss58(POLKADOT)
    assert not any(map(ss58, _changed(POLKADOT)))
    assert not ss58(POLKADOT[:-1])
    assert not ss58("0" + POLKADOT[1:])
    for network in (b"", b"\x45\x01", b"\x45\x01\x01", b"\x00"):
        raw = network + bytes(range(32))
        check = hashlib.blake2b(b"SS58PRE" + raw).digest()[:2]
        assert ss58(_base58(raw + check)) is (len(network) in (1, 2))


def _base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


@pytest.mark.parametrize(
    ("text", "structured"),
    [
        ("DE89370400440532013000", True),
        ("GB82WEST12345698765432", True),
        ("GB82123412345698765432", False),
        ("BE68539007547034", True),
        ("BE69539007547034", False),
        ("IR580540105180021273113007", True),
        ("IR58054010518002127311300A", False),
        ("CI93CI0080111301134291200589", True),
        ("CI93C0080111301134291200589A", False),
        ("XX93370400440532013000", False),
    ],
)
def test_iban_has_its_country_s_structure(text: str, structured: bool) -> None:
    """As the registry has it, and for countries that it does not have as their banks give them out."""
    assert iban_structured(text) is structured
