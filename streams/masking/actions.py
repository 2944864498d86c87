"""What comes in the place of a finding: a token, `***`, a JWT's surrogate, less of the value, or the value itself."""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from streams.masking.found import Found
from streams.masking.kinds import Action, Kind
from streams.masking.loop import Acts, Known
from streams.masking.native import Core, core
from streams.masking.overlaps import apart, resolved
from streams.masking.policy import Policy
from streams.masking.rules import Rules, plain_text
from streams.masking.surrogate import SURROGATE_RE, Surrogates
from streams.masking.tokens import Tokens

__all__ = ["REDACTED", "Actions"]

REDACTED: Final = b"***"

_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?")
_ALNUM: Final = re.compile(rb"[A-Za-z0-9\x80-\xfe]")
#: An element of XML in which nothing is left to read; its name is not the value.
_ELEMENT: Final = re.compile(rb"<([A-Za-z_][\w:.\-]{0,63})>[^A-Za-z0-9\x80-\xfe]{0,64}</\1>")
#: What may be shown of a truncated value: characters that need no escape wherever they stand.
_SHOWN: Final = re.compile(r"[A-Za-z0-9._\-\u00c0-\U0010ffff]*")
#: A value is shown in part only if three times as much stays hidden.
_HIDDEN_TIMES: Final = 4

#: How much of an address is kept (bits): a /24 is what a provider's customers share, a /48 one customer's site (RFC 6177).
_IPV4_BITS: Final = 24
_IPV6_BITS: Final = 48


class Actions:
    """Carries out a policy; thread-safe."""

    def __init__(
        self, policy: Policy, tokens: Tokens, mask_text: Callable[[bytes], bytes], loops: Core | None = None
    ) -> None:
        self._policy = policy
        self._actions = policy.actions
        self._tokens = tokens
        self._surrogates = Surrogates(tokens, mask_text)
        self._rules = Rules.of(policy)
        self._core = loops or core()
        #: What replaces the values of a kind where no rule says otherwise (`Loop.splice`).
        self.known: dict[Kind, Known] = {
            kind: known for kind, action in policy.actions.items() if (known := self._known(kind, action)) is not None
        }

    def _known(self, kind: Kind, action: Action) -> Known | None:
        """What replaces the values of a kind, or None where it is nothing that could be kept."""
        if action == "keep":
            return None
        if action == "redact":
            return REDACTED
        if action == "surrogate":
            return self._surrogates.known
        return (self._tokens.mint(kind) if action == "token" else None) or {}

    def acts(self) -> Acts:
        """What the loops need to act on findings."""
        return Acts(self._rules is None, self.settled, self.is_own, self.known, self.replacement)

    def settled(self, found: list[Found], text: bytes, released: list[Found] | None = None) -> list[Found]:
        """The findings of a text that are acted on: none is our own work, kept by the policy or over another one.

        What the policy keeps is appended to `released` where somebody asks why.
        """
        plain = self._core.settle(found, text, self.is_own) if self._rules is None else None
        if plain is not None:
            return plain
        found = [_of_characters(one, text) for one in found]
        own = self.may_hold_own(text)
        if own:
            found = [self._whole(one, text) for one in found]
            found = [one for one in found if not self.is_own(text[one.start : one.end])]
        if self._rules is None:
            return found if apart(found) else resolved(found, text)
        found = self._rules.applied(found, text, released)
        if own:
            found = [one for one in found if one.action == "drop_field" or not self.is_own(text[one.start : one.end])]
        found = found if apart(found) else resolved(found, text)
        return self._rules.widened(found, text) if self._rules.drops else found

    def replacement(self, found: Found, text: bytes) -> bytes:
        """What replaces the text of a finding; the text itself where the policy keeps its kind."""
        if found.replacement is not None:
            return found.replacement
        action = found.action or self._actions[found.kind]
        if action == "keep":
            return text
        if self._policy.keep_type and found.quote and _NUMBER.fullmatch(text):
            return b"0"
        if action == "surrogate":
            return self._surrogates.of(text) or REDACTED
        if action == "token":
            token = self._tokens.token(found.kind, plain_text(text))
            return found.quote + token + found.quote
        if action == "generalise" and (wider := _generalised(text)):
            return wider
        shown = _head(text, self._policy.truncate) if action == "truncate" else b""
        return found.quote + shown + REDACTED + found.quote

    def changes(self, found: Found, text: bytes) -> bool:
        """Whether the policy would put something else in the place of a finding."""
        return self.replacement(found, text) != text

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
        return not _ALNUM.search(_ELEMENT.sub(b"", rest) if b"</" in rest else rest)

    def _whole(self, one: Found, text: bytes) -> Found:
        """The finding with all of a token that it reaches into: a part of one would say nothing to anybody."""
        start, end = self._tokens.whole(text, one.start, one.end)
        return one if (start, end) == one[:2] else one._replace(start=start, end=end)

    def _unsaid(self, match: re.Match[bytes]) -> bytes:
        """Nothing of a surrogate under a known key; a foreign one stays as it is."""
        whole = match[0]
        return b"" if self._tokens.is_own(whole.partition(b"~")[0]) else whole


def _of_characters(one: Found, text: bytes) -> Found:
    """The finding with all of a character that it ends within: a limit of a detector counts bytes."""
    start, end = one.start, one.end
    while 0 < start < len(text) and text[start] & _LEADS == _FOLLOWS:
        start -= 1
    while end < len(text) and text[end] & _LEADS == _FOLLOWS:
        end += 1
    return one if (start, end) == one[:2] else one._replace(start=start, end=end)


#: What tells a byte that goes on with a character (RFC 3629, 3).
_LEADS, _FOLLOWS = 0xC0, 0x80


def _head(text: bytes, most: int) -> bytes:
    """The first characters of a value; none of one that is so short that they would say too much.

    What was cut before is not cut again: a head that ends in `***` stays.
    """
    whole = text.decode("utf-8", "replace")
    begun = whole.removesuffix("***")
    if len(begun) <= most and begun != whole:
        return begun.encode() if _SHOWN.fullmatch(begun) else b""
    shown = _SHOWN.match(begun[:most])
    return shown[0].encode() if shown and len(begun) >= _HIDDEN_TIMES * most else b""


def _generalised(text: bytes) -> bytes:
    """The network of an address, written as its first address; empty where the text is no address."""
    whole = text.decode("utf-8", "replace").partition("%")[0]
    try:
        address = ipaddress.ip_address(whole)
    except ValueError:
        return b""
    if isinstance(address, ipaddress.IPv4Address):
        return _first(address, _IPV4_BITS)
    if address.ipv4_mapped is not None:
        return b"::ffff:" + _first(address.ipv4_mapped, _IPV4_BITS)
    return _first(address, _IPV6_BITS)


def _first(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> bytes:
    return str(ipaddress.ip_network((address, bits), strict=False).network_address).encode()
