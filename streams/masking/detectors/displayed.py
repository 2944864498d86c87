"""Names of people before their addresses: display names of mail (RFC 5322) and of SIP (RFC 3261)."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import NAME, names_nobody
from streams.masking.detectors.people import person_at
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "name_before_mail"]

#: A display name before `<` (RFC 5322, name-addr), quoted or of at most five words.
_DISPLAY: Final = re.compile(
    rb"(?:\\{0,7}\"([^\"\\<>\r\n\xff]{2,64})\\{0,7}\"|((?:[A-Za-z\x80-\xf4][A-Za-z\x80-\xf4.'\-]{0,30},? ){1,5}?)) ?<\Z"
)
_DISPLAY_MAX: Final = 160
_LABEL: Final = re.compile(
    rb"[\s\S]{0,160}(?:\b(?:from|to|cc|bcc|sender|by|author|committer|tagger|and|with|for|of|user|mail|email|sent|reply|the|is|date)\b) ",
    re.IGNORECASE,
)


#: `Ann Lee (ann@example.com)`: at least two words with capital letters.
_BRACKETED: Final = re.compile(NAME.pattern + rb"(?= \Z)")


def _name_before_bracket(data: bytes, at: int) -> Found | None:
    low = max(0, at - _BRACKETED_MAX)
    for name in _BRACKETED.finditer(data, low, at):
        if name.end() == at - 1 and at_word_start(data, name.start()):
            start = name.start()
            while (label := _FIRST_WORD.match(data, start, at)) and names_nobody(label[1]):
                start = label.end()
            if person_at(data, start, least=2) == at - 1:
                return Found(start, at - 1, "name", "display_name", "phrase", 42)
    return None


_BRACKETED_MAX: Final = 72
_FIRST_WORD: Final = re.compile(rb"([A-Za-z\x80-\xf4]+) ")


def name_before_mail(data: bytes, at: int, end: int) -> Found | None:
    """The display name of a mail address that begins at a position behind its `<`, or None."""
    if data[at - 1 : at] == b"(" and data[end : end + 1] == b")":
        return _name_before_bracket(data, at - 1)
    if data[at - 1 : at] != b"<" or data[end : end + 1] != b">":
        return None
    return _display_name(data, at, "rfc5322")


def judge_sip(data: bytes, end: int) -> Verdict:
    """The display name before the `<` of a SIP address or a telephone's (RFC 3261, 20.10; RFC 3966)."""
    at = data.rfind(b"<", max(0, end - len(b"<sips:")), end) + 1
    if not at or data[at:end].lower() not in (b"sip:", b"sips:", b"tel:"):
        return "no_address"
    return _display_name(data, at, "rfc3261") or "no_name"


def _display_name(data: bytes, at: int, validator: str) -> Found | None:
    """The display name that ends at the `<` before a position."""
    display = _DISPLAY.search(data, max(0, at - _DISPLAY_MAX), at)
    if display is None:
        return None
    group = 1 if display[1] else 2
    start, text = display.start(group), display[group]
    if group == 2 and (label := _LABEL.match(text)):
        start, text = start + label.end(), text[label.end() :]
    text = text.rstrip(b" ,")
    if not text or not at_word_start(data, start) or all(names_nobody(word) for word in text.split()):
        return None
    return Found(start, start + len(text), "name", "display_name", validator, 42)


DETECTORS: Final = (
    Detector(
        "sip_name",
        ("<sips?:", "<tel:"),
        judge_sip,
        ('From: "Ann Lee" <sip:ann@example.com>;tag=1', "To: Ann Lee <sip:+49301234567@example.com>", 'P-Asserted-Identity: "Ann Lee" <tel:+49301234567>'),
        ("Contact: <sip:192.0.2.1:5060>", 'Via: "" <sip:x>', "<sip:ann@example.com>"),
        "RFC 3261, 20.10",
    ),
)  # fmt: skip
