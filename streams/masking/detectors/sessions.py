"""Identifiers of sessions where servers for mail, networks and logins print them without a telling field."""

import re
from typing import Final

from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Dovecot (`session=<...>`, `imap(ann)<123><...>`), Cyrus, Roundcube, hostapd.
_BEFORE: Final = re.compile(
    rb"(?:[ ,]session=<|sessionid=<| in session |(?:imap|pop3|lmtp|lda|managesieve|submission|indexer-worker)\([^()\s\xff]{1,128}\)<[0-9]{1,7}><|accounting session )\Z",
    re.IGNORECASE,
)
_BEFORE_MAX: Final = 170
_SESSION: Final = re.compile(
    rb"(?=[^>\s]{0,95}[0-9]|[A-Za-z0-9+/]{12,64}>)([A-Za-z0-9+/.\-]{8,96}={0,2})(?=>|[\s\"\\.,;]|\Z)"
)

#: In prose another word or a date may follow.
_LONG: Final = re.compile(rb"(?=[A-Za-z]{0,63}[0-9])([A-Za-z0-9]{16,64})(?![A-Za-z0-9_.\-])")


def judge_session(data: bytes, end: int) -> Verdict:
    """The identifier behind what a server prints before one; Dovecot's is made of the client's address and port."""
    if not _BEFORE.search(data, max(0, end - _BEFORE_MAX), end):
        return "no_phrase"
    session = (_LONG if data[max(0, end - 11) : end].lower() == b"in session " else _SESSION).match(data, end)
    return Found(*session.span(1), "session", "session_of_server", "format", 50) if session else "no_session"


#: The unique identifier of an Amazon user; those of roles, groups, keys and certificates begin otherwise.
_IAM_USER: Final = re.compile(rb"(?<![0-9A-Za-z])AIDA[A-Z0-9]{12,17}(?![0-9A-Za-z])")
_IAM_MAX: Final = 24


def judge_iam_user(data: bytes, end: int) -> Verdict:
    """The unique identifier of a user of Amazon's accounts (AWS IAM User Guide, "Unique identifiers")."""
    for user in _IAM_USER.finditer(data, max(0, end - _IAM_MAX), end + _IAM_MAX):
        if user.start() < end <= user.end():
            return Found(*user.span(), "user", "iam_user", "prefix", 60)
    return "no_user"


DETECTORS: Final = (
    Detector(
        "session_of_server",
        ("[ ,]session=<", "sessionid=<", " in session ", r"\)<[0-9]{1,7}><", "accounting session "),
        judge_session,
        ("imap-login: Login: user=<x>, TLS, session=<8pRqYbVt1ZrWm2Kp>", "imap(x)<1234><8pRqYbVt1ZrWm2Kp>: Logged out", "SESSIONID=<mx.example.com-1234-1709287201-1-1234567890>", "(ID: 12) from 192.0.2.1 in session 8pRqYbVt1ZrWm2Kp", "STA x RADIUS: starting accounting session 5F2A9C1100000012"),
        ("session=<none>", "f(x)<12><tag", "accounting session started", "data in session Configuration", "done in session 2024-03-01", "SESSIONID=<none>", "accounting session closed."),
        "Dovecot manual, logging; Cyrus IMAP, Roundcube and hostapd, logging",
    ),
    Detector(
        "iam_user",
        ("(?-i:AIDA)[A-Z0-9]{12}",),
        judge_iam_user,
        ('"principalId":"AIDACKCEVSQ6C2EXAMPLE"', "user AIDAJ45Q7YFFAREXAMPLE assumed it"),
        ("AIDA", "AIDACKCEVSQ6C2EXAMPLEAIDACKCEVSQ6C2", "AROACKCEVSQ6C2EXAMPLE", "xAIDACKCEVSQ6C2EXAMPLE"),
        "AWS IAM User Guide, IAM identifiers",
    ),
)  # fmt: skip
