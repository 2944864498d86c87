"""Telephone numbers by the words around them, where `contact` does not look: extensions' owners, introductions, chat links."""

import re
from typing import Final

from streams.masking.context import WORD_START, at_word_start
from streams.masking.detectors.beside import ends_with_words, names_nobody
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_GROUPED: Final = rb"\(?\+?[0-9]{1,5}\)?(?:[ ().\-/]{1,3}[0-9]{2,8}){1,5}"
_DATE: Final = re.compile(
    rb"(?:(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)[0-9]{2}(?![0-9])|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.]))"
)
_ENDS: Final = re.compile(rb"(?![0-9A-Za-z_]|[.:,\-/][0-9])")
_DIGITS: Final = re.compile(rb"[0-9]")


def _dialled(text: bytes, least: int = 7) -> bool:
    return least <= len(_DIGITS.findall(text)) <= 15 and not _DATE.match(text)


#: `082 490 1693-Office`, `416 60 039 (fax)`.
_PLACE: Final = re.compile(
    rb"(?<![0-9.:/\-+])(" + _GROUPED + rb")[ \-]{1,2}\(?(?:office|fax|mobile|cell|landline|home phone|work phone)\Z",
    re.IGNORECASE,
)
_PLACE_MAX: Final = 48


def judge_place(data: bytes, end: int) -> Verdict:
    """A grouped number before the word for the line it belongs to."""
    if data[end : end + 1].isalpha():
        return "part_of_word"
    number = _PLACE.search(data, max(0, end - _PLACE_MAX), end)
    if number is None or not _dialled(number[1]) or not at_word_start(data, number.start(1)):
        return "no_number"
    return Found(number.start(1), number.end(1), "phone", "phone_of_place", "context_word", 58)


_CALL: Final = re.compile(
    rb"(?:call|dial|reach (?:me|us|him|her|them) (?:at|on)|my number is|my number's|number to call is|call back at)(?: on| at)? \Z",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(_GROUPED)


def judge_call(data: bytes, end: int) -> Verdict:
    """A grouped number behind a word for calling."""
    start = end - 1
    if not ends_with_words(_CALL, data, start, 32):
        return "no_word"
    number = _CALLED.match(data, start)
    if number is None or not _ENDS.match(data, number.end()) or not _dialled(number[0]):
        return "no_number"
    return Found(start, number.end(), "phone", "phone_called", "context_word", 58)


_OWN: Final = re.compile(
    WORD_START
    + rb"(?:my|his|her|their|our|mobile|contact|whatsapp|callback|(?:[a-z]{2,12} )?phone)(?: [A-Za-z]{2,14})? (?:number|no\.?|nr\.?|#)(?: is|:) \Z",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(rb"\(?[0-9](?:[ ().\-/]{0,3}[0-9]){6,13}")
_OTHER: Final = re.compile(
    rb"(?:order|account|card|invoice|ticket|case|id|passport|ssn|policy|tracking|reference|ref|serial|member|customer|routing|version|build|port|room|house|flight|tax|vat|insurance|security|aadhaar|pan|licen[cs]e|voter|bank|reg\w*|plate|model|page|line|row|lucky|favou?rite|kunden\w*)\b[^,.]{0,12}\Z",
    re.IGNORECASE,
)


def judge_own(data: bytes, end: int) -> Verdict:
    """The number behind `my number is`, where no other word says what number it is."""
    phrase = _OWN.search(data, max(0, end - 48), end)
    if phrase is None or _OTHER.search(data, max(0, phrase.start() - 4), end):
        return "no_phrase"
    number = _NUMBER.match(data, end)
    if number is None or not _ENDS.match(data, number.end()) or not _dialled(number[0]):
        return "no_number"
    return Found(end, number.end(), "phone", "phone_introduced", "context_word", 56)


#: Any area code between brackets, in the groups of North America: nothing else is written so.
_BRACKETS: Final = re.compile(rb"\([0-9]{3}\) ?[0-9]{3}[-. ][0-9]{4}\Z")


def judge_brackets(data: bytes, end: int) -> Verdict:
    """A number of North American form whatever its area code."""
    number = _BRACKETS.search(data, max(0, end - 14), end)
    if number is None or not _ENDS.match(data, end) or not at_word_start(data, number.start()):
        return "no_number"
    return Found(number.start(), end, "phone", "phone_in_brackets", "format", 54)


#: The word for a telephone, or for reaching somebody on one, right before the number, in languages that `contact` does not read.
_ABROAD: Final = (
    "rückruf unter", "erreichbar unter", "rückruf auf", "pod numerem", "pod nr", "numer telefonu", "numerosta", "numeroon", "puhelinnumero", "på telefon", "på nummer", "telefonszám",
    "telefonní číslo", "al numero", "dal numero", "al número", "no número", "au numéro", "joignable au", "appeler le", "op nummer", "с номера", "на номер", "по номеру", "по телефону", "电话", "手机", "電話", "携帯", "전화",
)  # fmt: skip
#: The word for a telephone itself, in a field or a sentence: German, French, Spanish, Italian, Portuguese, Dutch, Polish,
#: Czech, Slovak, Slovenian, Croatian, the languages of the North and the Baltic, Hungarian, Romanian, Turkish, Greek, Russian,
#: Ukrainian, Hebrew, Arabic, Persian, Hindi, Vietnamese, Indonesian, Thai, Japanese, Korean, Chinese.
_LINES: Final = (
    "mobilnummer|handynummer|handynr|festnetznummer|portable :|portable:|numéro de portable|móvil|movil|fono|cellulare|numero di telefono|telemóvel|telemovel|nº de telefone|"
    "mobiel nummer|mobiel|telefoonnummer|numer telefonu|nr telefonu|nr tel|komórka|telefonní číslo|telefónne číslo|telefonska številka|broj telefona|mobitel|mobilnr|tlf|puhelin|"
    "matkapuhelin|puhelinnumero|telefoninumber|telefono numeris|tālrunis|telefonszám|mobilszám|număr de telefon|numar de telefon|cep telefonu|cep no|telefon no|τηλέφωνο|τηλ|κινητό|"
    "телефон|тел|моб|мобильный|номер телефона|номер телефону|мобільний|טלפון|נייד|هاتف|جوال|موبايل|رقم الهاتف|رقم الجوال|تلفن|موبایل|मोबाइल|फ़ोन|फोन|số điện thoại|điện thoại|sđt|"
    "no hp|nomor hp|nomor telepon|no telp|no telepon|โทรศัพท์|เบอร์โทร|โทร|มือถือ|電話番号|携帯電話|携帯番号|連絡先|전화번호|휴대폰|휴대전화|핸드폰|연락처|手机号|手机号码|联系电话|电话号码|手機|手機號碼"
).split("|")  # fmt: skip
_CASES: Final = tuple(
    dict.fromkeys(
        form
        for word in (*_ABROAD, *_LINES)
        for form in ((word,) if word.isascii() else (word, word.capitalize(), word.upper()))
    )
)
#: What stands between the word and the number: its sign, quotes, a point. Before a word stands no letter but in scripts that
#: join prepositions or put no spaces.
_ABROAD_GAP: Final = "(?:[ \\t:=.#\"'\\\\]|\xef\xbc\x9a){0,8}"
_ABROAD_WORD: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9\x80-\xff])|(?<=\\[nrtbf])|(?=[\xd6-\xdb\xe0-\xef]))(?:%b)%b\Z"
    % ("|".join(sorted(_CASES, key=len, reverse=True)).encode(), _ABROAD_GAP.encode("latin-1")),
    re.IGNORECASE,
)
_ABROAD_MAX: Final = 64
_DIALLED: Final = re.compile(rb"\(?\+?[0-9](?:[ ()./\-]{0,2}[0-9]){7,14}(?![0-9A-Za-z]|[.,:][0-9])")


def judge_abroad(data: bytes, end: int) -> Verdict:
    """A number right behind a word or a phrase of another language that only a telephone number follows."""
    start = end - 1
    if not _ABROAD_WORD.search(data, max(0, start - _ABROAD_MAX), start):
        return "no_phrase"
    number = _DIALLED.match(data, start)
    if number is None or not _dialled(number[0], least=8):
        return "no_number"
    return Found(start, number.end(), "phone", "phone_abroad", "context_word", 57)


#: A caller as telephone systems write one, in the columns of a file with its quotes doubled.
_CALLER: Final = re.compile(rb"(?:\\{0,7}\"){1,3}([^\"\\<>\r\n\xff]{2,64})(?:\\{0,7}\"){1,2} ?<\+?[0-9]{5}\Z")
_CALLER_MAX: Final = 96
_CALLERS: Final = re.compile(rb"(\+?[0-9]{8,15})>")


def judge_caller(data: bytes, end: int) -> Verdict:
    """The name and the number of a caller, `"Ann Lee" <4930901820>` (Asterisk, CALLERID)."""
    caller = _CALLER.search(data, max(0, end - _CALLER_MAX), end)
    number = _CALLERS.match(data, data.rfind(b"<", max(0, end - _CALLER_MAX), end) + 1) if caller else None
    if caller is None or number is None:
        return "no_caller"
    found = [Found(*number.span(1), "phone", "caller", "callerid", 58)]
    if any(char.isalpha() for char in caller[1].decode("utf-8", "replace")) and not all(
        map(names_nobody, caller[1].split())
    ):
        found.append(Found(*caller.span(1), "name", "caller", "callerid", 42))
    return found


_CHAT: Final = re.compile(
    rb"(?:wa\.me/|whatsapp\.com/send/?\?phone=|whatsapp://send\?phone=|t\.me/\+|viber://(?:chat|add)\?number=|callto:|signal\.me/#p/)\Z",
    re.IGNORECASE,
)
_BARE: Final = re.compile(rb"(?:\+|%2B)?[0-9]{7,15}(?![0-9A-Za-z])")


def judge_chat(data: bytes, end: int) -> Verdict:
    """The number in a link of a messenger (WhatsApp, "Click to chat"; Viber, Signal)."""
    if not ends_with_words(_CHAT, data, end, 32):
        return "no_link"
    number = _BARE.match(data, end)
    return Found(end, number.end(), "phone", "phone_in_link", "url", 58) if number else "no_number"


DETECTORS: Final = (
    Detector(
        "phone_of_place",
        (r"[0-9][ \-]{1,2}\(?(?:office|fax|mobile|cell|landline|home phone|work phone)",),
        judge_place,
        ("082 490 1693-Office", "416 60 039 office", "050-98-28-96 (fax)", "751-954-9268-Fax"),
        ("2024-05-01 office hours", "3 mobile devices", "12 cells", "build 2024-11 cell"),
        "vCard's kinds of lines (RFC 6350, 6.4.1)",
        by_word=True,
    ),
    Detector(
        "phone_called",
        (
            r"(?:call|dial)(?: on| at)? [(+0-9]",
            r"reach (?:me|us|him|her|them) (?:at|on) [(+0-9]",
            r"my number(?: i|')s [(+0-9]",
            r"number to call is [(+0-9]",
            r"call back at [(+0-9]",
        ),
        judge_call,
        ("You can call 73 448 266", "dial 0151 2345678 please", "reach me at 050-98-28-96"),
        ("call 2024-05-01 failed", "rpc call 12 of 20", "text 100 200", "call 12345678"),
        "phrases",
        by_word=True,
    ),
    Detector(
        "phone_introduced",
        (r"(?:number|no\.?|nr\.?|#)(?: is|:) ",),
        judge_own,
        ("My Israeli number is 09-7625400", "her number is 13812345678", "whatsapp no: 09171234567"),
        ("my account number is 12345678", "row number is 12345678", "order number: 12345678", "my lucky number is 12345678"),
        "phrases",
        by_word=True,
    ),
    Detector(
        "phone_in_brackets", (), judge_brackets, ("(790)091-7442", "(081) 555-0132"), ("f(790)091-7442x", "(790)091-74421"), "NANPA numbering",
        shapes=(r"\([0-9]{3}\) ?[0-9]{3}[-. ][0-9]{4}",),
    ),
    Detector(
        "caller",
        (r"\" ?<\+?[0-9]{5}",),
        judge_caller,
        ('clid="Ann Lee" <4930901820>', '"1001","""Ann Lee"" <4930901820>","SIP/1001"', '{"callerid":"\\"Ann\\" <+4930901820>"}'),
        ('"x" <123>', '"Ann Lee" <ann>', '"size" <12345 bytes>'),
        "Asterisk documentation, CALLERID and call detail records",
    ),
    Detector(
        "phone_abroad",
        tuple(word.encode().decode("latin-1") + _ABROAD_GAP + "[(+0-9]" for word in _CASES),
        judge_abroad,
        ("R\u00fcckruf unter 0171 2345678 erbeten", "prosi o kontakt pod numerem 601 234 567", "soitti numerosta 040 1234567", "звонил с номера 8 912 345-67-89", "電話 03-1234-5678", "Телефон: 8 (912) 345-67-89", 'tlf="34 41 23 45"', "móvil: 612 34 56 78", "{'tlf.': '34412345'}"),
        ("pod numerem 12", "al numero 2024-05-01", "电话 123", "numerosta 12345678901234567", "automobil 123456789", "microfono 12345678", "телефонов 12345678", "отел 12345678", "tlf: 2024-05-01"),
        "phrases",
        by_word=True,
    ),
    Detector(
        "phone_in_link",
        (r"wa\.me/", r"whatsapp\.com/send/?\?phone=", r"whatsapp://send\?phone=", r"t\.me/\+", r"viber://(?:chat|add)\?number=", "callto:", r"signal\.me/#p/"),
        judge_chat,
        ("https://wa.me/4915112345678", "api.whatsapp.com/send?phone=14155550132&text=x", "callto:+14155550132"),
        ("https://wa.me/qr/AB12", "t.me/+AbCdEf"),
        "WhatsApp, Click to chat",
    ),
)  # fmt: skip
