"""Streets of Russian and Ukrainian addresses, with town, house and flat (town, kind and name of the street, house, flat)."""

import re
from typing import Final

from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Kinds of streets as addresses shorten them, and in full (FIAS, list of types of address objects).
_KINDS: Final = (
    "ул.", "Ул.", "вул.", "Вул.", "просп.", "Просп.", "пр-т", "пр-кт", "пер.", "бул.", "б-р", "наб.", "улица", "Улица", "улице", "вулиця", "Вулиця", "вулиці", "проспект", "Проспект",
    "проспекте", "проспекту", "переулок", "провулок", "бульвар", "набережная", "шоссе",
)  # fmt: skip
_CAPITAL: Final = rb"(?:\xd0[\x81\x84\x86\x87\x90-\xaf]|\xd2\x90)"
_NAME: Final = _CAPITAL + rb"(?:[\xd0-\xd2][\x80-\xbf]|[.'\-]){1,24}"
_TOWN: Final = "(?:г|город|гор|м|місто|с|село|пос)".encode() + rb"\.? ?" + _NAME + rb"(?: " + _NAME + rb")?, ?"
_KIND: Final = re.compile(
    rb"(?<![\xd0-\xd2][\x80-\xbf])(?:" + _TOWN + rb")?(?:" + "|".join(map(re.escape, _KINDS)).encode() + rb") ?\Z"
)
_KIND_MAX: Final = 140
#: An ordinal or a day may stand before the name's words (`8 Марта`).
_REST: Final = re.compile(
    rb" ?(?:[0-9]{1,3}(?:-[\xd0-\xd2][\x80-\xbf]){0,1} )?"
    + _NAME
    + rb"(?: (?:[\xd0-\xd2][\x80-\xbf]){2,24}){0,3}"
    + "(?:, ?|,? )(?:(?:д|дом|буд|будинок|б)\\.? ?)?".encode()
    + rb"[0-9]{1,4}(?:[/\-][0-9]{1,4})?(?: ?[\xd0-\xd2][\x80-\xbf](?![\xd0-\xd2]))?(?![0-9A-Za-z:%]|[.,][0-9])"
    + "(?:,? (?:корпус|корп|строение|стр|к|кв|квартира|оф|офис|под|подъезд|эт|этаж)\\.? ?[0-9]{1,5}){0,4}".encode()
)


def judge_cyrillic(data: bytes, end: int) -> Verdict:
    """A street with its kind before its name, and a house's number behind it."""
    kind = _KIND.search(data, max(0, end - _KIND_MAX), end)
    rest = _REST.match(data, end) if kind else None
    if kind is None or rest is None:
        return "no_street"
    return Found(kind.start(), rest.end(), "address", "street_cyrillic", "format", 46)


DETECTORS: Final = (
    Detector(
        "street_cyrillic",
        tuple(re.escape(kind).encode().decode("latin-1") for kind in _KINDS),
        judge_cyrillic,
        ("адрес: ул. Ленина, д. 5, кв. 12", "по адресу г. Москва, ул. Тверская, д. 7, кв. 45", "вул. Хрещатик, 22, кв. 8", "проспект Мира 12", "ул. 8 Марта, 10к"),
        ("ул. не указана", "улица пустая", "ул. Ленина", "бульвар закрыт на 5 дней", "переулок Тихий"),
        "FIAS, types of address objects",
    ),
)  # fmt: skip
