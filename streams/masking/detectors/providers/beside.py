"""Keys that only a name beside them gives away: `HEROKU_KEY=<uuid>`, `alibabaKey := "…"`, `billing.hmacKey: …`.

A name tells in three ways. A provider's name with a word such as `key` or `token` behind it takes any value of that
provider's documented shape, and any that looks random. The provider's name alone takes the documented shape only. Such
a word behind any other name takes what looks random beyond doubt, unless the name is one that every program has
(`cache_key`, `next_token`).
"""

import re
from typing import Final

from streams.masking.context import at_word_start, key_before, value_after
from streams.masking.detectors.providers.format import entropy
from streams.masking.detectors.providers.names import NEVER_ALONE, SHAPES, TAILS
from streams.masking.detectors.providers.telling import looks_random, telling, varied
from streams.masking.found import Detector, Found, Verdict

__all__ = ["DETECTORS"]

#: From a sign to the beginning of a value, as in the anchors.
_LEAD: Final = r"(?::=|=>|[:=])[ \t]{0,4}\\{0,31}[\"'`]?[A-Za-z0-9_\-+/=.~:%]{14}"
_TO_LEAD: Final = re.compile(_LEAD.encode() + rb"\Z")
_SIGN: Final = re.compile(rb":=|=>|[:=]")


def judge_beside(data: bytes, end: int) -> Verdict:
    """The value behind a name that tells of a key."""
    lead = _TO_LEAD.search(data, max(0, end - 32), end)
    if lead is None:
        return "no_value"
    sign = _SIGN.match(data, lead.start())
    key = key_before(data, lead.start())
    told = telling(key.name) if key and sign else None
    if key is None or sign is None or told is None:
        return "other_field"
    value = value_after(data, sign.end(), secret=True, key_quoted=bool(key.quote))
    if value is None or value.form not in ("string", "bare") or value.end - value.start > _VALUE_MAX:
        return "no_value"
    text = data[value.start : value.end].strip()
    text = text.rstrip(b";") if value.form == "bare" else text
    if told.shape is not None and told.shape.match(text) and varied(text, alone=not told.random):
        return _found(value.start, text, "provider_name", 60)
    if told.random and looks_random(text, hexadecimal=told.provider):
        return _found(value.start, text, "secret_name", 40)
    return "not_random"


#: The longest value looked at, in bytes.
_VALUE_MAX: Final = 4096


def _found(start: int, text: bytes, name: str, certain: int) -> Found:
    return Found(start, start + len(text), "secret", name, "entropy", certain)


#: The identifier of an access key, and the secret that is printed with it: 40 characters of base64 between signs.
_ACCESS_KEY: Final = re.compile(rb"(?:AKIA|ASIA)[A-Z2-7]{16}\Z")
_ACCESS_KEY_SIZE: Final = 20
_AWS_SECRET: Final = re.compile(
    rb"(?![A-Za-z0-9])(?:(?![A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))[^\xff]){1,96}?(?<![A-Za-z0-9/+])"
    rb"((?=[^A-Z]{0,39}[A-Z])(?=[^a-z]{0,39}[a-z])(?=[^0-9]{0,39}[0-9])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
)
#: A secret of 40 random characters has about 4.9 bits each.
_AWS_BITS: Final = 4.3


def judge_aws_secret(data: bytes, end: int) -> Verdict:
    """The secret access key behind the identifier that it belongs to."""
    start = end - _ACCESS_KEY_SIZE
    if start < 0 or not _ACCESS_KEY.match(data[start:end]) or not at_word_start(data, start):
        return "no_access_key"
    secret = _AWS_SECRET.match(data, end)
    if secret is None or entropy(secret[1]) < _AWS_BITS:
        return "no_secret"
    return Found(*secret.span(1), "secret", "aws_secret_beside", "entropy", 62)


def _spelled(name: str) -> str:
    """A provider's name with signs between its words, as far as they are known to be written apart."""
    return {
        "bundleenterprisecontribsyscom": r"bundle_enterprise_{1,2}contribsys_{1,2}com",
        "bundlegemscontribsyscom": r"bundle_gems_{1,2}contribsys_{1,2}com",
        "newrelic": r"new[_\-. ]?relic",
    }.get(name, name)


#: What closes a key before its sign.
_CLOSE: Final = r"\\{0,31}[\"'`\]]{0,2}[ \t]{0,16}"
_TAILS: Final = "|".join(sorted(TAILS))
_ENDS: Final = rf"(?:[_\-. ]?(?:{_TAILS}|[0-9]{{1,4}}))?"
_WORDS: Final = "(?:key|secret|token|auth|cred(?:ential)?|pat|access[_.-]?id|pass(?:wor|w)d|pwd|bearer)s?"

#: How many names share an expression: hyperscan refuses one for all of them.
_NAMES_EACH: Final = 16


def _alone() -> tuple[str, ...]:
    """Expressions for a provider's name with nothing but its sign behind it."""
    names = [_spelled(name) for names, _ in SHAPES for name in names.split() if name not in NEVER_ALONE]
    groups = (names[first : first + _NAMES_EACH] for first in range(0, len(names), _NAMES_EACH))
    return tuple(f"(?:{'|'.join(group)})" + _CLOSE + _LEAD for group in groups)


DETECTORS: Final = (
    Detector(
        "aws_secret_beside",
        (r"(?-i:(?:AKIA|ASIA)[A-Z2-7]{16})",),
        judge_aws_secret,
        ("using AKIAQ7ZXKM2NWRTY5VBC:q8Zr2LxV0nT5cW7yB3mK/q9Hs4Jd6Fg1Pt+Ru8Ae now",),
        ("AKIAQ7ZXKM2NWRTY5VBC 3f786850e387550fdab836ed7e6dc881de23001b", "AKIAQ7ZXKM2NWRTY5VBC is disabled"),
        "AWS IAM docs, access keys",
    ),
    Detector(
        "named_key",
        (
            _WORDS + _ENDS + _CLOSE + _LEAD,
            *(f"pw{join}(?:{_TAILS}|[0-9]{{1,4}})" + _CLOSE + _LEAD for join in ("_", "-", r"\.", " ")),
            *_alone(),
        ),
        judge_beside,
        (
            "HEROKU_KEY=0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0",
            '{"snyk_token":"0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0"}',
            'billingHmacKey := "q8Zr2LxV0nT5cW7yB3mK"',
        ),
        (
            "cache_key=q8Zr2LxV0nT5cW7yB3mK",
            "next_token: q8Zr2LxV0nT5cW7yB3mK",
            "partition_key=0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0",
            "heroku_request_id=0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0",
            "api_key_name=checkout-service-primary-reader",
        ),
        "providers' API documentation, names and shapes",
    ),
)  # fmt: skip
