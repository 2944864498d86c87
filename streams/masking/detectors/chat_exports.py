"""Who wrote the messages of a chat that was exported as text (WhatsApp, "Export chat")."""

import re
from typing import Final

from streams.masking.detectors.people import UNCASED, person_at
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Day and time as the phone's language writes them, in brackets (iOS) or before a dash (Android). Newer exports put a
#: narrow no-break space before `AM`, and a mark of direction before the bracket.
_DAY: Final = rb"[0-9]{1,4}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4},? [0-9]{1,2}:[0-9]{2}"
_HALF: Final = rb"(?:(?: |\xe2\x80\xaf|\xc2\xa0)[ap]\.?m\.?)?"
_WRITTEN: Final = re.compile(
    rb"(?:\A|[\s\"'>]|\\[nrt]|\xe2\x80\x8e)(?:\["
    + _DAY
    + rb":[0-9]{2}"
    + _HALF
    + rb"\] |"
    + _DAY
    + _HALF
    + rb" - )(?:~ ?)?\Z",
    re.IGNORECASE,
)
_WRITTEN_MAX: Final = 48
_SAYS: Final = re.compile(rb": (?=\S)")


def judge_exported(data: bytes, end: int) -> Verdict:
    """The author of a message between its time and its text."""
    if not _WRITTEN.search(data, max(0, end - _WRITTEN_MAX), end):
        return "no_time"
    stop = person_at(data, end)
    if stop < 0 and (uncased := UNCASED.match(data, end)):
        stop = uncased.end()
    if stop < 0 or not _SAYS.match(data, stop):
        return "no_name"
    return Found(end, stop, "name", "chat_exported", "phrase", 41)


DETECTORS: Final = (
    Detector(
        "chat_exported",
        (
            r", [0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:(?: |\xe2\x80\xaf|\xc2\xa0)[ap]\.?m\.?)?\] ",
            r", [0-9]{1,2}:[0-9]{2}(?:(?: |\xe2\x80\xaf|\xc2\xa0)[ap]\.?m\.?)? - ",
        ),
        judge_exported,
        ("[12/03/2024, 10:15:22] Ann Lee: are you coming?", "12.03.24, 10:15 - J\u00fcrgen Vogel: bis morgen", "3/12/24, 10:15\u202fPM - Ann: <Media omitted>"),
        ("12/03/24, 10:15 - Messages and calls are end-to-end encrypted.", "[12/03/2024, 10:15:22] Build Server: done", "[12/03/2024, 10:15:22] ERROR: down", "12/03/24, 10:15 - retry: 3"),
        "WhatsApp, exports of chats",
    ),
)  # fmt: skip
