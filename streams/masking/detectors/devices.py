"""Numbers of telephones, chip cards, devices and vehicles behind words for them."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind
from streams.masking.validators import luhn

__all__ = ["DETECTORS", "vin_valid"]

_SEPARATORS: Final = re.compile(rb"[ \-/.:]")


def _bare(text: bytes) -> str:
    return _SEPARATORS.sub(b"", text).decode().upper()


#: Letters of a vehicle's number with their values, and the places' weights (49 CFR 565.15, table IV and V).
_VIN_VALUES: Final = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        (*range(10), 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_valid(text: str) -> bool:
    """Whether 17 characters have the check digit that 49 CFR 565 asks of vehicles for North America."""
    if len(text) != len(_VIN_WEIGHTS) or any(char not in _VIN_VALUES for char in text):
        return False
    rest = sum(_VIN_VALUES[char] * weight for char, weight in zip(text, _VIN_WEIGHTS, strict=True)) % 11
    return text[8] == "0123456789X"[rest]


def _imei(text: str) -> bool:
    """15 digits with a Luhn digit (3GPP TS 23.003, annex B), or 14 and 16 without one (IMEI without check digit, IMEISV)."""
    return luhn(text) if len(text) == _IMEI else len(text) in (14, 16)


_IMEI: Final = 15


def _iccid(text: str) -> bool:
    """`89`, up to 20 digits in all (ITU-T E.118); the last one is a Luhn digit where all are printed."""
    return text.startswith("89") and len(text) in (18, 19, 20)


def _imsi(text: str) -> bool:
    """14 or 15 digits that begin with a mobile country code (3GPP TS 23.003, 2.2; ITU-T E.212 gives out 2xx to 7xx, 901)."""
    return len(text) in (14, 15) and text[0] in "2345679"


def _meid(text: str) -> bool:
    """14 hexadecimal digits from A0 on, with or without check digit, or 18 decimal ones (3GPP2 S.R0048-A)."""
    return (len(text) in (14, 15) and text[0] in "ABCDEF9") or (len(text) == 18 and text.isdigit())


def _vin(text: str) -> bool:
    """17 characters with letters and digits; those that begin as North America's need their check digit (ISO 3779)."""
    if not (any(char.isdigit() for char in text) and any(char.isalpha() for char in text)):
        return False
    return vin_valid(text) if text[0] in "12345" else True


def _mixed(text: str) -> bool:
    return any(char.isdigit() for char in text) and len(text) > 5


def _plate(text: str) -> bool:
    return 4 <= len(text) <= 8 and any(char.isdigit() for char in text) and any(char.isalpha() for char in text)


def _always(text: str) -> bool:
    return bool(text)


class _Number(NamedTuple):
    """One kind of number: the words before it, its spelling and its check."""

    name: str
    kind: Kind
    words: str
    shape: str
    check: Callable[[str], bool]
    validator: str


_GAP: Final = (
    r"(?:\W{0,3}(?:number|num|no|nr|code|id|is|was|of|sv|the|for|device|vehicle|=|:|#)){0,3}[^0-9A-Za-z\x80-\xff]{1,6}"
)
_GROUPED: Final = r"[0-9](?:[ \-/.]?[0-9]){13,19}"
_NUMBERS: Final = (
    _Number("imei", "device", "imei|imeisv|imei1|imei2", _GROUPED, _imei, "luhn"),
    _Number("imsi", "device", "imsi|supi", r"[0-9](?:[ \-]?[0-9]){13,14}", _imsi, "e212"),
    _Number("iccid", "device", "iccid|sim card|sim|sim serial", r"89(?:[ \-]?[0-9]){16,18}[Ff]?", _iccid, "e118"),
    _Number("meid", "device", "meid|esn", r"[0-9A-Fa-f](?:[ \-]?[0-9A-Fa-f]){13,17}", _meid, "s.r0048"),
    _Number("vin", "plate", "vin|vehicle identification|chassis|fahrgestellnummer|fin|vehicle|bastidor", r"[A-HJ-NPR-Za-hj-npr-z0-9]{17}", _vin, "iso3779"),
    _Number("serial_number", "device", "serial number|serial no|serialno|serialnumber|seriennummer|num\xc3\xa9ro de s\xc3\xa9rie|service tag|s/n", r"[A-Z0-9][A-Z0-9\-]{5,24}", _mixed, "shape"),
    _Number(
        "plate", "plate", "licen[cs]e plate|number plate|plate|plate number|vehicle registration|registration plate|kennzeichen|matricula|immatriculation|targa|license tag",
        r"(?:[A-Z]{1,3}[ \-:]?[A-Z]{0,2}[ \-]?[0-9]{1,4}(?:[ \-]?[A-Z]{1,3})?|[0-9]{1,4}[ \-]?[A-Z]{1,3}(?:[ \-]?[0-9]{1,4})?)", _plate, "shape",
    ),
    _Number("mac_bare", "mac", "mac|mac address|mac addr|hwaddr|bssid|station|ethernet", r"[0-9A-Fa-f]{12}", _mixed, "eui48"),
    _Number(
        "advertising_id", "device", "idfa|idfv|gaid|aaid|advertising|android|udid|oaid|device|adid",
        r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9a-f]{40}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}|[0-9a-f]{16}", _always, "uuid",
    ),
)  # fmt: skip

_REACH: Final = 40


def _judge(number: _Number) -> Callable[[bytes, int], Verdict]:
    words = re.compile(rb"(?:%b)\Z" % number.words.encode("latin-1"), re.IGNORECASE)
    value = re.compile(b"(?:%b)(?![0-9A-Za-z_]|[\\-.][0-9A-Za-z])" % number.shape.encode("latin-1"))
    gap = re.compile((_GAP_SPECIFIC.get(number.name) or _GAP).encode("latin-1"), re.IGNORECASE)

    def judge(data: bytes, end: int) -> Verdict:
        if not ends_with_words(words, data, end, _REACH):
            return "no_word"
        between = gap.match(data, end)
        found = value.match(data, between.end()) if between else None
        if found is None or not at_word_start(data, found.start()):
            return "no_number"
        if not number.check(_bare(found[0])):
            return "check_digit"
        return Found(found.start(), found.end(), number.kind, number.name, number.validator, 52)

    return judge


#: Words that mean a device only with another word behind them.
_GAP_SPECIFIC: Final = {
    "advertising_id": r"[_ \-]?(?:id|identifier)?(?:\W{0,3}(?:is|was|=|:)){0,2}[^0-9A-Za-z\x80-\xff]{1,6}",
    "vin": r"(?:\W{0,3}(?:number|num|no|nr|is|was|=|:|#)){0,3}[^0-9A-Za-z\x80-\xff]{1,6}",
    "serial_number": r"(?:\W{0,3}(?:is|was)){0,1}[^0-9A-Za-z\x80-\xff]{1,6}",
    "mac_bare": r"(?:\W{0,3}(?:address|addr|is|was)){0,2}[^0-9A-Za-z\x80-\xff]{1,6}",
    "plate": r"(?:\W{0,3}(?:number|num|no|nr|is|was|of)){0,2}[^0-9A-Za-z\x80-\xff]{1,6}",
}

_EXAMPLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "imei": (("IMEI: 35-209900-176148-1 ", "imei 490154203237518,"), ("imei 490154203237519 ", "imei lookup took 12 ms"), "3GPP TS 23.003"),
    "imsi": (("IMSI 310150123456789 attached", "imsi=262011234567890"), ("imsi 010150123456789 ", "imsi count 12"), "3GPP TS 23.003, ITU-T E.212"),
    "iccid": (("ICCID: 8949020000012345678", "SIM 89014103211118510720 active"), ("sim 12345678901234567890", "sim swap"), "ITU-T E.118"),
    "meid": (("MEID AF0123450ABCDE", "meid: 99000000123456"), ("meid 00000000000000", "meid none"), "3GPP2 S.R0048-A"),
    "vin": (("VIN 1M8GDM9AXKP042788 sold", "vin: WVWZZZ1JZXW000001"), ("vin 1M8GDM9A1KP042788 ", "vin: 12345678901234567"), "ISO 3779, 49 CFR 565"),
    "serial_number": (("Serial Number: C02XK1ZZJGH5", "S/N 5CG1234ABC"), ("serial number missing", "serial number: 12"), "manufacturers' labels"),
    "mac_bare": (("MAC 001B44113AB7 joined", "bssid: 001b44113ab7"), ("station 12 seen", "mac 001B44113AB7FF"), "IEEE 802"),
    "plate": (("license plate 7ABC123 seen", "Kennzeichen: B-MW 1234", "number plate AB12 CDE"), ("plate 12", "license plate missing"), "national vehicle registrations"),
    "advertising_id": (("IDFA: 6D92078A-8246-4BA4-AE5B-76104861E7DC", "android_id=9774d56d682e549c"), ("device mapper 12", "device 0000:00:1f.2"), "Apple ASIdentifierManager, Google Play services"),
}  # fmt: skip

DETECTORS: Final = tuple(
    Detector(
        number.name,
        tuple(number.words.split("|")),
        _judge(number),
        *_EXAMPLES[number.name],
        by_word=True,
    )
    for number in _NUMBERS
)
