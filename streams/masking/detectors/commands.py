"""Credentials on the command lines of programs that have an option of their own for them."""

import re
from typing import Final

from streams.masking.context import Value, at_word_start
from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL
from streams.masking.detectors.headers import cookies
from streams.masking.detectors.named import judge_value
from streams.masking.fields import Field
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

_SECRET: Final = Field("secret", "secret")
_NAME: Final = Field("name", "full_name")
_WORDS: Final = Field("name", "words")
#: How far back the command's name may stand, in bytes.
_COMMAND_MAX: Final = 512
#: A value as a shell reads it: between quotes, or up to the next space.
_ARGUMENT: Final = rb"(?:(\\{0,31}[\"'])((?:(?!\1)[^\r\n\xff]){1,1024})\1|([^\s\"'\\|;&<>\xff]{1,512}))"


def _command(names: bytes) -> re.Pattern[bytes]:
    """One of some commands, and what stands behind it up to an option."""
    return re.compile(
        rb"(?:\A|[\s\"'`(;|&/]|\\[nrt])(?:" + names + rb")(?:\.exe)?[ \t][^\r\n|;\xff]{0,400}\Z", re.IGNORECASE
    )


# -- cookies ------------------------------------------------------------------------------------------------------------

_COOKIE: Final = re.compile(rb"(?:-b|--cookie)[ =]?" + _ARGUMENT)
_CURL: Final = _command(rb"curl")


def judge_cookie_option(data: bytes, end: int) -> Verdict:
    """The values of cookies on curl's command line; without a sign it names a file."""
    at = max(data.rfind(b" -b", max(0, end - 90), end), data.rfind(b" --cookie", max(0, end - 90), end)) + 1
    option = _COOKIE.match(data, at) if at else None
    if option is None or not _CURL.search(data, max(0, at - _COMMAND_MAX), at):
        return "other_command"
    start, stop = max(option.span(2), option.span(3))
    return cookies(data, start, stop) or "nobody"


# -- users and passwords ------------------------------------------------------------------------------------------------

_AUTH: Final = re.compile(rb"(?:-a|--auth)[ =]?" + _ARGUMENT)
_HTTPIE: Final = _command(rb"https?|xhs?")


def judge_httpie(data: bytes, end: int) -> Verdict:
    """The user and the password behind HTTPie's `--auth user:password`."""
    at = max(data.rfind(b" -a", max(0, end - 90), end), data.rfind(b" --auth", max(0, end - 90), end)) + 1
    option = _AUTH.match(data, at) if at else None
    if option is None or not _HTTPIE.search(data, max(0, at - _COMMAND_MAX), at):
        return "other_command"
    start, stop = max(option.span(2), option.span(3))
    split = data.find(b":", start, stop)
    if split <= start:
        return "no_password"
    password = judge_value(data, _SECRET, Value(split + 1, stop, "string", False))
    return [Found(start, split, "username", "httpie_auth", "option", 60), *password] if password else "nobody"


# -- standard input -----------------------------------------------------------------------------------------------------

_PIPED: Final = re.compile(
    rb"(?:echo(?: -n)?|printf(?: \\{0,31}[\"']?%s(?:\\{1,31}n)?\\{0,31}[\"']?)?) {1,4}"
    + _ARGUMENT
    + rb" {0,4}\|[^|\r\n\xff]{1,400}\Z"
)


def judge_piped(data: bytes, end: int) -> Verdict:
    """What is printed into a command that reads its password from standard input."""
    low = max(0, end - _COMMAND_MAX)
    at = max(data.rfind(b"echo ", low, end), data.rfind(b"printf ", low, end))
    printed = _PIPED.match(data, at, end) if at >= 0 and at_word_start(data, at) else None
    if printed is None:
        return "not_printed"
    start, stop = max(printed.span(2), printed.span(3))
    return judge_value(data, _SECRET, Value(start, stop, "string", False)) or "nobody"


# -- accounts -----------------------------------------------------------------------------------------------------------

#: What makes, changes and removes an account, as a command at the start, behind a prompt, a path or `COMMAND=`, or with an
#: option; the account is the last word of it.
_MANAGED: Final = re.compile(
    rb"(\A|[/=#$>\"'`;&|\n\r\t] ?|\\[nrt]|sudo )?(?:\b|(?<=\\[nrt]))(?:useradd|adduser|userdel|deluser|usermod|chage|gpasswd|passwd|su)"
    rb"((?: --?[A-Za-z][A-Za-z\-]{0,24}(?:[ =](?:\\{0,31}\"[^\"\\\xff]{0,80}\\{0,31}\"|'[^'\xff]{0,80}'|(?![\-])[^\s\"'\\\xff]{1,80}(?= )))?| -){0,12})"
    rb" ([a-z_][a-z0-9_.\-]{1,31})(?= [a-z_][a-z0-9_\-]{1,31}\s*\Z|\s*\Z|\s*[\"'`;&|\\)])"
)
_GECOS: Final = re.compile(rb"(?:-c|--comment|--gecos)[ =](\\{0,31}[\"'])([^\"'\\\xff]{3,80})\1")
_MANAGED_MAX: Final = 24
_ARGUMENTS_MAX: Final = 480


def judge_managed(data: bytes, end: int) -> Verdict:
    """The account that a command of shadow-utils or Debian's adduser manages, and the name of its owner."""
    starts = range(max(0, end - _MANAGED_MAX), end)
    tries = (_MANAGED.match(data, at, end + _ARGUMENTS_MAX) for at in starts)
    command = next((one for one in tries if one and end <= one.end()), None)
    if command is None or not (command[1] is not None or command[2]):
        return "no_command"
    if command[3].lower() in GENERAL:
        return "general"
    found = account(command.start(3), command[3], "managed_account")
    if found and (comment := _GECOS.search(data, *command.span(2))):
        found += judge_value(data, _NAME, Value(*comment.span(2), "string", False))
    return found or "account_of_system"


#: The name that git signs commits with.
_IDENTITY: Final = re.compile(rb"[ \t=](\\{0,31}[\"'])([^\"'\\\xff]{2,80})\1")


def judge_identity(data: bytes, end: int) -> Verdict:
    """The name behind git's setting `user.name`."""
    name = _IDENTITY.match(data, end - 1)
    if name is None or not _GIT.search(data, max(0, end - _COMMAND_MAX), end - 1):
        return "other_command"
    return judge_value(data, _WORDS, Value(*name.span(2), "string", False)) or "nobody"


_GIT: Final = _command(rb"git")

DETECTORS: Final = (
    Detector(
        "managed_account",
        ("useradd ", "adduser ", "userdel ", "deluser ", "usermod ", "chage ", "gpasswd ", "passwd ", "su - "),
        judge_managed,
        (
            'useradd -m -c "Ann Lee" annlee',
            "COMMAND=/usr/sbin/usermod -aG docker annlee",
            "sudo userdel -r annlee",
            "passwd annlee",
            "su - annlee",
            '{"cmd":"gpasswd -a annlee staff"}',
        ),
        (
            "useradd failed",
            "run useradd first",
            "su - root",
            "passwd -S root",
            "the passwd command was not found",
            "COMMAND=/usr/bin/passwd",
            "useradd[12]: new user added",
            "cat /etc/passwd | wc",
            "useradd is missing",
        ),
        "useradd(8), usermod(8), passwd(1), su(1), adduser(8)",
        by_word=True,
    ),
    Detector(
        "git_identity",
        (r"user\.name[ \t=]",),
        judge_identity,
        ('git config --global user.name "Ann Lee"', "git -c user.name='Ann Lee' commit"),
        ('set user.name "x"', "git config user.name"),
        "git-config(1)",
        by_word=True,
    ),
    Detector(
        "cookie_option",
        (r"curl[ \t](?:[^\r\n\xff]{0,300}[ ])?(?:-b|--cookie)[ =]?\\*[\"']?[^\s\"'\\=]{1,64}=",),
        judge_cookie_option,
        ('curl -b "sid=7c9f1b3e2d4a; theme=dark" https://api.example.com', "curl --cookie 'sid=7c9f1b3e' https://x"),
        ("curl -b cookies.txt https://x", "git checkout -b x=y", "mount -b a=b"),
        "curl(1)",
    ),
    Detector(
        "httpie_auth",
        (r"(?:https?|xhs?)[ \t][^\r\n\xff]{0,100}(?:-a|--auth)[ =]?\\*[\"']?[^\s\"'\\:]{1,64}:[^\s/]",),
        judge_httpie,
        ("http -a ann:hunter22 GET api.example.com", "https --auth='ann:hunter22' api.example.com"),
        ("http -a ann GET x", "docker run -a stdin:x", "curl https://example.com/ -a b:c"),
        "HTTPie docs, authentication",
    ),
    Detector(
        "piped_password",
        (r"--(?:password|passphrase|token)-stdin", r"\| ?(?:sudo -S|cryptsetup)\b", r"gh auth login --with-token"),
        judge_piped,
        (
            "echo hunter22 | docker login -u ci --password-stdin",
            'echo -n "hunter22" | helm registry login --password-stdin x',
        ),
        (
            "echo $TOKEN | docker login --password-stdin",
            "cat pw.txt | docker login --password-stdin",
            "use --password-stdin",
        ),
        "docker login, helm registry login, gh auth login",
    ),
)
