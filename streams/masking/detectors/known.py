"""Persons that are told by frequent names alone, in whatever words stand around them."""

import re
from typing import Final

from streams.masking.context import at_word_start, key_before
from streams.masking.detectors.accounts import account
from streams.masking.detectors.people import person_at
from streams.masking.detectors.persons import GIVEN, is_known, is_log_in
from streams.masking.fields import field_of
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

# -- given and family name ------------------------------------------------------------------------------------------------

_GIVEN_BEFORE: Final = re.compile(rb"[A-Z][a-z]{1,15} \Z")
_GIVEN_MAX: Final = 18
#: An initial or a second given name, and the family name, which may be double.
_REST: Final = re.compile(rb"(?:[A-Z]\. |[A-Z][a-z]{2,14} )??([A-Z][a-z]{2,20})(?:-[A-Z][a-z]{2,20})?(?![A-Za-z0-9_])")
#: What stands before the names of authors, which everybody may read.
_PUBLISHED: Final = re.compile(rb"(?:copyright|\(c\)|\xc2\xa9)[^\r\n\xff]{0,60}\Z", re.IGNORECASE)
_PUBLISHED_MAX: Final = 72


def _is_field(data: bytes, sign: int) -> bool:
    """Whether the key before a sign is that of a person's name."""
    key = key_before(data, sign)
    return key is not None and field_of(key.name.decode("utf-8", "replace")) is not None


def judge_known(data: bytes, end: int) -> Verdict:
    """A frequent given name and a frequent family name behind it, both with capital letters."""
    rest = _REST.match(data, end)
    given = _GIVEN_BEFORE.search(data, max(0, end - _GIVEN_MAX), end) if rest else None
    if given is None or rest is None or not is_known(given[0][:-1], rest[1]) or not at_word_start(data, given.start()):
        return "no_name"
    if data.endswith(b'_name":"', 0, given.start()) and _is_field(data, given.start() - 2):
        return "named"  # `named` reads it.
    if data[given.start() - 1 : given.start()] in (b"@", b"/", b"-", b".", b"%"):
        return "part_of_a_word"  # Or what a column of SQL is like, which tells by its name.
    if _PUBLISHED.search(data, max(0, given.start() - _PUBLISHED_MAX), given.start()):
        return "published"
    stop = max(person_at(data, given.start(), least=2), 0)
    return Found(given.start(), rest.end(), "name", "known_name", "phrase", 39) if stop >= rest.end() else "no_name"


# -- log-in names -----------------------------------------------------------------------------------------------------------

#: What persons do, or is done to them, behind their log-in name.
_DEEDS: Final = (
    " (?:approved|rejected|declined|submitted|requested|deleted|created|updated|changed|modified|uploaded|downloaded|edited|renamed|shared|invited|granted|revoked|assigned|unassigned|reassigned|closed|reopened|merged|reviewed|joined|purchased|bought|cancel+ed|commented|exported|unlocked|deployed) ",
    " (?:has |is |was |just |not |already |successfully )?(?:logged|signed) (?:in|on|out|off|up)",
    " (?:has been |was |is )(?:added|removed|invited|promoted|demoted|banned|kicked|suspended|unassigned|granted|denied|not authorized|not allowed|not in the sudoers|online|offline)",
    " has (?:joined|left|approved|rejected|requested|submitted|accepted|declined|changed|deleted|created|updated|uploaded|downloaded|logged|signed)",
)
_DEED: Final = Lookbehind([deed.encode() for deed in _DEEDS])
#: Before what things do as well the log-in name begins the message.
_SUBJECT: Final = re.compile(
    rb"(?:\A|(?<=[\s\"'>:(\]|,;=])|(?<=\\[nrtbf]))@?((?:[a-z]{1,16}[._])?[a-z]{3,24}[0-9]{0,4})[\"']?\Z"
)
_SUBJECT_MAX: Final = 32


def judge_subject(data: bytes, end: int) -> Verdict:
    """The log-in name before what a person did (`jdoe approved the request`)."""
    deed = _DEED.first(data, end)
    subject = _SUBJECT.search(data, max(0, deed.start() - _SUBJECT_MAX), deed.start()) if deed else None
    if subject is None or not is_log_in(subject[1]):
        return "no_login"
    return account(subject.start(1), subject[1], "login_did") or "account_of_system"


#: What is done by persons, is theirs, or is given to them; what is sent to them goes to an address.
_AGENTS: Final = (
    r" by ",
    r"(?:assigned|reassigned|escalated|granted|delegated|issued|transferred|denied|switched|changed|owner set|belongs) to ",
    r"(?:revoked|unassigned|removed|message|request|mail|received|comment|call|login|connection) from ",
    (
        r"(?:session|password|passwd|account|token|login|logon|profile|access|ticket|otp|code|credentials|mailbox|quota|permissions?|privileges|home directory|shell|user|username|principal|operator|employee|"
        r"owner|assignee|reporter|author|reviewer|member|authentication|authorization|opened|closed|created|reset|failed|failure|granted|denied|sent|generated|issued|found|expired|changed|data|record|cache|settings|"
        r"preferences|role|roles|subscription|order|invoice|timesheet|payslip|vacation|leave|shift|calendar|alert|notification|email|reminder) (?:for|of) "
    ),
    r"(?:account|principal|login|logon|operator|employee|colleague|assignee|reporter|approver|reviewer|with user|as user|for user|by user) ",
    r"(?:welcome|welcome back|hello|dear|goodbye),? ",
    r"(?:usernotfound|usernamenotfound|accountlocked|badcredentials|disabled|locked|accountexpired|failedlogin)exception: ",
    # How Python's object-relational mappers print an object.
    r"<(?:user|account|member|profile|customer|person)(?: [0-9a-f\-]{1,36})?: ",
)
_AGENT: Final = Lookbehind([agent.encode() for agent in _AGENTS])
_NAMED: Final = re.compile(rb"((?:[a-z]{1,16}[._])?[a-z]{3,24}[0-9]{0,4})(?![A-Za-z0-9_@/(=\-\\]|[.:][A-Za-z0-9])")
_ANOTHER: Final = re.compile(
    rb"[\"']?(?:,| and| or| und) @?[\"']?((?:[a-z]{1,16}[._])?[a-z]{3,24}[0-9]{0,4})(?![A-Za-z0-9_@/(=\-\\]|[.:][A-Za-z0-9])"
)
#: The number behind a name at Discord ("Usernames", discriminators).
_TAG: Final = re.compile(rb"#[0-9]{4}(?![0-9A-Za-z])")
_OPENED: Final = re.compile(rb"\\{0,7}[\"'`<\[]?@?\Z")
_OPENED_MAX: Final = 9


def judge_agent(data: bytes, end: int) -> Verdict:
    """The log-in name behind who did something or to whom (`approved by jdoe`, `session opened for jdoe`)."""
    named = _NAMED.match(data, end - 1)
    if named is None or not (is_log_in(named[1]) or _TAG.match(data, named.end())):
        return "no_login"
    opened = _OPENED.search(data, max(0, end - 1 - _OPENED_MAX), end - 1)
    if opened is None or _AGENT.first(data, opened.start()) is None:
        return "no_phrase"
    found = account(end - 1, named[1], "login_of")
    other = _ANOTHER.match(data, named.end())
    if other and is_log_in(other[1]):
        found += account(other.start(1), other[1], "login_of")
    return found or "account_of_system"


#: One literal each, at whose beginnings the native pass looks.
_GIVEN_NAMES: Final = sorted(name.capitalize() for name in GIVEN)

DETECTORS: Final = (
    Detector(
        "known_name",
        tuple(f"(?-i:[^A-Z0-9]{name} )" for name in _GIVEN_NAMES),
        judge_known,
        ("card declined for Hannah Vogt: insufficient funds", "declined for Robert King", "onboarding started for Grace M. Hopper", "leave of Maria Garcia-Lopez is due", "Trainer 'Olga Petrova' is ill"),
        ("brand Calvin Klein", "Copyright (c) 2012 Robert Miller", "Grace Period", "Max Price", "John Deere 5075E", "John Smith Ltd", "/John Smith", "title LIKE '%Ann Lee%'", "Maria DB", "JohnJohn Smith"),
        "U.S. Census Bureau, Frequently Occurring Surnames",
    ),
    Detector(
        "login_did",
        _DEEDS,
        judge_subject,
        ("jdoe approved the request", "INFO  mschmidt logged in from 192.0.2.1", '{"msg":"kmeier2 has logged out"}', "alice was added to group Accounting"),
        ("gateway approved the request", "parent deleted entry", "nginx has logged errors", "node3 joined the cluster", "caller created thread", "marco closed connection"),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "login_of",
        tuple(agent + r"(?:\\{0,7}[\"'`<\[])?@?[a-z]" for agent in _AGENTS),
        judge_agent,
        ("approved by jdoe", "task 12 assigned to 'kmeier'", "session opened for mschmidt", "requested by alice, approved by johnsmith", "password for bob is reset", "Account jdoe is locked", "message deleted by annlee#0420", "Welcome jdoe!", "reviewed by jdoe and kmeier", "login failed for maria.silva (x)", "UsernameNotFoundException: jdoe", "<User 12: jdoe>"),
        ("approved by workflow", "assigned to worker", "created by parent", "session opened for user", "approved by jdoe-service", "issued for jdoe.example.com", "account spark is locked"),
        "phrases of logs",
        by_word=True,
    ),
)  # fmt: skip
