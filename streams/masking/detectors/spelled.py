"""Secrets whose name stands before them without `:` or `=`: elements of XML, options of commands, clauses of SQL."""
# ruff: noqa: ISC004 - an expression is easier to compare with its anchor when it is not chopped.

import re
from typing import Final

from streams.masking.context import WORD_START, Value
from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, is_account_of_system
from streams.masking.detectors.named import judge_value
from streams.masking.detectors.providers.telling import looks_random, telling
from streams.masking.fields import Field, field_of
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_SECRET: Final = Field("secret", "secret")


def _field(name: bytes) -> Field | None:
    return field_of(name.decode("utf-8", "replace"))


#: What an option or an element of this name holds is a secret where it looks random.
def _random_secret(name: bytes, value: bytes) -> bool:
    told = telling(name)
    return told is not None and told.random and looks_random(value, hexadecimal=told.provider)


# -- XML ----------------------------------------------------------------------------------------------------------------

_ELEMENT: Final = re.compile(
    rb"<(?:[A-Za-z][\w.\-]{0,30}:)?([A-Za-z][\w.\-]{1,60})"
    rb"(?:(?:\s|\\{1,31}[nrt]){1,8}[\w.:\-]{1,64}\s{0,4}=\s{0,4}(?:\\{0,31}\"[^\"<>]{0,200}\"|\\{0,31}'[^'<>]{0,200}'|[^\s\"'<>/]{1,64})){0,16}\s{0,8}>"
    rb"(?:<!\[CDATA\[)?([^<\xff]*)"
)

#: How far back the `<` of a tag is looked for, in bytes.
_TAG_MAX: Final = 300

#: Names that tell only below an element for a person, and how far back that one is looked for, in bytes.
_BELOW: Final = frozenset(b"name nm age gender sex id".split())
_BELOW_MAX: Final = 400
_TAG: Final = re.compile(rb"<(/?)(?:[A-Za-z][\w.\-]{0,30}:)?([A-Za-z][\w.\-]{1,60})[^<>\xff]{0,200}?(/?)>")


#: The name that an element of events, settings or results bears as an attribute (`<Data Name="TargetUserName">`).
_NAMED: Final = re.compile(rb"\s(?:name|key|field)=\\{0,31}[\"']([^\"'\\<>\xff]{1,96})\\{0,31}[\"']", re.IGNORECASE)


def _enclosing(data: bytes, at: int) -> bytes:
    """The name of the element around a position, or nothing where it begins too far back."""
    opened: list[bytes] = []
    for tag in _TAG.finditer(data, max(0, at - _BELOW_MAX), at):
        if tag[1]:
            opened = opened[:-1]
        elif not tag[3]:
            opened.append(tag[2])
    return opened[-1] if opened else b""


def _field_of_element(data: bytes, name: bytes, at: int) -> Field | None:
    field = _field(name)
    if field is None and name.lower() in _BELOW and (parent := _enclosing(data, at)):
        return field_of(name.decode(), parent.decode())
    return field


#: What ends a section of characters, its brackets escaped where the text around it has brackets of its own (RFC 5424, 6.3.3).
_SECTION_END: Final = re.compile(rb"\\{0,63}+\]\\{0,63}+\]>\Z")


#: How a sentence or a command goes on behind a word between angle brackets: a sign that ends something, or several words.
_PROSE: Final = re.compile(rb"[,;.:)\]}](?:\s|\Z)|[ \t]+[^\s<>]+[ \t]+[^\s<>]")
_QUOTE: Final = re.compile(rb"(?<!\\)\"")


def _before_quote(data: bytes, text: bytes) -> bytes:
    """The text of an element that nothing ends, as far as the string of JSON reaches that it stands in."""
    quote = _QUOTE.search(text) if data[:1] in (b"{", b"[") else None
    return text[: quote.start()] if quote else text


def judge_element(data: bytes, end: int) -> Verdict:
    """What stands in an element whose name tells (XML 1.0, 3.1), with or without its end tag."""
    at = data.rfind(b"<", max(0, end - _TAG_MAX), end)
    if data[at : at + 2] == b"<!":
        at = data.rfind(b"<", max(0, at - _TAG_MAX), at)
    element = _ELEMENT.match(data, at) if at >= 0 else None
    if element is None or not element.start(2) < end <= element.end(2):
        return "no_element"
    if element[2].startswith(b"@") and data[at - 1 : at] in (b"/", b":"):
        return "placeholder"  # In a URL: `https://<token>@host`.
    field = _field_of_element(data, element[1], at)
    if field is None and (named := _NAMED.search(data, at, element.start(2))):
        field = _field(named[1])
    text = _SECTION_END.sub(b"", element[2]) if element[2].endswith(b"]>") else element[2]
    if data[element.end() : element.end() + 2] != b"</":
        text = _before_quote(data, text)
        if not text or _PROSE.match(text):
            return "placeholder"  # Words go on behind it: `use <password>, then`.
    if field is None:
        field = _SECRET if _random_secret(element[1], text.strip()) else None
    if field is None:
        return "other_field"
    start = element.start(2)
    return judge_value(data, field, Value(start, start + len(text), "string", False)) or "nobody"


_ADD: Final = re.compile(
    rb"(?:key|name)\s{0,4}=\s{0,4}\\{0,31}[\"']([^\"'<>\\]{1,96})\\{0,31}[\"']\s{1,8}value\s{0,4}=\s{0,4}\\{0,31}[\"']([^\"'<>\\\xff]{1,4096})",
    re.IGNORECASE,
)


def judge_attribute(data: bytes, end: int) -> Verdict:
    """The `value` behind a `key` or `name` that tells (.NET's and NuGet's configuration, HTML's inputs)."""
    for pair in _ADD.finditer(data, max(0, end - _TAG_MAX), end + 4200):
        if pair.start(2) < end <= pair.end(2):
            field = _field(pair[1]) or (_SECRET if _random_secret(pair[1], pair[2]) else None)
            value = Value(pair.start(2), pair.end(2), "string", False)
            return (judge_value(data, field, value) or "nobody") if field else "other_field"
    return "no_pair"


#: SAML's subject, and an attribute with its first value.
_NAME_ID: Final = re.compile(
    rb"<(?:[\w.\-]{1,30}:)?NameID\b[^<>\xff]{0,600}>([^<>\xff]{1,256})</(?:[\w.\-]{1,30}:)?nameid\Z", re.IGNORECASE
)
_NAME_ID_MAX: Final = 900
_ATTRIBUTE: Final = re.compile(
    rb"\bAttribute\b[^<>\xff]{0,300}?\b(?:Friendly)?Name=\\{0,31}[\"']([^\"'\\<>\xff]{1,160})\\{0,31}[\"'][^<>\xff]{0,300}>(?:\s|\\{1,31}[nrt]){0,32}"
    rb"<(?:[\w.\-]{1,30}:)?AttributeValue\b[^<>\xff]{0,300}>([^<>\xff]{1,512})</(?:[\w.\-]{1,30}:)?attributevalue\Z",
    re.IGNORECASE,
)
_ATTRIBUTE_MAX: Final = 1700


def judge_name_id(data: bytes, end: int) -> Verdict:
    """The subject of a SAML assertion (SAML 2.0 core, 2.2.3)."""
    subject = _NAME_ID.search(data, max(0, end - _NAME_ID_MAX), end)
    return [Found(*subject.span(1), "username", "saml_subject", "saml", 40)] if subject else "no_subject"


def judge_saml_attribute(data: bytes, end: int) -> Verdict:
    """The value of a SAML attribute whose name tells (SAML 2.0 core, 2.7.3.1); claims' names are URIs (WS-Federation)."""
    window = data[max(0, end - _ATTRIBUTE_MAX) : end]
    low = end - len(window) + window.lower().rfind(b"attribute ")
    attribute = _ATTRIBUTE.search(data, low, end) if low >= end - len(window) else None
    field = _field(re.split(rb"[/:]", attribute[1])[-1]) if attribute else None
    if attribute is None or field is None:
        return "other_attribute"
    return judge_value(data, field, Value(*attribute.span(2), "string", False)) or "nobody"


# -- commands -----------------------------------------------------------------------------------------------------------

_OPTION: Final = re.compile(
    rb"(?<![\w\-])--?([A-Za-z][A-Za-z\-]{0,40})[ \t]{1,3}(?:\(?ConvertTo-SecureString[ \t]{1,3}(?:-String[ \t]{1,3})?|\()?"
    rb"(?:\\{0,31}(['\"])([^'\"\\\xff]{1,1024})|([^\s'\"\-$(|;&<>\\\xff][^\s'\"|;&<>\\\xff]{0,1023}))",
    re.IGNORECASE,
)


#: A user where PowerShell takes a credential (`-Credential CORP\\ann`), and none of the calls that make one.
_WHO: Final = re.compile(
    rb"(?:[A-Za-z0-9.\-]{1,32}\\{1,4})?(?!Get-|New-|Import-)[A-Za-z][A-Za-z0-9_.\-]{1,63}(?=[\s\"'\\]|\Z)"
)


def judge_option(data: bytes, end: int) -> Verdict:
    """The word behind an option whose name tells: `--password x`, PowerShell's `-ClientSecret 'x'`."""
    for option in _OPTION.finditer(data, max(0, end - 120), end + 1100):
        start = max(option.start(3), option.start(4))
        if option.start() < end <= max(option.end(3), option.end(4)):
            text = option[3] or option[4]
            if option[1].lower() == b"credential" and (who := _WHO.match(data, start)):
                return [] if is_account_of_system(who[0]) else [Found(*who.span(), "username", "option", "command", 40)]
            field = _field(option[1])
            if field is None and _random_secret(option[1], text):
                field = _SECRET
            if field is None or field.kind != "secret" or field.needs != "secret":
                return "other_field"
            return judge_value(data, field, Value(start, start + len(text), "string", False)) or "nobody"
    return "no_option"


#: Options for persons; `--user` and `--name` are those of systemd, pip and everything that has a name.
_PERSON_WORDS: Final = (
    "(?:user-?name|login-?name|sam-?account-?name|(?:first|last|given|middle|full|sur)-?name|phone-?number|mobile-?(?:phone|number)|employee-?(?:id|number)|date-?of-?birth|birth-?date|"
    "street-?address|home-?address)"
)
#: How a manual goes on behind an option that it only mentions.
_MENTIONED: Final = frozenset(
    b"requires is must was should may can cannot has flag flags needs takes and or to in as with".split()
)


def judge_person_option(data: bytes, end: int) -> Verdict:
    """The word behind an option for a person: `--first-name Ann`, PowerShell's `-SamAccountName annlee`."""
    for option in _OPTION.finditer(data, max(0, end - 60), end + 320):
        start = max(option.start(3), option.start(4))
        if option.start() < end <= max(option.end(3), option.end(4)):
            text = option[3] or option[4]
            field = _field(option[1])
            if field is None or (option[4] and (text.lower() in GENERAL or text.lower() in _MENTIONED)):
                return "other_field"
            return judge_value(data, field, Value(start, start + len(text), "string", False)) or "nobody"
    return "no_option"


#: Commands that take a password behind `-p` or `-a`, at once or after a space.
_COMMAND: Final = re.compile(
    rb"(?:mysql\w{0,10}|mariadb[\w\-]{0,10}|sshpass|mongo\w{0,8}|redis-cli|sqlcmd|(?:docker|podman|helm|oc|cf|az|skopeo|buildah)[ \t]{1,3}"
    rb"(?:registry[ \t]{1,3})?login|expect|plink|pscp|smbclient|beeline|ldap\w{1,10}|7z[arz]?|rar|unrar|(?:(?<![\w.\-])|(?<=\\[nrt]))(?:un)?zip)\b[^\n|;\xff]{0,200}\Z",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(
    rb"(?<![\w\-])-(?:p|a|pw|P)([ \t]?)(?:\\{0,31}['\"]([^'\"\\\xff]{1,256})|([^\s'\"\-\\\xff][^\s'\"\\\xff]{0,255}))"
)

#: How far back the command's name may stand, in bytes.
_COMMAND_MAX: Final = 200


def judge_short_option(data: bytes, end: int) -> Verdict:
    """The password behind a short option of a command that is known to take one there."""
    for option in _SHORT.finditer(data, max(0, end - 16), end + 300):
        start, stop = max(option.span(2), option.span(3))
        if option.start() >= end or not start < end <= stop:
            continue
        command = _COMMAND.search(data, max(0, option.start() - _COMMAND_MAX), option.start())
        if command is None or not _takes(command[0].lower(), option[0].startswith(b"-P"), spaced=bool(option[1])):
            return "other_command"
        if option[0].startswith(b"-P") and data[start:stop].lower().endswith(b".zip"):
            return "archive"
        return Found(start, stop, "secret", "short_option", "command", 60)
    return "no_option"


def _takes(command: bytes, upper: bool, *, spaced: bool) -> bool:
    """Whether a command takes a password there: MySQL's, 7-Zip's and RAR's `-p` have no space, and `-P` mostly is a port."""
    if command.startswith((b"zip", b"unzip")):
        return upper
    return command.startswith(b"sqlcmd") if upper else not (spaced and command[:2] in _GLUED)


_GLUED: Final = (b"my", b"ma", b"7z", b"ra", b"un")


#: Commands that take a user behind `-u` or `-U`, after a space or at once.
_USER_COMMAND: Final = re.compile(
    WORD_START
    + rb"(?:mysql\w{0,10}|mariadb[\w\-]{0,10}|mongo\w{0,8}|psql|pg_\w{1,12}|sqlcmd|smbclient|(?i:psexec)|lftp|ipmitool|snowsql|impala-shell|vsql|cqlsh|(?:docker|podman|helm|oc|skopeo|buildah)[ \t]{1,3}"
    rb"(?:registry[ \t]{1,3})?login)\b[^\n|;\xff]{0,200}\Z"
)
#: The user, behind a domain or not (Microsoft, "User Name Formats").
_USER_OPTION: Final = re.compile(
    rb"[ \t]-[uU][ \t]?(?:[A-Za-z0-9_.\-]{1,32}\\{1,4})?([A-Za-z_][A-Za-z0-9_.\-@]{0,63})(?=[\s\"'\\,%]|\Z)"
)


def judge_short_user(data: bytes, end: int) -> Verdict:
    """The user behind a short option of a command that is known to take one there."""
    option = _USER_OPTION.match(data, end - 3) if end >= _USER_OPENING else None
    if option is None or not _USER_COMMAND.search(data, max(0, end - _COMMAND_MAX), option.start()):
        return "other_command"
    return account(option.start(1), option[1], "short_user") or "account_of_system"


#: The length of ` -u`.
_USER_OPENING: Final = 3


# -- connection strings -------------------------------------------------------------------------------------------------

_USER_ID: Final = re.compile(rb"user id=([^;\"'\s\\=\xff]{1,128})(?=[;\"'\\]|\s|\Z)", re.IGNORECASE)
_PASSWORD_NEAR: Final = re.compile(rb"(?:password|pwd)\s?=", re.IGNORECASE)
#: How far from the user the password of a connection string stands, in bytes.
_STRING_MAX: Final = 300


def judge_user_id(data: bytes, end: int) -> Verdict:
    """The user of a connection string with a password (ADO.NET, `User Id=ann;Password=...`)."""
    start = end - len(b"user id=")
    user = _USER_ID.match(data, start) if start >= 0 else None
    if user is None or not _PASSWORD_NEAR.search(data, max(0, start - _STRING_MAX), end + _STRING_MAX):
        return "no_connection_string"
    return account(end, user[1], "connection_user") or "account_of_system"


# -- SQL ----------------------------------------------------------------------------------------------------------------

_CLAUSE: Final = re.compile(
    rb"(?:identified(?:[ \t]+with[ \t]+[\w'\"`]{1,40})?[ \t]+(?:by|as)(?:[ \t]+password)?|(?<![\w\-])password(?:[ \t]+for[ \t]+[^\s=]{1,128}(?:[ \t]{0,3}=)?)?)(?:[ \t]{1,3}|[ \t]{0,3}\([ \t]{0,3})"
    rb"\\{0,31}(['\"])((?:(?!\1)[^\\\xff]){1,512})",
    re.IGNORECASE,
)


def judge_clause(data: bytes, end: int) -> Verdict:
    """The literal behind `IDENTIFIED BY` or `PASSWORD` (the manuals of MySQL, Oracle and PostgreSQL)."""
    for clause in _CLAUSE.finditer(data, max(0, end - 120), end + 600):
        if clause.start(2) < end <= clause.end(2):
            value = Value(clause.start(2), clause.end(2), "string", False)
            return judge_value(data, _SECRET, value) or "nobody"
    return "no_clause"


_OPTION_WORDS: Final = "(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|api-?key|access-?key|secret-?key|account-?key|private-?key|auth|key|pat|otp)"
_OPEN: Final = r"(?:\(?ConvertTo-SecureString[ \t]{1,3}(?:-String[ \t]{1,3})?|\()?"

DETECTORS: Final = (
    Detector(
        "xml_element",
        (),
        judge_element,
        ("<password>hunter2</password>", '<wsse:Password Type="x">hunter2</wsse:Password>', "<ssn>536-90-4399</ssn>", '{"m":"<password>hunter2"}',
            '<wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">hunter2</wsse:Password>', "<customer><id>4711</id><name>Ann Lee</name></customer>", "<Dbtr><Nm>Ann Lee</Nm><PstlAdr><StrtNm>Lindenweg</StrtNm><BldgNb>5</BldgNb></PstlAdr></Dbtr>", '<Data Name="TargetUserName">ann</Data>', "<Data Name='SubjectUserName'>ann</Data>"),
        ("<product><name>Ann Lee</name></product>", "<Agt><Nm>Bank</Nm></Agt>", "<user/><name>Ann Lee</name>", '<Data Name="ServiceName">krbtgt</Data>', '<Data Name="TargetUserName">SYSTEM</Data>', "<passwordPolicy>strict</passwordPolicy>", "<module>main", "<init>(Foo.java:12)", "use <password>, then <token> to log in", '{"m":"key <API_KEY>;","n":1}'),
        "XML 1.0, 3.1; ISO 20022; WS-Security UsernameToken Profile, 3.1",
        shapes=(r"<[a-z][\w:.\-]{1,60}(?:[ \t\r\n][^<>]{0,240})?>(?:<!\[CDATA\[)?[^<\xff]",),
    ),
    Detector(
        "xml_attribute",
        (r"(?:key|name)\s{0,4}=\s{0,4}\\{0,31}[\"'][^\"'<>\\\xff]{1,96}\\{0,31}[\"']\s{1,8}value\s{0,4}=\s{0,4}\\{0,31}[\"'][^\"'<>\\\xff]",),
        judge_attribute,
        ('<add key="ClearTextPassword" value="hunter2!"/>', '<input name="password" value="hunter2">'),
        ('<add key="LogLevel" value="debug"/>',),
        ".NET docs, appSettings; NuGet docs, nuget.config",
    ),
    Detector(
        "saml_subject",
        ("</nameid", ":nameid"),
        judge_name_id,
        ('<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">annlee</saml:NameID>',),
        ("<NameIDPolicy/>", "<saml:NameID></saml:NameID>"),
        "SAML 2.0 core, 2.2.3",
    ),
    Detector(
        "saml_attribute",
        ("</attributevalue", ":attributevalue"),
        judge_saml_attribute,
        (
            '<saml2:Attribute Name="givenName"><saml2:AttributeValue xsi:type="xs:string">Ann</saml2:AttributeValue></saml2:Attribute>',
            '<Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"><AttributeValue>Lee</AttributeValue></Attribute>',
        ),
        ('<Attribute Name="colour"><AttributeValue>blue</AttributeValue></Attribute>',),
        "SAML 2.0 core, 2.7.3.1",
    ),
    Detector(
        "option",
        (rf"-[a-z\-]{{0,30}}{_OPTION_WORDS}[ \t]{{1,3}}{_OPEN}(?:\\{{0,31}}['\"][^'\"\\\xff]|[^\s'\"\-$(|;&<>\\\xff])",),
        judge_option,
        ("app --password hunter2 --port 80", "Connect -ClientSecret 'hunter2'", "x -Password (ConvertTo-SecureString 'hunter2' -AsPlainText)", r"Enter-PSSession -Credential CORP\ann"),
        ("app --password-file /run/secrets/x", "gpg --passphrase-fd 3", "sort --key 2"),
        "command lines",
    ),
    Detector(
        "person_option",
        (rf"-{_PERSON_WORDS}[ \t]{{1,3}}(?:\\{{0,31}}['\"][^'\"\\\xff]|[^\s'\"\-$(|;&<>\\\xff])",),
        judge_person_option,
        ("app --username annlee --port 80", "app --first-name Ann --last-name 'Lee'", 'New-ADUser -SamAccountName "annlee" -Surname Lee'),
        ("the --username option is required", "app --username $USER", "--username requires an argument", "app --user annlee --name x"),
        "command lines; Microsoft, New-ADUser",
    ),
    Detector(
        "short_option",
        (r"[ \t](?-i:-(?:p|a|pw|P))[ \t]?\\{0,31}['\"]?[^\s'\"\-\\\xff]",),
        judge_short_option,
        ("mysqldump -u root -phunter2 shop", "sshpass -p 'hunter2' ssh db", "docker login -u ci -p hunter2 registry.local", "7z x -phunter2 a.7z", "zip -r -P hunter2 a.zip dir"),
        ("rsync -av web1:/srv .", "wget -p https://x.example", "unzip -p a.zip x.txt", "unzip -P a.zip", "7z x -p a.7z", "zip -p a.zip y", "ssh -p 2222 db", "mysql -p shop", "mkdir -p /var/lib/app", "tar -pxf x"),
        "mysql(1), sshpass(1), docker login",
    ),
    Detector(
        "connection_user",
        ("user id=",),
        judge_user_id,
        ("Server=db;Database=x;User Id=ann;Password=hunter2;",),
        ("bad user id=ann in request", "Server=db;User Id=root;Password=hunter2;"),
        "ADO.NET, connection strings",
    ),
    Detector(
        "short_user",
        (r"[ \t]-u",),
        judge_short_user,
        ("docker login -u annlee -p hunter2", "mysql -u ann -h db1", "psql -h db -U ann shop", "lftp -u ann,hunter2 ftp.example.com", "smbclient //fs/share -U ann%hunter2", "ipmitool -H bmc -U ann power status", r"PsExec.exe \\\\srv1 -u CORP\annlee cmd"),
        ("mysql -u root", "sort -u names", "date -u", "mysql -uroot"),
        "mysql(1), psql(1), docker login, lftp(1), smbclient(1), ipmitool(1), PsExec (Sysinternals)",
    ),
    Detector(
        "sql_password",
        (
            r"(?:identified(?:[ \t]{1,8}with[ \t]{1,8}[\w'\"`]{1,40})?[ \t]{1,8}(?:by|as)(?:[ \t]{1,8}password)?|password(?:[ \t]{1,8}for[ \t]{1,8}[^\s=]{1,128}(?:[ \t]{0,3}=)?)?)"
            r"(?:[ \t]{1,3}|[ \t]{0,3}\([ \t]{0,3})\\{0,31}['\"][^'\"\\\xff]",
        ),
        judge_clause,
        ("CREATE USER 'app' IDENTIFIED BY 'hunter2'", "ALTER ROLE app WITH PASSWORD 'hunter2'", "SET x = PASSWORD('hunter2')", "SET PASSWORD FOR app = 'hunter2'"),
        ("password authentication failed", "IDENTIFIED BY EXTERNALLY", '{"state":"no password","x":"y"}'),
        "manuals of MySQL, Oracle and PostgreSQL",
    ),
)  # fmt: skip
