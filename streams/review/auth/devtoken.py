"""Makes tokens of development; it is the only place of ours that signs a JWT."""

import secrets
import time
from collections.abc import Iterable
from typing import Any, Final

import jwt

from streams.errors import UsageError
from streams.review.auth.access import DEV_AUDIENCE, DEV_ISSUER
from streams.review.auth.verifykeys import secret_of
from streams.settings import Settings

__all__ = ["make_dev_token"]

_SUBJECT_CHARS_MAX: Final = 200


def make_dev_token(
    settings: Settings,
    subject: str,
    roles: Iterable[str],
    topics: Iterable[str] | None,
    ttl_s: float,
    now: float | None = None,
) -> str:
    """A token with the claims that the settings ask for, in the issuer's names of the roles."""
    if not subject.strip() or not subject.isprintable() or len(subject) > _SUBJECT_CHARS_MAX:
        raise UsageError(f"--sub should be printable and have at most {_SUBJECT_CHARS_MAX} characters.")
    settings.require("review_dev_secret")
    assert settings.review_dev_secret is not None  # noqa: S101 - `require` has seen to it
    secret = secret_of(settings.review_dev_secret, "development secret", "`maskstream dev-token` makes one")
    at = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": settings.review_issuer or DEV_ISSUER,
        "aud": settings.review_audience or DEV_AUDIENCE,
        "sub": subject,
        "iat": at,
        "exp": at + max(1, int(ttl_s)),
        "jti": secrets.token_urlsafe(12),
    }
    _put(claims, settings.review_roles_claim, [_issuers_name(settings, role) for role in roles])
    if topics is not None:
        _put(claims, settings.review_topics_claim, list(topics))
    return jwt.encode(claims, secret, algorithm="HS256")


def _issuers_name(settings: Settings, role: str) -> str:
    return str(getattr(settings, f"review_{role}_roles")).partition(",")[0].strip()


def _put(claims: dict[str, Any], path: str, value: list[str]) -> None:
    *outer, last = path.split(".")
    for name in outer:
        claims = claims.setdefault(name, {})
    claims[last] = value
