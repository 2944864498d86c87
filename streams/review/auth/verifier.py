"""Verifies a JWT from first byte to last claim, and says who it is; the one place that lets a token count."""

import dataclasses
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from streams.errors import KeyringError
from streams.keystore import read_public_file
from streams.review.auth.claims import Expected, RoleNames, check_claims, claim_at, topics_in
from streams.review.auth.principal import Principal
from streams.review.auth.problems import RefusedError
from streams.review.auth.tokens import Parsed, check_signature, parse_token
from streams.review.auth.verifykeys import VerifyKey
from streams.review.auth.watched import Watched
from streams.settings import Settings

__all__ = ["FixedKey", "Keys", "Revoked", "Verified", "Verifier", "no_revocations", "revocations"]

#: Whether a token's id was revoked.
Revoked = Callable[[str], bool]

_LINE: Final = re.compile(rb"[^\x00-\x1f\x7f]{1,200}")


class Keys(Protocol):
    """Where keys come from."""

    def find(self, kid: str | None, algorithm: str) -> VerifyKey:
        """The key for a token; RefusedError or IssuerAwayError without."""

    def check(self) -> bool:
        """Whether there are keys to verify with."""


class FixedKey:
    """The one key of a file, which is read again when it has changed; ids of tokens do not matter."""

    def __init__(self, path: Path, setting: str, read: Callable[[Path], VerifyKey]) -> None:
        self._file = Watched(path, setting, read)

    def find(self, _kid: str | None, _algorithm: str) -> VerifyKey:
        """The key, whichever token it is."""
        return self._file.now()

    def check(self) -> bool:
        """There is one, or the review would not have started."""
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """Claims of a token that counts, and its id: `jti`, or a digest of what was signed."""

    claims: Mapping[str, Any]
    token_id: str


class Verifier:
    """Verifies tokens of one issuer for one audience; any thread."""

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        expected: Expected,
        revoked: Revoked,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._expected = expected
        self._revoked = revoked
        self._clock = clock
        self._names = RoleNames(settings)

    def for_audience(self, audience: str) -> "Verifier":
        """The same for tokens to somebody else, such as the id tokens that a client gets."""
        expected = dataclasses.replace(self._expected, audience=audience)
        return Verifier(self._settings, self._keys, expected, self._revoked, self._clock)

    def verify(self, text: str) -> Verified:
        """What a token says; RefusedError where it does not count, IssuerAwayError where that cannot be told."""
        parsed = parse_token(text)
        check_signature(parsed, self._keys.find(parsed.kid, parsed.algorithm))
        token_id = self._token_id(parsed)
        try:
            check_claims(parsed.claims, self._expected, self._clock())
            self._check_revoked(token_id)
        except RefusedError as refused:
            raise RefusedError(refused.problem, _shown(parsed.claims.get("sub")), token_id) from None
        return Verified(parsed.claims, token_id)

    def principal(self, text: str) -> Principal:
        """Who a token is of; without a role of ours it may do nothing."""
        return self.person(self.verify(text))

    def person(self, verified: Verified) -> Principal:
        """Who verified claims are of."""
        claims = verified.claims
        return Principal(
            subject=claims["sub"],
            roles=self._names.roles_in(claim_at(claims, self._settings.review_roles_claim)),
            topics=topics_in(claim_at(claims, self._settings.review_topics_claim)),
            token_id=verified.token_id,
            via="token",
        )

    def ready(self) -> bool:
        """Whether there are keys to verify with."""
        return self._keys.check()

    def _check_revoked(self, token_id: str) -> None:
        if self._revoked(token_id):
            raise RefusedError("revoked")

    def _token_id(self, parsed: Parsed) -> str:
        given = parsed.claims.get("jti")
        return given if isinstance(given, str) and given.isprintable() and 0 < len(given) <= 200 else parsed.digest  # noqa: PLR2004


def revocations(path: Path | None) -> Revoked:
    """Looks a token's id up in a file of one id a line (`#` begins a comment), as it is at that moment."""
    if path is None:
        return no_revocations
    watched = Watched(path, "review_revoked", _revoked_ids)
    return lambda token_id: token_id.encode() in watched.now()


def no_revocations(_token_id: str) -> bool:
    """Nothing was revoked."""
    return False


def _revoked_ids(path: Path) -> frozenset[bytes]:
    lines = map(bytes.strip, read_public_file(path, "list of revoked tokens", "correct REVIEW_REVOKED").splitlines())
    named = [line for line in lines if line and not line.startswith(b"#")]
    if not all(map(_LINE.fullmatch, named)):
        raise KeyringError(f"The list of revoked tokens {path} should have one jti a line: correct it.")
    return frozenset(named)


def _shown(subject: object) -> str | None:
    return subject if isinstance(subject, str) and subject.isprintable() and 0 < len(subject) <= 200 else None  # noqa: PLR2004
