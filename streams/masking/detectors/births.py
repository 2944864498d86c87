"""Birth dates in text, behind and before the words for a birth."""

import re
from typing import Final

from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_MONTH: Final = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|m\xc3\xa4r|mai|okt|dez|ene|abr|ago|dic|f\xc3\xa9v|avr|ao\xc3\xbb|d\xc3\xa9c|gen|mag|giu|lug|set|ott)[a-z\x80-\xc5]{0,8}\.?"
_DATE: Final = (
    rb"(?:[0-9]{1,2}[./\- ][0-9]{1,2}[./\- ](?:[0-9]{4}|[0-9]{2})|(?:18|19|20)[0-9]{2}[./\- ]?[0-9]{1,2}[./\- ]?[0-9]{1,2}|"
    rb"[0-9]{1,2}(?:st|nd|rd|th|\.)?[ \-]?(?:of |de )?"
    + _MONTH
    + rb",?[ \-]?(?:de )?(?:[0-9]{4}|[0-9]{2})|"
    + _MONTH
    + rb"[ \-][0-9]{1,2}(?:st|nd|rd|th)?,? ?[0-9]{4})"
)
_WORD: Final = re.compile(
    rb"(?:date of birth|birth ?date|birth ?day|dob|d\.o\.b\.?|born|geboren|geburtsdatum|geb\.|n\xc3\xa9e? le|date de naissance|nacid[oa]|fecha de nacimiento|nat[oa] il|data di nascita|nascid[oa]|"
    rb"data de nascimento|f\xc3\xb6dd|geboortedatum|urodzon[ya]|data urodzenia)\Z",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    rb"[^0-9\r\n\xff]{0,28}?(?<![0-9A-Za-z])(" + _DATE + rb")(?![0-9A-Za-z/\-]|\.[0-9])", re.IGNORECASE
)
_AFTER: Final = re.compile(
    rb"(?:(?<![0-9A-Za-z./\-])|(?<=\\[nrtbf]))("
    + _DATE
    + rb")(?: is|,| was)?(?: (?:my|his|her|the|patient's|customer's|their))?(?: own)? \Z",
    re.IGNORECASE,
)


def judge_birth(data: bytes, end: int) -> Verdict:
    """The date behind or right before a word for a birth."""
    word = ends_with_words(_WORD, data, end, 24)
    if word is None:
        return "no_word"
    date = _BEHIND.match(data, end) or _AFTER.search(data, max(0, word.start() - 40), word.start())
    return Found(date.start(1), date.end(1), "vitals", "birth_date", "date", 43) if date else "no_date"


DETECTORS: Final = (
    Detector(
        "birth_date",
        (
            "date of birth", "birth ?date", "birth ?day", r"(?:[^a-z0-9]|\\[nrtbf])dob", r"d\.o\.b\.?", r"(?:[^a-z0-9]|\\[nrtbf])born", "geboren", "geburtsdatum", r"geb\.", r"n\xc3\xa9e? le", "date de naissance", "nacid[oa]", "fecha de nacimiento",
            "nat[oa] il", "data di nascita", "nascid[oa]", "data de nascimento", r"f\xc3\xb6dd", "geboortedatum", "urodzon[ya]", "data urodzenia",
        ),
        judge_birth,
        ("My date of birth is 17/06/1976.", "I was born 15th June 1991", "dob 22-nov-1972", "DOB: 4 June 1976", "1985-01-01 is my birthday.", "geboren am 3.4.1980", "born on June 4, 1976"),
        ("date of birth missing", "the process was born at 12:30:01", "dob invalid"),
        "Unicode CLDR, date formats",
    ),
)  # fmt: skip
