"""Detectors of a policy: which patterns are taken, what they find, and what is refused before it can hurt."""
# ruff: noqa: E501 - a case is easier to read on one line.

import time

import pytest

from streams.errors import PolicyError
from streams.masking.engine import Engine
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.own import VALIDATORS, detector_of
from streams.masking.patterns import shape_of
from streams.masking.policy import OwnDetector, Policy
from streams.masking.selection import detectors_for
from streams.masking.tokens import Tokens

KEYRING = Keyring("k1", {"k1": b"pattern" * 5})


def masked(text: str, *own: OwnDetector) -> str:
    outcome = Masker(Policy(detectors=own), KEYRING).mask(text.encode())
    assert outcome.text is not None
    return outcome.text.decode()


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("ab", 2, 2), (r"a{2,5}", 2, 5), (r"(?:ab|c)?d", 1, 3), (r"[^\]x]{3}", 3, 3), (r"\bORD-\d{8}\b", 12, 12),
        (r"(?i:x)(y)z??", 2, 3), ("ä", 2, 2), (r"\x41\.", 2, 2), ("[]a]b", 2, 2),
    ],
)  # fmt: skip
def test_shapes_of_patterns(pattern: str, least: int, most: int) -> None:
    """The shortest and the longest match are known before anything is compiled."""
    assert shape_of(pattern)[:2] == (least, most)


@pytest.mark.parametrize(
    "pattern",
    [
        "", "a?", "a{0,3}", "(?:)", "a|", r"\b", "a*", "a+", ".*", "a{3,}", "^a", "a$", r"\Aa", r"a\z", "(?=a)b", "(?<!a)b",
        "(?P<n>a)", r"(a)\1", "[[:alpha:]]", "[a", "(a", "a)", "a{", "a{5,2}", "*a", "a{1,3}{2}", "[é]", r"\pL", "a" * 300,
        "(?:a{1,99}){1,99}", "(" * 30 + "a" + ")" * 30, "a\\", r"\Qa\E", "a{1000000000000}", "(?s)a",
    ],
)  # fmt: skip
def test_hostile_patterns_are_refused_at_once(pattern: str) -> None:
    """What matches nothing, everything, without a bound or beyond what may be compiled is one sentence."""
    begun = time.process_time()
    with pytest.raises(PolicyError, match=r"^The pattern .*\.$"):
        shape_of(pattern)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("pattern", [r"a[^b]{0,200}c", r"[a-z]{1,64}@[a-z]{1,64}", "[b-a]x"])
def test_what_hyperscan_refuses_is_refused(pattern: str) -> None:
    """Its words are not passed on."""
    with pytest.raises(PolicyError, match="cannot be compiled"):
        detector_of(OwnDetector("x", "user", pattern))


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("see ORD-12345678 now", "see T now"),
        ("ORD-12345678", "T"),
        ("ord-1234567890,", "T,"),
        ("xORD-12345678", "xORD-12345678"),
        ("ORD-123456789012", "ORD-123456789012"),
        ('{"o":"ORD-12345678","n":"ORD-12345678"}', '{"o":"T","n":"T"}'),
        ("a" * 400 + " ORD-12345678", "a" * 400 + " T"),
        ("ORD%2D12345678", "T"),
    ],
)
def test_patterns_find_their_longest_match(text: str, becomes: str) -> None:
    """Where words end is seen beyond the match, and one finding is one token."""
    own = OwnDetector("order", "account", r"\bORD-[0-9]{8,10}\b")
    token = Tokens(KEYRING).token("account", "ORD-12345678").decode()
    longer = Tokens(KEYRING).token("account", "ORD-1234567890").decode()
    assert masked(text, own).replace(token, "T").replace(longer, "T") == becomes


def test_words_have_to_stand_before() -> None:
    """A number is a finding only behind one of the words, as a whole word, within reach."""
    own = OwnDetector("staff", "user", r"\b[0-9]{6}\b", words=("employee", "staff id"))
    for text in ("employee 123456", "Staff ID: 123456"):
        assert "123456" not in masked(text, own)
    for text in ("123456", "unemployee 123456", "employee" + " " * 80 + "123456", "123456 employee"):
        assert masked(text, own) == text


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("luhn", "7992739871-3", "7992739871-4"), ("card", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"), ("us_ssn", "536-90-4399", "666-90-4399"),
        ("base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
        ("bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
        ("mod_11_10", "794623", "794624"), ("mod_11_2", "07940", "07941"), ("mod_37_36", "A12425GABC1234002M", "A12425GABC1234002N"),
        ("mod_97_10", "08686001256515001121751", "08686001256515001121752"), ("verhoeff", "1234567890120", "1234567890121"),
        ("damm", "5724", "5725"), ("imei", "490154203237518", "490154203237519"), ("isin", "US0378331005", "US0378331006"),
        ("lei", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"), ("vat_eu", "NL4495445B01", "NL4495446B01"),
    ],
)  # fmt: skip
def test_validators_by_name(name: str, good: str, bad: str) -> None:
    """Each validator takes what is right and refuses what has a wrong digit."""
    assert VALIDATORS[name](good)
    assert not VALIDATORS[name](bad)
    assert not VALIDATORS[name]("x")


def test_every_validator_is_tested() -> None:
    """None is offered that no test knows."""
    (mark,) = (mark for mark in test_validators_by_name.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert {row[0] for row in mark.args[1]} == set(VALIDATORS)


@pytest.mark.parametrize(
    "text", [b"ref ORD-12345678, ORD-1 and acc-77 of ACC-1234", b'{"a":"ORD-99999999 ACC-12"}', b"ORD-"]
)
def test_patterns_are_found_without_the_prefilter(text: bytes) -> None:
    """Asking the detectors of a policy at every position finds no more than asking where their patterns end."""
    rules = Policy(
        detectors=(OwnDetector("order", "account", r"\bORD-[0-9]{8}\b"), OwnDetector("acc", "user", r"ACC-\d{1,4}"))
    )
    rows = [row for row in detectors_for(rules) if row.name.startswith("own_")]
    engines = [Engine(rules, Tokens(KEYRING), rows, prefilter=prefilter) for prefilter in (True, False)]
    assert engines[0].mask([text]).outputs == engines[1].mask([text]).outputs
