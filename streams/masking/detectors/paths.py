"""Home directories: their last element is somebody's log-in name."""

import re
from typing import Final

from streams.masking.detectors.beside import is_account_of_system
from streams.masking.detectors.promises import PROMISES
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: Where a home directory may begin: at the start, behind a sign, or below another root (`/export`, `/mnt/c`, `/var`).
_ROOT: Final = (
    rb"(?:\A|[\s\"'`=:,;(\[{<>|!@]|file://(?:localhost)?|\\[nrt]|/(?:export|usr|var|mnt|nfs|net|data|private|System/Volumes/Data|Volumes/[^/\s]{1,32}|[a-z]|mnt/[a-z])"
    rb"|[A-Za-z]:|\\\\[^\\/\s]{1,64})"
)
#: Homes (Filesystem Hierarchy Standard 3.0, 3.8; Apple, "File system basics"; Microsoft, "Recognized environment
#: variables": %USERPROFILE%), with the separators of their system, escaped or not.
_HOME: Final = re.compile(
    rb"(?:" + _ROOT + rb"(/home/|/Users/)|(?:[A-Za-z]:(?:\\{1,8}|/)|\\)(?i:Users|Documents and Settings)[\\/]"
    rb"|/dav/(?:files|calendars|trashbin|versions|principals/users|addressbooks/users)/|/var/(?:spool/)?mail/|/var/spool/cron/(?:crontabs/)?)\Z"
)
_HOME_MAX: Final = 64

#: More backslashes behind the first: the path is escaped.
_SLASHES_MAX: Final = 7
_BACKSLASH: Final = 0x5C

#: As long as a name in a directory may be (POSIX, NAME_MAX on Linux).
_NAME: Final = re.compile(rb"[A-Za-z0-9_\x80-\xfe][A-Za-z0-9_.\-+@~\x80-\xfe]{0,254}")
#: Below `Users` of Windows and macOS names may hold spaces.
_SPACED: Final = re.compile(rb"[A-Za-z0-9_\x80-\xfe][A-Za-z0-9_.\-+@~ \x80-\xfe]{0,63}(?=[\\/])")

#: What every installation has there, and what web applications have below `/home`.
_SHARED: Final = frozenset(
    b"""
    shared public default default.migrated guest all defaultuser0 defaultappool lost+found user username runner runneradmin
    containeradministrator containeruser vagrant linuxbrew app node jovyan circleci travis git
    crontabs index about contact dashboard login logout page pages news search privacy terms help settings profile error home main feed
    """.split()
)
_FILE: Final = re.compile(rb"(?:index|default|home|main)\.[a-z]{2,5}\Z", re.IGNORECASE)

#: A path of a request: behind a method, or under a key for URLs.
_REQUEST: Final = re.compile(
    rb"(?:(?:\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|CONNECT)|(?i:uri|url|route|endpoint|href|link|referr?er|pathname|http[._]path|request|redirect|target|location))\\*[\"']?(?:[ :=]{1,3}|\s)\\*[\"']?)\Z"
)
_WEB: Final = re.compile(rb"://[^/\s\"']{1,128}\Z")


def judge_home(data: bytes, end: int) -> Verdict:
    """The name below a directory of homes; not below a path of a URL."""
    home = _HOME.search(data, max(0, end - _HOME_MAX), end)
    if home is None:
        return "other_path"
    first = home.start(1) if home[1] else home.start()
    if home[1] and (_REQUEST.search(data, max(0, first - 48), first) or _WEB.search(data, max(0, first - 140), first)):
        return "request"
    start = end
    while data[end - 1] == _BACKSLASH and start - end < _SLASHES_MAX and data[start : start + 1] == b"\\":
        start += 1
    name = (_SPACED.match(data, start) if b"sers" in home[0] or b"ettings" in home[0] else None) or _NAME.match(
        data, start
    )
    if name is None:
        return "no_name"
    text = name[0].rstrip(b".")
    if text.lower() in _SHARED or _FILE.match(text) or is_account_of_system(text) or b"  " in text:
        return "shared"
    return Found(start, start + len(text), "username", "home_directory", "format", 45)


#: A path of a request below which users have their pages; only what looks like a name is one there.
_PAGE: Final = re.compile(rb"/(?:u|users?|profiles?|accounts?|members?|people|authors?|~)/([a-z])\Z", re.IGNORECASE)
_PAGE_MAX: Final = 12
_PAGE_NAME: Final = re.compile(rb"[a-z]{1,24}\.[a-z]{2,24}[0-9]{0,4}(?=[/?\s\"'<>&#,;)\\]|\Z)", re.IGNORECASE)


def judge_page(data: bytes, end: int) -> Verdict:
    """A name of two words below the path of users (`/users/ann.lee/posts`)."""
    name = _PAGE_NAME.match(data, end - 1) if _PAGE.search(data, max(0, end - _PAGE_MAX), end) else None
    if name is None or not PROMISES["full_name"](name[0]) or is_account_of_system(name[0]):
        return "no_name"
    return Found(*name.span(), "username", "user_page", "format", 40)


DETECTORS: Final = (
    Detector(
        "user_page",
        ("/(?:u|users?|profiles?|accounts?|members?|people|authors?)/[a-z]",),
        judge_page,
        ("GET /u/ann.lee/posts HTTP/1.1", "Internal Server Error: /accounts/ann.lee/edit/", "https://x.example/users/ann.lee"),
        ("GET /users/me", "/users/index.html", "/accounts/list.json", "/profile/avatar.png", "/users/12"),
        "URLs of users' pages",
    ),
    Detector(
        "home_directory",
        ("(?-i:/home/)", r"[/\\]users[/\\]", r"(?:documents and settings)[\\/]", "/dav/(?:files|calendars|trashbin|versions|principals/users|addressbooks/users)/", "/var/mail/", "/var/spool/mail/", "/var/spool/cron/(?:crontabs/)?"),
        judge_home,
        (
            "open /home/ann/.ssh/id_rsa: denied", "DB Path: /Users/xpc/Library/x", r"C:\Users\ann.lee\AppData", r'{"path":"C:\\Users\\Ann Lee\\x"}',
            "file:///home/ann/x", r"C:\Documents and Settings\ann\x", "at /mnt/c/Users/ann/x", "PROPFIND /remote.php/dav/files/ann/Documents", "cwd=/home/ann",
        ),
        (
            "GET /home/dashboard HTTP/1.1", "https://example.com/home/ann", r"C:\Users\Public\x", "/Users/Shared/x", '"url":"/home/cart"',
            "/usr/share/home/x", "/home/", "GET /api/users/12", "/home/index.html",
        ),
        "Filesystem Hierarchy Standard 3.0, Apple File System Basics, Microsoft known folders, Nextcloud manual (WebDAV)",
    ),
)  # fmt: skip
