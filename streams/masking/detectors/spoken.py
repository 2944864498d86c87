"""Credentials in the words of people and protocols, with no sign between the word and the value."""

import re
from typing import Final

from streams.masking.context import WORD_START, Value, at_word_start
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.providers.telling import looks_random
from streams.masking.fields import field_of
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_NEXT: Final = rb"(?:[ \t]{0,8}(?:\r?\n|(?:\\{1,31}r)?\\{1,31}n)[ \t]{0,8}|[ \t]{1,8})"
_WORD: Final = rb"[^\s\"'\\,;<>\xff]{1,256}"

# -- login and password -------------------------------------------------------------------------------------------------

#: netrc(5) with its machine; FTP and POP3 in capitals; a line for each; `pw`, which no prose writes.
_LOGIN: Final = re.compile(
    rb"(?:(?:machine[ \t]+\S{1,128}"
    + _NEXT
    + rb"|default"
    + _NEXT
    + rb")login"
    + _NEXT
    + rb"("
    + _WORD
    + rb")"
    + _NEXT
    + rb"password"
    + _NEXT
    + rb"("
    + _WORD
    + rb")"
    rb"|(?-i:USER)[ \t](" + _WORD + rb")[^\xff]{1,80}?(?-i:PASS)[ \t](" + _WORD + rb")"
    rb"|(?:login|user(?:name)?)[ \t]+("
    + _WORD
    + rb")[ \t]*(?:\r?\n|(?:\\{1,31}r)?\\{1,31}n)[ \t]*(?:password|passwd|pass|pw)[ \t]+("
    + _WORD
    + rb")(?=\s*(?:\\{1,31}[rn]|[\r\n\"']|\Z))"
    rb"|(?:login|user(?:name)?)[ \t]+(" + _WORD + rb")[ \t]+pw[ \t]+(" + _WORD + rb"))",
    re.IGNORECASE,
)
_LOGIN_MAX: Final = 400


def judge_login(data: bytes, end: int) -> Verdict:
    """The user and the password of a login that is written in words (netrc(5), RFC 959, RFC 1939)."""
    for login in _LOGIN.finditer(data, max(0, end - _LOGIN_MAX), end + 260):
        groups = [number for number in range(1, 9) if login[number] is not None]
        if login.start(groups[1]) < end <= login.end(groups[1]):
            return [
                Found(*login.span(groups[0]), "username", "login", "words", 58),
                Found(*login.span(groups[1]), "secret", "login", "words", 58),
            ]
    return "no_login"


_REDIS: Final = re.compile(rb"(\\{0,31}\")AUTH\1 (?:\1([^\"\\\xff]{1,128})\1 )?\1([^\"\\\xff]{1,512})\1", re.IGNORECASE)


def judge_redis(data: bytes, end: int) -> Verdict:
    """The password of `"AUTH" "password"` (Redis, MONITOR)."""
    for command in _REDIS.finditer(data, max(0, end - 80), end + 700):
        if command.start() < end <= command.end():
            user = [Found(*command.span(2), "username", "redis_auth", "command", 60)] if command[2] else []
            return [*user, Found(*command.span(3), "secret", "redis_auth", "command", 60)]
    return "no_command"


_SASL: Final = re.compile(
    rb"AUTH(?:ENTICATE)?[ \t](?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM)[ \t]+([A-Za-z0-9+/]{6,4096}={0,2})",
    re.IGNORECASE,
)


def judge_sasl(data: bytes, end: int) -> Verdict:
    """The first response of a SASL mechanism (RFC 4954, RFC 9051)."""
    at = max(0, end - 40)
    # Another command may stand so close before that its response is all that a first look sees.
    while (command := _SASL.search(data, at, end + 4096)) and command.start() < end:
        if end <= command.end():
            return Found(*command.span(1), "secret", "sasl", "rfc4954", 92)
        at = command.start() + 1
    return "no_command"


# -- commands of protocols ----------------------------------------------------------------------------------------------

#: What a client or a server's log prints before a command: FTP's and POP3's `PASS` alone is the verdict of a test.
_SPOKEN: Final = re.compile(
    rb"(?:-{2,3}> |> |>>> |"
    + WORD_START
    + rb"C: |<- |command: |Client \\{0,31}\"[^\"\\\xff]{1,64}\\{0,31}\", |"
    + WORD_START
    + rb"(?:ftp|ftpd|pop3|pop3d|vsftpd|proftpd)(?:\[[0-9]{1,7}\])?: )\\{0,31}\"?\Z",
    re.IGNORECASE,
)
_PASS: Final = re.compile(rb"([^\s\"\\\xff]{2,256})(?=\\{0,31}\"|(?:\\{1,31}[rn]|\s){0,8}\Z|\\{1,31}[rn]|[\r\n])")


def judge_pass(data: bytes, end: int) -> Verdict:
    """The password behind FTP's and POP3's `PASS` (RFC 959, RFC 1939) and Redis' `AUTH`, where a log shows commands."""
    start = end - len(b"PASS ")
    if data[start:end] not in (b"PASS ", b"AUTH ") or not _SPOKEN.search(data, max(0, start - 90), start):
        return "no_command"
    value = _PASS.match(data, end)
    if value is None or value[1].upper() in _MECHANISMS or set(value[1]) <= _HIDING:
        return "no_password"
    return Found(*value.span(1), "secret", "pass_command", "command", 60)


_MECHANISMS: Final = frozenset(
    b"PLAIN LOGIN TLS SSL XOAUTH2 CRAM-MD5 DIGEST-MD5 NTLM GSSAPI EXTERNAL (HIDDEN) <HIDDEN>".split()
)
_HIDING: Final = frozenset(b"*xX.<>()")

#: IMAP's tag is letters and digits, or stands behind the mark of the client.
_TAG: Final = re.compile(
    rb"(?:" + WORD_START + rb"C: [A-Za-z0-9.]{1,12}|(?:\A|[\s\"]|\\[nrtbf])[A-Za-z]{1,4}[0-9]{1,6}) LOGIN \Z"
)
_ATOM: Final = rb"(?:\\{0,31}\"([^\"\\\xff]{1,128})\\{0,31}\"|([^\s\"\\\xff]{1,128}))"
_LOGGED_IN: Final = re.compile(
    _ATOM + rb" " + _ATOM + rb"(?=\\{0,31}\"|(?:\\{1,31}[rn]|\s){0,8}\Z|\\{1,31}[rn]|[\r\n])"
)


def judge_imap(data: bytes, end: int) -> Verdict:
    """The user and the password of IMAP's `LOGIN` (RFC 9051, 6.2.3)."""
    command = _LOGGED_IN.match(data, end) if _TAG.search(data, max(0, end - 32), end) else None
    if command is None:
        return "no_command"
    user, password = (1 if command[1] else 2), (3 if command[3] else 4)
    return [
        Found(*command.span(user), "username", "imap_login", "command", 60),
        Found(*command.span(password), "secret", "imap_login", "command", 60),
    ]


#: Commands that set a variable of the environment with a space before its value: setx of Windows, csh and fish.
_SET: Final = re.compile(
    rb"(?:setx(?:\.exe)?|setenv|set (?:-[a-zA-Z]{1,4} ){0,2}-[a-zA-Z]{0,3}x[a-zA-Z]{0,3})[ \t]{1,4}([A-Za-z_][A-Za-z0-9_]{1,60})[ \t]{1,4}"
    rb"(?:(\\{0,31}[\"'])([^\"'\\\r\n\xff]{1,255})\2|([^\s\"'\\$%(;|&\xff][^\s\"'\\;|&\xff]{0,255}))",
    re.IGNORECASE,
)
_SET_MAX: Final = 20


def judge_set(data: bytes, end: int) -> Verdict:
    """The value of a secret's variable that a command sets (`setx DB_PASSWORD value`)."""
    for command in _SET.finditer(data, max(0, end - _SET_MAX), end + 340):
        if command.start() < end <= command.start(1) and at_word_start(data, command.start()):
            field = field_of(command[1].decode())
            value = Value(*command.span(3 if command[2] else 4), "string", False)
            secret = field is not None and field.kind == "secret"
            return (judge_value(data, field, value) or "nobody") if field and secret else "other_variable"
    return "no_command"


#: Dockerfile's older form of `ENV`, with the value up to the line's end.
_ENV: Final = re.compile(
    rb"(?:(?<=\n)|(?<=\\[nrtbf])|(?<=[:\]] )|(?<=\A)|(?<=\"))ENV ([A-Za-z_][A-Za-z0-9_]{1,60})[ \t]{1,8}([^\s=\"'\\$\xff][^\r\n\"\\\xff]{0,255})"
)
_PLACEHOLDER: Final = frozenset(b"true false none null yes no changeme".split())


def judge_env(data: bytes, end: int) -> Verdict:
    """The value of a secret's variable in `ENV NAME value` (Dockerfile reference, ENV)."""
    line = _ENV.match(data, end - len(b"ENV ")) if end >= len(b"ENV ") else None
    field = field_of(line[1].decode()) if line else None
    if line is None or field is None or field.needs != "secret" or line[2].lower() in _PLACEHOLDER:
        return "other_variable"
    return Found(*line.span(2), "secret", "env_line", "name", 45)


# -- what people say ----------------------------------------------------------------------------------------------------

_SAID: Final = re.compile(
    rb"(?:password|passwd|passphrase|passcode|pwd)(?: (?:for|of) (?:(?:user|account) )?[^\s:\xff]{1,64})??(?: is generated for [^\s:]{1,96}:| is| was|\x20set to|\x20to| ->|=>)(?: now)?:? {0,2}\\{0,31}[\"'`]?([^\s\"'`\\<>,;\xff]{4,128})",
    re.IGNORECASE,
)
#: How far before a password the words for it begin, in bytes.
_TOLD_MAX: Final = 120
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z]")
_SIGN: Final = re.compile(rb"[!@#$%^&*?~+=|]")
_NO_PASSWORD: Final = re.compile(
    rb"[0-9]+(?:\.[0-9]+)*(?:ms|s|d|h|m|days?|[kmg]b|%)?\Z|[\d\-]+T?[\d:.]+Z?\Z|(?:https?|ftp)://", re.IGNORECASE
)


def judge_said(data: bytes, end: int) -> Verdict:
    """A password that somebody tells (`the password is ...`), where no word of prose would have digits or signs in it."""
    for said in _SAID.finditer(data, max(0, end - _TOLD_MAX), end + 140):
        if said.start() < end <= said.start(1) + 1:
            text = said[1].rstrip(b".)]}:!?") or said[1]
            mixed = _LETTER.search(text) and (_DIGIT.search(text) or _SIGN.search(text))
            if not mixed or _NO_PASSWORD.match(text):
                return "prose"
            return Found(*said.span(1), "secret", "said", "mixed", 45)
    return "not_said"


_CODE: Final = re.compile(
    rb"(?:your code|(?:verification|security|confirmation|login|sign-?in|access|auth(?:entication|orization)?|one[- ]?time|2fa|mfa|otp|activation|reset) ?(?:code|pass(?:word|code)|pin|token)|otp|passcode)"
    rb"(?: for \\{0,31}[\"'`]?(?P<whom>\+?[0-9]{10,13}|[^\s\xff]{2,40}))??(?: (?:is|was|sent|code))?(?: ?[:=#] ?| )\\{0,31}[\"'`]?"
    rb"(?P<code>[0-9]{4,8}|[A-Z]{1,3}-[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3})(?![0-9A-Za-z%:]|\.[0-9A-Za-z])",
    re.IGNORECASE,
)
#: How far before the code its words begin, in bytes.
_CODE_MAX: Final = 100


def judge_code(data: bytes, end: int) -> Verdict:
    """The one-time code behind words for it."""
    for code in _CODE.finditer(data, max(0, end - _CODE_MAX), end + 12):
        if code.start() < end <= code.end() and at_word_start(data, code.start()):
            found = [Found(*code.span("code"), "secret", "one_time_code", "context_word", 45)]
            if code["whom"] and code["whom"].lstrip(b"+").isdigit():
                found.append(Found(*code.span("whom"), "phone", "one_time_code", "context_word", 45))
            return found
    return "no_code"


# -- URLs ---------------------------------------------------------------------------------------------------------------

_PARAMETER: Final = re.compile(
    rb"(?<![\w.\-])(code|ticket|oauth_verifier|code_verifier|device_code)=([\w.~\-+/%!*]{10,2048})", re.IGNORECASE
)
_TICKET: Final = re.compile(rb"[SPT]G?T-[0-9]+-")


def judge_parameter(data: bytes, end: int) -> Verdict:
    """A parameter that OAuth or CAS hands a credential over in (RFC 6749, RFC 7636, CAS 3.0)."""
    for parameter in _PARAMETER.finditer(data, max(0, end - 24), end + 2100):
        if parameter.start() >= end:
            break
        if end > parameter.start(2) + 1:
            continue
        text = parameter[2].rstrip(b".")
        if parameter[1].lower() in (b"code", b"ticket") and not (
            looks_random(text, hexadecimal=True) or _TICKET.match(text)
        ):
            return "not_random"
        return Found(parameter.start(2), parameter.start(2) + len(text), "secret", "oauth_parameter", "rfc6749", 60)
    return "no_parameter"


#: Parameters of URLs that keys of programming interfaces are handed over in, where they look like one: 16 to 64 hexadecimal
#: digits of both sorts, or what is random.
_KEYED: Final = re.compile(rb"[?&](?:amp;)?(?:key|app_?id|appkey|sign|sig)=\Z", re.IGNORECASE)
_KEYED_MAX: Final = 16
_KEY: Final = re.compile(
    rb"(?:(?=[0-9a-f]{0,63}[0-9])(?=[0-9]{0,63}[a-f])(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})|[A-Za-z0-9_\-]{20,64})(?![A-Za-z0-9_.\-%])"
)


def judge_keyed(data: bytes, end: int) -> Verdict:
    """The key of a programming interface in the query of a URL (`?key=9f86d081884c7d65`)."""
    value = _KEY.match(data, end) if _KEYED.search(data, max(0, end - _KEYED_MAX), end) else None
    if value is None or not looks_random(value[0], hexadecimal=True):
        return "not_random"
    return Found(*value.span(), "secret", "key_in_query", "random", 45)


_PATH: Final = re.compile(
    rb"/(?:[a-z]{1,12}[_\-])?(?:reset|password|magic|verify|verification|confirm|confirmation|activate|activation|invite|invitation|invites|unsubscribe)(?:[_\-][a-z]{1,16}){0,2}/"
    rb"([\w\-.~]{16,512})",
    re.IGNORECASE,
)


def judge_path(data: bytes, end: int) -> Verdict:
    """The token in the path of a link that resets, confirms or invites."""
    for path in _PATH.finditer(data, max(0, end - 80), end + 520):
        if path.start() < end <= path.start(1):
            random = looks_random(path[1], hexadecimal=True)
            return Found(*path.span(1), "secret", "path_token", "entropy", 45) if random else "not_random"
    return "no_path"


DETECTORS: Final = (
    Detector(
        "key_in_query",
        ("[?&](?:amp;)?key=", "[?&](?:amp;)?app_?id=", "[?&](?:amp;)?appkey=", "[?&](?:amp;)?sign?="),
        judge_keyed,
        ("GET /api/data?key=9f86d081884c7d659a2feaa0c55ad015 200", "/v1/forecast?lat=1&appid=b6907d289e10d714a6e88b30761fae22", "?a=b&key=17eRxHx7AmfPcyxdNK2-0Q&x=1"),
        ("/items?key=color", "?key=order-7781-shipping-address", "&appid=com.acme.shop", "?key=00000000000000000000000000000000", "cache key=9f86d081884c7d659a2feaa0c55ad015"),
        "Google API keys and OpenWeather, documentation: keys in queries",
    ),
    Detector(
        "login",
        (
            r"(?:login|user(?:name)?)[ \t]+[^\s\"'\\,;<>\xff]{1,64}(?:[ \t]|\r?\n|\\{1,31}[rn]){1,8}(?:password|passwd|pass|pw)(?:[ \t]|\r?\n|\\{1,31}[rn]){1,8}[^\s\"'\\,;<>\xff]",
            r"(?-i:USER)[ \t][^\s\"'\\,;<>\xff]{1,64}[^\xff]{1,80}(?-i:PASS)[ \t][^\s\"'\\,;<>\xff]",
        ),
        judge_login,
        ("machine api.local login app password hunter2", "username root\npassword crickets", "USER app\\r\\nPASS hunter2", "login snoop pw biggreenhat"),
        ("the login form password field", "user password reset", "PASS src/app.test.js", "USER app denied: PASSED 3"),
        "netrc(5), RFC 959, RFC 1939",
    ),
    Detector(
        "redis_auth",
        (r"\"AUTH\\{0,31}\" ",),
        judge_redis,
        ('"AUTH" "hunter2"', '"auth" "default" "hunter2"'),
        ('"AUTH" failed', '"GET" "auth"'),
        "Redis documentation, MONITOR and AUTH",
    ),
    Detector(
        "sasl",
        (r"AUTH(?:ENTICATE)?[ \t](?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM)[ \t]{1,4}[a-z0-9+/]",),
        judge_sasl,
        ("AUTH PLAIN AGFwcABodW50ZXIy", "a1 AUTHENTICATE XOAUTH2 dXNlcj1hcHBAeC5vcmc="),
        ("250-AUTH PLAIN LOGIN",),
        "RFC 4954, RFC 9051",
    ),
    Detector(
        "pass_command",
        ("(?-i:(?:PASS|AUTH) )",),
        judge_pass,
        ('FTP command: Client "192.0.2.1", "PASS hunter22"', "---> PASS hunter22", "ftpd[123]: PASS hunter22", "127.0.0.1:6379> AUTH hunter22"),
        ("PASS src/app.test.js", "3 tests PASS in 2 s", "---> PASS ****", "> AUTH TLS", "C: AUTH PLAIN"),
        "RFC 959, RFC 1939; Redis documentation, AUTH",
    ),
    Detector(
        "imap_login",
        ("(?-i:[a-z0-9.] LOGIN )",),
        judge_imap,
        ("a001 LOGIN mrc secret99", 'C: 1 LOGIN "ann" "hunter 2"'),
        ("ERROR LOGIN failed twice", "a001 OK LOGIN completed", "17 LOGIN attempts failed", "page1 LOGIN form was shown"),
        "RFC 9051, 6.2.3",
    ),
    Detector(
        "set_variable",
        (r"setx(?:\.exe)?[ \t]", r"setenv[ \t]", r"set (?:-[a-z]{1,4} )?-[a-z]{0,3}x[a-z]{0,3}[ \t]"),
        judge_set,
        ("setx DB_PASSWORD hunter22 /M", "setenv API_TOKEN 'hunter22'", "fish: set -gx DB_PASSWORD hunter22", 'setx.exe DB_PASSWORD "hunter 22"'),
        ("setx PATH C:\\bin", "setenv LANG C", "set -x PATH /usr/bin", "setx DB_PASSWORD %PW%", "set -ex password", "setx DB_PASSWORD", "setenv DB_PASSWORD $PW"),
        "setx (Microsoft), csh(1), fish documentation, set",
    ),
    Detector(
        "env_line",
        ("(?-i:ENV )",),
        judge_env,
        ("ENV DB_PASSWORD hunter2", "Step 4/9 : ENV MYSQL_ROOT_PASSWORD hunter2"),
        ("ENV PATH /usr/bin", "ENV DB_PASSWORD $PASSWORD", "the ENV SECRET is read", "ENV LANG C.UTF-8"),
        "Dockerfile reference, ENV",
    ),
    Detector(
        "said",
        (r"(?:password|passwd|passphrase|passcode|pwd) (?:for|of) (?:user |account )?[^\s:\xff]{1,64} (?:is|was|set to|to|->)(?: now)?:? {0,2}\\{0,31}[\"'`]?[^\s\"'`\\<>,;\xff]", r"(?:password|passwd|passphrase|passcode|pwd)(?: is| was| set to| to| ->|=>)(?: now)?:? {0,2}\\{0,31}[\"'`]?[^\s\"'`\\<>,;\xff]"),
        judge_said,
        ("the password is hunter2x9!", "password for annlee is Winter2024!", "set password for annlee to N3wP@ss!", "temporary password is: Zq7!abc", "A temporary password is generated for root@localhost: k%Zq7abc"),
        ("password is required", "password for annlee is expired", "password for web1 is 8 characters", "password is 8 characters", "password was changed", "changed password to comply", "password is generated for root: see the log"),
        "words; MySQL manual, 2.9.1 (initial password)",
    ),
    Detector(
        "one_time_code",
        (r"(?:code|passcode|password|pin|token|otp)(?: (?:is|was|sent|code))?(?: ?[:=#] ?| )\\{0,31}[\"'`]?(?:[a-z]{1,3}-)?[0-9]{3}[ \-0-9]", r"(?:code|passcode|pin|token|otp) for [^\s\xff]{2,40} (?:is|was) [0-9]{4}"),
        judge_code,
        ("Your verification code is 123456", "OTP: 482910", "one-time password 4829103", "Your OTP is 482913. Do not share it", "OTP for 9876543210 is 482913"),
        ("status code 404", "error code: 50010", "exit code 1370", "otp_length 123456", "country code: 0049"),
        "words",
    ),
    Detector(
        "oauth_parameter",
        (r"(?:code|ticket|oauth_verifier|code_verifier|device_code)=[\w.~\-+/%!*]",),
        judge_parameter,
        ("GET /cb?code=SplxlOBeZQQYbYS6WxSbIA&state=x", "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "?ticket=ST-1856339-aA5Yuvrxzpv8Tau1cYQ7"),
        ("code=ECONNREFUSED", "code=E11000", "zipcode=12345678901", "code=resource-not-found-error"),
        "RFC 6749, RFC 7636, CAS protocol 3.0",
    ),
    Detector(
        "path_token",
        (r"[/_\-](?:reset|password|magic|verify|verification|confirm|confirmation|activate|activation|invite|invitation|invites|unsubscribe)[/_\-]",),
        judge_path,
        ("/reset-password/4f1b9c7d4e2f8a6b1c3d5e7f9a0b4c2d", "/auth/magic-link/q8Zr2LxV0nT5cW7yB3mK"),
        ("/reset/index.html", "/password/forgot", "/verify/step-2"),
        "links in mails",
    ),
)  # fmt: skip
