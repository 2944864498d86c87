"""Log-in names where system logs write them: sshd, PAM, sudo, su, cron, systemd, FTP and mail servers, Windows' events.

An anchor is the phrase that such a log prints beside the name; the name is read on from there, or back. Accounts of
systems (`beside.ACCOUNTS_OF_SYSTEMS`) stay.
"""

import re
from typing import Final

from streams.masking.detectors.beside import ends_with_words, is_account_of_system
from streams.masking.found import Detector, Found, Verdict
from streams.masking.kinds import Kind
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]


def account(start: int, name: bytes, detector: str, kind: Kind = "username") -> list[Found]:
    """The finding of one log-in name, or nothing where it is a system's or empty."""
    if not name or is_account_of_system(name):
        return []
    return [Found(start, start + len(name), kind, detector, "format", 40)]


# -- authentication: the name is what stands before the log's next word ---------------------------------------------------

_AUTHENTICATION: Final = (
    "invalid user ", "illegal user ", "authenticating user ", "disconnected from user ", "publickey for ",
    "keyboard-interactive/pam for ", "keyboard-interactive for ", "gssapi-with-mic for ", "gssapi-keyex for ", "hostbased for ",
    "failed password for ", "accepted password for ", "accepted password for user ", "failed none for ", "attempts exceeded for ", "opened for user ",
    "closed for user ", "opened for local user ", "closed for local user ", "new user: name=", "user slice of ",
    "manager for user ", "successful su for ", "failed su for ", "expired account: ", "no such user: ", "unknown user: ",
    "new group: name=", "changed password expiry for ", "password changed for ", "(to root) ", ": add '", ": delete '",
    "view acls to: ", "modify acls to: ", "view permissions: set(", "modify permissions: set(",
)  # fmt: skip
_AUTHENTICATION_WORDS: Final = Lookbehind([re.escape(words).encode() for words in _AUTHENTICATION])

#: An account as it is written before the next word of the message; attackers put anything there, spaces and passwords.
_ACCOUNT: Final = re.compile(
    rb"(?!(?:(?:invalid|illegal) )?user )(?![ ]{0,3}(?:from|by) )(?!client [0-9a-f]{2,4}[:.\-])((?:(?-i:[A-Z][A-Z0-9\-]{1,14})\\{1,4}(?=[A-Za-z0-9]))?[^\r\n\"'\\\xff,:;()\[\]]{1,64}?)"
    rb"(?=(?:\(uid=[0-9]{1,10}\))?(?: from | by | port | ssh2| (?:[0-9]{1,3}\.){3}| [0-9a-f]{0,4}:[0-9a-f:]{2}| on | to | in | at | with | via | \[|[\r\n\"'\\,;:()\[]|\.?\s*\Z|\.[\s\"\\]))",
    re.IGNORECASE,
)
#: Who opened a session, and under which number (pam_unix, `by ann(uid=1000)`).
_OPENED_BY: Final = re.compile(
    rb"(?:\(uid=([0-9]{1,10})\))? by ([^\s()\"\\\xff,]{0,64})(?:\((uid=[0-9]{1,10})\))?", re.IGNORECASE
)


#: systemd's slices and sessions of a number, and how usermod goes on (`add 'ann' to group 'staff'`, shadow-utils).
_UID: Final = re.compile(rb"UID [0-9]{1,10}\Z")
#: What a sentence says was wrong with a user (FortiOS, `because of invalid user name`), and whose group was added.
_PART_OF_USER: Final = re.compile(
    rb"(?:name|id|input|token|credentials?|password|role|type)(?:[\"\\,.;)]|\s*\Z)", re.IGNORECASE
)
_GROUP_ADDED: Final = re.compile(rb"groupadd(?:\[[0-9]{1,10}\])?: new group: name=\Z")
_GROUP_ADDED_MAX: Final = 40
_TO_GROUP: Final = re.compile(rb"' (?:to|from) (?:shadow )?group\b")
_APOSTROPHE: Final = 0x27


def judge_authentication(data: bytes, end: int) -> Verdict:
    """The account behind a phrase that sshd, PAM, shadow-utils or systemd-logind prints before one."""
    if not _AUTHENTICATION_WORDS.first_word(data, end):
        return "no_phrase"
    if _GROUP_ADDED.search(data, max(0, end - _GROUP_ADDED_MAX), end):
        return "group"
    name = _ACCOUNT.match(data, end)
    if (
        name is None
        or _UID.match(name[1])
        or _PART_OF_USER.match(data, end)
        or (data[end - 1] == _APOSTROPHE and not _TO_GROUP.match(data, name.end(1)))
    ):
        return "no_name"
    found = account(end, name[1].rstrip(b"."), "account")
    # That root's session was opened by nobody in particular (`by (uid=0)`) is the machine's own doing.
    if (opened := _OPENED_BY.match(data, name.end(1))) and (found or account(0, opened[2], "")):
        found += _opener(opened)
    return found or "account_of_system"


def _opener(opened: re.Match[bytes]) -> list[Found]:
    """Whoever opened a session; the number is that of a person even where it is root's: it says who did it."""
    found = account(opened.start(2), opened[2], "account")
    for group in (1, 3):
        if opened[group]:
            first = opened.start(group) + (0 if group == 1 else len("uid="))
            found.append(Found(first, opened.end(group), "user", "account", "format", 40))
    return found


# -- names before the words that tell -------------------------------------------------------------------------------------

#: sudo: `ann : TTY=pts/0 ; ...` (sudo's logging.c); cron: `(ann) CMD (...)` (cron's misc.c); vsftpd: `[ann] OK LOGIN`.
_BEHIND: Final = re.compile(
    rb"(?:(?:\A|[\s:\"])([A-Za-z0-9_.\-\\@$]{1,64}) : (?:tty=|[0-9]{1,3} incorrect password|user not in sudoers|command not allowed|a password is required)"
    rb"|\(([A-Za-z0-9_.\-\\@$]{1,64})\) (?:cmd|list|reload|replace|delete|(?:begin |end )?edit|orphan|error|cmdend|cmdout|auth|pam_acct) \("
    rb"|\[([^\[\]\r\n\"\\\xff]{1,64})\] (?:ok|fail) (?:login|upload|download|mkdir|delete|rename|chmod)"
    rb"|(?:\A|[\s\"])([A-Za-z0-9_.\-\\@$]{1,64}) (?:ftp login from|login on tty|logged in on tty))\Z",
    re.IGNORECASE,
)
_BEHIND_MAX: Final = 110
#: `(CRON) INFO (...)` and the like are cron itself.
_CRON: Final = frozenset(b"cron crond crontab *system* atd anacron".split())


def judge_behind(data: bytes, end: int) -> Verdict:
    """The account that stands before the words of sudo, cron or an FTP server."""
    match = _BEHIND.search(data, max(0, end - _BEHIND_MAX), end)
    if match is None:
        return "no_name"
    group = match.lastindex or 1
    if match[group].lower() in _CRON:
        return "account_of_system"
    return account(match.start(group), match[group], "account_before") or "account_of_system"


# -- names in signs ---------------------------------------------------------------------------------------------------------

#: Dovecot: `user=<ann>`, `imap(ann)<123><...>:`, `auth: passwd-file(ann,192.0.2.1)`.
_SIGNED: Final = re.compile(
    rb"(?:user(?:name)?=<|(?:orig_)?to=<|from=<|[eagf]?[ug]id=[0-9]{1,10}\(|(?:imap|pop3|lmtp|lda|managesieve|submission|pam|sql|ldap|passwd-file|passwd|shadow|indexer-worker)\()\Z",
    re.IGNORECASE,
)
_SIGNED_NAME: Final = re.compile(rb"([A-Za-z0-9_][A-Za-z0-9_.\-+\\@$\x80-\xfe]{0,63})(?=[>),]|@[A-Za-z0-9\-]{1,63}>)")
_SIGNED_MAX: Final = 20
_BRACKET: Final = 0x28
_DIGIT: Final = 0x39
#: A section of the manual: `slapd-ldap(5), slapd.conf(5)`.
_MANUAL: Final = re.compile(rb"[1-9](?:p|ssl|pm|x)?\Z")
_DOVECOT: Final = re.compile(rb"\)?(?:<|: |,)")


def judge_signed(data: bytes, end: int) -> Verdict:
    """The account in the signs in which Dovecot writes it."""
    if not ends_with_words(_SIGNED, data, end, _SIGNED_MAX):
        return "no_phrase"
    name = _SIGNED_NAME.match(data, end)
    if name is None or (data[end - 1] == _BRACKET and _MANUAL.match(name[1])):
        return "no_name"
    if data[end - 1] == _BRACKET and data[end - 2] > _DIGIT and not _DOVECOT.match(data, name.end()):
        return "no_name"
    return account(end, name[1], "account_in_signs") or "account_of_system"


# -- Windows ----------------------------------------------------------------------------------------------------------------

_EVENT: Final = re.compile(
    rb"(?:account name|logon account|user name|target user|caller user name|account domain.{0,80}account name|client user name|security id|user id)[ \t]{0,4}:\Z",
    re.IGNORECASE | re.DOTALL,
)
#: Behind the colon come tabs, as such or escaped.
_EVENT_VALUE: Final = re.compile(
    rb"(?:[ \t]|\\{1,4}t){0,16}([^\s\"\\<>|,;\xff](?:[^\r\n\t\"\\<>|,;\xff]|\\{1,4}(?![rntu\"\\])){0,63}?)(?=[ \t]*(?:[\r\n\t\"<>|,;]|\\{1,4}[rntu\"]|[ ]{2}|\. [A-Z][a-z]{1,24} [a-z]{1,24}: | (?:account|logon|security|user|source|process|network|caller|target|failure|detailed|additional|new (?:logon|account)|attributes|display|sam account|subject|service|client|domain)[ A-Za-z]{0,24}:|\Z))",
    re.IGNORECASE,
)
#: A person's security identifier: of a domain or a machine, numbered from 1000 on (Microsoft, "Security identifiers").
_SID: Final = re.compile(rb"S-1-5-21(?:-[0-9]{1,10}){3}-[1-9][0-9]{3,9}\Z", re.IGNORECASE)
_EVENT_MAX: Final = 24
_WORDS_MAX: Final = 4

#: PostgreSQL and sshd, with other words between.
_BETWEEN: Final = re.compile(
    rb"(?: (?:shell|command|subsystem '[^'\r\n\xff]{1,40}')(?: on [a-z0-9/]{1,16})? for ([A-Za-z0-9_.\-@\\]{1,64}) from"
    rb"|\\{0,7}\"([^\"\\\r\n\xff]{1,64})\\{0,7}\" (?:does not exist|is not permitted|cannot|already exists))",
    re.IGNORECASE,
)
_BETWEEN_WORDS: Final = re.compile(rb"(?:starting session:|role )\Z", re.IGNORECASE)


def judge_between(data: bytes, end: int) -> Verdict:
    """The account in messages that write more words before it."""
    match = _BETWEEN.match(data, end) if ends_with_words(_BETWEEN_WORDS, data, end, 18) else None
    if match is None:
        return "no_name"
    group = match.lastindex or 1
    return account(match.start(group), match[group], "account_between") or "account_of_system"


def judge_event(data: bytes, end: int) -> Verdict:
    r"""The account in the text of a Windows security event (`Account Name:\t\tann`)."""
    label = ends_with_words(_EVENT, data, end, _EVENT_MAX)
    value = _EVENT_VALUE.match(data, end) if label else None
    if label is None or value is None:
        return "no_label"
    text = value[1]
    if label[0][-4:].strip(b" \t:")[-2:].lower() == b"id":
        if not _SID.match(text):
            return "other_id"
        return Found(value.start(1), value.end(1), "user", "windows_event", "sid", 45)
    if text == b"-" or len(text.split(b" ")) > _WORDS_MAX:
        return "nobody"
    return account(value.start(1), text, "windows_event") or "account_of_system"


#: Common log format: host, identity, user, time.
_REQUEST: Final = re.compile(
    rb"(?:\A|[\s\"'])[^\s\"']{2,255} [^\s\"']{1,64} (?![^\s\"']{2,64}:[0-9]{1,5} \[)([^\s\"'\[\]\xff]{1,64}) \[[0-9]{2}/(?:[A-Za-z]{3}/[0-9]{4}:|[0-9]{2}/[0-9]{4} )\Z"
)
_REQUEST_MAX: Final = 420
#: The rest of a date in numbers, and the request behind it (Olfeo): prose has such dates as well.
_REQUEST_LINE: Final = re.compile(rb"[0-9:]{8}\] \\{0,7}\"[A-Z]{3,8} ")
#: The number of a job stands there in CUPS' page_log, before the number of a page.
_PAGE: Final = re.compile(rb"[^\]\r\n\xff]{1,20}\] (?:total|[0-9])")


def judge_request(data: bytes, end: int) -> Verdict:
    """The authenticated user of a web server's access log."""
    request = _REQUEST.search(data, max(0, end - _REQUEST_MAX), end)
    if request is None or request[1] == b"-" or (request[1].isdigit() and _PAGE.match(data, end)):
        return "no_name"
    if data[end - 1 : end] == b" " and not _REQUEST_LINE.match(data, end):
        return "no_request"
    return account(request.start(1), request[1], "account_of_request") or "account_of_system"


#: IIS' fields as they are by default: method, stem, query, port, user, client (W3C extended log format).
_IIS_REQUEST: Final = r" (?:get|post|head|put|delete|patch|options|propfind|search|rpc_(?:in|out)_data) /[^\s\xff]{0,200} [^\s\xff]{1,200} [0-9]{2,5} "
_IIS: Final = re.compile(
    _IIS_REQUEST.encode()
    + rb"((?!-)[A-Za-z0-9_.\-+@$\\\x80-\xfe]{2,128})(?= (?:[0-9]{1,3}\.){3}[0-9]| [0-9a-f]{0,4}:[0-9a-f:]{2})",
    re.IGNORECASE,
)
_IIS_MAX: Final = 440


def judge_iis(data: bytes, end: int) -> Verdict:
    """The authenticated user of an access log of IIS."""
    at = data.rfind(b" /", max(0, end - _IIS_MAX), end)
    method = data.rfind(b" ", max(0, at - 20), at) if at > 0 else -1
    request = _IIS.match(data, method) if method >= 0 else None
    if request is None or request.start(1) != end - 1:
        return "no_name"
    return account(request.start(1), request[1], "account_of_iis") or "account_of_system"


_REMOTE: Final = re.compile(
    rb"(?:ssh|scp|sftp|rsync|sshfs|ssh-copy-id) \Z|(?:ssh|sftp|ftps?|smb|scp)://\Z", re.IGNORECASE
)
_AT_HOST: Final = re.compile(
    rb"(?:[A-Za-z0-9_./=~:,\-]{1,64} ){0,6}?([A-Za-z_][A-Za-z0-9_.\-]{0,31})@(?=(?:[A-Za-z0-9\-]{1,63}|(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:[:/\s\"'\\]|\Z))"
)
_REMOTE_MAX: Final = 16


def judge_at_host(data: bytes, end: int) -> Verdict:
    """The account before the `@` of a host without a domain, in commands and URLs of remote shells."""
    remote = ends_with_words(_REMOTE, data, end, _REMOTE_MAX)
    name = _AT_HOST.match(data, end) if remote else None
    if remote is None or name is None or (remote[0][-1:] == b"/" and name.start(1) != end):
        return "no_name"
    return account(name.start(1), name[1], "account_at_host") or "account_of_system"


#: Permissions and links before the owner in a list of files (POSIX.1-2017, ls).
_LISTED: Final = re.compile(rb"[dl\-](?:[r\-][w\-][xsS\-]){2}[r\-][w\-][xtT\-][.+@]? {1,4}[0-9]\Z")
_LISTED_MAX: Final = 18
_LISTED_OWNER: Final = re.compile(
    rb"[0-9]{0,6} {1,4}([A-Za-z_][A-Za-z0-9_.\-]{0,31}) {1,12}[A-Za-z0-9_.\-]{1,32} {1,12}[0-9]"
)
_PERMISSIONS: Final = r"(?-i:(?:rw-|rwx|r--|r-x)(?:r--|r-x|---|rw-|rwx)(?:r--|r-x|---|rwx|rwt)[.+@]? {1,4}[0-9])"


def judge_listed(data: bytes, end: int) -> Verdict:
    """The owner of a file in a long list."""
    owner = _LISTED_OWNER.match(data, end) if _LISTED.search(data, max(0, end - _LISTED_MAX), end) else None
    if owner is None:
        return "no_owner"
    return account(owner.start(1), owner[1], "account_of_file") or "account_of_system"


DETECTORS: Final = (
    Detector(
        "account_of_file",
        (_PERMISSIONS,),
        judge_listed,
        ("-rw-r--r-- 1 ann staff 4412 Mar 14 09:12 report.csv", "drwxr-xr-x.  3 ann.lee users  4096 May  1 10:00 src"),
        ("-rw-r--r-- 1 root root 4412 Mar 14 09:12 x", "mode rw-r--r-- 1", "drwxr-xr-x 2 1000 1000 4096 x"),
        "POSIX.1-2017, ls",
    ),
    Detector(
        "account",
        tuple(re.escape(words).replace("\\ ", " ") for words in _AUTHENTICATION),
        judge_authentication,
        (
            "sshd[24206]: Invalid user test9 from 192.0.2.1", "Failed password for invalid user jay from 192.0.2.1 port 60259 ssh2",
            "Accepted publickey for ann from 192.0.2.1 port 22 ssh2: RSA SHA256:x", "pam_unix(su:session): session opened for user cyrus by ann(uid=1000)",
            "input_userauth_request: invalid user FILTER [preauth]", "Disconnected from user ann 192.0.2.1 port 4711",
            "SecurityManager: Changing view acls to: ann", "useradd[12]: new user: name=ann, UID=1001, GID=1001, home=/home/x", "Created slice User Slice of ann.",
            "session closed for user news",
        ),
        ("session opened for user root", "Accepted password for root from 192.0.2.1 port 22 ssh2", "Failed password for www-data from 192.0.2.1 port 1", "Created slice User Slice of UID 1000.", "groupadd[12]: new group: name=developers, GID=1005", 'msg="login failed because of invalid user name"', "authentication attempts exceeded for client 14:20:5e:d6:3c:bb", "* cipher.c (gcry_open): Add 'volatile' for clang."),
        "OpenSSH auth.c and session.c, Linux-PAM pam_unix, shadow-utils useradd, systemd-logind",
    ),
    Detector(
        "account_before",
        (
            r" : tty=", r" : [0-9]{1,3} incorrect password", " : user not in sudoers", " : command not allowed", " : a password is required",
            r"\) (?:cmd|list|reload|replace|delete|edit|orphan|error|cmdend|cmdout|auth|pam_acct) \(", r"\) (?:begin|end) edit \(",
            r"\] (?:ok|fail) (?:login|upload|download|mkdir|delete|rename|chmod)", " ftp login from", " login on tty", " logged in on tty",
        ),
        judge_behind,
        ("sudo:      ann : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/bin/ls", "CRON[123]: (ann) CMD (run-parts /etc)", '[pid 2] [ann] OK LOGIN: Client "192.0.2.1"'),
        ("CRON[123]: (root) CMD (run-parts /etc)", "(CRON) ERROR (no socket)", "root : TTY=pts/0 ; COMMAND=/bin/ls"),
        "sudo logging.c, cron misc.c, vsftpd logging.c",
    ),
    Detector(
        "account_in_signs",
        ("user(?:name)?=<", "to=<", "from=<", r"[ug]id=[0-9]{1,10}\(", r"(?:imap|pop3|lmtp|lda|managesieve|submission|pam|sql|ldap|passwd-file|passwd|shadow|indexer-worker)\("),
        judge_signed,
        ("imap-login: Login: user=<ann>, method=PLAIN, rip=192.0.2.1", "imap(ann)<123><abc>: Disconnected", "auth: pam(ann,192.0.2.1): unknown user", "uid=1000(ann)", "orig_to=<ann>, relay=local", "to=<ann@localhost>"),
        ("user=<>", "login(callback)", "sql(SELECT 1)", "passwd()", "uid=0(root)", "slapd-ldap(5), slapd-meta(5)"),
        "Dovecot manual, logging and variables",
    ),
    Detector(
        "account_between",
        ("starting session:", "role "),
        judge_between,
        ("sshd[1]: Starting session: shell on pts/0 for ann from 192.0.2.1 port 22 id 0", 'FATAL:  role "ann" does not exist'),
        ("Starting session: shell for root from 192.0.2.1", 'role "postgres" does not exist', "role admin added"),
        "OpenSSH session.c, PostgreSQL miscinit.c",
    ),
    Detector(
        "account_of_request",
        (r"[^\- \"] \[[0-9]{2}/[a-z]{3}/[0-9]{4}:", r"[^\- \"] \[[0-9]{2}/[0-9]{2}/[0-9]{4} "),
        judge_request,
        ('192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326', '192.0.2.1 - frank [15/04/2024 12:50:04] "CONNECT https://example.com HTTP/1.1" 200 - - 1000 Business'),
        ('192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1', "started [10/Oct/2000:13:55:36]", "INFO app main [15/04/2024 12:50:04] started", "haproxy[14]: 192.0.2.1:51234 [01/Mar/2024:10:14:04.123] https~", "HP x 12 [01/Mar/2024:10:20:01 +0100] total 3"),
        "Apache HTTP Server, common log format",
    ),
    Detector(
        "account_of_iis",
        (_IIS_REQUEST + r"[^\s\-\xff]",),
        judge_iis,
        ("2024-05-01 10:00:00 192.0.2.5 GET /owa/auth.owa - 443 CORP\\annlee 192.0.2.1 Mozilla/5.0 - 302 0 0 15", "192.0.2.5 POST /api q=1 443 ann@example.test 192.0.2.1 curl/8 - 200"),
        ("192.0.2.5 GET /index.htm - 80 - 192.0.2.1 curl/8 - 200 0 0 3", "GET /a b 200 ok 12"),
        "Microsoft IIS docs, W3C logging",
    ),
    Detector(
        "account_at_host",
        ("(?:ssh|scp|sftp|rsync|sshfs|ssh-copy-id) ", "(?:ssh|sftp|ftp|ftps|smb|scp)://"),
        judge_at_host,
        ("exec: scp -P 22 ann@web1:/srv/x .", "ssh://ann@web1/srv", "running ssh ann@web-2", "ssh -i key ann@192.0.2.1"),
        ("ssh root@web1", "ssh web1", "scp file.txt"),
        "OpenSSH manual, RFC 3986",
    ),
    Detector(
        "windows_event",
        (r"(?:account name|logon account|user name|target user|security id|user id)[ \t]{0,4}:",),
        judge_event,
        ("Account Name:\t\tann.lee", "Account Name: ann New Account: Account Domain: CORP", "Logon Account:  Ann Lee\r\n", "not allowed to pause print job. User name: ann. Printer name: hp1.", "Security ID:\t\tS-1-5-21-1004336348-1177238915-682003330-1512"),
        ("Account Name:\t\tSYSTEM", "Account Name:\t\tDC01$", "Account Name:\t\t-", "Security ID:\t\tS-1-5-18", "Security ID:\t\tS-1-5-21-1004336348-1177238915-682003330-500"),
        "Microsoft, security auditing events 4624 to 4634",
    ),
)  # fmt: skip
