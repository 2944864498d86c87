"""Credentials that show themselves: authorization schemes, user information in URLs, private keys."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.ordinary import is_placeholder
from streams.masking.found import Detector, Found, Verdict
from streams.masking.validators import base64_text

__all__ = ["DETECTORS", "judge_bearer"]

_BEARER: Final = re.compile(rb"bearer\\*[\"']?[ +:=]{1,3}\\*[\"']?([A-Za-z0-9\-._~+/!$*=]{8,})", re.IGNORECASE)
_BASIC: Final = re.compile(rb"basic[ +]{1,3}([A-Za-z0-9+/\-_]{6,}={0,2})", re.IGNORECASE)
#: A word as prose writes it, no longer than the longest usual ones.
_WORD: Final = re.compile(rb"[A-Za-z]?[a-z]{7,17}[.,]?\Z")
#: Parameters of challenges and answers (RFC 6749, RFC 6750, RFC 9728), which follow the scheme where a token would.
_PARAMETER: Final = re.compile(
    rb"(?:(?:ext_)?expires(?:_in|_at|_on)?|scope|realm|error(?:_description|_uri|_code)?|token_type|grant_type|state|client_id|not_before|resource(?:_metadata)?)=(?!=|\Z)"
)


def judge_bearer(data: bytes, end: int) -> Verdict:
    """A token behind `Bearer` (RFC 6750); a plain word (`bearer authentication`) is none."""
    at = _find_back(data, b"bearer", end, 24)
    scheme = _BEARER.match(data, at) if at >= 0 else None
    if scheme is None:
        return "no_scheme"
    if _WORD.match(scheme[1]):
        return "plain_word"
    if _PARAMETER.match(scheme[1]):
        return "parameter"
    if is_placeholder(scheme[1]):
        return "placeholder"
    return Found(scheme.start(1), scheme.start(1) + len(scheme[1].rstrip(b".")), "secret", "bearer", "rfc6750", 40)


def _find_back(data: bytes, word: bytes, end: int, reach: int) -> int:
    low = max(0, end - reach)
    at = data[low:end].lower().rfind(word)
    return low + at if at >= 0 else -1


def judge_basic(data: bytes, end: int) -> Verdict:
    """`Basic` with base64 of a user and a password (RFC 7617)."""
    at = _find_back(data, b"basic", end, 20)
    scheme = _BASIC.match(data, at) if at >= 0 else None
    if scheme is None:
        return "no_scheme"
    if b":" not in (base64_text(scheme[1]) or b""):
        return "no_user_and_password"
    return Found(scheme.start(1), scheme.end(1), "secret", "basic", "rfc7617", 85)


_PEM: Final = re.compile(rb"-----BEGIN[ +]([A-Z0-9 +]{0,30}PRIVATE[ +]KEY(?:[ +]BLOCK)?)-----")
_PEM_END: Final = re.compile(rb"-----END[ +][A-Z0-9 +]{0,30}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----")
#: How far the end of a key is looked for, in bytes; bounds what a log full of beginnings can cost.
_PEM_MAX: Final = 16_384
_PEM_BODY: Final = re.compile(rb"(?:[A-Za-z0-9+/=:,\-\s]|\\++[nr])*+")


def judge_private_key(data: bytes, end: int) -> Verdict:
    """A private key in PEM armour (RFC 7468) or PGP armour (RFC 9580), on one line or many, with or without its end."""
    at = data.rfind(b"-----BEGIN", max(0, end - 60), end)
    armour = _PEM.match(data, at) if at >= 0 else None
    if armour is None:
        return "no_armour"
    tail = _PEM_END.search(data, armour.end(), armour.end() + _PEM_MAX) or _PEM_BODY.match(data, armour.end())
    stop = tail.end() if tail else armour.end()
    return Found(at, stop, "secret", "private_key", "rfc7468", 95)


#: The private half of a PuTTY key, behind the number of its lines and before its checksum.
_PUTTY: Final = re.compile(rb"private-lines: ?[0-9]{1,4}(?:\s|\\++[nr]){1,4}", re.IGNORECASE)
_PUTTY_MAC: Final = re.compile(rb"(?:\s|\\++[nr]){0,4}Private-(?:MAC|Hash)\b")


def judge_putty_key(data: bytes, end: int) -> Verdict:
    """The private lines of a PuTTY key file, all of them, with or without what follows."""
    lines = _PUTTY.match(data, max(0, data.rfind(b"rivate-", 0, end - 1) - 1))
    if lines is None:
        return "no_lines"
    start = lines.end()
    body = _PEM_BODY.match(data, start, start + _PEM_MAX)
    stop = body.end() if body else start
    mac = _PUTTY_MAC.search(data, start, min(len(data), stop + 16))
    stop = mac.start() if mac else stop
    return Found(start, stop, "secret", "putty_key", "putty_ppk", 95) if stop > start else "no_lines"


#: A code before the words for it, as short messages begin (`482913 is your login code`), its sender's name between them.
_CODE: Final = re.compile(
    rb"(?:(?<![A-Za-z0-9.\-])|(?<=\\[nrtbf]))((?-i:[A-Z]{1,3}-)?[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3}) (?:is|as) your (?:[^\d\r\n.:;\"\\\xff]{0,40}?\b)?"
    rb"(?:verification|security|confirmation|login|log-in|sign-?in|access|auth(?:entication|orization)?|one[- ]?time|2fa|otp|activation|reset|pass)"
    rb"[ \-]?(?:code|passcode|password|pin|otp)?\b",
    re.IGNORECASE,
)


def judge_code_before(data: bytes, end: int) -> Verdict:
    """A one-time code that a sentence begins with."""
    for code in _CODE.finditer(data, max(0, end - 24), end + 80):
        if code.end(1) <= end:
            return Found(*code.span(1), "secret", "code_before", "context_word", 45)
    return "no_code"


#: How far back the command's name may stand, in bytes.
_COMMAND_MAX: Final = 512
_CURL_USER: Final = re.compile(
    rb"(?:-u|--user|--proxy-user)[ =]{0,3}"
    rb"(?:(\\*[\"'])([^\"'\\:\r\n]{1,128})(?:\1)?:(?:\1)?((?:(?!\1)[^\r\n\xff]){1,512})"
    rb"|([^\s\"'\\:]{1,128}):(?:(\\*[\"'])((?:(?!\5)[^\r\n\xff]){1,512})|([^\s\"'\\]{1,512})))"
)


#: A variable of a shell or a template in a value's place.
_VARIABLE: Final = re.compile(rb"\$(?:\w+|\{\{?[^{}\xff]{1,128}\}?\})\Z")


def judge_curl(data: bytes, end: int) -> Verdict:
    """User and password on curl's command line."""
    at = max(data.rfind(b" -u", max(0, end - 140), end), data.rfind(b"-user", max(0, end - 140), end))
    option = _CURL_USER.search(data, max(0, at - 8), end + 1200) if at >= 0 else None
    if option is None or b"curl" not in data[max(0, at - _COMMAND_MAX) : at] or not at_word_start(data, option.start()):
        return "no_user_and_password"
    user = 2 if option[1] else 4
    password = 3 if option[1] else 6 if option[5] else 7
    found = []
    if not _VARIABLE.match(option[user]):
        found.append(Found(*option.span(user), "username", "curl_user", "option", 84))
    if not _VARIABLE.match(option[password]):
        found.append(Found(*option.span(password), "secret", "curl_user", "option", 84))
    return found or "variables"


DETECTORS: Final = (
    Detector(
        "bearer",
        (),
        judge_bearer,
        ("Authorization: Bearer 7c9f1b3e2d4a", "bearer abc123def456"),
        (
            "bearer authentication",
            "Bearer YOUR_API_KEY",
            "Bearer <your-token>",
            "Bearer of news",
            "token_type=Bearer expires_in=3600",
        ),
        "RFC 6750",
        by_word=True,
        shapes=(r"bearer\\*[\"']?[ +:=]{1,3}\\*[\"']?[a-z0-9\-._~+/!$*=]{8}",),
    ),
    Detector(
        "basic",
        (r"basic[ +]{1,3}[a-z0-9+/\-_]{6}",),
        judge_basic,
        ("Authorization: Basic YW5uOnBhc3N3b3Jk",),
        ("basic authentication", "Basic arithmetic"),
        "RFC 7617",
    ),
    Detector(
        "private_key",
        (r"-----BEGIN[ +][a-z0-9 +]{0,30}PRIVATE[ +]KEY",),
        judge_private_key,
        ("-----BEGIN " + "PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",),
        ("-----BEGIN PUBLIC KEY-----",),
        "RFC 7468, RFC 9580",
    ),
    Detector(
        "putty_key",
        (r"private-lines: ?[0-9]{1,4}(?:\s|\\+[nr])",),
        judge_putty_key,
        (
            "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAAIBn8Lq2vZr\nPrivate-MAC: 0a4f",
            r'{"key":"Private-Lines: 1\r\nAAAAIBn8Lq2vZr\r\nPrivate-MAC: 0a4f\r\n"}',
        ),
        ("Private-Lines: 1", "public-lines: 2\nAAAAB3NzaC1yc2E"),
        "PuTTY user manual, PPK file format",
    ),
    Detector(
        "code_before",
        (r"[0-9]{3} (?:is|as) your ",),
        judge_code_before,
        (
            "482913 is your one-time code",
            "G-482913 is your Google verification code.",
            "Use 482 913 as your login code",
        ),
        (
            "482913 is your order number",
            "1234 is your place in the queue",
            "Error 5001 is your problem; check the access code",
        ),
        "words",
    ),
    Detector(
        "curl_user",
        (r"(?:[ ]-u|-user)[ =]{0,3}\\*[\"']?[^\s\"'\\:]{1,64}\\*[\"']?:",),
        judge_curl,
        ("curl -u ann:s3cr3t https://api", "curl --user 'ann:s3cr3t' https://api", "curl -uann:'s3cr3t x'"),
        ("date -u 12:00",),
        "curl(1)",
    ),
)
