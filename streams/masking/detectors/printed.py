"""How far a value without quotes reaches: names, dates and addresses as objects print themselves, accounts of domains."""

import re
from typing import Final

from streams.masking.context import Key, Value, in_cef
from streams.masking.detectors.beside import GENERAL, is_account_of_system, names_nobody
from streams.masking.detectors.people import person_at
from streams.masking.fields import Field

__all__ = ["is_down_level", "made_date", "spaced", "whole_value"]

_MONTH: Final = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
#: Dates of many words: `Sun Apr 17 00:00:00 CEST 1988` (java.util.Date), `Sun, 17 Apr 1988` (Ruby, RFC 9110), `17 April 1988`.
_DATE: Final = re.compile(
    rb"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?"
    rb"(?:[0-9]{1,2}(?:st|nd|rd|th|\.)? "
    + _MONTH
    + rb",? [0-9]{4}|"
    + _MONTH
    + rb" [0-9]{1,2}(?:st|nd|rd|th)?,? (?:[0-9]{2}:[0-9]{2}:[0-9]{2} (?:[A-Z]{1,5}(?:[+\-][0-9:]{1,6})? )?)?[0-9]{4})",
    re.IGNORECASE,
)
_PROSE_NAME: Final = re.compile(
    rb"[A-Z\xc3-\xf4][\w.'\x80-\xfe\-]*(?: (?:(?:van|von|de|der|den|da|di|del|la|al|bin|el|y) )*(?!HTTP/[0-9])[A-Z\xc3-\xf4][\w.'\x80-\xfe\-]*+(?!\s?(?:=|:(?!(?i:mailto):)))){0,3}"
)


#: No sign behind a name, or that of the address which iCalendar puts there (RFC 5545, 3.8.4.3).
_NAME_ENDS: Final = re.compile(rb"(?![:=])|:mailto:", re.IGNORECASE)
_SLASH: Final = 0x2F
_JSON: Final = (b"{", b"[", b'"')

#: A date as Python makes one: year, month and day, and the time where there is one.
_MADE: Final = re.compile(rb"\s?((?:datetime\.)?(?:date|datetime)\([0-9]{4}(?:, ?[0-9]{1,6}){2,6}\))")
#: An address up to the next field, or to what closes the object: Lombok, records, data classes, Go's `%+v`.
_ADDRESS: Final = re.compile(
    rb"(?=[^,;=:\r\n\xff]{0,80}[0-9])[^\s,;=:\"'\\{}()\[\]|<>&\xff][^,;=:\r\n\"'\\{}()\[\]|<>&\xff]{2,80}?(?=, ?[A-Za-z_]\w{0,40}=|[)}\]]| [A-Z]\w{0,40}:)"
)

#: An account behind its domain (Microsoft, "User Name Formats": down-level logon name), the backslash doubled at each level
#: of strings. A letter of an escape begins one where the domain is written in capitals and no key follows; a domain of two
#: words is Windows' own.
_ACCOUNT: Final = re.compile(
    rb"(?:(?:[A-Z0-9][A-Z0-9.\-]{0,63}|NT (?:AUTHORITY|SERVICE))\\{1,31}|[A-Za-z0-9][\w.\-]{0,63}\\{1,31}(?![nrtbfu]))"
    rb"[A-Za-z0-9_][\w.\-]{0,63}+\$?(?![=:\\])"
)
#: In a record of JSON one backslash before such a letter is an escape for certain.
_ESCAPE: Final = re.compile(rb"[^\\\xff]{1,64}\\[nrtbfu]")


def made_date(data: bytes, end: int) -> tuple[int, int] | None:
    """A call that makes a date right behind a sign (`datetime.date(1988, 4, 17)`), or None."""
    made = _MADE.match(data, end)
    return made.span(1) if made else None


def spaced(data: bytes, end: int, value: Value, text: bytes) -> bytes:
    """A value of a form with the spaces for which a `+` stands there (WHATWG URL, application/x-www-form-urlencoded)."""
    in_form = value.form == "bare" and b"+" in text and data[end : end + 1] in (b"", b"&", b" ", b'"', b"'", b"\\")
    # The first one is that of an international number.
    return text[:1] + text[1:].replace(b"+", b" ") if in_form else text


def _reaching(data: bytes, field: Field, value: Value, end: int) -> Value:
    """A bare value with the words that belong to it; the value itself where none do."""
    whole = None
    if field.needs == "short":
        whole = _DATE.match(data, value.start)
    elif field.needs in ("street", "postal") and value.start == end:
        whole = _ADDRESS.match(data, value.start)
    elif field.kind in ("username", "user") and not (data[:1] in _JSON and _ESCAPE.match(data, value.start)):
        whole = _ACCOUNT.match(data, value.start)
        if whole is None and field.kind == "username":
            return value._replace(end=max(_end_of_person(data, value), value.end))
    return value._replace(end=max(whole.end(), value.end)) if whole else value


def is_down_level(data: bytes, start: int, end: int) -> bool:
    r"""Whether a value is an account behind its domain, wherever it stands (Veeam, `AccountName="CORP\ann"`)."""
    whole = _ACCOUNT.fullmatch(data, start, end)
    return whole is not None and not (data[:1] in _JSON and _ESCAPE.match(data, start))


def _end_of_person(data: bytes, value: Value) -> int:
    """Where the name of a person ends that stands in place of a log-in name (`User: Ann Lee`); -1 where none stands there."""
    if is_account_of_system(data[value.start : value.end]):
        return -1
    for most in (4, 3, 2):
        stop = person_at(data, value.start, least=2, most=most)
        if stop > value.end and data[stop : stop + 1] != b":":
            words = iter(data[value.end + 1 : stop].split(b" "))
            said = next((word for word in words if word.lower() in GENERAL), None)
            return stop if said is None else -1
    return -1


#: A family name before the given one in a distinguished name, with its comma escaped (RFC 4514, 2.4).
_ESCAPED_COMMA: Final = re.compile(
    rb"[A-Z\xc3-\xf4][\w'\x80-\xfe\-]{0,40}\\{1,8}, ?[A-Z\xc3-\xf4][\w.'\x80-\xfe\-]{0,40}(?: [A-Z\xc3-\xf4][\w.'\x80-\xfe\-]{0,40})?(?=[,;+\s\"'\\]|\Z)"
)


def _up_to_label(data: bytes, start: int, stop: int) -> int:
    """Where a name of more than two words ends that runs into a label (Windows, `Display Name: Ann Lee User Principal Name:`)."""
    at = start
    for number, word in enumerate(data[start:stop].split(b" ")):
        if number > 1 and names_nobody(word):
            return at - 1
        at += len(word) + 1
    return stop


#: Who did it and to whom in ArcSight's format, whose values reach over spaces up to the next key (CEF, "Extension dictionary").
_CEF_USERS: Final = frozenset((b"suser", b"duser"))
_CEF_VALUE: Final = re.compile(
    rb"[^\s=|\"\r\n\xff][^=|\"\r\n\xff]{0,126}?(?=\s{1,4}[A-Za-z][A-Za-z0-9_.]{0,40}=|\s{0,4}(?:\Z|[\"\r\n]))"
)


def whole_value(data: bytes, field: Field, key: Key, value: Value, end: int) -> Value:
    """A value without quotes as far as it reaches, over spaces where its kind has them."""
    if field.kind != "secret" and key.start and data[key.start - 1] == _SLASH:
        # A segment of a path (RFC 3986, 3.3): `/people/name=Ann/orders`.
        slash = data.find(b"/", value.start + 1, value.end)
        if slash > 0:
            return value._replace(end=slash)
    if key.name in _CEF_USERS and (one := _CEF_VALUE.match(data, value.start)) and in_cef(data, key.start):
        return value._replace(end=max(one.end(), value.end))
    if field.needs in ("full_name", "whole_name") and (name := _ESCAPED_COMMA.match(data, value.start)):
        return value._replace(end=name.end())
    if field.needs in ("words", "full_name", "whole_name") and (m := _PROSE_NAME.match(data, value.start)):
        # In `customer=Ann Lee Order=12` the last word is the next name.
        stop = m.end() if _NAME_ENDS.match(data, m.end()) else data.rfind(b" ", value.start, m.end())
        return value._replace(end=max(_up_to_label(data, value.start, stop), value.end))
    return _reaching(data, field, value, end)
