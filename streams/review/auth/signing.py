"""Signs what a browser keeps for us and derives what must not be guessed, under secrets that can be rotated.

The first secret signs, all of them verify. Everything signed carries its purpose, so that a cookie of one kind never
passes for another.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from streams.errors import KeyringError
from streams.keystore import read_secret_file
from streams.review.auth.verifykeys import SECRET_BYTES_MIN
from streams.review.auth.watched import Watched

__all__ = ["Purpose", "Signer"]

Purpose = Literal["session", "login", "state", "nonce", "pkce"]

#: A cookie's own limit.
_TEXT_CHARS_MAX: Final = 4000


class Signer:
    """Signs with the first of the secrets; any thread. Without a file the secret ends with the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._secrets: Callable[[], tuple[bytes, ...]]
        if path is None:
            own = (secrets.token_bytes(SECRET_BYTES_MIN),)
            self._secrets = lambda: own
        else:
            self._secrets = Watched(path, "review_session_key", _secrets_in).now

    def sign(self, purpose: Purpose, content: Mapping[str, Any]) -> str:
        """A text that holds the content, for anybody to read and nobody to change."""
        body = base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()
        return f"{body}.{_digest(self._secrets()[0], purpose, body)}"

    def read(self, purpose: Purpose, text: str) -> dict[str, Any] | None:
        """The content of a text that was signed for this purpose; None of any other."""
        body, _, given = text.partition(".")
        if len(text) > _TEXT_CHARS_MAX or not text.isascii() or not self._is_signed(purpose, body, given):
            return None
        try:
            content = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (binascii.Error, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def derive(self, purpose: Purpose, of: str) -> str:
        """43 characters that follow from `of` and the first secret, and from which nothing follows."""
        return _digest(self._secrets()[0], purpose, of)

    def _is_signed(self, purpose: Purpose, body: str, given: str) -> bool:
        return any(hmac.compare_digest(_digest(secret, purpose, body), given) for secret in self._secrets())


def _digest(secret: bytes, purpose: Purpose, text: str) -> str:
    digest = hmac.digest(secret, f"maskstream {purpose} {text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _secrets_in(path: Path) -> tuple[bytes, ...]:
    lines = read_secret_file(path, "key of sessions", "make one with `openssl rand -base64 48`").split()
    if not lines or any(len(line) < SECRET_BYTES_MIN for line in lines):
        raise KeyringError(
            f"The key of sessions {path} should have a secret of {SECRET_BYTES_MIN} characters or more in each line."
        )
    return tuple(lines)
