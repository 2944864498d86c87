"""The hot loop in C where it has been built, and what it asks of Python; without it the engine runs `Loop`, slower.

`_core.c` is an accelerator, not a second definition: what it says of a candidate is what the judge in Python says, and
tests hold the two against each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol, cast

from streams.masking import loop
from streams.masking.detectors import contact, credentials, identity, jose, money, named, network, tables
from streams.masking.detectors.nobody import is_nobody
from streams.masking.encodings.fold import Fold
from streams.masking.found import Found, Judge, Verdict
from streams.masking.kinds import Kind
from streams.masking.loop import Acts, Asked, Changed, Grouped, Known, Loop, Packed, Spliced, Survey
from streams.masking.numbering import plan_of
from streams.masking.validators import CARD_RANGES, IBAN_LENGTHS

__all__ = ["JUDGES", "Core", "NativeCore", "Sink", "core", "native_core", "sinks"]

#: The judges whose plainest candidates the core knows, under its own names for them and in its own order.
JUDGES: Final[Mapping[str, Judge]] = {
    "field": named.judge_field,
    "email": contact.judge_email,
    "ipv4": network.judge_ipv4,
    "card": money.judge_card,
    "phone_international": contact.judge_international,
    "jwt": jose.judge_jwt,
    "bearer": credentials.judge_bearer,
    "database_key": tables.judge_key,
    "iban": money.judge_iban,
    "phone_national": contact.judge_national,
    "national_number": identity.judge_number,
}


#: What a core takes and gives; one that was built from another source is not used.
_INTERFACE: Final = 32


class Sink(Protocol):
    """Collects the matches of one scan, called as hyperscan calls its handler."""

    def __call__(self, ident: int, start: int, end: int, flags: int, context: object, /) -> bool | None: ...
    def join(
        self, texts: Sequence[bytes], start: int, stop: int, margin: int, changed: list[Changed], /
    ) -> tuple[bytes, list[int]]:
        """Some texts of a batch as one, a separator between any two and so many around them.

        Also which of them are not UTF-8. Where they are outputs, `changed` has a row for each of them: those that are read as
        they are get their tokens veiled.
        """

    def grouped(self, shapes: Packed, disguise: int, /) -> tuple[Grouped, dict[int, None]]:
        """The hits of each text that has any, and which texts have one of `disguise`, by their places in the batch.

        Once for each scan: the sink lets go of its hits.
        """


class Core(Protocol):
    """The loops of the engine, in either language; threads may share it."""

    def judge(
        self,
        text: bytes,
        hits: Packed,
        judges: list[Judge | None],
        natives: bytes,
        by_word: bytes,
        blocks: Callable[[bytes, int, int], list[Found]],
        fail: Callable[[int, Exception], object],
        /,
    ) -> tuple[list[Found], dict[int, str]]:
        """What is found and what is kept; `natives` has for each identifier the place of its judge among `JUDGES`, or 0."""

    def settle(self, found: list[Found], text: bytes, own: Callable[[bytes], bool], /) -> list[Found] | None:
        """The findings in order, without those that another says too and those that are our own work.

        None where they overlap otherwise or may reach into a token. `own` says whether a text is nothing but our work.
        """

    def splice(
        self,
        text: bytes,
        found: list[Found],
        known: Mapping[Kind, Known],
        replacement: Callable[[Found, bytes], bytes],
        counts: dict[str, int],
        /,
    ) -> tuple[Spliced, bytes]:
        """A text that is read as it is, with its replacements."""

    def splice_read(
        self,
        raw: bytes,
        read: Fold,
        found: list[Found],
        known: Mapping[Kind, Known],
        replacement: Callable[[Found, bytes], bytes],
        odd: Callable[[Found, int, int], bytes],
        counts: dict[str, int],
        /,
    ) -> tuple[Spliced, bytes]:
        """The same of a text that is read otherwise than it is written."""

    def survey(self, texts: Sequence[bytes | None], /) -> Survey:
        """What has to be known of a batch before anything is done."""

    def glance(self, texts: list[bytes], start: int, stop: int, size: int, /) -> tuple[list[int], list[int]]:
        """The places of texts in ASCII with a percent escape, from one place to another: each of them is disguised; and of those
        longer than a size.
        """

    def mask(
        self,
        texts: list[bytes],
        hits: Grouped,
        over: Mapping[int, object],
        reads: Mapping[int, Fold],
        asked: Asked,
        acts: Acts,
        outputs: list[bytes],
        counts: dict[str, int],
        /,
    ) -> tuple[list[Changed], list[int]]:
        """Judges, settles and splices the texts that have hits, but for those passed `over`: which of them it changed, and
        which are left. What a text reads as stands in `reads` where it is not the text itself.

        Those that are left, in whole and in the outputs, are the engine's to mask; whatever raised is among them.
        """

    def written(self, outputs: list[bytes], changed: list[Changed], /) -> tuple[list[bytes], list[int]]:
        """The output of each row of what was changed, and the rows of texts that were read otherwise than they are written."""

    def open(self, outputs: list[bytes], changed: list[Changed], hits: Grouped, natives: bytes, /) -> Sequence[int]:
        """The places of changed texts that have to be looked at more closely; all others are settled, and JSON.

        `natives` is that of `judge`: what a judge in C keeps, or finds where a token stands for it, needs nobody else.
        """

    def unfold(self, changed: list[Changed], row: int, output: bytes, /) -> bool:
        """Makes a row of a text that was read otherwise like the rest, where nothing is glued to any of the replacements in its
        output, and says whether.
        """

    def unsettled(self, hits: Packed, spliced: Spliced, kept: Packed, output: bytes, /) -> Packed:
        """The hits of an output that have to be judged again."""

    def any_below(self, hits: Packed, ident: int, /) -> bool:
        """Whether a hit has a lower identifier."""

    def is_json(self, text: bytes, /) -> bool:
        """Whether a text is surely JSON; where this says no, a parser has to say it."""


class NativeCore(Core, Protocol):
    """The loops in C."""

    def verdict(self, which: int, text: bytes, end: int, /) -> Verdict | None:
        """What one of `JUDGES` (counted from 1) says of a candidate; None where that is left to it."""


@lru_cache(maxsize=1)
def native_core() -> NativeCore | None:
    """The core in C, or None where it has not been built or was built from another source."""
    try:
        native = import_module("streams.masking._core")
    except ImportError:
        return None
    if getattr(native, "NAMES", "").split() != [*JUDGES] or getattr(native, "INTERFACE", 0) != _INTERFACE:
        return None
    asked = (named.plain_field, is_nobody, money.is_thing, jose.is_jose, _plan, _iban_length)
    issuers = tuple(
        (f"luhn+{brand}", size, low, high, _bits(lengths)) for brand, size, low, high, lengths in CARD_RANGES
    )
    return cast("NativeCore", native.Core(Found, Changed, issuers, *asked))


def core(*, native: bool = True) -> Core:
    """The core in C where there is one, else the loops in Python."""
    return (native_core() if native else None) or Loop()


def sinks(*, native: bool = True) -> Callable[[], Sink]:
    """What makes a sink for each scan, in C where there is a core."""
    there = native and native_core() is not None
    return cast("Callable[[], Sink]", import_module("streams.masking._core").Sink) if there else loop.Sink


def _bits(numbers: Iterable[int]) -> int:
    """A set of small numbers."""
    return sum(1 << number for number in numbers)


def _iban_length(country: bytes) -> int:
    """How long the IBANs of a country are, of which two capitals are given; 0 where it has none."""
    return IBAN_LENGTHS.get(country.decode(), 0)


def _plan(digits: bytes) -> tuple[int, int] | None:
    """How long the calling code is that digits begin with, and the lengths of numbers behind it, as a set of bits."""
    plan = plan_of(digits.decode())
    return (len(plan.code), _bits(plan.all_lengths)) if plan else None
