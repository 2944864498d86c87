"""Numbers of telephones, chip cards, devices and vehicles behind words for them."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Judge, Verdict
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
    """One kind of number: the words before it, what may stand between, its spelling and its check."""

    name: str
    kind: Kind
    words: re.Pattern[bytes]
    gap: re.Pattern[bytes]
    shape: re.Pattern[bytes]
    check: Callable[[str], bool]
    validator: str


_LINKS: Final = "number|num|no|nr|code|id|is|was|of|sv|the|for|device|vehicle|=|:|#"


def _number(
    name: str, kind: Kind, words: str, shape: str, check: Callable[[str], bool], validator: str, links: str = _LINKS
) -> _Number:
    gap = rf"(?:[\W_]{{0,3}}(?:{links})){{0,3}}[^0-9A-Za-z\x80-\xff]{{1,6}}"
    return _Number(
        name,
        kind,
        re.compile(rf"(?:{words})\Z".encode("latin-1"), re.IGNORECASE),
        re.compile(gap.encode("latin-1"), re.IGNORECASE),
        re.compile(rf"(?:{shape})(?![0-9A-Za-z_]|[\-.][0-9A-Za-z])".encode("latin-1")),
        check,
        validator,
    )


#: The longest word before a number, in bytes.
_REACH: Final = 40


def _judged(number: _Number, data: bytes, end: int) -> Verdict:
    if not ends_with_words(number.words, data, end, _REACH):
        return "no_word"
    between = number.gap.match(data, end)
    found = number.shape.match(data, between.end()) if between else None
    if found is None or not at_word_start(data, found.start()):
        return "no_number"
    if not number.check(_bare(found[0])):
        return "check_digit"
    return Found(found.start(), found.end(), number.kind, number.name, number.validator, 52)


_IMEI_WORDS: Final = "imei|imeisv|imei1|imei2"
_IMEI_NUMBER: Final = _number("imei", "device", _IMEI_WORDS, r"[0-9](?:[ \-/.]?[0-9]){13,19}", _imei, "luhn")
_IMSI_WORDS: Final = "imsi|supi"
_IMSI_NUMBER: Final = _number("imsi", "device", _IMSI_WORDS, r"[0-9](?:[ \-]?[0-9]){13,14}", _imsi, "e212")
_ICCID_WORDS: Final = "iccid|sim card|sim|sim serial"
_ICCID_NUMBER: Final = _number("iccid", "device", _ICCID_WORDS, r"89(?:[ \-]?[0-9]){16,18}[Ff]?", _iccid, "e118")
_MEID_WORDS: Final = "meid|esn"
_MEID_NUMBER: Final = _number(
    "meid", "device", _MEID_WORDS, r"[0-9A-Fa-f](?:[ \-]?[0-9A-Fa-f]){13,17}", _meid, "s.r0048"
)
_VIN_WORDS: Final = "vin|vehicle identification|chassis|fahrgestellnummer|fin|vehicle|bastidor"
_VIN_NUMBER: Final = _number(
    "vin", "plate", _VIN_WORDS, r"[A-HJ-NPR-Za-hj-npr-z0-9]{17}", _vin, "iso3779", "number|num|no|nr|is|was|=|:|#"
)
_SERIAL_WORDS: Final = (
    "serial number|serial no|serialno|serialnumber|seriennummer|num\xc3\xa9ro de s\xc3\xa9rie|service tag|s/n"
)
_SERIAL_NUMBER: Final = _number(
    "serial_number", "device", _SERIAL_WORDS, r"[A-Z0-9][A-Z0-9\-]{5,24}", _mixed, "shape", "is|was"
)
_MAC_WORDS: Final = "mac|mac address|mac addr|hwaddr|bssid|station|ethernet"
_MAC_NUMBER: Final = _number("mac_bare", "mac", _MAC_WORDS, r"[0-9A-Fa-f]{12}", _mixed, "eui48", "address|addr|is|was")
_EUI_WORDS: Final = (
    "eui-64|eui64|deveui|dev eui|dev_eui|ieee address|ieee addr|ieee_address|ieeeaddr|extended address|ext addr|extaddr"
)
_EUI_NUMBER: Final = _number(
    "eui64",
    "mac",
    _EUI_WORDS,
    r"(?:0[xX])?[0-9A-Fa-f]{16}|[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){7}",
    _mixed,
    "eui64",
    "address|addr|is|was|of|=|:",
)
_PLATE_WORDS: Final = (
    "licen[cs]e plate|number plate|plate|plate number|vehicle registration|registration plate|kennzeichen|matricula|"
    "immatriculation|targa|license tag"
)
_PLATE_NUMBER: Final = _number(
    "plate",
    "plate",
    _PLATE_WORDS,
    r"[A-Z]{1,3}[ \-:]?[A-Z]{0,2}[ \-]?[0-9]{1,4}(?:[ \-]?[A-Z]{1,3})?|[0-9]{1,4}[ \-]?[A-Z]{1,3}(?:[ \-]?[0-9]{1,4})?",
    _plate,
    "shape",
    "number|num|no|nr|is|was|of",
)
_AD_WORDS: Final = "idfa|idfv|gaid|aaid|advertising|android|udid|oaid|device|adid"
_AD_NUMBER: Final = _number(
    "advertising_id",
    "device",
    _AD_WORDS,
    r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9a-f]{40}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}|[0-9a-f]{16}",
    _always,
    "uuid",
    "_?id|identifier|is|was|=|:",
)


#: A concealed identifier of a subscription; under the null scheme its last part is the subscriber's number as it is
#: (3GPP TS 23.003, 2.2B and 28.7.3). Anything but that scheme's is encrypted.
_SUCI: Final = re.compile(
    rb"suci-0-[0-9]{3}-[0-9]{2,3}-[0-9a-f]{1,4}-0-[0-9]{1,3}-([0-9]{5,10})(?![0-9A-Za-z])", re.IGNORECASE
)


def judge_suci(data: bytes, end: int) -> Verdict:
    """The subscriber's number in a concealed identifier that the null scheme conceals nothing of."""
    start = end - len(b"suci-0-")
    subscriber = _SUCI.match(data, start) if start >= 0 and at_word_start(data, start) else None
    return Found(*subscriber.span(1), "device", "suci", "ts23003", 60) if subscriber else "no_number"


#: A generic public identifier that is a telephone number (3GPP TS 29.571, 5.3.2, Gpsi).
_GPSI: Final = re.compile(rb"msisdn-([0-9]{5,15})(?![0-9A-Za-z])", re.IGNORECASE)


def judge_gpsi(data: bytes, end: int) -> Verdict:
    """The telephone number of a subscription as the core network of a mobile operator writes it."""
    start = end - len(b"msisdn-0")
    number = _GPSI.match(data, start) if start >= 0 and at_word_start(data, start) else None
    return Found(*number.span(1), "phone", "gpsi", "ts29571", 62) if number else "no_number"


def judge_imei(data: bytes, end: int) -> Verdict:
    """The number of a mobile device behind a word for it: 15 digits with a Luhn digit, or 14 and 16 without."""
    return _judged(_IMEI_NUMBER, data, end)


def judge_imsi(data: bytes, end: int) -> Verdict:
    """The number of a mobile subscription behind a word for it."""
    return _judged(_IMSI_NUMBER, data, end)


def judge_iccid(data: bytes, end: int) -> Verdict:
    """The number of a SIM card behind a word for it."""
    return _judged(_ICCID_NUMBER, data, end)


def judge_meid(data: bytes, end: int) -> Verdict:
    """The number of a CDMA device behind a word for it."""
    return _judged(_MEID_NUMBER, data, end)


def judge_vin(data: bytes, end: int) -> Verdict:
    """The number of a vehicle behind a word for it, with its check digit where North America's have one."""
    return _judged(_VIN_NUMBER, data, end)


def judge_serial(data: bytes, end: int) -> Verdict:
    """The serial number of a device behind words for it."""
    return _judged(_SERIAL_NUMBER, data, end)


def judge_mac(data: bytes, end: int) -> Verdict:
    """Twelve hexadecimal digits behind a word for a MAC address."""
    return _judged(_MAC_NUMBER, data, end)


def judge_eui(data: bytes, end: int) -> Verdict:
    """Sixteen hexadecimal digits behind a word for the address of a radio's device (LoRaWAN, Zigbee, Thread)."""
    return _judged(_EUI_NUMBER, data, end)


def judge_plate(data: bytes, end: int) -> Verdict:
    """A licence plate behind a word for it: letters and digits in the groups that plates have."""
    return _judged(_PLATE_NUMBER, data, end)


def judge_advertising(data: bytes, end: int) -> Verdict:
    """The identifier of a device or for advertising behind a word for it."""
    return _judged(_AD_NUMBER, data, end)


#: The longest word that is looked for with what stands before it.
_SHORT: Final = 3


def _detector(
    name: str, words: str, judge: Judge, examples: tuple[str, ...], counter: tuple[str, ...], source: str
) -> Detector:
    return Detector(name, tuple(map(_anchor, words.split("|"))), judge, examples, counter, source, by_word=True)


def _anchor(word: str) -> str:
    """A word that judges take where a word begins; three letters stand in too many others (`","` in base64 is `sIm`)."""
    return rf"(?:[^a-z0-9]|\\[nrtbf]){word}" if len(word) <= _SHORT else word


DETECTORS: Final = (
    _detector("imei", _IMEI_WORDS, judge_imei, ("IMEI: 35-209900-176148-1 ", "imei 490154203237518,"), ("imei 490154203237519 ", "imei lookup took 12 ms"), "3GPP TS 23.003"),
    _detector("imsi", _IMSI_WORDS, judge_imsi, ("IMSI 310150123456789 attached", "imsi=262011234567890"), ("imsi 010150123456789 ", "imsi count 12"), "3GPP TS 23.003, ITU-T E.212"),
    _detector("iccid", _ICCID_WORDS, judge_iccid, ("ICCID: 8949020000012345678", "SIM 89014103211118510720 active"), ("sim 12345678901234567890", "sim swap"), "ITU-T E.118"),
    _detector("meid", _MEID_WORDS, judge_meid, ("MEID AF0123450ABCDE", "meid: 99000000123456"), ("meid 00000000000000", "meid none"), "3GPP2 S.R0048-A"),
    _detector("vin", _VIN_WORDS, judge_vin, ("VIN 1M8GDM9AXKP042788 sold", "vin: WVWZZZ1JZXW000001"), ("vin 1M8GDM9A1KP042788 ", "vin: 12345678901234567"), "ISO 3779, 49 CFR 565"),
    _detector("serial_number", _SERIAL_WORDS, judge_serial, ("Serial Number: C02XK1ZZJGH5", "S/N 5CG1234ABC"), ("serial number missing", "serial number: 12"), "manufacturers' labels"),
    _detector("mac_bare", _MAC_WORDS, judge_mac, ("MAC 001B44113AB7 joined", "bssid: 001b44113ab7"), ("station 12 seen", "mac 001B44113AB7FF"), "IEEE 802"),
    _detector("eui64", _EUI_WORDS, judge_eui, ("EUI-64 00124b0014d9a2f1 paired", "DevEUI: 70B3D57ED0041234", "IEEE address 0x00124b0014d9a2f1 announced"), ("EUI-64 mode enabled", "ieee address 12", "deveui missing"), "IEEE 802, EUI-64; LoRaWAN 1.1, 6.1.1.2"),
    _detector("plate", _PLATE_WORDS, judge_plate, ("license plate 7ABC123 seen", "Kennzeichen: B-MW 1234", "number plate AB12 CDE"), ("plate 12", "license plate missing"), "national vehicle registrations"),
    _detector("advertising_id", _AD_WORDS, judge_advertising, ("IDFA: 6D92078A-8246-4BA4-AE5B-76104861E7DC", "android_id=9774d56d682e549c"), ("device mapper 12", "device 0000:00:1f.2"), "Apple ASIdentifierManager, Google Play services"),
    Detector("suci", ("suci-0-",), judge_suci, ("[suci-0-208-93-0000-0-0-0000000003] registered", "supi=suci-0-001-01-0-0-0-0000000001"), ("suci-0-208-93-0000-1-1-a1b2c3d4", "suci-0-208"), "3GPP TS 23.003, 2.2B"),
    Detector("gpsi", ("msisdn-[0-9]",), judge_gpsi, ("gpsis:[msisdn-4915112345678]",), ("msisdn-1", "xmsisdn-4915112345678"), "3GPP TS 29.571, 5.3.2"),
)  # fmt: skip
