"""What comes in the place of a finding: a token, `***`, a JWT's surrogate, or the value itself."""

import re
from collections.abc import Callable
from typing import Final

from streams.masking.found import Found
from streams.masking.policy import Policy
from streams.masking.surrogate import SURROGATE_RE, Surrogates
from streams.masking.tokens import Tokens

__all__ = ["REDACTED", "Actions"]

REDACTED: Final = b"***"

_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?")
#: Escapes that keep the nesting of strings; a value is the same person's with or without them.
_NESTING: Final = re.compile(rb"\\+([\"'/\\])")
_ALNUM: Final = re.compile(rb"[A-Za-z0-9\x80-\xfe]")


class Actions:
    """Carries out a policy; thread-safe."""

    def __init__(self, policy: Policy, tokens: Tokens, mask_text: Callable[[bytes], bytes]) -> None:
        self._policy = policy
        self._actions = policy.actions
        self._tokens = tokens
        self._surrogates = Surrogates(tokens, mask_text)

    def replacement(self, found: Found, text: bytes) -> bytes:
        """What replaces the text of a finding; the text itself where the policy keeps its kind."""
        if found.replacement is not None:
            return found.replacement
        action = self._actions[found.kind]
        if action == "keep":
            return text
        if self._policy.keep_type and found.quote and _NUMBER.fullmatch(text):
            return b"0"
        if action == "surrogate":
            return self._surrogates.of(text) or REDACTED
        if action == "redact":
            return found.quote + REDACTED + found.quote
        return found.quote + self._tokens.token(found.kind, _readable(text)) + found.quote

    def changes(self, found: Found, text: bytes) -> bool:
        """Whether the policy would put something else in the place of a finding."""
        return self._actions[found.kind] != "keep" and self.replacement(found, text) != text

    def may_hold_own(self, text: bytes) -> bool:
        """Whether anything of our own can stand in a text; `is_own` is true of no part of another."""
        return b"tok_" in text or REDACTED in text

    def is_own(self, text: bytes) -> bool:
        """Whether nothing but our own tokens, surrogates and `***` is in a text."""
        if b"tok_" not in text:
            return REDACTED in text and not _ALNUM.search(text)
        if self._tokens.is_own(text):
            return True
        rest = self._tokens.without_own(SURROGATE_RE.sub(self._unsaid, text)).replace(REDACTED, b"")
        return not _ALNUM.search(rest)

    def _unsaid(self, match: re.Match[bytes]) -> bytes:
        """Nothing of a surrogate under a known key; a foreign one stays as it is."""
        whole = match[0]
        return b"" if self._tokens.is_own(whole.partition(b"~")[0]) else whole


def _readable(text: bytes) -> str:
    plain = _NESTING.sub(rb"\1", text) if b"\\" in text else text
    return plain.decode("utf-8", "surrogateescape")
