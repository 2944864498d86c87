"""Callers in the records and the channels of telephone systems, whose columns are not named in the line."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import names_nobody
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_QUOTE: Final = rb"\\{0,7}\""
_CELL: Final = rb"([^\"\\\r\n\xff]{0,80})"
_COLUMN: Final = _QUOTE + _CELL + _QUOTE
_NUMBER: Final = re.compile(rb"(?:\+|%2B)?[0-9]{7,15}\Z")
_LETTER: Final = re.compile(rb"[A-Za-z\x80-\xfe]{2}")


def _number(data: bytes, start: int, stop: int, detector: str) -> list[Found]:
    number = start >= 0 and _NUMBER.match(data[start:stop])
    return [Found(start, stop, "phone", detector, "format", 58)] if number else []


def _name(data: bytes, start: int, stop: int, detector: str) -> list[Found]:
    text = data[start:stop]
    named = _LETTER.search(text) and b"_" not in text and not all(map(names_nobody, text.split()))
    return [Found(start, stop, "name", detector, "format", 43)] if named else []


# -- records ------------------------------------------------------------------------------------------------------------

#: Asterisk's columns up to the disposition and its flags: account, source, destination, context, caller, channels.
_ASTERISK: Final = re.compile(
    rb"(?<![,\\])" + _COLUMN + rb"," + _COLUMN + rb"," + _COLUMN + rb"," + _COLUMN + rb"," + _QUOTE + rb"([^\r\n\xff]{0,120}?)" + _QUOTE
    + rb"," + _COLUMN + rb"," + _COLUMN + rb","
)  # fmt: skip
#: The caller's column: a name in quotes of its own, a number in angle brackets, or one of both.
_CALLER: Final = re.compile(rb"[\s\"\\]{0,24}([^\"\\<>\xff]{1,64}?)?[\s\"\\]{0,24}(?:<(\+?[0-9]{0,15})>)?\Z")
_RECORD_MAX: Final = 1200
#: FreeSWITCH's columns up to the cause of the end: name and number of the caller, number that was called, context.
_FREESWITCH: Final = re.compile(
    rb"(?<![,\\])"
    + _COLUMN
    + rb","
    + _COLUMN
    + rb","
    + _COLUMN
    + rb","
    + _COLUMN
    + rb","
    + _QUOTE
    + rb"[0-9]{4}-[0-9]{2}-[0-9]{2} "
)
#: Cisco's columns: kind of record, node, call, leg, epoch, node, span, address of the caller, then number and login of the caller.
_CISCO: Final = re.compile(
    rb"(?<![0-9,])[0-9],[0-9]{1,4},[0-9]{1,10},[0-9]{1,10},1[0-9]{9},[0-9]{1,4},[0-9]{1,10},-?[0-9]{1,10},"
    + _COLUMN + rb"," + _COLUMN + rb","
)  # fmt: skip
_CISCO_NUMBER: Final = re.compile(rb",\\{0,7}\"(\+?[0-9]{7,15})\\{0,7}\"(?=,)")
_LOGIN: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_.\-@\\]{1,60}\Z")


#: What tells a record: how the call ended and how it is charged, the cause of its end before its number, a telephone.
_RECORDS: Final = (
    r"\"(?:documentation|billing|omit)\\{0,7}\"",
    r"(?:normal_clearing|originator_cancel|user_busy|no_user_response|call_rejected|unallocated_number)\\{0,7}\",\\{0,7}\"[0-9a-f]",
    r"\"sep[0-9a-f]{12}",
)
_ENDS: Final = re.compile("(?:{})\\Z".format("|".join(_RECORDS)).encode(), re.IGNORECASE)
_ENDS_MAX: Final = 80


_LINE_ENDS: Final = re.compile(rb"[\r\n]|(?<!\\)\\{1,7}[rn](?=[\\\"0-9])")


def judge_record(data: bytes, end: int) -> Verdict:
    """Name, number and login of the caller and the number called in a record of a call (Asterisk, FreeSWITCH, Cisco)."""
    if not _ENDS.search(data, max(0, end - _ENDS_MAX), end):
        return "no_record"
    low = max(0, end - _RECORD_MAX)
    lines = list(_LINE_ENDS.finditer(data, low, end))
    low = lines[-1].end() if lines else low
    if record := _FREESWITCH.search(data, low, end):
        found = [one for group in (2, 3) for one in _number(data, *record.span(group), "call_record")]
        return found + _name(data, *record.span(1), "call_record") or "nobody"
    if record := _ASTERISK.search(data, low, end):
        found = [one for group in (2, 3) for one in _number(data, *record.span(group), "call_record")]
        return found + _caller(data, *record.span(5)) or "nobody"
    return _cisco(data, low, end)


def _caller(data: bytes, start: int, stop: int) -> list[Found]:
    caller = _CALLER.match(data, start, stop)
    if caller is None:
        return []
    found = [one for group in (1, 2) for one in _number(data, *caller.span(group), "call_record")]
    return found + _name(data, *caller.span(1), "call_record") if caller[1] else found


def _cisco(data: bytes, low: int, end: int) -> Verdict:
    record = _CISCO.search(data, low, end)
    if record is None:
        return "no_record"
    found = [
        one
        for number in _CISCO_NUMBER.finditer(data, record.start(1) - 9, end)
        for one in _number(data, *number.span(1), "call_record")
    ]
    if _LOGIN.match(record[2]):
        found.append(Found(*record.span(2), "username", "call_record", "format", 43))
    return found or "nobody"


# -- channels -----------------------------------------------------------------------------------------------------------

_CHANNEL: Final = re.compile(
    rb"(?:(?<![\w/.])(?:sip|pjsip|iax2|local)/(?:[\w.\-]{1,40}/)?|sofia/[a-z0-9._\-]{1,40}/|executing \[)(\+?[0-9]{7})\Z",
    re.IGNORECASE,
)
_CHANNEL_MAX: Final = 96
_DIALLED: Final = re.compile(rb"\+?[0-9]{7,15}(?=@)")


def judge_channel(data: bytes, end: int) -> Verdict:
    """The number in the name of a channel or of an extension that is dialled (Asterisk, FreeSWITCH)."""
    channel = _CHANNEL.search(data, max(0, end - _CHANNEL_MAX), end)
    number = _DIALLED.match(data, channel.start(1)) if channel else None
    return Found(*number.span(), "phone", "channel_number", "format", 58) if number else "no_number"


_FUNCTION: Final = re.compile(rb"callerid\((?:name|num|number|all|dnid|ani|rdnis)(?:-[a-z]{1,12})?\)=\Z", re.IGNORECASE)
_FUNCTION_MAX: Final = 40
_SET: Final = re.compile(
    rb"(?:\\{0,7}\")?([^\"\\<>()\r\n\xff]{2,64}?)(?:\\{0,7}\")?(?: ?<(\+?[0-9]{3,15})>)?(?=\\{0,7}\"|[)\r\n,]|\Z)"
)


def judge_function(data: bytes, end: int) -> Verdict:
    """What the function `CALLERID()` is set to (Asterisk, Function_CALLERID)."""
    function = _FUNCTION.search(data, max(0, end - _FUNCTION_MAX), end)
    value = _SET.match(data, end) if function and at_word_start(data, function.start()) else None
    if value is None or data[value.start(1) : value.start(1) + 2] == b"${":
        return "no_value"
    found = _number(data, *value.span(1), "caller_set") or _name(data, *value.span(1), "caller_set")
    return (found + _number(data, *value.span(2), "caller_set") if value[2] else found) or "nobody"


DETECTORS: Final = (
    Detector(
        "call_record",
        _RECORDS,
        judge_record,
        (
            '"","4930901820","101","internal","""Ann Lee"" <101>","SIP/101-01","SIP/102-02","Dial","SIP/102,30","2024-05-01 10:00:00","2024-05-01 10:00:05","2024-05-01 10:03:00",180,175,"ANSWERED","DOCUMENTATION","17.18",""',
            '"Ann Lee","101","4930901820","default","2024-05-01 10:00:00","2024-05-01 10:00:05","2024-05-01 10:03:00","180","175","NORMAL_CLEARING","4f1b9c7d-0000-4000-8000-000000000001",""',
            '1,1,39034,17231001,1714557600,1,0,335653386,"4930901820","annlee",0,16,0,"5bcd6a7c","","SEP001122334455"',
        ),
        (
            '"","101","102","internal","""Support"" <101>","SIP/101-01","SIP/102-02","Dial","","2024-05-01 10:00:00",,"2024-05-01 10:00:09",9,0,"NO ANSWER","DOCUMENTATION","1.4",""',
            '"state","ANSWERED","DOCUMENTATION"', 'phones: 1,"SEP001122334455"',
        ),
        "Asterisk documentation, CDR; FreeSWITCH, mod_cdr_csv; Cisco, CDR field descriptions",
    ),
    Detector(
        "channel_number",
        (r"(?:sip|pjsip|iax2|local)/(?:[\w.\-]{1,40}/)?\+?[0-9]{7}", r"sofia/[a-z0-9._\-]{1,40}/\+?[0-9]{7}", r"executing \[\+?[0-9]{7}"),
        judge_channel,
        ("app_dial.c: Called SIP/4930901820@trunk", "-- Executing [4930901820@from-internal:1]", "New Channel sofia/internal/4930901820@192.0.2.5"),
        ("SIP/101-00000012", "GET /sip/12345678", "/usr/local/20240501", "Executing [s@macro-dial:7]"),
        "Asterisk and FreeSWITCH documentation, channels",
    ),
    Detector(
        "caller_set",
        (r"callerid\([a-z\-]{2,16}\)=",),
        judge_function,
        ('Set("SIP/101-0000", "CALLERID(name)=Ann Lee") in new stack', "CALLERID(num)=4930901820", 'Set(CALLERID(all)="Ann Lee" <4930901820>)'),
        ("CALLERID(name)=${CNAM}", "CALLERID(num)=101", "callerid()=x"),
        "Asterisk documentation, Function_CALLERID",
    ),
)  # fmt: skip
