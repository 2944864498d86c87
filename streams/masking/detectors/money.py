"""Payment cards, IBANs and wallets: values that prove themselves by their check digits."""

import re
from functools import lru_cache
from typing import Final

from streams.masking.beginnings import TO_DIGIT, begun
from streams.masking.context import at_word_start, number_quote
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import IBAN_LENGTHS, base58check, bech32, card_brand, iban_structured, iban_valid, luhn

__all__ = ["DETECTORS", "is_thing", "judge_card", "judge_iban"]

#: Groupings that cards are printed in: fours, Amex 4-6-5, Diners 4-6-4, or none; one kind of separator.
_CARD: Final = re.compile(
    rb"(?:[0-9]{4}([ \-./_]{1,2}|\t)[0-9]{4}\1[0-9]{4}\1(?:[0-9]{4}(?:\1[0-9]{1,3})?|[0-9]{1,3})"
    rb"|[0-9]{4}([ \-./_])[0-9]{6}\2[0-9]{4,5}|[0-9]{12,19})(?![0-9])"
)

_FIRST_GROUP: Final = re.compile(rb"(?<![0-9])[0-9]{4}")
_CARD_SEPARATORS: Final = b" -./_\t"
#: How far before the end of an anchor a number begins at most, in bytes: twelve digits, or eight and their separators.
_CARD_REACH: Final = 14
#: Signs between four groups.
_THREE: Final = 3
#: Words for things that are counted or numbered; a number right behind one is theirs.
_THING: Final = re.compile(
    rb"(?:\b|_)(?:trace|span|request|req|correlation|transaction|txn?|(?:message|msg|event)[_ \-.]?id|batch|job|task|run|build|commit|row|record|rows|records|"
    rb"offset|seq|sequence|size|length|count|total|bytes|pid|tid|block|blk|checkpoint|sku|epoch|ts|time|timestamp|nanos|duration|elapsed|took|"
    rb"worker|node|thread|process|invoice item|version|arn|aws|isbn|isin|ean|upc|gtin|serial|tracking)(?:[_ \-.]?(?:id|no|nr|number|ns|ms))?"
    rb"\\*[\"']?[ :=#(\[]{0,3}\\*[\"']?\Z",
    re.IGNORECASE,
)
#: The account in an ARN (AWS, "Amazon Resource Names"): `arn:aws:iam::123456789012:role/x`.
_ARN: Final = re.compile(rb"\barn:[a-z\-]{3,16}:[a-z0-9\-]{2,32}:[a-z0-9\-]{0,24}:\Z")
_ARN_MAX: Final = 90
_UNIT: Final = re.compile(
    rb"\s?(?:ms|ns|us|\xc2\xb5s|s|secs?|seconds|bytes|[kmgt]i?b|rows|records|items|times|ticks)\b", re.IGNORECASE
)


@lru_cache(maxsize=1024)
def is_thing(before: bytes) -> bool:
    """Whether a number's name says that it counts or numbers things; no name reaches over a comma."""
    return _THING.search(before) is not None


def judge_card(data: bytes, end: int) -> Verdict:
    """A number whose issuer range, length and Luhn digit agree, outside identifiers, counts and times."""
    verdict: Verdict = "no_grouping"
    for group in _FIRST_GROUP.finditer(data, max(0, end - _CARD_REACH), min(end, len(data))):
        start = group.start()
        number = _CARD.match(data, start)
        if number and number.end() >= end - 1:
            verdict = _card(data, start, number.end(), number[0])
        if number and number[1] and isinstance(verdict, str) and number[0].count(number[1]) > _THREE:
            # Four groups and a fifth that is none of it: a security code, a date.
            stop = number.start() + number[0].rfind(number[1])
            verdict = _card(data, start, stop, data[start:stop])
        if isinstance(verdict, Found):
            break
    return verdict


def _card(data: bytes, start: int, stop: int, text: bytes) -> Verdict:
    bare = text.isdigit()
    digits = (text if bare else text.translate(None, _CARD_SEPARATORS)).decode()
    brand = card_brand(digits)
    if brand is None:
        return "issuer_range"
    if not luhn(digits):
        return "luhn"
    if bare and (track := _TRACK.match(data, stop)) and at_word_start(data, start):
        return Found(start, track.end(), "card", "card", f"luhn+{brand}", 84)
    if not _stands_alone(data, start, stop, grouped=not bare):
        return "part_of_word"
    # Nobody prints a count or an identifier in the groups of a card.
    if bare and start and is_thing(data[max(0, start - 32) : start].rpartition(b",")[2]):
        return "named_otherwise"
    if bare and data[start - 1 : start] == b":" and _ARN.search(data, max(0, start - _ARN_MAX), start):
        return "account_of_cloud"
    if bare and _UNIT.match(data, stop):
        return "quantity"
    quote = number_quote(data, start, stop) if bare else b""
    return Found(start, stop, "card", "card", f"luhn+{brand}", 78, quote)


#: What follows the number on a second track: its sign (`D` where a terminal packs it, EMV Book 3, tag 57), expiry, service
#: code and discretionary data (ISO/IEC 7813).
_TRACK: Final = re.compile(rb"[=Dd][0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3,26}[Ff]?\??(?![0-9A-Za-z])")

#: What is glued to a number behind a word for cards does not make it part of that word: `card_4111...`, `pan-4111...`.
_CARD_WORDS: Final = r"(?:card|cc|ccn|pan|visa|amex|number|num|no|nr)[_.+\-]"
_CARD_GLUED: Final = re.compile(rb"%b\Z" % _CARD_WORDS.encode(), re.IGNORECASE)
#: Before the anchor of a card: no letter, digit or sign of a longer number, but for those; a form's space is a plus.
_CARD_BEFORE: Final = rf"(?:[^0-9.+\-]|[a-z]\+|{_CARD_WORDS})"
#: Words for a card before its number; the shortest are shapes.
_NAMED: Final = (
    *(f"{kind}{card}" for kind in ("", "credit ", "debit ", "bank ", "payment ", "credit", "debit", "bank", "payment") for card in ("card", "cards")),
    "visa", "mastercard", "master card", "amex", "kreditkarte", "karte", "carte", "tarjeta",
)  # fmt: skip
_SIGN_BEFORE: Final = re.compile(rb"(?:[.\-]|(?:[0-9][eE]|[^A-Za-z]|\A)\+)\Z")
_SIGN_BEHIND: Final = re.compile(rb"[.\-][0-9]")


def _stands_alone(data: bytes, start: int, stop: int, *, grouped: bool) -> bool:
    joined = start > 0 and data[start - 1] in b"_.+-"
    if not (joined and _CARD_GLUED.search(data, max(0, start - 12), start)):
        if not at_word_start(data, start):
            return False
        if joined and _SIGN_BEFORE.search(data[max(0, start - 3) : start]):
            return False
    if data[stop : stop + 1].isalpha() or data[stop : stop + 1] == b"_":
        return False
    return grouped or not _SIGN_BEHIND.match(data, stop)


_CARD_WORD_GAP: Final = re.compile(rb"[0-9](?:[ \-.]?[0-9]){11,18}(?![0-9A-Za-z_]|[.\-][0-9])")


def judge_card_named(data: bytes, end: int) -> Verdict:
    """A number behind a word for cards, of any issuer, that has a Luhn digit."""
    start = end - 1
    if start < 0 or (start and (data[start - 1] in b".-+" or not at_word_start(data, start))):
        return "part_of_word"
    number = _CARD_WORD_GAP.match(data, start)
    if number is None:
        return "length"
    if not luhn(re.sub(rb"[^0-9]", b"", number[0]).decode()):
        return "luhn"
    return Found(start, number.end(), "card", "card_named", "luhn", 62)


_COUNTRIES: Final = "|".join(sorted(IBAN_LENGTHS))
_IBAN_CHARS: Final = re.compile(rb"[A-Za-z]{2}[0-9]{2}(?:[ \-]?[A-Za-z0-9]){11,30}")
_IBAN_GROUPS: Final = re.compile(rb"[ \-]")
_UNDERSCORE: Final = 0x5F
#: A currency may be glued to an IBAN (ISO 4217), and an underscore with anything; of what is not ASCII Latin letters go on
#: with it (U+00C0 to U+02BF), while closing quotes, wide signs and scripts without spaces do not.
_IBAN_BEHIND: Final = re.compile(rb"(?:[A-Z]{3})?(?![A-Za-z0-9\xc3-\xca])")


def judge_iban(data: bytes, end: int) -> Verdict:
    """An account number in the length of its country with valid check digits, in any grouping."""
    for start in range(end - 11, end - 14, -1):
        if start < 0 or not data[start : start + 2].isalpha() or not data[start + 2 : start + 4].isdigit():
            continue
        if (
            not at_word_start(data, start)
            and data[start - 1] != _UNDERSCORE
            and data[start - 4 : start].upper() != b"IBAN"
        ):
            continue
        if match := _IBAN_CHARS.match(data, start):
            return _iban(data, start, match[0])
    return "no_country"


def _iban(data: bytes, start: int, text: bytes) -> Verdict:
    size = IBAN_LENGTHS.get(text[:2].decode().upper())
    if size is None:
        return "no_country"
    if text.isalnum() and (len(text) < size or not _IBAN_BEHIND.match(data, start + size)):
        return "length"
    taken = kept = 0
    while kept < size and taken < len(text):
        kept += text[taken] not in b" -"
        taken += 1
    compact = _IBAN_GROUPS.sub(b"", text[:taken]).decode().upper()
    if kept < size or not iban_valid(compact):
        return "mod97"
    if not iban_structured(compact):
        return "country_structure"
    if not _IBAN_BEHIND.match(data, start + taken):
        return "part_of_word"
    return Found(start, start + taken, "iban", "iban", "mod97", 79)


_WALLET: Final = re.compile(
    rb"([13][1-9A-HJ-NP-Za-km-z]{25,34})|((?i:bc|tb|ltc)1[02-9ac-hj-np-zA-HJ-NP-Z]{11,87})|(0[xX][0-9a-fA-F]{40})"
)

#: A field of hashes, which may be as long as an address (SHA-1; Apple's code signatures, `CDHash`).
_HASH_BEFORE: Final = re.compile(
    rb"(?:hash|sha-?1|commit|checksum|digest|fingerprint|thumbprint)\\*[\"']?[ \t]{0,2}[:=][ \t]{0,2}\\*[\"']?\Z",
    re.IGNORECASE,
)
_HASH_MAX: Final = 24

#: How far before the end of an anchor an address begins, in bytes, for each of its forms.
_WALLET_REACHES: Final = (26, 14, 15, 42)


def judge_wallet(data: bytes, end: int) -> Verdict:
    """A Bitcoin address with its checksum (base58check, bech32, bech32m) or an Ethereum address."""
    for reach in _WALLET_REACHES:
        start = end - reach
        address = _WALLET.match(data, start) if start >= 0 else None
        if address is None or not at_word_start(data, start) or data[address.end() : address.end() + 1].isalnum():
            continue
        text = address[0].decode()
        if address[1] and not text.islower() and base58check(text):
            return Found(start, address.end(), "wallet", "wallet", "base58check", 79)
        if address[2] and bech32(text):
            return Found(start, address.end(), "wallet", "wallet", "bech32", 79)
        if address[3]:
            if _HASH_BEFORE.search(data, max(0, start - _HASH_MAX), start):
                return "hash"
            return Found(start, address.end(), "wallet", "wallet", "length", 60)
    return "checksum"


DETECTORS: Final = (
    Detector(
        "card",
        (),
        judge_card,
        (
            "4111 1111 1111 1111 ",
            "card=5555555555554444,",
            "3782-822463-10005 ",
            "6011.1111.1111.1117 ",
            "charged 180044131759185 ",
            "DE35: 4111111111111111D28122011234567800F ",
        ),
        ("4111111111111112 ", "1700000000000 ", "offset 4111111111111111 ", "took 4111111111111111 ns "),
        "ISO/IEC 7812, ISO/IEC 7813",
        shapes=(
            rf"{_CARD_BEFORE}(?:(?:3[04-9]|4[0-9]|5[0-8]|6[0-9]|2[2-7]|8[12]|97)[0-9]{{2}}|1800|2131)[0-9]{{8}}",
            rf"{_CARD_BEFORE}[2-689][0-9]{{3}}[ \-./_\t]{{1,2}}[0-9]{{4}}[ \-./_\t]",
            rf"{_CARD_BEFORE}3[0-9]{{3}}[ \-./_][0-9]{{6}}[ \-./_]",
        ),
    ),
    Detector(
        "card_named",
        begun(*_NAMED, "ccn", "pan", tail=TO_DIGIT),
        judge_card_named,
        ("my credit card: 122000000000003 ", "card number 3519833257665853 is lost"),
        ("card 1234567890123456 ", "cards in deck: 52"),
        "ISO/IEC 7812-1",
        by_word=True,
        shapes=(rf"(?:[^a-z0-9]|\\[nrtbf])cc{TO_DIGIT}",),
    ),
    Detector(
        "iban",
        (),
        judge_iban,
        (
            " DE89370400440532013000",
            "IBAN: GB82 WEST 1234 5698 7654 32",
            " NO9386011117947",
            "\u201eDE89370400440532013000\u201c",
            "\u53e3\u5ea7GB82WEST12345698765432\u5b9b",
        ),
        (
            " DE89370400440532013001",
            " DE89-not-an-iban-at-all",
            " xx12345678901234567",
            " DE89370400440532013000\u00e9",
        ),
        "ISO 13616, SWIFT IBAN Registry",
        shapes=(rf"[^0-9ac-eg-mo-qsu-z](?:{_COUNTRIES})[0-9]{{2}}[ \-]?[a-z0-9]{{4}}[ \-]?[a-z0-9]{{3}}",),
    ),
    Detector(
        "wallet",
        (r"[^0-9ac-eg-mo-qsu-z](?:bc|tb|ltc)1[02-9ac-hj-np-z]{11}",),
        judge_wallet,
        ("to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ ", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 "),
        (
            "to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyX ",
            "0x00000000000000000000000000000000000001 ",
            '"Identity.CDHash":"0x4ab4c898fd4a994fd267ed1edeb21b9c9b5cb70f"',
            "sha1=0x4ab4c898fd4a994fd267ed1edeb21b9c9b5cb70f ",
        ),
        "Bitcoin Core base58check, BIP 173, BIP 350, EIP-55",
        shapes=(r"[^0-9ac-eg-mo-qsu-z][13](?-i:[1-9A-HJ-NP-Za-km-z]{25})", r"[^0-9ac-eg-mo-qsu-z]0x[0-9a-f]{40}"),
    ),
)
