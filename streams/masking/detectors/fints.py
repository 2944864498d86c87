"""Who talks to a bank in messages of FinTS (HBCI), and the PIN and TAN in their signatures."""

import re
from typing import Final

from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: A segment's name, number and version, and that of the segment that it answers; elements are joined by `+`, their parts by
#: `:`, and `?` goes before either in a value (FinTS 3.0, Formals, B.4 and H.1).
_HEAD: Final = rb":[0-9]{1,3}:[0-9]{1,2}(?::[0-9]{1,3})?"
_PART: Final = rb"((?:[^+:'?\r\n\xff]|\?.){2,30})"
#: Identification (C.3.1.2): country and bank code, customer. Heads of encryption and signature (B.5.3, B.5.1): the key's name,
#: with its owner behind the bank code. Signature's end (B.5.2): the PIN and the TAN behind two other elements.
_IDENTIFIED: Final = re.compile(_HEAD + rb"\+[0-9]{3}:[0-9]{8}\+" + _PART + rb"\+")
_KEY_OWNER: Final = re.compile(
    _HEAD + rb"\+[^'\r\n\xff]{0,240}?[+:][0-9]{3}:[0-9]{8}:" + _PART + rb":[SVD]:[0-9]{1,3}:[0-9]{1,3}"
)
_SIGNED: Final = re.compile(
    _HEAD + rb"\+[0-9A-Za-z]{1,14}\+[^+'\r\n\xff]{0,512}\+" + _PART + rb"(?::" + _PART + rb")?'"
)
_NAME: Final = len(b"HKIDN")
#: Who asks without being known to the bank.
_ANONYMOUS: Final = b"9999999999"


def judge_segment(data: bytes, end: int) -> Verdict:
    """The user of a segment that names one, and the PIN and TAN of one that is signed by them."""
    at = end - 1
    name = data[at - _NAME : at].upper()
    if name == b"HNSHA":
        signed = _SIGNED.match(data, at)
        groups = (1, 2) if signed and signed[2] else (1,)
        return (
            [Found(*signed.span(group), "secret", "fints", "segment", 60) for group in groups] if signed else "no_pin"
        )
    user = (_IDENTIFIED if name == b"HKIDN" else _KEY_OWNER).match(data, at)
    if user is None or user[1] == _ANONYMOUS:
        return "no_user"
    return Found(*user.span(1), "username", "fints", "segment", 60)


DETECTORS: Final = (
    Detector(
        "fints",
        ("hkidn:", "hnvsk:", "hnshk:", "hnsha:"),
        judge_segment,
        (
            "HKIDN:3:2+280:31060517+ann78+1pj8iS/ARG0BAACsjGyJnLBCCgQA+1'",
            "HNVSK:998:3+PIN:2+998+1+1::1pj8iS+1:20190920:112236+2:2:13:@8@x:5:1+280:31060517:ann78:V:0:0+0'",
            "HNSHA:6:2+379710270++12345'", "HNSHA:6:2+379710270++12345:483921'",
        ),
        ("HKIDN:3:2+280:31060517+9999999999+0+1'", "HNSHA:7:2+379710270'", "supports HKIDN: yes", "HNVSD:999:1+@291@"),
        "FinTS 3.0, Formals and Security (HBCI)",
    ),
)  # fmt: skip
