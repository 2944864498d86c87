"""Names in entries of a directory, whose attributes are too short to tell by themselves (RFC 2849, LDIF; RFC 4519)."""

import re
from typing import Final

from streams.masking.detectors.beside import names_nobody
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: The whole line of a surname; elsewhere `sn` is a number of a series or a sequence.
_SURNAME: Final = re.compile(
    rb"(?:(?<=[\n\t])|(?<=\\[nrt])|(?<=\A))sn(?:;[a-z\-]{1,16})?: ((?:[A-Za-z]|[\xc3-\xf4][\x80-\xbf]{1,3})(?:[A-Za-z'\-. ]|[\xc3-\xf4][\x80-\xbf]{1,3}){1,47})(?=\r?\n|\\{1,7}[rn]|[\"']|\s*\Z)"
)
_SURNAME_MAX: Final = 28
#: Lines of the same entry, for a surname without a capital letter.
_ENTRY: Final = re.compile(rb"(?:dn|objectClass|givenName|cn|uid): ", re.IGNORECASE)
_ENTRY_MAX: Final = 512


def judge_surname(data: bytes, end: int) -> Verdict:
    """The surname in an entry of LDIF."""
    for line in _SURNAME.finditer(data, max(0, end - _SURNAME_MAX), end + 64):
        if line.start() < end <= line.end():
            if all(map(names_nobody, line[1].split())):
                return "nobody"
            entry = _ENTRY.search(data, max(0, line.start() - _ENTRY_MAX), line.end() + _ENTRY_MAX)
            if line[1][:1].islower() and not entry:
                return "no_entry"
            return Found(*line.span(1), "name", "surname_of_entry", "ldif", 45)
    return "no_surname"


#: Check Point's gateways print a user as the directory has one: `src_user_name=Ann Lee (ann)`.
_DISPLAYED: Final = re.compile(
    rb"(?:src|dst|source|destination)_user_name\\{0,7}[\"']?[:=] ?\\{0,7}[\"']?([^|;\"\\()\r\n\xff]{2,64}?) \(([A-Za-z0-9_.\-@$]{1,64})\)",
    re.IGNORECASE,
)
_DISPLAYED_MAX: Final = 40


def judge_displayed(data: bytes, end: int) -> Verdict:
    """The name and the log-in name of a user as a firewall took them from a directory."""
    for user in _DISPLAYED.finditer(data, max(0, end - _DISPLAYED_MAX), end + 132):
        if user.start() < end <= user.start(1):
            return [
                Found(*user.span(1), "name", "user_displayed", "format", 45),
                Found(*user.span(2), "username", "user_displayed", "format", 45),
            ]
    return "no_user"


DETECTORS: Final = (
    Detector(
        "surname_of_entry",
        (r"(?:[^a-z0-9]|\\[nrtbf])sn(?:;[a-z\-]{1,16})?: [a-z\x80-\xff]",),
        judge_surname,
        ("sn: Kovacs", "dn: uid=x,dc=example\ncn: x\nsn: kovacs\n", "cn: x\\nsn: O'Brien\\nmail: x", "sn;lang-de: Müller"),
        ("sn: 4711", "sn: ABC123", "sn: lookup", "asn: Example", "the sn: Example", "sn: Unknown"),
        "RFC 2849; RFC 4519, 2.32",
    ),
    Detector(
        "user_displayed",
        (r"(?:src|dst|source|destination)_user_name\\{0,7}[\"']?[:=]",),
        judge_displayed,
        ("src=192.0.2.1|src_user_name=Ann Lee (ann)|proto=tcp", 'src_user_name:"Lee, Ann (annlee)"; action:"accept"'),
        ("src_user_name=|proto=tcp", "dst_user_name=x|y (z)"),
        "Check Point, Log Exporter fields",
    ),
)  # fmt: skip
