"""Emails and telephone numbers."""

import re
from typing import Final

from streams.masking.beginnings import TO_NUMBER, begun
from streams.masking.context import at_word_start, word_byte
from streams.masking.detectors.displayed import name_before_mail
from streams.masking.detectors.nobody import is_workload
from streams.masking.detectors.rows import names_in_row
from streams.masking.detectors.userinfo import is_password
from streams.masking.found import Detector, Found, Verdict
from streams.masking.numbering import plan_of
from streams.masking.validators import ipv4_octets

__all__ = ["DETECTORS", "judge_email", "judge_international", "judge_national"]

_LOCAL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-'" + bytes(range(0x80, 0xFF))
#: An address in an address (VERP): `bounce+ann=example.com@lists.example.org`.
_VERP: Final = re.compile(
    rb"[A-Za-z0-9._%+\-']*[+\-](?![A-Za-z]{0,12}(?:mail|addr|address|from|to|user|login)=)[A-Za-z0-9._%+\-']+=\Z"
)
_VERP_DOMAIN: Final = re.compile(rb"[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+\Z")

#: Longer than RFC 5321 allows (64 octets before the sign), so that an overlong address goes as a whole.
_LOCAL_MAX: Final = 320

#: Labels of RFC 1035 plus underscores and raw UTF-8 (RFC 6531); the last one has a letter first and two bytes at least.
_DOMAIN: Final = re.compile(
    rb"(?:[A-Za-z0-9_\x80-\xfe](?:[A-Za-z0-9_\-\x80-\xfe]{0,61}[A-Za-z0-9_\x80-\xfe])?\.){1,32}"
    rb"[A-Za-z\x80-\xfe](?:[A-Za-z0-9\-\x80-\xfe]{0,61}[A-Za-z0-9\x80-\xfe])"
)
#: An address in the place of a domain (RFC 5321, 4.1.3).
_LITERAL: Final = re.compile(rb"\[(?:IPv6:[0-9A-Fa-f:.]{2,45}|[0-9.]{7,15})\]", re.IGNORECASE)
#: A principal of a service in a Kerberos realm (RFC 4120, 6.2): `krbtgt/EXAMPLE.COM@EXAMPLE.COM`.
_SERVICE: Final = re.compile(rb"\b(?:krbtgt|host|HTTP|cifs|ldap|nfs|DNS|imap|smtp|kadmin|kafka|hdfs|hive|MSSQLSvc)/\Z")
#: UN/EDIFACT's segment of a channel before an address: `COM+ann@example.com:EM'`.
_SEGMENT: Final = re.compile(rb"(?:[^']{0,64}')*COM\+")
#: What stands between somebody's name and the address.
_BRACKETS: Final = (b"<", b"(")
#: A version behind a package's name (npm), or two of them (a bottle of Homebrew, `openssl@3--3.2.0.x.bottle.tar.gz`).
_VERSION: Final = re.compile(rb"[0-9]+\.[0-9]+\.[0-9]|[0-9]+(?:\.[0-9]+)?--[0-9]+\.[0-9]")
#: An instance of a unit (systemd.unit(5)): `user@1001.service`; none of these is a top-level domain, but a network of one's
#: own may have them: it is one of systemd's own templates, or a number, a terminal or an escaped path is its instance.
_TEMPLATE: Final = re.compile(
    rb"(?:\A|(?<![A-Za-z0-9.+%\-]))(?:user|user-runtime-dir|(?:serial-|container-)?getty|autovt|systemd-[a-z\-]{2,30}|modprobe|ifup|wg-quick|openvpn(?:-client|-server)?)\Z"
)
_INSTANCE: Final = re.compile(
    rb"(?:[0-9]{1,10}|tty[A-Za-z]{0,4}[0-9]{1,3}|[A-Za-z0-9_\-]{0,40}\\x2d[A-Za-z0-9_\\\-]{1,80})\.[a-z]{4,9}"
)
_UNIT: Final = re.compile(
    rb"[A-Za-z0-9:_.\\\-]{1,120}\.(?:service|socket|timer|slice|mount|automount|scope|swap|device)(?![A-Za-z0-9\-]|\.[A-Za-z0-9])"
)
_TEMPLATE_MAX: Final = 48
#: Algorithms, requests and extensions of SSH that are no standard's bear the domain of whoever named them (RFC 4251, 6).
_ALGORITHM: Final = re.compile(
    rb"[a-z0-9\-]{0,40}(?:aes|chacha|cipher|mac|sha|md5|curve|nistp|rsa|dss|ed25519|ecdsa|cert|kex|gcm|cbc|ctr|zlib|ntru|hostkey|forward|auth-|statvfs|rename|fsync|limits|session|keepalive|tun|permit|touch)"
    rb"[a-z0-9\-]{0,40}@(?:openssh\.com|libssh\.org|ssh\.com|lysator\.liu\.se)\Z"
)
_ASSET: Final = re.compile(rb"[0-9]x\.(?:png|jpe?g|gif|webp|svg|avif)\b")


def _ascii_tail(local: bytes) -> bytes:
    """The address without a preceding run of a script that puts no space before it (`メールann`)."""
    tail = local.lstrip(bytes(range(0x80, 0xFF)))
    for start in range(len(local) - 1, -1, -1):
        if local[start] >= 0xE0 or (0x80 <= local[start] < 0xC0 and start and local[start - 1] >= 0xE0):
            tail = local[start + 1 :].lstrip(bytes(range(0x80, 0xC0)))
            break
    else:
        return local
    return tail or local


def _local_part(data: bytes, at: int) -> bytes:
    window = data[max(0, at - _LOCAL_MAX) : at]
    if window.endswith(b'"') and (opening := window.rfind(b'"', 0, -1)) >= 0 and b"\\" not in window[opening:]:
        quoted = window[opening:]
        return quoted if len(quoted) > 2 and b":" not in quoted and b"," not in quoted else b""
    local = window[len(window.rstrip(_LOCAL)) :]
    rest = len(window) - len(local)
    if (
        window[rest - 1 : rest] == b"="
        and _VERP_DOMAIN.match(local)
        and (outer := _VERP.search(window, max(0, rest - 80), rest))
    ):
        local = window[outer.start() :]
    before = at - len(local) - 1
    if before >= 0 and data[before] == 0x5C and local[:1] in (b"n", b"r", b"t", b"b", b"f"):
        local = local[1:]
    local = local.lstrip(b".%+-'")
    if segment := _SEGMENT.match(local):
        local = local[segment.end() :]
    return local if local.isascii() else _ascii_tail(local)


def _other_than_domain(data: bytes, start: int) -> str:
    if data[start] in _DIGITS and _VERSION.match(data, start):
        return "version"
    if data[start] in _DIGITS and _ASSET.match(data, start):
        return "asset"
    if _UNIT.match(data, start) and (
        _INSTANCE.match(data, start) or _TEMPLATE.search(data, max(0, start - _TEMPLATE_MAX), start - 1)
    ):
        return "unit"
    return ""


def _other_than_mailbox(data: bytes, start: int, at: int, stop: int) -> str:
    if data[start:at] == b"git" and data[stop : stop + 1] == b":":
        return "scp_url"
    if _ALGORITHM.match(data[start:stop]):
        return "algorithm"
    if data[start - 1 : start] == b"/" and _SERVICE.search(data, max(0, start - 12), start):
        return "service_principal"
    return ""


def judge_email(data: bytes, end: int) -> Verdict:
    """An address of RFC 5322's common form around the `@` before a position; no list of top-level domains decides."""
    at = data.rfind(b"@", max(0, end - 70), end)
    if at < 0:
        return "no_sign"
    domain = _DOMAIN.match(data, at + 1) or _LITERAL.match(data, at + 1)
    if domain is None:
        return "no_domain"
    if other := _other_than_domain(data, at + 1):
        return other
    local = _local_part(data, at)
    if b"'" in local and data[domain.end() : domain.end() + 1] == b"'":
        local = local.rpartition(b"'")[2]  # The apostrophe before it is a quote: `b'ann@example.org'`.
    if not local.rstrip(b"."):
        return "no_local_part"
    start, stop = at - len(local), domain.end()
    if is_password(data, start, at):
        return "userinfo"
    if other := _other_than_mailbox(data, start, at, stop):
        return other
    before = data[start - 1 : start]
    mail = Found(start, stop, "email", "email", "rfc5322", 80)
    if before not in _BRACKETS:
        names = names_in_row(data, start, at, stop)
        return (*names, mail) if names else mail
    name = name_before_mail(data, start, stop)
    return (name, mail) if name else mail


_SPELLED: Final = re.compile(
    rb"([A-Za-z0-9_][A-Za-z0-9._%+\-]{0,63}) ?[\[({<] ?at ?[\])}>] ?[A-Za-z0-9](?:[A-Za-z0-9\-]|\.(?=[A-Za-z0-9])| ?[\[({<] ?dot ?[\])}>] ?(?=[A-Za-z0-9])){1,120}",
    re.IGNORECASE,
)
_DOTTED: Final = re.compile(rb"\.[A-Za-z]|dot", re.IGNORECASE)


def judge_spelled(data: bytes, end: int) -> Verdict:
    """An address whose signs are written as words in brackets."""
    for mail in _SPELLED.finditer(data, max(0, end - 80), end + 120):
        if mail.end(1) < end <= mail.end():
            if not _DOTTED.search(mail[0], mail.end(1) - mail.start() + 4):
                return "no_domain"
            return Found(*mail.span(), "email", "email_spelled", "words", 60)
    return "no_address"


#: An address whose signs stand in brackets, so that nobody writes to it, as reports of incidents are written.
_DEFANGED: Final = re.compile(
    rb"[A-Za-z0-9_][A-Za-z0-9._%+\-]{0,63}(?:@|\[@\]|\(@\))[A-Za-z0-9\-]{1,63}(?:(?:\.|\[\.\]|\(\.\)|\[dot\])[A-Za-z0-9\-]{1,63}){1,8}",
    re.IGNORECASE,
)


def judge_defanged(data: bytes, end: int) -> Verdict:
    """An address with brackets around its signs (`ann[@]example[.]com`)."""
    for mail in _DEFANGED.finditer(data, max(0, end - 140), end + 140):
        if mail.start() < end <= mail.end() and (b"[" in mail[0] or b"(" in mail[0]):
            return Found(*mail.span(), "email", "email_defanged", "rfc5322", 62)
    return "no_address"


#: An address without a dot in its domain, behind words for one; anywhere else that is an account at a host.
_NAMED: Final = re.compile(
    rb"(?:(?:e-?mail|recipient|sender) address|recipient|vpa|upi(?: id)?)(?:: | )\\{0,3}[\"'<\[(]?\Z", re.IGNORECASE
)
_NAMED_MAX: Final = 32
_UNDOTTED: Final = re.compile(rb"([A-Za-z0-9._%+\-]{1,64})@[A-Za-z0-9\-]{1,63}(?![A-Za-z0-9\-@:/]|\.[A-Za-z0-9])")


def judge_undotted(data: bytes, end: int) -> Verdict:
    """An address that a validator refuses for its domain, behind words for an address."""
    start = end - 1
    if not _NAMED.search(data, max(0, start - _NAMED_MAX), start):
        return "no_word"
    mail = _UNDOTTED.match(data, start)
    if mail is None or mail[1].lower() in (b"git", b"root") or is_workload(mail[0]):
        return "no_address"
    return Found(*mail.span(), "email", "email_undotted", "context_word", 60)


#: Digits with at most three separators between two of them; E.164 allows 15.
_INTERNATIONAL: Final = re.compile(rb"\+[ (]{0,2}[1-9](?:[ ().\-/]{0,3}+[0-9]){4,16}+")
_DIGITS: Final = b"0123456789"
_SIGNS: Final = b"+ ().-/"
#: Seven digits with the calling code; one more than E.164 has, for a trunk zero.
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 16
#: A plus behind a time tells its zone, behind a digit and an `e` it is an exponent's; `T+49 30` is a telephone.
_GLUED: Final = re.compile(rb"(?:[0-9][eE]|:[0-9]{2}|\+)\Z")
_GLUE: Final = b"0123456789eE+"

#: An IPv4 address behind a plus, which is a form's space.
_QUAD: Final = re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])")

#: What may not follow a number: it would be part of something longer, or a quantity.
_QUANTITY: Final = re.compile(
    rb"(?:[0-9A-Za-z_@]|[.:,][0-9]|\s?(?:ms|ns|us|\xc2\xb5s|secs?|seconds|minutes|bytes|[kmgt]i?b|rows|records|items|times|%)\b)",
    re.IGNORECASE,
)


def _dialable(digits: str) -> bool:
    """Whether digits are a calling code and as many as may follow it, a trunk zero aside (libphonenumber's metadata)."""
    plan = plan_of(digits)
    if plan is None:
        return False
    size = len(digits) - len(plan.code)
    return size in plan.all_lengths or size - digits.startswith("0", len(plan.code)) in plan.all_lengths


def _longest_dialable(text: bytes) -> int:
    """How many bytes of the candidate are a number that can be dialled, cutting at separators only; 0 for none."""
    text = text.replace(b"(0)", b"   ")
    while text:
        digits = text.translate(None, _SIGNS)
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS and _dialable(digits.decode()):
            return len(text)
        text = text.rstrip(_DIGITS).rstrip(_SIGNS)
    return 0


#: The day of a version's build (Semantic Versioning 2.0.0, 10): `2.4+20151223`, `0.182+20210205-1`.
_BUILD_DATE: Final = re.compile(rb"\+(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")


#: What is counted with its sign: how much something grew, how far a position lies (`+12345678 bytes`).
_MEASURED: Final = re.compile(rb" ?(?:bytes|[kmgt]i?b|blocks|pages|rows|records|packets|ms|ns|us)\b", re.IGNORECASE)


def judge_international(data: bytes, end: int) -> Verdict:
    """A number with a `+` before a position, whose country code exists and whose length that country has."""
    plus = data.rfind(b"+", max(0, end - 30), end)
    if plus < 0:
        return "no_plus"
    if plus and data[plus - 1] in _GLUE and _GLUED.search(data, max(0, plus - 3), plus):
        return "glued"
    if _BUILD_DATE.match(data, plus) and data[plus - 1 : plus].isdigit():
        return "version"
    number = _INTERNATIONAL.match(data, plus)
    if number is None:
        return "too_short"
    if (quad := _QUAD.match(data, plus + 1)) and ipv4_octets(quad[0]):
        return "address"
    text = number[0]
    size = _longest_dialable(text)
    if not size:
        return "no_such_number"
    if size == len(text) and data[plus + size : plus + size + 1].isdigit():
        return "too_long"
    if _MEASURED.match(data, plus + size) and text[1:].isdigit():
        return "quantity"
    return Found(plus, _with_extension(data, plus + size), "phone", "phone_international", "country_code", 75)


#: An extension (RFC 3966, 5.1.3, and as people write it).
_EXTENSION: Final = re.compile(
    rb"(?:;ext=|,? ?(?:ext(?:ension)?|x|durchwahl|anexo|ramal)[.:]? ?)[0-9]{1,6}(?![0-9A-Za-z])", re.IGNORECASE
)


def _with_extension(data: bytes, end: int) -> int:
    extension = _EXTENSION.match(data, end)
    return extension.end() if extension else end


#: Words for a telephone, or for reaching somebody on one, before a number.
_WORDS: Final = (
    "phone", "phones", "telephone", "telephones", "telefono", "telefone", "telefoon", "telefon", "telefonnummer", "tel", "telefax", "tél",
    "téléphone", "mobile", "mobiles", "mobil", "handy", "rufnummer", "cell", "cellular", "cellphone", "celular", "fax", "sms", "whatsapp",
    "viber", "msisdn", "gsm", "dial", "dialed", "dialing", "dialled", "callback", "caller", "ring me", "ring us", "hotline", "landline",
    "contact number", "contact no", "contact nr",
    *(f"{call} {whom}" for call in ("call", "called") for whom in ("me", "us", "him", "her", "back")),
    *(f"{reach} {how}" for reach in ("answering", "reached", "reach me", "reach us", "reach him", "reach her") for how in ("at", "on", "under")),
)  # fmt: skip
_NATIONAL: Final = re.compile(rb"\(?[0-9](?:[ ().\-/]{0,3}[0-9]){5,16}")
_DATE: Final = re.compile(
    rb"(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)[0-9]{2}(?![0-9])|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.]))"
)


#: The word for a telephone before what is counted or measured of it: `sms_count=`, `contact number of rows `.
_COUNTED: Final = re.compile(
    rb"[ _\-](?:exchange|count|total|size|length|limit|rate|cost|price|id|retries|attempts|timeout|latency|duration|queue|rows|records|items)(?:[ _](?:ms|ns|us|s))?\\{0,31}[\"']?[ \t]{0,3}[:=]?[ \t]{0,3}\\{0,31}[\"']?\Z",
    re.IGNORECASE,
)
_COUNTED_MAX: Final = 40


def judge_national(data: bytes, end: int) -> Verdict:
    """A number without country code behind a word for telephones."""
    start = end - 1
    if (
        not 0 <= start < len(data)
        or data[start] not in b"0123456789("
        or (start and word_byte(data[start - 1]) and not at_word_start(data, start))
    ):
        return "no_number"
    if data[start - 1 : start] in (b"+", b".", b"-"):
        return "part_of_number"
    if data[start - 1 : start] == b"(" and data[start] != 0x28:
        start -= 1
    number = _NATIONAL.match(data, start)
    if number is None:
        return "too_short"
    if _COUNTED.search(data, max(0, start - _COUNTED_MAX), start):
        return "counted"
    if _DATE.match(data, start):
        return "date"
    stop = _with_extension(data, number.end())
    if _QUANTITY.match(data, stop):
        return "quantity"
    return Found(start, stop, "phone", "phone_national", "context_word", 60)


_NANP: Final = re.compile(
    rb"(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-.])[0-9]{3}[-.][0-9]{4}(?: ?(?:x|ext\.? ?)[0-9]{1,6})?", re.IGNORECASE
)
#: How far before the end of an anchor a number begins, at most and at least.
_NANP_REACH: Final = 15
_NANP_BYTES: Final = 12


def judge_nanp(data: bytes, end: int) -> Verdict:
    """A North American number in its own unmistakable spelling, `(415) 555-0132` or `415-555-0132`."""
    number = None
    for start in range(max(0, end - _NANP_REACH), max(0, end - _NANP_BYTES + 1)):
        number = _NANP.match(data, start)
        if number and number.end() >= end:
            break
    else:
        number = None
    if number is None:
        return "no_number"
    if number.start() and (data[number.start() - 1] in b"+-.0123456789/:=" or not at_word_start(data, number.start())):
        return "part_of_number"
    if _QUANTITY.match(data, number.end()) or data[number.end() : number.end() + 1] in (b"-", b"/"):
        return "part_of_number"
    return Found(number.start(), number.end(), "phone", "phone_nanp", "format", 55)


DETECTORS: Final = (
    Detector(
        "email",
        (r"[^\s@]@\[(?:ipv6:)?[0-9a-f]",),
        judge_email,
        (
            "ann@example.com",
            "postmaster@[192.0.2.1]",
            "ann@[IPv6:2001:db8::7]",
            "mailto:Ann.Lee+x@mail.example.co.uk",
            "to=<o'brien@example.org>",
            "user@müller.example",
        ),
        (
            "Object@1f2a.",
            "icon@2x.png",
            "left-pad@1.3.0-beta.rc1",
            "git@github.com:org/repo.git",
            "systemd[1]: user@1001.service: Succeeded.",
        ),
        "RFC 5322, RFC 6531",
        shapes=(r"[^\s@]@[a-z0-9_\-\x80-\xfe]{1,63}\.[a-z0-9\x80-\xfe]",),
    ),
    Detector(
        "email_spelled",
        (r"[a-z0-9] ?[\[({<] ?at ?[\])}>] ?[a-z0-9]",),
        judge_spelled,
        ("ann [at] example [dot] com", "ann.lee(at)mail.example.org", "ann {at} example {dot} co {dot} uk"),
        ("look (at) this", "meet [at] example", "a[at]b"),
        "RFC 5322, written so that harvesters do not see it",
    ),
    Detector(
        "email_defanged",
        (r"[a-z0-9](?:\[@\]|\(@\))[a-z0-9]", r"@[a-z0-9\-]{1,63}(?:\[\.\]|\(\.\)|\[dot\])[a-z0-9]"),
        judge_defanged,
        ("phish from ann[@]example[.]com", "ann.lee@example[.]com"),
        ("x[@]y", "arr[@]", "decorator @app[.]"),
        "written so that nobody writes to it",
    ),
    Detector(
        "email_undotted",
        (
            r"(?:(?:e-?mail|recipient|sender) address|recipient|[^a-z0-9](?:vpa|upi(?: id)?))(?:: | )\\{0,3}[\"'<\[(]?[a-z0-9]",
        ),
        judge_undotted,
        (
            "INVALID_EMAIL_ADDRESS: Email: invalid email address: ann.lee@at-home",
            'invalid recipient address "ann@home"',
            "collect request to VPA ann.lee@okbank",
        ),
        (
            "email sent",
            "recipient root@localhost",
            "recipient list",
            "email git@github:acme",
            "VPA: web@deployment updated",
        ),
        "RFC 5321, 2.3.5; NPCI, UPI linking specification (virtual payment address)",
        by_word=True,
    ),
    Detector(
        "phone_international",
        (),
        judge_international,
        ("+49 30 901820", "tel:+1-415-555-0132", "+442079460958", "+33 (0)1 70 18 99 00", "+420.212.345.678"),
        ("1e+10000000", "2024-05-01T10:00:00+1000", "+999999999999"),
        "ITU-T E.164, libphonenumber metadata",
        shapes=(r"\+[ (]{0,2}[1-9](?:[ ().\-/]{0,3}[0-9]){6}",),
    ),
    Detector(
        "phone_national",
        begun(*_WORDS, tail=TO_NUMBER),
        judge_national,
        (
            "Phone: 0378 3549890",
            "call me on 450-0840",
            "Tel. 030 901820",
            "sms to 2025550143",
            "Phone number 192.565.1837x87848 was",
        ),
        (
            "phone 2024-05-01",
            "sms_count=12345678",
            "cell_id=12345678",
            "sms sent 20240501",
            "call back in 300000000 ms",
            "telephone exchange 12",
            "telephone exchange 12345678 lines",
        ),
        "context words",
        by_word=True,
    ),
    Detector(
        "phone_nanp",
        (),
        judge_nanp,
        ("(415) 555-0132", "415-555-0132"),
        ("1.415.555.0132.9", "2-415-555-01321"),
        "ITU-T E.164, NANPA numbering",
        shapes=(r"(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.\-])[0-9]{3}[.\-][0-9]{4}",),
    ),
)
