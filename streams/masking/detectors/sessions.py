"""Identifiers of sessions where servers for mail, networks and logins print them without a telling field."""

import re
from typing import Final

from streams.masking.detectors.beside import ends_with_words
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Dovecot (`session=<...>`, `imap(ann)<123><...>`), hostapd.
_BEFORE: Final = re.compile(
    rb"(?:[ ,]session=<|(?:imap|pop3|lmtp|lda|managesieve|submission|indexer-worker)\([^()\s\xff]{1,128}\)<[0-9]{1,7}><|accounting session )\Z",
    re.IGNORECASE,
)
_BEFORE_MAX: Final = 170
_SESSION: Final = re.compile(rb"(?=[^>\s]{0,63}[0-9A-Z+/])([A-Za-z0-9+/\-]{8,64}={0,2})(?=>|[\s\"\\.,;]|\Z)")


def judge_session(data: bytes, end: int) -> Verdict:
    """The identifier behind what a server prints before one; Dovecot's is made of the client's address and port."""
    if not ends_with_words(_BEFORE, data, end, _BEFORE_MAX):
        return "no_phrase"
    session = _SESSION.match(data, end)
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
        ("[ ,]session=<", r"\)<[0-9]{1,7}><", "accounting session "),
        judge_session,
        ("imap-login: Login: user=<x>, TLS, session=<8pRqYbVt1ZrWm2Kp>", "imap(x)<1234><8pRqYbVt1ZrWm2Kp>: Logged out", "STA x RADIUS: starting accounting session 5F2A9C1100000012"),
        ("session=<none>", "f(x)<12><tag", "accounting session started", "accounting session closed."),
        "Dovecot manual, logging; hostapd, accounting",
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
