"""Accounts and cards by the words beside them: routing and account numbers, BIC, security codes, expiry, card tracks."""

import re
from typing import Final

from streams.masking.beginnings import begun
from streams.masking.context import at_word_start
from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import IBAN_LENGTHS, iban_structured, iban_valid, luhn

__all__ = ["DETECTORS", "aba_valid"]


def aba_valid(digits: str) -> bool:
    """Whether nine digits are a routing number: a Federal Reserve prefix and the check digit (ABA, ANSI X9.100-160)."""
    prefix = int(digits[:2])
    if not (prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80):
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0


_LINK: Final = rb"(?:[\W_]{0,3}\b(?:number|num|no|nr|code|transit|is|was|of|the|are))"
_ROUTING_WORD: Final = re.compile(rb"(?:routing|aba|rtn)\Z", re.IGNORECASE)
_ROUTING: Final = re.compile(
    _LINK + rb"{0,4}[^0-9A-Za-z\x80-\xff]{1,6}([0-9]{4}-?[0-9]{4}-?[0-9])(?![0-9A-Za-z_]|[\-.][0-9])", re.IGNORECASE
)
#: The account right behind the routing number of its bank.
_ROUTED: Final = re.compile(
    rb"[\s,;|/&\"'\\]{1,8}(?:bank[ _\-]?)?(?:account|acct|acc)(?:[ _\-]?(?:number|num|no|nr))?\.?\\{0,31}[\"']?[ :=#]{1,4}\\{0,31}[\"']?([0-9]{5,17})(?![0-9A-Za-z_]|[.\-][0-9])",
    re.IGNORECASE,
)


def judge_routing(data: bytes, end: int) -> Verdict:
    """Nine digits behind a word for routing numbers."""
    if not ends_with_words(_ROUTING_WORD, data, end, 8):
        return "no_word"
    number = _ROUTING.match(data, end)
    if number is None:
        return "no_number"
    if not aba_valid(number[1].replace(b"-", b"").decode()):
        return "check_digit"
    routing = Found(number.start(1), number.end(1), "account", "us_routing", "aba", 52)
    account = _ROUTED.match(data, number.end(1))
    return [routing, Found(*account.span(1), "account", "us_routing", "aba", 52)] if account else routing


_ACCOUNT_WORD: Final = re.compile(
    rb"(?:account (?:number|num|no|nr)\.?|acct\.? ?(?:number|num|no|nr|#)|bank account|banking account|checking account|savings account|sort code|a/c|kontonummer|numero de cuenta|num\xc3\xa9ro de compte)\Z",
    re.IGNORECASE,
)
_ACCOUNT: Final = re.compile(
    rb"(?:"
    + _LINK
    + rb"|[\W_]{0,3}\bending in){0,3}[^0-9A-Za-z\x80-\xff]{1,6}((?:[A-Z]{2}[ \-]?)?[0-9](?:[ \-]?[0-9]){5,19})(?![0-9A-Za-z_]|[.,][0-9]|[\-/:][0-9])",
    re.IGNORECASE,
)
_DATE: Final = re.compile(rb"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")


def judge_account(data: bytes, end: int) -> Verdict:
    """Digits behind words for a bank account (six at least: a British one with its sort code has six and eight)."""
    if not ends_with_words(_ACCOUNT_WORD, data, end, 20):
        return "no_word"
    number = _ACCOUNT.match(data, end)
    if number is None:
        return "no_number"
    if _DATE.match(number[1]):
        return "date"
    return Found(number.start(1), number.end(1), "account", "bank_account", "word", 40)


#: Countries and territories (ISO 3166-1) as BICs name them, Kosovo's XK too.
_COUNTRIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY
    CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF
    NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()
)  # fmt: skip
_BIC_WORD: Final = re.compile(rb"(?:swift|bic|swift/bic|bic/swift)\Z", re.IGNORECASE)
_BIC: Final = re.compile(
    rb"(?:(?i:"
    + _LINK
    + rb")){0,3}[^0-9A-Za-z\x80-\xff]{1,6}([A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![0-9A-Za-z_])"
)


def judge_bic(data: bytes, end: int) -> Verdict:
    """A business identifier code with a country that exists, behind a word for it (ISO 9362)."""
    if not ends_with_words(_BIC_WORD, data, end, 10):
        return "no_word"
    code = _BIC.match(data, end)
    if code is None or code[2].decode() not in _COUNTRIES:
        return "no_code"
    return Found(code.start(1), code.end(1), "account", "bic", "iso9362", 50)


_CODE_WORD: Final = re.compile(
    rb"(?:cvv2?|cvc2?|cvn|csc|card security code|security code|card verification (?:value|code)|kartenpr\xc3\xbcfnummer)\Z",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    _LINK + rb"{0,2}[^0-9A-Za-z\x80-\xff]{1,6}([0-9]{3,4})(?![0-9A-Za-z_]|[\-.:][0-9])", re.IGNORECASE
)


def judge_code(data: bytes, end: int) -> Verdict:
    """Three or four digits behind a word for a card's security code (ISO/IEC 7813; PCI DSS 3.3)."""
    if not ends_with_words(_CODE_WORD, data, end, 28):
        return "no_word"
    code = _CODE.match(data, end)
    return Found(code.start(1), code.end(1), "vitals", "card_security_code", "word", 50) if code else "no_code"


# Each of them begins with one of four letters: that fails sooner at the other places, where surrogates of JWTs say `exp`.
_EXPIRY_WORD: Final = re.compile(
    rb"(?=[cegv])(?:exp|expiry|expires|expiration|valid thru|valid through|good thru|exp date|expiry date|expiration date|g\xc3\xbcltig bis|card exp)\Z",
    re.IGNORECASE,
)
_EXPIRY: Final = re.compile(
    _LINK
    + rb"{0,2}[^0-9A-Za-z\x80-\xff]{1,4}((?:0[1-9]|1[0-2]) ?[/\-] ?(?:20)?[2-4][0-9])(?![0-9A-Za-z_/\-:]|\.[0-9])",
    re.IGNORECASE,
)
_CARD_NEAR: Final = re.compile(
    rb"card|visa|amex|mastercard|cvv|cvc|pan\b|(?<![0-9])[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}|\*{4}|x{4}|tok_card",
    re.IGNORECASE,
)
_NEAR: Final = 80


def judge_expiry(data: bytes, end: int) -> Verdict:
    """Month and year behind a word for a card's expiry, where a card is near."""
    if not ends_with_words(_EXPIRY_WORD, data, end, 20):
        return "no_word"
    date = _EXPIRY.match(data, end)
    if date is None:
        return "no_date"
    if not _CARD_NEAR.search(data, max(0, end - _NEAR), date.end() + _NEAR):
        return "no_card_near"
    return Found(date.start(1), date.end(1), "vitals", "card_expiry", "word", 50)


#: Tracks of a magnetic stripe (ISO/IEC 7813): number, name, expiry, service code, discretionary data.
_TRACK1: Final = re.compile(
    rb"(?:[Bb]([0-9]{12,19})|([\xb0-\xb9][0-9]{11,18}))\^[^\^\r\n\"\xff]{2,26}\^(?:[0-9]{4}|\^)[0-9A-Z ]{0,60}\??"
)
_TRACK2: Final = re.compile(rb"([0-9]{12,19})[=D]([0-9]{4})[0-9]{3,20}F?\??")


def judge_track1(data: bytes, end: int) -> Verdict:
    """The whole of a first track around its first `^`."""
    start = end - 1
    if start < 0 or data[start:end] != b"^":
        return "no_sign"
    while start and end - start < 22 and data[start - 1 : start].isdigit():
        start -= 1
    track = _TRACK1.match(data, start - 1) if start else None
    if track is None:
        return "no_track"
    # `%B4` at the start of a track reads as a percent-encoded byte; its second half is the first digit.
    digits = track[1] or b"%d%b" % (track[2][0] & 0x0F, track[2][1:])
    if not luhn(digits.decode()):
        return "luhn"
    return Found(start - 1, track.end(), "card", "track1", "iso7813", 85)


#: A card's number has twelve digits at least (ISO/IEC 7812-1, 4.1).
_SHORTEST_PAN: Final = 12


def judge_track2(data: bytes, end: int) -> Verdict:
    """The whole of a second track from its `;` on."""
    start = end - _SHORTEST_PAN
    track = _TRACK2.match(data, start)
    if track is None or data[start - 1 : start] != b";" or not luhn(track[1].decode()):
        return "no_track"
    return Found(start, track.end(), "card", "track2", "iso7813", 85)


_IBAN_COUNTRIES: Final = "|".join(sorted(IBAN_LENGTHS))
#: The countries' codes, and the beginning of a number that `money` does not take for one: a sign behind the country, or
#: groups that begin before the fifth character or lie between dots.
_SPACED: Final = re.compile(rb"(%b)(?:[ \-][0-9]{2}|[0-9]{2,3}[. ][0-9]{4}[. ])" % _IBAN_COUNTRIES.encode())
_SPACED_CHARS: Final = re.compile(rb"[A-Z]{2}[ \-]?[0-9]{2}(?:[ .\-]?[0-9A-Za-z]){11,30}")
#: How far before the end of an anchor such a number begins, in bytes.
_SPACED_REACHES: Final = (5, 10, 11)
_CUT: Final = re.compile(rb"[ .\-]")


def judge_iban_spaced(data: bytes, end: int) -> Verdict:
    """An account number in groups of any size, also behind its country (`NO 31 6018 04 47124`, `NO71.4202.47.14777`)."""
    for reach in _SPACED_REACHES:
        start = end - reach
        head = _SPACED.match(data, start) if start >= 0 else None
        if head is not None and head.end() == end and at_word_start(data, start):
            return _iban_spaced(data, start, IBAN_LENGTHS[head[1].decode()])
    return "no_country"


def _iban_spaced(data: bytes, start: int, size: int) -> Verdict:
    number = _SPACED_CHARS.match(data, start)
    taken, text = 0, number[0] if number else b""
    for place, byte in enumerate(text):
        taken += byte not in b" .-"
        if taken == size:
            text = text[: place + 1]
            break
    else:
        return "length"
    compact = _CUT.sub(b"", text).decode().upper()
    if data[start + len(text) : start + len(text) + 1].isalnum() or not iban_valid(compact):
        return "mod97"
    if not iban_structured(compact):
        return "country_structure"
    return Found(start, start + len(text), "iban", "iban_spaced", "mod97", 79)


#: Words for an account, but for abbreviations of the word itself.
_ACCOUNT_WORDS: Final = (
    *(f"account {number}{point}" for number in ("number", "num", "no", "nr") for point in ("", ".")),
    "bank account", "banking account", "checking account", "savings account", "sort code", "a/c", "kontonummer", "numero de cuenta", "numéro de compte",
)  # fmt: skip

DETECTORS: Final = (
    Detector(
        "us_routing", begun("routing", "aba", "rtn"), judge_routing,
        ("routing number is: 111000025", "routing=021000021 account=123456789", "ABA 0210-0002-1"), ("routing number 123456789", "aba 12"), "ABA, ANSI X9.100-160", by_word=True,
    ),
    Detector(
        "bank_account",
        (
            r"acct\.? ?(?:number|num|no|nr|#)", *begun(*_ACCOUNT_WORDS),
        ),
        judge_account,
        ("my bank account number is 912803456", "acct no 000123456789", "sort code 12-34-56"), ("account number 12", "bank account created 2024-05-01"), "context words", by_word=True,
    ),
    Detector(
        "bic", begun("swift", "bic"), judge_bic, ("BIC: DEUTDEFF", "swift code is BOFAUS3NXXX"), ("swift DEUTXXFF1", "bic code missing", "swift package Manager"), "ISO 9362", by_word=True,
    ),
    Detector(
        "card_security_code", begun("cvv", "cvv2", "cvc", "cvc2", "cvn", "csc", "security code", "card verification value", "card verification code", "kartenprüfnummer"), judge_code,
        ("CVV 123", "security code is 4321"), ("cvv check 12", "cvv2 failed"), "ISO/IEC 7813, PCI DSS 4.0 requirement 3.3", by_word=True,
    ),
    Detector(
        "card_expiry", begun("exp", "expiry", "expires", "expiration", "valid thru", "good thru", "valid through", "exp date", "expiry date", "expiration date", "gültig bis"), judge_expiry,
        ("card ending in 4242, exp 12/27", "visa valid thru 03-2028"), ("expires 12/27", "certificate exp 12/27 renewed"), "ISO/IEC 7813", by_word=True,
    ),
    Detector(
        "track1", (), judge_track1,
        ("%B4111111111111111^DOE/JOHN^25121010000000000000?",), ("%B4111111111111112^DOE/JOHN^2512101?", "2^8"), "ISO/IEC 7813",
        shapes=(r"[0-9]\^",),
    ),
    Detector(
        "track2", (), judge_track2, (";4111111111111111=25121010000000000000?",), (";4111111111111112=2512101000?", ";12"), "ISO/IEC 7813",
        shapes=(r";[0-9]{12}",),
    ),
    Detector(
        "iban_spaced", (), judge_iban_spaced,
        (" NO 31 6018 04 47124", " ES 58 0049 0290 3424 1352 8341", "NO71.4202.47.14777", "NO 7615030839797", "ME 25535005130000020047", "MK072 5012 0000 0589 84", "NO 402333 06 01019"),
        (" NO 32 6018 04 47124", "DE 12 Mai", "NO 7615030839798"), "ISO 13616",
        shapes=(
            rf"(?-i:(?:[^0-9A-Za-z]|\\[nrtbf])(?:{_IBAN_COUNTRIES})[ \-][0-9]{{2}})", r"(?-i:[A-Z]{2}[0-9]{2}[0-9]?[. ][0-9]{4}[. ])",
        ),
    ),
)  # fmt: skip
