"""Payloads of JWTs that are written plainly, read in C where that has been built (`_mint.c`); else there is no reader.

`surrogate.py` is the definition: a reader says what is said there, or leaves a JWT to it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Final, Protocol, cast

from streams.masking.claims import WORDS, claim_of
from streams.masking.tokens import Mint, Tokens

__all__ = ["Ask", "Field", "Header", "MaskText", "Reader", "reader"]

#: A thing said, and the same as it stands in a sample: with letters of tokens and times that stand for all.
Field = tuple[bytes, bytes]

#: What a header says, the same as it stands in a sample, and whether what follows is encrypted. A plain tuple, because
#: there is one for each key and the collector of garbage forgets those.
Header = tuple[bytes, bytes, bool]

#: What is said of a claim, from its name and its value as they are written.
Ask = Callable[[bytes, bytes], Field]

#: Masks a short text by itself, as the engine would, and gives it back unchanged where nothing is found.
MaskText = Callable[[bytes], bytes]

#: How a claim is read in C, in the order of `READS` there.
_READS: Final = ("unsaid", "time", "readable", "asked", "formless", "email", "ip", "name", "session")
#: Kinds whose values have a form of their own there.
_FORMED: Final = frozenset({"email", "ip", "name", "session"})

_WORDS: Final = frozenset(map(str.encode, WORDS))


class Reader(Protocol):
    """Makes surrogates of JWTs with plain payloads; threads may share it where they may share whom it asks."""

    def of(self, jwt: bytes, said: bytes, like: bytes, ask: Ask, mask: MaskText, /) -> tuple[bytes, bytes] | None:
        """The surrogate and its sample, where the header says what is given; None where that is left to Python.

        What is said of a harmless value is remembered for the last few thousand. Errors of what is called pass through.
        """

    def known(
        self,
        made: dict[bytes, bytes | None],
        headers: dict[bytes, Header | None],
        harmless: Mapping[bytes, bool],
        ask: Ask,
        ask_header: Ask,
        mask: MaskText,
        jwt: bytes,
        /,
    ) -> bytes | None:
        """The surrogate, where it was made before, or where its sample was looked at before; then it is added to those that were
        made, and what its header says to the headers. None where that is left to Python. All are dicts.
        """

    def header(self, part: bytes, ask: Ask, mask: MaskText, /) -> Header | None:
        """What a first part says as a header, its sample, and whether what follows is encrypted; None as above."""


def reader(tokens: Tokens, samples: Mapping[str, bytes]) -> Reader | None:
    """What reads payloads under the active key, or None where it has not been built; a sample stands for all tokens of a kind."""
    whole = tokens.exact("jwt")
    if whole is None:
        return None
    native = import_module("streams.masking._mint")
    if tuple(native.READS.split()) != _READS:
        return None
    return cast("Reader", native.Reader(partial(_plan, tokens, samples), _WORDS, whole, samples["jwt"]))


def _plan(tokens: Tokens, samples: Mapping[str, bytes], name: bytes) -> tuple[int, bytes, bytes, Mint | None]:
    """How the claims of a name are read, how they begin, and the sample and the mint of their tokens."""
    claim = claim_of(name.decode())
    if claim is None:
        return _READS.index("unsaid"), b"", b"", None
    if claim.is_time or claim.kind is None:
        return _READS.index("time" if claim.is_time else "readable"), claim.mark, b"", None
    mint = tokens.mint(claim.kind)
    form = "asked" if mint is None else claim.kind if claim.kind in _FORMED else "formless"
    return _READS.index(form), claim.mark, samples[claim.kind], mint
