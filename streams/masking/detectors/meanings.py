"""What a telling name without quotes may be instead of a field's: words of a server, modules, types, other keys."""

import re
from typing import Final

from streams.masking.context import Key, Value
from streams.masking.detectors.beside import GENERAL, names_nobody
from streams.masking.detectors.ordinary import is_code, is_own_name, names_resource
from streams.masking.fields import Field

__all__ = ["is_structure", "means_other"]

#: Before `passwd:chauthtok` in the name of a PAM service.
_PAM: Final = re.compile(rb"pam_[a-z0-9_]{1,24}\(\Z")


#: What a run of tests counts beside those that pass.
_TALLY: Final = re.compile(
    rb"[0-9][,;|]? {0,2}(?:fail(?:ed|ures?)?|skip(?:ped)?|errors?|warn(?:ings?)?|xfail|total)[:=]", re.IGNORECASE
)
_TALLY_MAX: Final = 24


#: What a part of a server that is called `auth` says (FreeRADIUS: `Auth: (12) Login incorrect`, `auth: session expired`):
#: two words without a digit in them, of which the first is no scheme and one belongs to what such parts talk about.
_SAYS: Final = re.compile(
    rb" (?:\([0-9]{1,9}\) )?(?!(?:bearer|basic|negotiate|ntlm|token|api-?key|dpop|key|digest|hawk|oauth|mac|hmac|signature)\b)"
    rb"(?=(?:[a-z]{1,24}[:,]? )?(?:log(?:in|out|ged)|session|token|user|client|server|request|module|provider|method|handshake|cache|access|"
    rb"permission|invalid|incorrect|wrong|bad|fail|succe|accept|reject|den[iy]|expir|missing|unknown|unable|cannot|could|not?\b|"
    rb"start|stop|refresh|check|verif|valid|connect|retry|time|error|debug|info|warn))"
    rb"[a-z]{1,24}[:,]? [a-z]{1,24}(?=[\s:,.;!\"'\\(]|\Z)",
    re.IGNORECASE,
)


#: Where Dovecot's authentication looked an account up (`auth: passwd-file(ann,192.0.2.1): unknown user`).
_DRIVER: Final = re.compile(
    rb"(?:passwd-file|passwd|shadow|sql|ldap|pam|dict|lua|static|oauth2|cache)\([^()\xff]{1,160}\):"
)
#: The name of another pair, and its sign (Cisco ASA, `reason = Invalid password : server = 192.0.2.1`).
_NEXT_NAMES: Final = frozenset(
    b"server user username host reason group ip client port status code realm service session".split()
)
_GOES_ON: Final = re.compile(rb" {1,2}[=:] {1,2}\S")


#: The name of a client that is a machine (Postfix, SMTPD_POLICY_README, `client_name=mx.example.org`).
_HOST: Final = re.compile(rb"(?:[a-z0-9_\-]{1,63}\.){2,8}[a-z]{2,24}\Z")


#: Before the name of a volume, of which the kubelet says why it could not be mounted (`volume "db-token" : secret "db" not found`).
_VOLUME: Final = re.compile(rb"volumes? \\{0,31}\"\Z")
_VOLUME_MAX: Final = 40
#: The last word of what firms, programs and their parts are called.
_PRODUCT: Final = re.compile(
    rb" (?:Pay|Service|Services|Server|Studio|Cloud|Drive|Play|Chrome|Portal|Platform|Gateway|Engine|System|Console|Center|Centre|Module|Manager|Queue|Store|Sheets|Docs|Maps|Wallet|Prime|Music|Update|Panel"
    rb"|(?-i:service|services|module|gateway|system|server|queue|portal|platform|engine|api))(?![A-Za-z0-9_])"
)


def _is_product(data: bytes, value: Value) -> bool:
    """Whether a word that nobody is called begins what a product or a part of a program is called (`User: Apple Pay`)."""
    return _PRODUCT.match(data, value.end) is not None and names_nobody(data[value.start : value.end])


def means_other(data: bytes, field: Field, key: Key, value: Value) -> bool:
    """Whether a name in text means something else: `LOGIN: Client`, `PWD=/srv` (POSIX's working directory), PAM's services."""
    text = data[value.start : value.end]
    if field.needs == "person_login":
        return (text.lower() in GENERAL and data[value.end : value.end + 1] != b"\\") or _is_product(data, value)
    if key.name == b"client_name":
        return _HOST.match(text) is not None
    if field.kind != "secret":
        return False
    if key.quote and _VOLUME.search(data, max(0, key.start - _VOLUME_MAX), key.start):
        return True
    if key.name.lower() == b"auth" and not key.quote and _SAYS.match(data, key.start + len(key.name) + 1):
        return True
    if key.name.lower() == b"auth" and not key.quote and _DRIVER.match(data, value.start):
        return True
    if text.lower() in _NEXT_NAMES and _GOES_ON.match(data, value.end):
        return True
    if key.name.lower() == b"pass" and text.isdigit() and _TALLY.search(data, key.start, value.end + _TALLY_MAX):
        return True
    return (key.name == b"PWD" and text[:1] == b"/") or _PAM.search(data, max(0, key.start - 30), key.start) is not None


def _is_in_module(data: bytes, key: Key, field: Field, value: Value) -> bool:
    """Whether a value is a member of a class in C++, Rust or PHP, or a key the last part of a module's path (`auth::login: started`)."""
    if data[value.start - 2 : value.start] == b"::":
        return field.kind != "secret" or _MODULE.match(data, value.start) is not None
    return field.kind != "secret" and data[max(0, key.start - 2) : key.start] == b"::"


#: What stands for a value that comes from elsewhere: variables of shells and of GraphQL and its types, parameters as .NET numbers them.
_PARAMETER: Final = re.compile(
    rb"\$[A-Za-z_]\w{0,60}\Z|@(?:p[0-9]{1,3}|__\w{1,60}_[0-9]{1,3})\Z|\[?(?:String|Int|Float|Boolean|ID|Date|DateTime)!?\]?!\Z"
)

_NEXT_KEY: Final = re.compile(rb"[\w.\-]{1,64}:(?!//)")
_ASSIGNED: Final = re.compile(rb"[a-z_]{2,24}=(?:\\{0,7}[{\[('\"]|[a-z]{2,12} [a-z_]{2,24}=)")
#: The number of a process behind a daemon's name.
_PROCESS: Final = re.compile(rb"\[[0-9]{2,3}\]: ")
#: Another part of an Objective-C selector (`initWithName:password:`).
_PART_OF_SELECTOR: Final = re.compile(rb"[A-Za-z]{1,64}:[\])]")


def is_structure(data: bytes, key: Key, field: Field, value: Value) -> bool:
    """Whether a key is no key, or its value none: YAML's next key, the user before a URL's password, a path of names."""
    text = data[value.start : value.end]
    if b"\n" in data[key.start : value.start] and _NEXT_KEY.match(data, value.start):
        return True
    if text.startswith(key.name + b"."):
        return True  # `users.map(user => user.name)`
    if field.needs in ("full_name", "whole_name") and data[value.start - 3 : value.start] == b"== ":
        return True  # A comparison in code.
    if _is_in_module(data, key, field, value):
        return True
    if _MESSAGE.search(key.name) or (data[max(0, key.start - 1) : key.start] == b"*" and _GO_TYPE.match(key.name)):
        return True
    if is_code(data, key.name, key.start, value.start) or _PART_OF_SELECTOR.match(data, value.start):
        return True
    if names_resource(key.name, text) or (
        field.kind != "secret" and (is_own_name(key.name, text) or _PARAMETER.match(text))
    ):
        return True
    if key.name.lower() == b"auth" and (
        _ASSIGNED.match(data, value.start) or _PROCESS.match(data, key.start + len(key.name))
    ):
        return True  # A logger of this name, and the next name; a daemon of this name in syslog (RFC 3164, 5.3).
    before = data[max(0, key.start - 2) : key.start]
    if before == b"//" or (key.name == b"PASS" and data[value.start - 2 : value.start] == b": "):
        return True  # The user before a password in a URL, the verdict of a test.
    return field.kind == "username" and before[-1:] in (b"=", b":", b"/") and b":" in text


#: A module or a function of one (`auth::login`), as Rust's tracing prints the target of an event.
_MODULE: Final = re.compile(rb"[a-z_]{1,32}(?=::|: |\()")
#: Keys that are none: the receiver of an Objective-C message and its selector (`-[UserProfile name]: unrecognized
#: selector`), a pointer to one of Go's types (`*v1.Secret: secrets is forbidden`).
_MESSAGE: Final = re.compile(rb"[+\-]\[[A-Za-z_]\w{1,60} [\w:]{1,60}\Z")
_GO_TYPE: Final = re.compile(rb"[a-z][a-z0-9]{0,20}\.[A-Z][A-Za-z0-9]{0,60}\Z")
