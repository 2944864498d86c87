"""Who did something, in the words of trackers and repositories, and whose device it is."""

import re
from typing import Final

from streams.masking.context import at_word_start
from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, NAME, names_nobody
from streams.masking.detectors.people import person_at
from streams.masking.fields import is_person_word
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS"]

# -- trackers and repositories ----------------------------------------------------------------------------------------

_OBJECTS: Final = "(?:pull request|merge request|issue|ticket|incident)"
#: What is said to have been done, as trackers and repositories say it (GitHub, GitLab, Jira).
_DEEDS: Final = (
    f" (?:opened|closed|reopened|merged|approved|reviewed|created|updated|assigned|commented on|resolved|escalated|requested changes on) (?:a |an |the |this )?{_OBJECTS}",
    " commented on [A-Z][A-Z0-9]{1,9}-[0-9]{1,6}",
    " (?:approved|rejected|triggered|rolled back) (?:deployment|release|build|job|run) #?[0-9]{1,9}",
    " pushed (?:to (?:branch|tag|refs/)|[0-9]{1,4} (?:new )?commits?)",
    " changed (?:the )?(?:assignee|reporter|owner|status|priority|due date)",
    " (?:has been |was |has )?(?:added to|invited to|removed from|promoted to|enrolled in|joined|left) (?:the |this )?(?:project|team|group|channel|organi[sz]ation|workspace|meeting|course|class)",
    # What customers and patients do, or is done to them.
    (
        " (?:placed (?:an?|the|his|her|their)(?: new)? order|made an? (?:payment|deposit|withdrawal|donation|booking|reservation|purchase|transfer)|booked (?:an?|the|room|seat|flight|[0-9]{1,3})|"
        "(?:deposited|withdrew|transferred|paid|donated|spent) (?:[$]|[a-z]{3} ?[0-9]|[0-9])|enrol+ed in|applied for|requested (?:an?|the)|cancel+ed (?:an?|the|his|her|their)|"
        "marked (?:absent|present|late|tardy)|(?:has been |was |is )(?:diagnosed with|admitted to|discharged from|prescribed|vaccinated|hospitali[sz]ed|hired as|promoted to))"
    ),
    " (?:started|triggered|aborted|cancell?ed) (?:a |the )?(?:build|pipeline|deployment|release)",
)
_DEED: Final = Lookbehind([deed.encode() for deed in _DEEDS])
_LOGIN: Final = re.compile(
    rb"(?:\A|(?<=[\s\"':>(\]])|(?<=\\[nrtbf]))(@[A-Za-z0-9][A-Za-z0-9_.\-]{0,38}|[a-z]{1,24}[._][a-z]{2,24}[0-9]{0,4})\Z"
)
_DOER_MAX: Final = 72
_QUOTED: Final = re.compile(rb"\\{0,7}[\"']\Z")
#: The old and the new one in a history of changes.
_FROM_TO: Final = re.compile(
    rb"[^\"'\r\n\xff]{0,40} from \\{0,7}[\"']([^\"'\\\r\n\xff]{1,60})\\{0,7}[\"'](?: to \\{0,7}[\"']([^\"'\\\r\n\xff]{1,60})\\{0,7}[\"'])?",
    re.IGNORECASE,
)
_PEOPLE: Final = (b"assignee", b"reporter", b"owner")


def judge_deed(data: bytes, end: int) -> Verdict:
    """The person before what was done, and those whom a change of an assignee names."""
    deed = _DEED.first(data, end)
    if deed is None:
        return "no_deed"
    found = _doer(data, deed.start())
    if deed[0].lower().endswith(_PEOPLE) and (change := _FROM_TO.match(data, end)):
        for group in (1, 2):
            if change[group] and person_at(data, change.start(group), least=2) == change.end(group):
                found.append(Found(*change.span(group), "name", "doer", "phrase", 41))
    return found or "no_name"


def _doer(data: bytes, at: int) -> list[Found]:
    quote = _QUOTED.search(data, max(0, at - 8), at)
    stop = quote.start() if quote else at
    login = _LOGIN.search(data, max(0, stop - 42), stop)
    if login and login[1].lower().lstrip(b"@") not in GENERAL:
        start = login.start(1) + login[1].startswith(b"@")
        return account(start, data[start:stop], "doer")
    for name in NAME.finditer(data, max(0, stop - _DOER_MAX), stop):
        first, _, rest = name[0].partition(b" ")
        start = (
            stop - len(rest) if first.isalpha() and is_person_word(first.decode("utf-8", "replace")) else name.start()
        )
        if name.end() == stop and at_word_start(data, name.start()) and person_at(data, start, least=2) == stop:
            return [Found(start, stop, "name", "doer", "phrase", 41)]
    return []


# -- by whom ----------------------------------------------------------------------------------------------------------

_BY: Final = re.compile(rb" by (\\{0,7}[\"'])\Z", re.IGNORECASE)
_BY_MAX: Final = 12
#: What things do, and not persons.
_THINGS_BY: Final = re.compile(
    rb"(?:caused|powered|sort(?:ed)?|order(?:ed)?|group(?:ed)?|followed|preceded|translated|triggered|provided|separated|partition(?:ed)?|blocked|generated|prefixed|divided|index(?:ed)?|filter(?:ed)?|required|used)\Z",
    re.IGNORECASE,
)


def judge_by(data: bytes, end: int) -> Verdict:
    """A whole name in quotes behind `by`."""
    by = _BY.search(data, max(0, end - _BY_MAX), end)
    stop = person_at(data, end, least=2) if by else -1
    if (
        by is None
        or stop < 0
        or not data.startswith(by[1], stop)
        or _THINGS_BY.search(data, max(0, by.start() - 12), by.start())
    ):
        return "no_name"
    return Found(end, stop, "name", "done_by", "phrase", 41)


#: What is made out for somebody, and its number.
_MADE: Final = re.compile(
    rb"(?:reservation|booking|appointment|order|invoice|ticket|policy|claim|prescription|subscription) #?[A-Z0-9][A-Z0-9\-]{2,24} for \Z",
    re.IGNORECASE,
)
_MADE_MAX: Final = 48


def judge_made(data: bytes, end: int) -> Verdict:
    """The person for whom something with a number is."""
    made = _MADE.search(data, max(0, end - _MADE_MAX), end)
    stop = person_at(data, end, least=2) if made and at_word_start(data, made.start()) else -1
    return Found(end, stop, "name", "made_for", "phrase", 41) if stop > 0 else "no_name"


_MENTION: Final = re.compile(rb"(?:\A|(?<=[\s:\"'>(])|(?<=\\[nrtbf]))(?:from|by|to|cc|user) @[a-z]\Z", re.IGNORECASE)
_MENTION_MAX: Final = 8
_MENTIONED: Final = re.compile(rb"([a-z]{1,24}[._][a-z]{2,24}[0-9]{0,4})(?![A-Za-z0-9_\-/(@]|\.[A-Za-z0-9])")


def judge_mention(data: bytes, end: int) -> Verdict:
    """A person's handle behind `from` and its like, where it looks like a name (`from @ann.lee`)."""
    if not _MENTION.search(data, max(0, end - _MENTION_MAX), end):
        return "no_mention"
    handle = _MENTIONED.match(data, end - 1)
    if handle is None or handle[1] in GENERAL:
        return "no_name"
    return account(handle.start(1), handle[1], "mention") or "account_of_system"


#: What persons do to records of other programs, and what is given to them.
_DONE_BY: Final = (
    r"(?:approved|reviewed|submitted|requested|assigned|created|updated|modified|deleted|uploaded|changed|edited|cancel+ed|closed|resolved|reopened|merged|committed|authored|acknowledged|"
    r"invited|granted|revoked|rejected|declined|booked|ordered|locked|unlocked|deactivated|added|removed|performed|reported|opened|verified|escalated|archived|published|downloaded|viewed|"
    r"accessed|shared|registered|reset|suspended|banned|confirmed|issued|posted|written|impersonated|deployed|signed off) by "
    r"|(?:assigned|reassigned|escalated|granted|delegated|issued|transferred|denied) to |(?:revoked|unassigned) from "
)
_SHAPED: Final = re.compile(rb"(?:" + _DONE_BY.encode() + rb")\\{0,7}[\"'`]?@?([a-z]{2,24})\.[a-z]\Z", re.IGNORECASE)
_SHAPED_MAX: Final = 80
#: How a log-in name goes on and ends: a number, and no part of a longer name behind it.
_SHAPED_END: Final = re.compile(rb"[a-z]{1,23}[0-9]{0,4}(?![A-Za-z0-9_@/(=\-]|[.:][A-Za-z0-9])", re.IGNORECASE)
#: Suffixes of files and hosts, and words of programs behind a dot.
_SUFFIX: Final = re.compile(
    rb"(?:com|net|org|io|dev|app|py|js|ts|go|java|exe|sh|html?|php|json|xml|ya?ml|log|txt|csv|pdf|service|svc|timer|socket|target|local|lan|internal|cluster|daily|weekly|hourly|shop|store|online|site|cloud|tech|info|biz|xyz|conf|cfg|ini|main)\Z",
    re.IGNORECASE,
)


def judge_shaped(data: bytes, end: int) -> Verdict:
    """A log-in name of two words (`approved by ann.lee`), of which none is one of programs."""
    more = _SHAPED_END.match(data, end)
    by = _SHAPED.search(data, max(0, end - _SHAPED_MAX), end) if more else None
    if more is None or by is None or not at_word_start(data, by.start()):
        return "no_login"
    last = data[end - 1 : more.end()].rstrip(b"0123456789")
    if any(names_nobody(word) or word.lower() in GENERAL for word in (by[1], last)) or _SUFFIX.match(last):
        return "general"
    return account(by.start(1), data[by.start(1) : more.end()], "done_by_login") or "account_of_system"


# -- devices ----------------------------------------------------------------------------------------------------------

_MODELS: Final = r"(?:iphone|ipad|ipod|macbook|imac|mac mini|apple watch|airpods|galaxy|pixel)"
_OWNED: Final = re.compile(
    rb"((?:[A-Z]|\xc3[\x80-\x9e])[A-Za-z\x80-\xdf]{1,24}(?:[ \-](?:[A-Z]|\xc3[\x80-\x9e])[A-Za-z\x80-\xdf]{1,24})?)"
    rb"(?:\\{0,3}'s|\xe2\x80\x99s|s)[ \-](?i:" + _MODELS.encode() + rb")\Z"
)
_OWNED_MAX: Final = 72
#: Makers and kinds before a device, which nobody is called.
_MAKERS: Final = frozenset(
    b"apple samsung google user device phone wireles plu new various other thi hi guest it".split()
)


def judge_device(data: bytes, end: int) -> Verdict:
    """The first name in what a device calls itself (`Ann's iPhone`, `Anns-MacBook-Pro`; Apple Support, "Change the name")."""
    owned = _OWNED.search(data, max(0, end - _OWNED_MAX), end)
    if owned is None or not at_word_start(data, owned.start()):
        return "no_name"
    words = re.split(rb"[ \-]", owned[1])
    if any(names_nobody(word) or word.lower() in _MAKERS for word in words):
        return "general"
    return Found(*owned.span(1), "name", "device_owner", "format", 40)


DETECTORS: Final = (
    Detector(
        "doer",
        _DEEDS,
        judge_deed,
        (
            "audit: Ann Lee merged pull request #12", "@annlee approved merge request !42", "Ann Lee commented on SHOP-12", "ann.lee approved deployment 42", "Student Ann Lee was added to the course", "Ann Lee started build #12", "ann.lee pushed to branch main", "Ann Lee pushed 3 commits",
            "Ann Lee placed an order", "Ann Lee was diagnosed with influenza", "12:00 Ann Lee withdrew 200.00 EUR", "Ann Lee enrolled in BIO-201",
            '"Ann Lee" changed assignee of SHOP-1 from "Bob Ray" to "Carl Roe"',
        ),
        ("bot merged pull request #12", "Renovate Bot opened pull request", "the user closed issue 3", "Mergify changed status", "Payment Service transferred 12 bytes", "Blue Team requested a review", "Event Bus cancelled the job", "workflow created issue 12"),
        "GitHub, GitLab and Jira, histories of changes",
        by_word=True,
    ),
    Detector(
        "done_by",
        (r" by \\{0,7}[\"']",),
        judge_by,
        ("granted role 'Viewer' by 'Ann Lee'", r'{"m":"locked by \"Ann Lee\""}'),
        ("started by 'Build Server'", "sorted by 'Last Name'", "caused by 'Ann Lee'", "by 'Ann Lee"),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "made_for",
        ("(?:reservation|booking|appointment|order|invoice|ticket|policy|claim|prescription|subscription) #?[a-z0-9][a-z0-9\\-]{2,24} for ",),
        judge_made,
        ("reservation HMABC123 for Ann Lee (2 guests) confirmed", "invoice #2026-77 for Ann Lee-Smith sent"),
        ("order 12 for Customer Service", "ticket created for Web Shop", "booking 4711 for 3 nights"),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "mention",
        ("(?:from|by|to|cc|user) @[a-z]",),
        judge_mention,
        ("message from @ann.lee in #ops", "assigned to @ann_lee7", "cc @ann.lee"),
        ("import x from @acme/models", "annotated with @Override", "to @channel", "pinned to @acme-ui@1.2"),
        "Slack and GitHub, mentions",
        by_word=True,
    ),
    Detector(
        "done_by_login",
        # By what all participles end with: for their stems (`post`, `open`) hyperscan would stop in every record.
        (r"(?:ed|reset|written|signed off) (?:by|to|from) \\{0,7}[\"'`]?@?[a-z]{2,24}\.[a-z]",),
        judge_shaped,
        ("approved by ann.lee", "ticket 12 assigned to ann.lee7", "role admin revoked from 'ann.lee'.", '{"message":"deployed by ann.lee to prod"}'),
        ("created by spring.cloud", "issued to web.example.com", "updated by main.py", "assigned to node.worker", "created by cron.daily", "escalated to v1.alpha", "approved by ann", "uncreated by ann.lee", "changed by ann.lee@x"),
        "phrases of logs",
        by_word=True,
    ),
    Detector(
        "device_owner",
        (rf"s[ \-]{_MODELS}",),
        judge_device,
        ("device Ann's iPhone joined", "dhcp: host Anns-MacBook-Pro", 'name="Ann Lee\u2019s iPad"'),
        ("supported on various iPads", "Apples iPhone", "users iPhone", "This iPhone", "2 pixels Pixel"),
        "Apple Support, Change the name of your device",
        by_word=True,
    ),
)  # fmt: skip
