"""Credentials that a line of code or a trace of calls gives as arguments: `NetworkCredential("ann", "S3cret")`."""

import re
from typing import Final

from streams.masking.context import Value
from streams.masking.detectors.named import judge_value
from streams.masking.fields import Field
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_SECRET: Final = Field("secret", "secret")

#: Names of calls in small letters, and how many arguments stand before the user; the password is the next one.
_CALLS: Final[tuple[tuple[str, int], ...]] = (
    (r"networkcredential", 0),
    (r"basicauth", 0),
    (r"usernamepasswordcredentials", 0),
    (r"usernamepasswordauthenticationtoken", 0),
    (r"passwordauthentication", 0),
    (r"plaincredentials", 0),
    (r"username_pw_set", 0),
    (r"auth ?= ?", 0),
    (r"plainauth", 1),
    (r"directoryentry", 1),
    (r"mysqli?_p?connect", 1),
    (r"dbi(?:->|\.)connect", 1),
    (r"new pdo", 1),
    (r"drivermanager\.getconnection", 1),
)
_BEFORE: Final = tuple((re.compile(rf"(?i:{name})\s{{0,2}}\(\Z".encode()), skipped) for name, skipped in _CALLS)
#: How long such a name may be, in bytes.
_NAME_MAX: Final = 48
#: A string between quotes, which may be escaped where the code is a string itself, and what stands before the next one.
_STRING: Final = rb"(\\{0,7}[\"'])((?:(?!%b)[^\r\n\xff]){0,256})%b"
_FIRST: Final = re.compile(rb"\s{0,40}" + _STRING % (rb"\1", rb"\1"))
_NEXT: Final = re.compile(rb"\s{0,8},\s{0,40}" + _STRING % (rb"\1", rb"\1"))


def judge_arguments(data: bytes, end: int) -> Verdict:
    """The user and the password among the strings that a known call is given."""
    before = data[max(0, end - _NAME_MAX) : end]
    skipped = next((count for name, count in _BEFORE if name.search(before)), None)
    if skipped is None:
        return "other_call"
    argument = _FIRST.match(data, end)
    for _ in range(skipped):
        argument = _NEXT.match(data, argument.end()) if argument else None
    password = _NEXT.match(data, argument.end()) if argument else None
    if argument is None or password is None:
        return "no_strings"
    found = judge_value(data, _SECRET, Value(*password.span(2), "string", False))
    if found and argument[2] and not argument[2].isspace():
        found.append(Found(*argument.span(2), "username", "credentials_of_call", "argument", 45))
    return found or "nobody"


DETECTORS: Final = (
    Detector(
        "credentials_of_call",
        tuple(rf"{name}\s{{0,2}}\(" for name, _ in _CALLS),
        judge_arguments,
        (
            'new NetworkCredential("ann", "S3cretPw99")', "requests.get(url, auth=('ann', 'S3cretPw99'))", r'DBI->connect(\"dbi:mysql:x\", \"ann\", \"S3cretPw99\");',
            'smtp.PlainAuth("", "ann", "S3cretPw99", host)', "mysqli_connect('db', 'ann', 'S3cretPw99', 'x')",
        ),
        ("mysql_connect($host, $user, $pass)", 'new NetworkCredential(user, "S3cretPw99")', "auth=(None, None)", 'new PDO("sqlite:x.db")'),
        ".NET docs, NetworkCredential and DirectoryEntry; PHP manual, mysqli_connect and PDO; DBI; Requests docs, authentication; Go docs, net/smtp; Java SE docs, DriverManager",
    ),
)  # fmt: skip
