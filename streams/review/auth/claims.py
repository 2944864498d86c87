"""What a verified token must say, and who it says somebody is; it knows no keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from streams.review.auth.principal import ALL_TOPICS, ROLES, TOPIC_GLOB, Role
from streams.review.auth.problems import RefusedError
from streams.settings import Settings

__all__ = ["Expected", "RoleNames", "check_claims", "claim_at", "topics_in"]

_SUBJECT_CHARS_MAX: Final = 200
_TOKEN_ID_CHARS_MAX: Final = 200
_SCOPES_MAX: Final = 100
#: Some thousand years; milliseconds are beyond it, and are a mistake of the issuer.
_SECONDS_MAX: Final = 1e11


@dataclass(frozen=True, slots=True)
class Expected:
    """What is asked of a token: issuer, audience, and times in seconds."""

    issuer: str
    audience: str
    leeway_s: float
    max_age_s: float


def check_claims(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    """RefusedError unless issuer, audience, subject and times are there, of the right type, and right."""
    _check_names(claims, expected)
    expires, issued = _time(claims.get("exp")), _time(claims.get("iat"))
    not_before = _time(claims["nbf"]) if "nbf" in claims else issued
    if expires <= now - expected.leeway_s:
        raise RefusedError("expired")
    if max(issued, not_before) > now + expected.leeway_s:
        raise RefusedError("not_yet")
    if issued < now - expected.leeway_s - expected.max_age_s:
        raise RefusedError("too_old")


def claim_at(claims: Mapping[str, Any], path: str) -> object:
    """The claim of that very name, else the one at its dotted path (`realm_access.roles`); None without."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def topics_in(found: object) -> tuple[str, ...]:
    """Scopes in a claim: all topics without one; what is no glob of a topic narrows to nothing."""
    if found is None:
        return ALL_TOPICS
    return tuple(word for word in _words(found) if TOPIC_GLOB.fullmatch(word))[:_SCOPES_MAX]


class RoleNames:
    """The issuer's names of our roles."""

    def __init__(self, settings: Settings) -> None:
        named = (settings.review_viewer_roles, settings.review_operator_roles, settings.review_revealer_roles)
        self._roles: dict[str, set[Role]] = {}
        for role, names in zip(ROLES, named, strict=True):
            for name in filter(None, map(str.strip, names.split(","))):
                self._roles.setdefault(name, set()).add(role)

    def roles_in(self, found: object) -> frozenset[Role]:
        """Our roles in a claim: a list, or a text with spaces between."""
        return frozenset(role for word in _words(found) for role in self._roles.get(word, ()))


def _check_names(claims: Mapping[str, Any], expected: Expected) -> None:
    issuer, audience, subject = (claims.get(name) for name in ("iss", "aud", "sub"))
    if not isinstance(issuer, str) or issuer != expected.issuer:
        raise RefusedError("issuer" if issuer is not None else "claims")
    if audience is None:
        raise RefusedError("claims")
    if expected.audience not in ([audience] if isinstance(audience, str) else _strings(audience)):
        raise RefusedError("audience")
    token_id = claims.get("jti", "-")
    for text, limit in ((subject, _SUBJECT_CHARS_MAX), (token_id, _TOKEN_ID_CHARS_MAX)):
        if not isinstance(text, str) or not text.strip() or len(text) > limit or not text.isprintable():
            raise RefusedError("claims")


def _time(value: object) -> float:
    # NaN is not smaller either, and an integer of any length can be compared.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _SECONDS_MAX:
        raise RefusedError("claims")
    return value


def _words(found: object) -> Iterable[str]:
    return found.split() if isinstance(found, str) else _strings(found)


def _strings(found: object) -> list[str]:
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
