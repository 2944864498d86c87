"""Arguments in the frames of a PHP stack trace: what a log-in, a setter or a connection was called with."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.context import Value
from streams.masking.detectors.assigned import field_of_method
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.promises import PROMISES
from streams.masking.fields import Field
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: `/srv/app/User.php(22): App\User->find(` as `Exception::getTraceAsString` prints it.
_FRAME: Final = re.compile(
    rb"(?:([A-Za-z_\x80-\xfe][\w\\\x80-\xfe]{0,200}?)(?:->|::))?([A-Za-z_\x80-\xfe][\w\x80-\xfe\\]{0,80})\("
)
#: PHP cuts strings off at 15 bytes (zend.exception_string_param_max_len) and does not escape quotes: an argument ends at
#: a quote before a comma or a parenthesis.
_STRING: Final = re.compile(rb"'((?:[^'\r\n\xff]|'(?!, |\))){0,4096})'(?=, |\))")
_OTHER: Final = re.compile(rb"[^',()\r\n\xff]{1,128}(?:\([^'()\r\n\xff]{0,128}\))?")
_ARGUMENTS_MAX: Final = 32

#: Where functions of PHP take a user and a password, counted from one (PHP manual, the functions' pages).
_CREDENTIALS: Final[dict[bytes, tuple[int, int]]] = {
    b"pdo->__construct": (2, 3), b"pdo::__construct": (2, 3), b"pdo::connect": (2, 3), b"mysqli->__construct": (2, 3), b"mysqli::__construct": (2, 3), b"mysqli_connect": (2, 3),
    b"mysqli_real_connect": (3, 4), b"mysqli->real_connect": (2, 3), b"oci_connect": (1, 2), b"oci_pconnect": (1, 2), b"odbc_connect": (2, 3), b"ftp_login": (2, 3),
    b"ssh2_auth_password": (2, 3), b"imap_open": (2, 3), b"ldap_bind": (0, 3), b"password_verify": (0, 1), b"password_hash": (0, 1), b"crypt": (0, 1), b"hash_hmac": (0, 3),
}  # fmt: skip
#: Methods that take a user, if any, and behind it what proves who that is.
_LOGIN: Final = re.compile(
    rb"(?:login|log_?in|sign_?in|authenticate|attempt|auth|check_?password|verify_?password|validate_?credentials)\Z",
    re.IGNORECASE,
)
#: Classes whose strings may be a person's name.
_PERSONS: Final = re.compile(
    rb"(?:User|Customer|Patient|Person|Member|Employee|Contact|Account|Student|Client|Guest|Passenger)s?(?:[A-Z]\w*)?\Z"
)

_SECRET: Final = Field("secret", "secret")
_USERNAME: Final = Field("username", "person_login")


def judge_frame(data: bytes, end: int) -> Verdict:
    """The personal arguments of the call behind a frame's place."""
    call = _FRAME.match(data, end) if data[end - 3 : end] == b"): " else None
    if call is None:
        return "no_frame"
    found: list[Found] = []
    for number, start, stop in _strings(data, call.end()):
        if field := _field(call[1] or b"", call[2], number, data[start:stop]):
            found += judge_value(data, field, Value(start, stop, "string", False))
    return found or "other_arguments"


def _strings(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of the arguments that are strings."""
    for number in range(1, _ARGUMENTS_MAX):
        string = _STRING.match(data, at)
        if string:
            yield number, *string.span(1)
        argument = string or _OTHER.match(data, at)
        if argument is None or data[argument.end() : argument.end() + 2] != b", ":
            return
        at = argument.end() + 2


def _field(owner: bytes, method: bytes, number: int, value: bytes) -> Field | None:
    name = owner.rpartition(b"\\")[2]
    taken = _CREDENTIALS.get(b"%b->%b" % (name.lower(), method.lower()) if owner else method.lower())
    if taken:
        return {taken[0]: _USERNAME, taken[1]: _SECRET}.get(number)
    if _LOGIN.match(method):
        return _USERNAME if number == 1 else _SECRET
    return field_of_method(method) or (_NAME if _PERSONS.match(name) and PROMISES["full_name"](value) else None)


_NAME: Final = Field("name", "full_name")


DETECTORS: Final = (
    Detector(
        "php_frame",
        (r"\.php\([0-9]{1,6}\): ",),
        judge_frame,
        (
            "#0 /srv/db.php(12): PDO->__construct('mysql:host=local...', 'shopuser', 'S3cretPw!', Array)", "#1 /srv/a.php(12): App\\Auth->login('ann.meyer', 'hunter22')",
            "#2 /srv/a.php(3): App\\UserService->create('Ann Meyer', 'blue')", "#3 /srv/a.php(3): User->setPassword('hunter22')", "#4 C:\\app\\a.php(3): ldap_bind(Resource id #3, 'cn=x', 'S3cret99')",
        ),
        ("#4 /srv/a.php(12): App\\Http->get('GET', '/api/x', 'text/html')", "#5 /srv/a.php(12): Shop\\Product->create('Blue Shirt')", "#6 /srv/a.php(12): {main}", "see a.php(3): login failed"),
        "PHP manual, Exception::getTraceAsString",
    ),
)  # fmt: skip
