"""Names in signatures of letters and mails, which stand on the line below the closing words."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.beside import GENERAL
from streams.masking.detectors.people import person_at
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

#: Last words of closings, by which one is found, in many languages.
_CLOSINGS: Final = (
    "regards", "sincerely", "yours truly", "best wishes", "yours faithfully", "gr\xfc\xdfen", "gr\xfcssen", "gr\xfc\xdfe", "hochachtungsvoll", "cordialement", "salutations distingu\xe9es", "sinc\xe8rement",
    "atentamente", "un saludo", "saludos", "saludos cordiales", "cordiali saluti", "distinti saluti", "atenciosamente", "cumprimentos", "groeten", "vriendelijke groet", "v\xe4nliga h\xe4lsningar", "v\xe4nlig h\xe4lsning",
    "venlig hilsen", "vennlig hilsen", "yst\xe4v\xe4llisin terveisin", "z powa\u017caniem", "pozdrawiam", "s pozdravem", "уважением", "повагою",
)  # fmt: skip
_LINE_END: Final = r"(?:(?:\r|\\{1,31}r)?(?:\n|\\{1,31}n)|<br ?/?>)"
_BELOW: Final = rf"[,.!]?[ \t]{{0,4}}{_LINE_END}{{1,3}}[ \t]{{0,8}}"


def _in_bytes(word: str) -> str:
    return re.escape(word).replace("\\ ", " ").encode().decode("latin-1")


_CLOSED: Final = Lookbehind([(_in_bytes(closing) + _BELOW).encode("latin-1") for closing in _CLOSINGS])
_NOT_ASCII: Final = 0x80
#: A signature is a line of its own.
_ENDS: Final = re.compile(rb"[ \t]{0,8}(?:[\r\n|<\"]|\\{1,31}[nr\"]|,? ?\Z|, )")


def judge_signature(data: bytes, end: int) -> Verdict:
    r"""The name on the line below a closing (`Best regards,\nAnn Lee`)."""
    start = end - 1
    if not data[start:end].isupper() and data[start:end] < b"\x80":
        return "no_capital"
    closed = _CLOSED.first(data, start)
    if closed is None or not (at_word_start(data, closed.start()) or closed[0][0] >= _NOT_ASCII):
        return "no_closing"
    stop = person_at(data, start)
    if stop < 0 or data[start:stop].lower() in GENERAL or not _ENDS.match(data, stop):
        return "no_name"
    return Found(start, stop, "name", "signature", "phrase", 41)


DETECTORS: Final = (
    Detector(
        "signature",
        tuple(rf"{_in_bytes(word)}{_BELOW}(?-i:[A-Z\xc3-\xc5\xd0])" for word in _CLOSINGS),
        judge_signature,
        (
            "Best regards,\nAnn Lee", '{"body":"See you.\\n\\nKind regards\\nAnn"}', "Mit freundlichen Gr\u00fc\u00dfen\r\nNora Fischer\r\nVertrieb", "Cordialement,<br>Odile Roux", "Z powa\u017caniem\n\u0141ukasz B\u0105k", "С уважением,\nИван Петров",
        ),
        ("Best regards,\nThe Support Team", "regards\nto all", "with regards to\nAnn Lee", "Sincerely,\nCustomer Service", "Saludos,\nEquipo de soporte 12", "regards\\nOrder 12 shipped"),
        "letters and mails",
        by_word=True,
    ),
)  # fmt: skip
