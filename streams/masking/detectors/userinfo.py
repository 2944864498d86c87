"""User and password before a host: URLs, and the connection strings that are nearly URLs."""

import re
from typing import Final, NamedTuple

from streams.masking.detectors.providers.telling import looks_random
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS", "is_password", "userinfo"]


class Userinfo(NamedTuple):
    """Where user and password stand, and the `@` behind them; no password is an empty span."""

    user: tuple[int, int]
    password: tuple[int, int]
    at: int


#: What may stand in a URL as logs write it; a password that was not encoded may hold any sign of it.
_RUN: Final = re.compile(rb"[^\s\"'<>\\`\xff]{0,320}")
_RUN_MAX: Final = 330
_PATH: Final = re.compile(rb"[/?#]")
_LABEL: Final = re.compile(rb"[A-Za-z0-9_\-]+\Z")
#: A host that cannot be taken for anything else: dotted, with a port, an IPv6 address.
_HOST: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|localhost\b|(?:[A-Za-z0-9_\-]+\.)+[A-Za-z0-9\-]+|[A-Za-z0-9_\-]+(?=:[0-9]))(?::[0-9]+)?(?=[/?#,;)\]}]|\Z)"
)
#: What stands for a value that comes from elsewhere, or a port.
_PLACEHOLDER: Final = re.compile(
    rb"(?:[0-9]{0,5}|\$\{?\w+\}?|\{\{?[\w. ]+\}?\}|%\w+%|%[sdvq]|\*+|x{3,}|:\w+)\Z", re.IGNORECASE
)


def userinfo(data: bytes, slashes: int) -> Userinfo | None:
    """What stands before the host of the URL whose `//` is at a position (RFC 3986, 3.2.1).

    RFC 3986 ends it at the first `/`, `?` or `#`; passwords are written unencoded nevertheless, so behind a colon that
    no port follows it reaches to an `@` before what can only be a host.
    """
    run = _RUN.match(data, slashes + 2)
    text = run[0] if run else b""
    path = _PATH.search(text)
    cut = path.start() if path else len(text)
    colon, at = text.find(b":", 0, cut), text.rfind(b"@", 0, cut)
    if colon >= 0 and (at < 0 or (colon < at and _LABEL.match(text[at + 1 : cut]))):
        at = max(at, -1 if _PLACEHOLDER.match(text[colon + 1 : cut]) else _late(text, cut))
    if at < 0:
        return None
    start = slashes + 2
    if 0 <= colon < at:
        return Userinfo((start, start + colon), (start + colon + 1, start + at), start + at)
    return Userinfo((start, start + at), (start + at, start + at), start + at)


def _late(text: bytes, cut: int) -> int:
    """The `@` behind a password that holds a slash or another end of an authority; -1 for none."""
    query = text.find(b"?", cut + 1)
    stop = len(text) if query < 0 else query
    at = text.find(b"@", cut, stop)
    while at >= 0 and not _HOST.match(text, at + 1):
        at = text.find(b"@", at + 1, stop)
    return -1 if at < 0 or text[at - 1 : at] == b"/" or b"=" in text[cut:at] else at


#: Users of version control that everybody is.
_NOBODY: Final = frozenset((b"git", b"hg", b"svn", b"anonymous", b"oauth2", b"x-access-token", b"x-oauth-basic"))


def judge_userinfo(data: bytes, end: int) -> Verdict:
    """User and password before the host of a URL, host and path left as they are; a user that looks random is a secret."""
    slashes = data.rfind(b"//", max(0, end - _RUN_MAX), end)
    if slashes < 0 or data[end - 1 : end] != b"@":
        return "no_url"
    info = userinfo(data, slashes)
    if info is None or not slashes < end <= info.at + 1:
        return "no_userinfo"
    user, password = data[slice(*info.user)], data[slice(*info.password)]
    alone = not password
    if alone and data[slashes - 1 : slashes] != b":":
        return "no_scheme"
    found: list[Found] = []
    if user and user.lower() not in _NOBODY and not _PLACEHOLDER.match(user):
        random = looks_random(user, hexadecimal=True)
        found.append(Found(*info.user, "secret" if random else "username", "url_userinfo", "rfc3986", 86))
    if password and not _PLACEHOLDER.match(password):
        found.append(Found(*info.password, "secret", "url_userinfo", "rfc3986", 86))
    return found or "nobody"


_ORACLE_USER: Final = re.compile(rb"(?:oracle:(?:thin|oci8?):|sqlplus[ \t])[^\s/@]{1,64}/\Z", re.IGNORECASE)


def is_password(data: bytes, start: int, at: int) -> bool:
    """Whether what stands between a position and an `@` is a connection's password or user, and no mailbox."""
    slashes = data.rfind(b"//", max(0, at - _RUN_MAX), at)
    if slashes >= 0 and (info := userinfo(data, slashes)) is not None and at <= info.at:
        return True
    return data[start - 1 : start] == b"/" and bool(_ORACLE_USER.search(data, max(0, start - 90), start))


_GO_NETWORK: Final = re.compile(rb"@(?:tcp6?|unix)\(\Z", re.IGNORECASE)
_GO: Final = re.compile(rb"([^\s:@/\"'=`<>\\]{1,64}):([^\s\"'`<>\\]{1,128})@\Z")


def judge_go(data: bytes, end: int) -> Verdict:
    """User and password of `user:password@tcp(host:port)/db` (Go's MySQL driver)."""
    network = _GO_NETWORK.search(data, max(0, end - 8), end)
    at = network.start() + 1 if network else 0
    info = _GO.search(data, max(0, at - 200), at) if at else None
    if info is None:
        return "no_password"
    return [
        Found(*info.span(1), "username", "go_dsn", "dsn", 86),
        Found(*info.span(2), "secret", "go_dsn", "dsn", 86),
    ]


_ORACLE: Final = re.compile(
    rb"(?:oracle:(?:thin|oci8?):|(?:sqlplus|impdp|expdp|sqlldr)(?:[ \t]+-[A-Za-z]+){0,4}[ \t]+\\{0,31}[\"']?)([^\s/@:\"'\\]{1,64})/"
    rb"([^\s@/\"'\\]{1,64})@",
    re.IGNORECASE,
)


def judge_oracle(data: bytes, end: int) -> Verdict:
    """User and password of `user/password@service` (Oracle's JDBC URLs and commands)."""
    for info in _ORACLE.finditer(data, max(0, end - 160), end + 140):
        if info.start() < end <= info.end():
            return [
                Found(*info.span(1), "username", "oracle", "ezconnect", 86),
                Found(*info.span(2), "secret", "oracle", "ezconnect", 86),
            ]
    return "no_password"


DETECTORS: Final = (
    Detector(
        "url_userinfo",
        (),
        judge_userinfo,
        ("postgres://app:s3cr3t@db/orders", "amqp://:hunter2@mq", "mysql://app:p@ss/w0rd@db.local:3306/x", "https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@o1.example.org/2"),
        ("https://example.com/@user", "http://host:80/", "http://host:8080/a@b", "ssh://git@example.com/x.git", "redis://:${PASSWORD}@mq"),
        "RFC 3986, 3.2.1",
        shapes=(r"//[^\s/?#\"'<>\\:]{0,128}:[^\s\"'<>\\]{1,160}@", r"://[^\s/?#\"'<>@\\:]{1,128}@"),
    ),
    Detector(
        "go_dsn",
        (r"@(?:tcp6?|unix)\(",),
        judge_go,
        ("app:hunter2@tcp(db.local:3306)/orders",),
        ("@tcp(db.local:3306)/orders",),
        "Go MySQL driver, DSN",
    ),
    Detector(
        "oracle",
        (r"oracle:(?:thin|oci8?):[^\s/@:\"'\\]{1,64}/", r"(?:sqlplus|impdp|expdp|sqlldr)[ \t][^\n/@\xff]{1,80}/"),
        judge_oracle,
        ("jdbc:oracle:thin:app/hunter2@db.local:1521:ORCL", "sqlplus -S app/hunter2@ORCL"),
        ("jdbc:oracle:thin:@//db.local:1521/ORCL", "sqlplus / as sysdba"),
        "Oracle Database JDBC guide, SQL*Plus guide",
    ),
)  # fmt: skip
