"""Names of people in prose: behind titles, greetings and words for a person."""

import re
from typing import Final

from streams.masking.detectors.accounts import account
from streams.masking.detectors.beside import GENERAL, NAME, ends_with_words, names_nobody
from streams.masking.found import Detector, Found, Verdict
from streams.masking.lookbehind import Lookbehind

__all__ = ["DETECTORS", "UNCASED", "person_at"]


def person_at(data: bytes, at: int, *, least: int = 1, most: int = 4) -> int:
    """Where the name of a person ends that begins at a position; -1 where none does.

    A capitalised word that is prose, a firm's or a program's ends the name; with fewer than `least` words it is none.
    """
    name = NAME.match(data, at)
    if name is None:
        return -1
    end, count = at, 0
    for word in _WORDS.finditer(name[0]):
        if count and _FIRM.match(word[0]):
            return -1  # `Acme Tools Ltd`, `Northern Light Trading`
        if (
            names_nobody(word[0])
            or count == most
            or (
                count
                and _ABBREVIATION.match(word[0])
                and _NUMBERED.match(name[0] + data[name.end() : name.end() + 8], word.end())
            )
        ):
            break
        count += word[0][:1].isupper() or word[0][0] >= _NOT_ASCII
        end = at + word.end()
    else:
        if names_nobody(_next_word(data, name.end())):
            return -1  # `Ann Lee Inc`, `Spring Boot`
    text = data[at:end]
    if text.endswith((b"'s", b"'S")):
        end -= 2
    return (
        end
        if count >= least
        and end - at > 1
        and not data[end : end + 1].isalnum()
        and data[end : end + 1] not in (b"_", b"(", b"=")
        else -1
    )


_WORDS: Final = re.compile(rb"[^ ]+")
#: What a number is of that follows a name (`Ann Lee MRN 0088`). Surnames in capitals are as short (`Ann LEE`).
_ABBREVIATION: Final = re.compile(rb"[A-Z]{2,4}\Z")
_NUMBERED: Final = re.compile(rb"[ :=#]{1,2}[0-9]")
_NOT_ASCII: Final = 0x80
#: What a firm is in law, or lives by, as the last word of its name; the words before it are
#: no person's either. Words that departments and places have as well may stand behind a person's name.
_FIRM: Final = re.compile(
    rb"(?:inc|ltd|llc|llp|gmbh|corp|corporation|limited|plc|oyj|holdings?|trading|traders|freight|ventures|industries|solutions|airlines|airways|"
    rb"hotels?|institute|foundation|federation|telecom|communications|networks|motors|electronics|pharma|supplies|supply|hardware|tools|"
    rb"energy|bakery|pharmacy|restaurant|interiors|furniture|technologies|enterprises|properties|outfitters|foods|farms|breweries|"
    rb"brewery|textiles|chemicals|plastics|metals|instruments|appliances|cosmetics|apparel|express|bahn|werke|stadtwerke)[.,]?\Z",
    re.IGNORECASE,
)


def _next_word(data: bytes, at: int) -> bytes:
    following = _FOLLOWING.match(data, at)
    return following[1] if following else b""


#: A suffix of a firm behind a name.
_FOLLOWING: Final = re.compile(rb",? ((?:inc|ltd|llc|gmbh|corp|co|ag|bv|sa|plc|ca|root)\b)", re.IGNORECASE)

#: A name in a script without capitals: Hebrew and Arabic, those of India, Thai, Chinese, Japanese, Korean.
UNCASED: Final = re.compile(
    rb"(?:[\xd6-\xdf][\x80-\xbf]|[\xe0\xe3-\xed][\x80-\xbf]{2}){2,16}(?: (?:[\xd6-\xdf][\x80-\xbf]|[\xe0\xe3-\xed][\x80-\xbf]{2}){1,16}){0,3}"
    rb"(?![A-Za-z0-9_\x80-\xfe])"
)

# -- titles -----------------------------------------------------------------------------------------------------------------

#: Forms of address; `M.` and `Fr.` stand for too much else.
_TITLES: Final = (
    "Mr", "Mrs", "Ms", "Miss", "Mx", "Mister", "Dr", "Prof", "Professor", "Doctor", "Herr", "Herrn", "Frau", "Hr", "Monsieur", "Madame", "Mme", "Mlle",
    "Se\xc3\xb1or", "Se\xc3\xb1ora", "Senor", "Senora", "Srta", "Sra", "Signor", "Signora", "Dott", "Dhr", "Mevr", "Mevrouw", "Meneer", "Sig", "Sr",
    "Senhor", "Senhora", "Pani", "Bay", "Bayan", "Rev", "Capt",
)  # fmt: skip
_TITLE: Final = Lookbehind([rf"{title}\.? ".encode("latin-1") for title in _TITLES], flags=0)
_SHOUTED: Final = re.compile(rb"(?:MR|MRS|MS|DR|HERR|FRAU)\.? \Z")
_TITLE_MAX: Final = 16
_QUANTITY: Final = re.compile(rb"[0-9] ?\Z")


def judge_title(data: bytes, end: int) -> Verdict:
    """The name behind a title (`Mrs. Lee`, `Herr Müller`)."""
    title = _TITLE.first_word(data, end) or ends_with_words(_SHOUTED, data, end, _TITLE_MAX)
    if title is None:
        return "no_title"
    if _QUANTITY.search(data, max(0, title.start() - 2), title.start()):
        return "quantity"
    if (more := _TITLE_AGAIN.match(data, end)) and more.end() > end:
        return "title_goes_on"
    stop = person_at(data, end)
    return Found(end, stop, "name", "title_name", "title", 42) if stop > 0 else "no_name"


#: `Herr Dr. Müller`: the last title is asked.
_TITLE_AGAIN: Final = re.compile(b"(?:%b)\\.? " % "|".join(sorted(_TITLES, key=len, reverse=True)).encode("latin-1"))

#: What stands right behind a name in Japanese and Chinese letters and logs, and nowhere else.
_HONORIFICS: Final = ("様", "先生", "女士", "小姐", "さん")
_HONOURED: Final = re.compile(
    rb"(?:\A|(?<=[^\xe3-\xed\x80-\xbf])|(?<=\xe3\x80[\x80-\x82\x8c\x8e])|(?<=\xef\xbc[\x8c\x9a]))((?:[\xe4-\xe9][\x80-\xbf]{2}){2,4})[ ]?(?:%b)\Z"
    % "|".join(_HONORIFICS).encode()
)
_HONOURED_MAX: Final = 24
_IDEOGRAPH: Final = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
#: Customers, users, members, guests, everybody: addressed alike.
_ADDRESSED: Final = re.compile("客|各位|皆|用户|会员|會員|担当|御中|业主|顾客|同事".encode())


def judge_honoured(data: bytes, end: int) -> Verdict:
    """The name before an honorific (`山田太郎 様`, `张伟先生`)."""
    name = _HONOURED.search(data, max(0, end - _HONOURED_MAX), end)
    if name is None or _ADDRESSED.search(name[1]) or _IDEOGRAPH.match(data, end):
        return "no_name"
    return Found(*name.span(1), "name", "honoured_name", "title", 42)


# -- greetings --------------------------------------------------------------------------------------------------------------

_GREETINGS: Final = (
    "dear", "hello", "hi", "hey", "hola", "bonjour", "bonsoir", "ciao", "liebe", "lieber", "hallo", "guten tag", "guten morgen", "estimado", "estimada",
    "cher", "ch\xc3\xa8re", "caro", "cara", "gentile", "ol\xc3\xa1", "prezado", "prezada", "beste", "geachte", "good morning", "good afternoon", "good evening",
    "welcome back", "welcome", "thanks", "thank you", "greetings", "salut", "bom dia", "buenos d\xc3\xadas", "buongiorno", "hej", "hei", "witaj", "ahoj",
)  # fmt: skip
_GREETING: Final = Lookbehind([f"{greeting},? ".encode("latin-1") for greeting in _GREETINGS])
#: What ends a greeting.
_GREETED: Final = re.compile(
    rb"(?:[ ]?[,!.;:\r\n\"'\\<&)\]]|\Z| (?:from|your|you|we|the|i|thank|welcome|please|and)\b)"
)


#: The rest of a longer greeting, which has an anchor of its own.
_WELCOME_BACK: Final = re.compile(rb"back\b", re.IGNORECASE)


def judge_greeting(data: bytes, end: int) -> Verdict:
    """The name behind a greeting, where the greeting ends behind it (`Dear Ann,`)."""
    if not _GREETING.first_word(data, end):
        return "no_greeting"
    if _TITLE_AGAIN.match(data, end):
        return "title_goes_on"
    if _WELCOME_BACK.match(data, end):
        return "greeting_goes_on"
    stop = person_at(data, end)
    if stop < 0 and (uncased := UNCASED.match(data, end)):
        stop = uncased.end()
    return (
        Found(end, stop, "name", "greeting_name", "greeting", 41)
        if stop > 0 and _GREETED.match(data, stop)
        else "no_name"
    )


# -- words for a person -----------------------------------------------------------------------------------------------------

#: Words that a person's name follows; those that things have as well (`by`) need two words of a name.
_ROLES: Final = (
    "customer", "patient", "passenger", "employee", "student", "subscriber", "cardholder", "card holder", "account holder", "policyholder",
    "policy holder", "beneficiary", "recipient", "applicant", "claimant", "attendee", "candidate", "payee", "payer", "buyer",
    "shopper", "insured", "colleague", "kunde", "kundin", "patientin", "mitarbeiter", "mitarbeiterin", "usuario", "cliente",
    "paciente", "utilisateur", "klant", "klient", "klientka", "klienta", "pacjent", "pacjentka", "asiakas", "potilas", "kunden", "z\xc3\xa1kazn\xc3\xadk", "pacient", "\xc3\xbcgyf\xc3\xa9l", "beteg", "m\xc3\xbc\xc5\x9fteri", "patientin",
    "paziente", "assinante", "inquilino", "клиент", "Клиент", "клиента", "Клиента", "пациент", "Пациент", "покупатель", "Покупатель", "сотрудник", "Сотрудник", "клієнт", "Клієнт", "πελάτης", "Πελάτης", "employee name", "customer name", "full name", "patient name", "name on card",
)  # fmt: skip
_AGENTS: Final = (
    "client", "tenant", "guest", "caller", "rider", "driver", "nurse", "benutzer", "member", "contact", "user",
    "signed by", "approved by", "reviewed by", "submitted by", "requested by", "assigned to", "created by", "modified by", "uploaded by", "owned by",
    "written by", "reported by", "authored by", "updated by", "deleted by", "changed by", "edited by", "cancelled by", "ordered by", "booked by",
    "received by", "registered by", "invited by", "referred by", "prepared by", "issued to", "billed to", "bill to", "ship to", "shipped to", "sold to",
    "deliver to", "delivered to", "shipping to", "registered to", "reassigned to", "reassigned from", "on behalf of", "attn", "attention", "sincerely", "best regards", "kind regards", "regards",
    "escalated to", "delivery to", "handed over to", "transferred to", "signature by", "signature of", "account of", "meeting with", "call with", "call from", "merged by",
    "assignee changed from", "owner changed from", "closed by", "resolved by", "verified by", "raised by", "rejected by", "acknowledged by", "granted by", "revoked by", "voter", "resident", "traveller", "speaking with", "visitor", "teacher", "instructor", "courier", "technician", "pupil", "spoke to", "spoke with", "author", "reviewer", "assignee", "reporter", "owner",
    "invoice for", "order for", "booking for", "appointment for", "reservation for", "record of", "mit freundlichen gr\xc3\xbc\xc3\x9fen", "unterschrieben von",
)  # fmt: skip
_SELF: Final = (
    "my name is",
    "her name is",
    "his name is",
    "mein name ist",
    "je m'appelle",
    "me llamo",
    "mi nombre es",
    "mi chiamo",
    "this is me,",
    "ich hei\xc3\x9fe",
    "name is",
)


def _in_bytes(word: str) -> str:
    """A word as the bytes of its UTF-8, in the letters of Latin-1; one that is written so already stays."""
    return word.encode().decode("latin-1") if any(ord(char) > 0xFF for char in word) else word


def _before(words: tuple[str, ...]) -> Lookbehind:
    return Lookbehind([rf"{re.escape(_in_bytes(word))}[:,]? ".encode("latin-1") for word in words])


_ROLE, _AGENT, _OWN = _before((*_ROLES, "pax")), _before(_AGENTS), _before(_SELF)
_QUOTE: Final = re.compile(rb"\\{0,7}[\"'`<]|\xe2\x80[\x98\x9c]")
#: What may follow a single name behind a word for a person.
_NAME_ENDS: Final = re.compile(
    rb"(?:[ ]?[,!.;:)\]\r\n\"'\\<]|\Z| (?:from|with|has|had|was|is|will|can|could|logged|signed|did|does|paid|bought|ordered|placed|called|cancelled|checked|"
    rb"requested|registered|reported|submitted|updated|changed|created|at|on|in|born|aged|and|via|by|for|to|lives|who|whose|failed|successfully|id|email|phone|\()\b)"
)
_SINGLE: Final = re.compile(rb"[A-Za-z\x80-\xf4][A-Za-z\x80-\xf4'\-]{1,30}(?=[.,;!?\s\"'\\)]|\Z)")


def judge_person(data: bytes, end: int) -> Verdict:
    """The name behind a word for a person, a signature or an introduction."""
    start = end
    if quote := _QUOTE.match(data, end):
        start = quote.end()
    least = 1
    if _OWN.first_word(data, end):
        return _introduced(data, start)
    if not _ROLE.first_word(data, end):
        least = 2
        if not _AGENT.first_word(data, end):
            return "no_phrase"
    if _TITLE_AGAIN.match(data, start):
        return "title_goes_on"
    if booked := _BOOKED.match(data, start):
        return Found(start, booked.end(1), "name", "person_name", "phrase", 41)
    stop = person_at(data, start, least=least)
    if stop < 0 or (b" " not in data[start:stop] and not _NAME_ENDS.match(data, stop)):
        return "no_name"
    if GENERAL.issuperset(data[start:stop].lower().split(b" ")):
        return "general"  # `User: Deleted Successfully`
    found = Found(start, stop, "name", "person_name", "phrase", 41)
    more = [*_agent_behind(data, stop), *_login_behind(data, start, stop)]
    return [found, *more] if more else found


#: A passenger as reservations write one, with the title behind the name (IATA Resolution 830d).
_BOOKED: Final = re.compile(rb"([A-Z]{2,30}/[A-Z]{2,30}(?: [A-Z]{2,30})?) ?(?:MR|MRS|MS|MISS|MSTR|CHD|INF)\b")
#: Who did it to whom or with whom (`assigned to Ann Lee by Bob Ray`).
_BY: Final = re.compile(rb"\\{0,7}[\"']? (?:by|and|from|to|with) \\{0,7}[\"']?")
#: A login in brackets behind a name.
_BRACKETED_LOGIN: Final = re.compile(rb"\\{0,7}[\"'`]? ?[(\[]@?([A-Za-z0-9][A-Za-z0-9_.\-]{2,31})[)\]]")
_IN_COMMON: Final = 3


def _agent_behind(data: bytes, at: int) -> list[Found]:
    by = _BY.match(data, at)
    stop = person_at(data, by.end(), least=2) if by else -1
    return [Found(by.end(), stop, "name", "person_name", "phrase", 41)] if by and stop > 0 else []


def _login_behind(data: bytes, start: int, stop: int) -> list[Found]:
    """The login behind a name, told by the letters that both share (`Ann Lee (alee)`)."""
    login = _BRACKETED_LOGIN.match(data, stop)
    if login is None:
        return []
    bare, words = login[1].lower(), data[start:stop].lower().split()
    if not any(len(word) >= _IN_COMMON and (word in bare or (bare in word and word != bare)) for word in words):
        return []
    return [Found(*login.span(1), "username", "person_name", "name_before", 41)]


def _introduced(data: bytes, start: int) -> Verdict:
    stop = person_at(data, start)
    if (
        stop < 0
        and (single := _SINGLE.match(data, start))
        and not names_nobody(single[0])
        and data[start : start + 1].islower()
    ):
        stop = single.end() if _OWN_ONLY.search(data, max(0, start - 20), start) else -1
    return Found(start, stop, "name", "person_name", "phrase", 41) if stop > 0 else "no_name"


#: Introductions in which a name may be written in small letters.
_OWN_ONLY: Final = re.compile(rb"(?:my|her|his) name is (?:\\?[\"'])?\Z|appelle |llamo |chiamo ", re.IGNORECASE)

# -- users ------------------------------------------------------------------------------------------------------------------

#: How logs say that somebody logged in or could not: what was tried, how it went, and the word before a name.
_LOGGING_IN: Final = "(?:log-?[io]n|sign-?[io]n|authentication)"
_WENT: Final = "(?:attempts?|requests?|failed|failures?|errors?|succeeded|successful|success|denied|rejected|refused)"
_OUTCOMES: Final = (
    f"{_LOGGING_IN} {_WENT}(?: {_WENT})? (?:made )?(?:for|by|of|as)",
    f"(?:failed|successful|invalid|denied|rejected|non-existent|unauthorized) {_LOGGING_IN} (?:for|by|as)",
    "session (?:opened|closed|started|ended|created|expired|terminated|destroyed) for",
    "(?:(?:invalid |bad |wrong )?credentials|reset request|reset requested|reset email sent|reset link sent) for",
    "(?:2fa|mfa|totp|otp|two-factor authentication) (?:enabled|disabled|reset|verified|failed|required|enrolled) (?:for|by)",
    "account (?:locked|unlocked|disabled|enabled|suspended|activated|deactivated|created|deleted|expired) (?:for|by)",
)
#: Words right before a user, with a colon or without one.
_WHO: Final = (
    "player", "authentication (?:succeeded|successful) for", "login (?:success|succeeded|failure)", "user", "username", "login",
    "(?:logged|logging|signed|signing) (?:in|on) as", "authenticat(?:ed|ing) as", "impersonating", "running as", "login(?: attempt)? (?:for|by)",
    "password (?:reset |change |changed )?(?:for|by)", "locked for", "lockout for",
    *_OUTCOMES,
)  # fmt: skip
_USER: Final = Lookbehind([f"{words}:? ".encode() for words in _WHO])
#: The backslash of a domain, not that of a line's end before the next name (`user: ann\nmode: 3`).
_OF_DOMAIN: Final = rb"\\(?![nrt](?:[^A-Za-z0-9_.\-+]|\Z|[A-Za-z0-9_.\- ]{1,40}[\"']?[:=]))"
#: A login, with the four digits that told Discord's users apart.
_LOGIN: Final = re.compile(
    rb"#?([A-Za-z0-9_\x80-\xfe](?:(?:[A-Za-z0-9_.\-+$\x80-\xfe]|"
    + _OF_DOMAIN
    + rb"){0,62}[A-Za-z0-9_$\x80-\xfe])?(?:#[0-9]{4}(?![0-9A-Za-z]))?)"
)
#: How a sentence goes on whose subject is a user.
_DID: Final = re.compile(
    rb"[\"'`>]{0,2},? (?:(?:has |have |had |was |is |got |been |successfully |just |already |not |could not |cannot |does not |did not |is not |was not |doesn't |didn't )*"
    rb"(?:logged|signed|authenticated|connected|disconnected|created|deleted|removed|registered|requested|failed|attempted|tried|joined|left|submitted|uploaded|downloaded|"
    rb"purchased|bought|paid|changed|reset|locked|unlocked|blocked|banned|suspended|accessed|updated|added|opened|viewed|ordered|cancelled|subscribed|unsubscribed|verified|"
    rb"invited|granted|denied|assigned|promoted|enrolled|found|exist|exists|authorized|allowed|moved|deactivated|activated|disabled|enabled|provisioned|login|logon|sent|posted|checked|kicked|retrieved|exported|imported|approved|rejected|modified|switched|succeeded|refused|expired|authentication (?:failed|failure|failures|succeeded|successful|error|attempt))"
    rb"|from|in domain|pass(?:word|wd)|pw|pwd|with (?:id|uid|role|roles|email|name|password|username|permissions?|privileges?)|has no|has \d|\(id|\(email|on host|at [0-9]{1,2}|\((?:bad|invalid|wrong|unknown|locked|expired|disabled))\b",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(rb"\s*(?:[\"'`>,;)\]\r\n]|:(?![A-Za-z0-9/])|\\[\"nrt]|\.(?:[\s\\\"'`<)]|\Z)|\Z)")
_PERSONAL_SHAPE: Final = re.compile(rb"[a-z]{1,32}[._\-][a-z]{2,32}[0-9]{0,6}\Z|[a-z]{2,24}[0-9]{1,6}\Z", re.IGNORECASE)
_OPAQUE: Final = re.compile(
    rb"(?:[0-9]{1,20}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,64})\Z", re.IGNORECASE
)


def _other_phrase(data: bytes, phrase: re.Match[bytes], end: int) -> str:
    """The rule by which words that look like those before a user are others', or nothing."""
    if data[phrase.start() - 1 : phrase.start()] in (b"/", b"-"):
        return "path"
    if phrase[0][:6].lower() == b"player" and not _PLAYER.match(data, end):
        return "part_of_game"
    if phrase[0] == b"LOGIN " and _OUTCOME.search(data, max(0, phrase.start() - _OUTCOME_MAX), phrase.start()):
        return "service"
    if _REGISTRY.search(data, max(0, phrase.start() - _REGISTRY_MAX), end) and _HOST.match(data, end):
        return "host"
    return ""


def judge_user(data: bytes, end: int) -> Verdict:
    """The log-in name or number behind `user` and its like, where the words go on as they do about one user."""
    phrase = _USER.first_word(data, end)
    if phrase is None:
        return "no_phrase"
    if rule := _other_phrase(data, phrase, end):
        return rule
    outcome = _FOR.search(phrase[0]) is not None
    quote = (_BRACKET if outcome else _QUOTE).match(data, end) or _DOMAIN_BRACKET.match(data, end)
    start = quote.end() if quote else end
    stop = person_at(data, start, least=2)
    if stop > 0 and GENERAL.issuperset(data[start:stop].lower().split(b" ")):
        return "general"
    if stop > 0 and (_ENDS.match(data, stop) or _DID.match(data, stop) or _BRACKETED_LOGIN.match(data, stop)):
        return [Found(start, stop, "name", "user_named", "phrase", 41), *_login_behind(data, start, stop)]
    name = _LOGIN.match(data, start)
    if name is None or name[1].lower() in GENERAL or name[1].lower().removesuffix(b"s") in GENERAL:
        return "general"
    if outcome and _is_said(data, phrase[0], name, quoted=quote is not None):
        return "service"
    goes_on = outcome and _WENT_ON.match(data, name.end()) is not None
    if not goes_on and not _means_one(data, name, quoted=quote is not None, after_sign=phrase[0][-2:] == b": "):
        return "general"
    opaque = _OPAQUE.match(name[1]) is not None
    if opaque and data[phrase.start() - 3 : phrase.start()].lower() == b"as ":
        return "process"
    if phrase[0][:8].lower() == b"username":
        return Found(name.start(1), name.end(1), "username", "user_named", "phrase", 40)
    return account(name.start(1), name[1], "user_named", "user" if opaque else "username") or "account_of_system"


def _is_said(data: bytes, phrase: bytes, name: re.Match[bytes], *, quoted: bool) -> bool:
    """Whether a word behind an outcome says why, of what or how many, or names what was logged in to."""
    if name[1].lower().removesuffix(b"s") in _LOGGED_IN_TO or _SITE.search(name[1]):
        return True
    if not quoted and _is_thing(data, phrase, name):
        return True
    return not quoted and _NOUN.match(name[1]) is not None and not data.startswith(b" from ", name.end())


def _is_thing(data: bytes, phrase: bytes, name: re.Match[bytes]) -> bool:
    """Whether a word behind what things have as often as persons is a thing's: small letters alone, or a dash among them (`session
    expired for checkout`).
    """
    if _OF_PERSONS.search(phrase) or _WENT_ON.match(data, name.end()) or data.startswith(b" from ", name.end()):
        return False
    return b"-" in name[1] or (name[1].isalpha() and name[1].islower())


#: Outcomes that persons have more often than things.
_OF_PERSONS: Final = re.compile(
    rb"log-?[io]n|sign-?[io]n|authentication (?!error)|(?:invalid|bad|wrong) cred|password|lock|2fa|mfa|otp|two-factor",
    re.IGNORECASE,
)
#: How it goes on behind whoever it was for.
_WENT_ON: Final = re.compile(rb"[\"'`\]]? (?:(?:via|after|using|through|because|due to) |\()")
#: Words for a reason, by endings that no names have (`Clement`, `Laurence`, `Harding` and `Felicity` are names).
_NOUN: Final = re.compile(rb"[A-Za-z]{2,24}(?:[ts]ion|ness)\Z")
#: The word before whoever it was for; there a name stands in square brackets as well (Zimbra, `failed for [ann]`).
_FOR: Final = re.compile(rb" (?:for|by|of|as):? \Z", re.IGNORECASE)
_BRACKET: Final = re.compile(_QUOTE.pattern + rb"|\[(?=[^\s\[\]]{1,64}\])")
#: Brackets around a user with a domain, behind any of the phrases (Symantec VIP, `for user [CORP\\ann]`).
_DOMAIN_BRACKET: Final = re.compile(rb"\[(?!BUILTIN\\)(?=[A-Za-z0-9.\-]{1,32}\\\\?[A-Za-z0-9_.\-+]{1,64}\])")
#: What is logged in to and what logs in without a person, and names of hosts.
_LOGGED_IN_TO: Final = frozenset(
    b"""
    ap broker bucket channel cloud cluster connector consumer container device door external firewall ftp gateway guest host http https imap instance internal kafka
    kerberos ldap link local mobile mqtt mysql network oauth oidc partition peer plugin pod pop3 portal pppoe printer producer proxy queue radius realm
    redis remote repo router saml shard smtp socket ssh sso stream switch tenant topic tunnel unit vault vpn website websocket worker your our its all both several
    everyone everybody anyone anybody nobody region country month week day hour minute second year date browser protocol source outcome reason-code team organization
    benchmark longer many most good now ever later free being some every each one two three more purpose reason registry system another external api ip address addres application certificate
    """.split()
)
_SITE: Final = re.compile(
    rb"\.(?:com|net|org|io|dev|app|local|lan|internal|edu|gov|cloud|svc|test|example|[a-z0-9\-]{2,63}\.[a-z]{2})\Z",
    re.IGNORECASE,
)
#: A player's name with a digit or a sign in it, and what is said of players; a word is a part of the game.
_PLAYER: Final = re.compile(
    rb"[\"'`]?(?=[A-Za-z_.\-]{0,31}[0-9_])[A-Za-z0-9_.\-]{3,32}[\"'`]?(?:[ :](?:connected|disconnected|joined|left|kicked|banned|died|has|was)\b|: |\s*(?:\Z|[\"\\]))"
)
#: The outcome before the service that was logged in to (cPanel & WHM, `SUCCESS LOGIN cpaneld`).
_OUTCOME: Final = re.compile(rb"\b(?:SUCCESS|FAILED|DEFERRED) \Z")
_OUTCOME_MAX: Final = 10
#: Commands that log in to a server, which stands behind them (`docker login registry.example.com`).
_REGISTRY: Final = re.compile(
    rb"\b(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|registry|argocd|oc|vault|cf) login \Z"
)
_REGISTRY_MAX: Final = 16
_HOST: Final = re.compile(
    rb"(?:https?://)?[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,6}(?::[0-9]{1,5})?(?![\w@])", re.IGNORECASE
)


def _means_one(data: bytes, name: re.Match[bytes], *, quoted: bool, after_sign: bool) -> bool:
    """Whether a word behind `user` is one user's name: by its quotes, its shape, or how the sentence goes on."""
    if data[name.end() : name.end() + 1] in (b"=", b"(", b"@", b"/", b"[", b"{"):
        return False
    if quoted or after_sign:
        return bool(_ENDS.match(data, name.end())) or bool(_DID.match(data, name.end()))
    if _DID.match(data, name.end()):
        return True
    return (bool(_ENDS.match(data, name.end())) and (not name[1].isalpha() or name[1].islower())) or bool(
        _PERSONAL_SHAPE.match(name[1])
        and data[name.end() : name.end() + 1] == b" "
        and not name[1].startswith((b"user", b"non", b"self", b"multi", b"end"))
    )


#: `Ann Lee logged in`, `ann.lee signed out`.
_LOGGED: Final = re.compile(
    rb"(?:\A|[\s\"'>:\]]|\\[nrtbf])((?:[A-Z][A-Z0-9\-]{1,14}\\{1,4})?[A-Za-z_\x80-\xfe][A-Za-z0-9_.\-\x80-\xfe]{1,64}(?: [A-Z\xc3-\xd2][A-Za-z\x80-\xdf'\-]{0,30}){0,2}?) (?:has |have |is |was |just |successfully )?(?i:(?:logged|signed|checked) (?:in|out|on|off|up))\Z"
)
_LOGGED_MAX: Final = 110


def judge_logged(data: bytes, end: int) -> Verdict:
    """The name before `logged in` and its like."""
    match = _LOGGED.search(data, max(0, end - _LOGGED_MAX), end)
    if match is None:
        return "no_name"
    start, text = match.start(1), match[1]
    if person_at(data, start, least=2) == match.end(1):
        return Found(start, match.end(1), "name", "logged_in", "phrase", 41)
    shaped = b"\\" in text or _PERSONAL_SHAPE.match(text)
    if b" " in text or not shaped or text.lower() in GENERAL:
        return "general"
    return account(start, text, "logged_in") or "account_of_system"


def _anchors(words: tuple[str, ...], tail: str) -> tuple[str, ...]:
    return tuple(re.escape(_in_bytes(word)).replace("\\ ", " ") + tail for word in words)


DETECTORS: Final = (
    Detector(
        "title_name",
        (
            *(rf"(?-i:(?:{'|'.join(_TITLES)}){end})" for end in (" ", r"\. ")),
            r"(?-i:(?:MR|MRS|MS|DR|HERR|FRAU)(?: |\. ))",
        ),
        judge_title,
        ("Sehr geehrte Frau M\u00fcller", "I spoke to Mr. Mayers", "Dr. Ann Lee-Smith will call", "Herr Dr. Weber"),
        ("took 12 Ms Foo", "Mr Robot_1", "Dr. ", "Frau und Herr"),
        "forms of address",
    ),
    Detector(
        "honoured_name",
        tuple(word.encode().decode("latin-1") for word in _HONORIFICS),
        judge_honoured,
        ("お客様 山田太郎 様より電話", "cust: 李小龙先生"),
        ("お客様", "用户先生", "各位先生", "様子", "回答 様式"),
        "forms of address",
    ),
    Detector(
        "greeting_name",
        _anchors(_GREETINGS, ",? "),
        judge_greeting,
        ("Dear Ann,", 'subject="Hello Ann Lee, your order"', "Hi Jos\u00e9! Thanks", "Liebe Anna,", "Welcome back, Ann!"),
        ("Hello World", "Dear customer,", "Hello there", "Dear Team,", "Hi All,", "Welcome to the jungle", "Welcome Back!", "Thanks Google Cloud"),
        "letters and messages",
    ),
    Detector(
        "person_name",
        ("pax ", "pax: ", *_anchors(_ROLES, "[:,]? "), *_anchors(_AGENTS, "[:,]? "), *_anchors(_SELF, "[:,]? ")),
        judge_person,
        (
            "invoice sent for customer Ann Lee", "patient John Doe admitted", "signed by Ann Lee", "Author: Ann Lee", "my name is dan", "Best regards, Ann Lee",
            "approved by Jean-Luc Picard on Monday", "assigned to Ann Lee by Bob Ray", "approved by Ann Lee (alee)", "Klient Anna Kowalska dzwoni", "Клиент Иванов Иван звонил", "My name is Aantje Mourik.", "Passenger LEE/ANN MS checked in", "PNR X7K2LM: pax LEE/ANN MR seat 14C",
        ),
        (
            "signed by DigiCert Global Root CA", "created by Terraform", "created by Spring Boot", "customer Order 12", "client Version 3", "assigned to Platform Team",
            "member Function", "THE AUTHOR BE LIABLE FOR ANY DAMAGE", "signed by Apple Inc", "user Service started", "User: Deleted Successfully", "contact Support", "passenger READ/WRITE access",
        ),
        "phrases of logs and letters",
        by_word=True,
    ),
    Detector(
        "user_named",
        tuple(f"{words}:? " for words in _WHO),
        judge_user,
        ("user ann.lee logged in", "User 'bob' not found", "user 4711 logged in", "for user ann", "logged in as bob42", "User Ann Lee signed out", "login attempt for carol failed", "Created user annlee with role editor", "Logged in as annlee#1234", "Player Steve1987 connected (id=1)", "Authentication succeeded for annlee", "[auth] login success: annlee", "[auth] login failure: annlee (bad password)", '{"message":"New session c12 of user ann."}',
         "Login failed for annlee from 192.0.2.1. AUTHENTICATE", 'Authentication request for "annlee" has been denied', "Failed authentication attempt for annlee from 192.0.2.1:39522", "authentication failed for [annlee], account not found", "Non-existent login as annlee from 192.0.2.1", "Session opened for annlee from 192.0.2.1", "Invalid credentials for 'annlee'", "TOTP verified for annlee", "Account locked for annlee after 5 attempts", "Authentication success for annlee via LDAP", "Sign-in succeeded for annlee (mfa)", "PHP message: user annlee authentication failure for x", r"text=Authentication failed for user [CORP\annlee]. StatusCode"),
        ("user not found", "user agent Mozilla", "check pass; user unknown", "for user authentication", "user session expired", "user root logged in", "per user limit", "POST /login 302", "invalid password for user", "login form submitted", "user: User", "User: Deleted Successfully", "the user accepts", "user: <nil>", "player state changed", "Player controller_2 created", "login failure", "authentication succeeded for user", "#Fields: cs-username c-ip", "ann - SUCCESS LOGIN cpaneld", "reason Cisco user certificate not verified", "docker login registry.example.com", "helm registry login charts.example.io:5000",
         "fatal: Authentication failed for 'https://github.com/x/y.git/'", "authentication failed for tenant acme", "Login failed for registry.example.com", "session closed for websocket", "authentication failed for [1 of 3]", "session expired for device", "login attempt by root from 192.0.2.1", "Authentication failed for all methods", "credentials for the cluster", "Account disabled for inactivity", "session opened for writing", "2fa enabled for everyone", "login requests by region: eu=12", "session ended for maintenance", "account locked for 30 minutes", "login failed for unknown reason", r"started by user [BUILTIN\Administrators]", r"run as user [NT AUTHORITY\SYSTEM]"),
        "phrases of logs; Jellyfin, Gitea, Zimbra, Webmin, Roundcube, Redmine and Drupal as fail2ban's and CrowdSec's filters show them",
        by_word=True,
    ),
    Detector(
        "logged_in",
        (r"(?:logged|signed|checked) (?:in|out|on|off|up)",),
        judge_logged,
        ("ann.lee logged in", "12:00 Ann Lee has signed out", "bob42 just signed up", r"CORP\\annlee logged on"),
        ("user not logged in", "was signed in", "nobody logged on", "Application signed out"),
        "phrases of logs",
        by_word=True,
    ),
)  # fmt: skip
