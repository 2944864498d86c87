"""Where detectors have to look: one hyperscan database over all anchors and one pass for shapes, once for a whole batch.

The anchors say where a detector has to look, and what disguises text so that it must be looked at more closely. A record
without any of them holds nothing that a detector could find.
"""

import threading
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

import hyperscan

from streams.masking.beginnings import beginning_of
from streams.masking.databases import Anchor, Store, ballast, database
from streams.masking.encodings.blocks import BASE64_SHAPES, HEX_SHAPES, NUL_SHAPE
from streams.masking.encodings.units import fold_anchors, fold_shapes
from streams.masking.found import Detector, Judge
from streams.masking.loop import BLOCK, DISGUISE, IDENT_BITS, Changed, Grouped, Hit, Packed, unpacked
from streams.masking.native import JUDGES, Sink, sinks
from streams.masking.shapes import MARGIN, SHAPES, native_scan

__all__ = ["BLOCK", "DISGUISE", "FIRST_DETECTOR", "Hit", "Joined", "Prefilter"]

#: Below are `DISGUISE` and `BLOCK`, the identifiers of anchors that belong to no detector.
FIRST_DETECTOR: Final = 2

_CASELESS: Final = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
_EXACT: Final = hyperscan.HS_FLAG_DOTALL


class Joined(NamedTuple):
    """Texts as one, where their hits are collected, and which of them are not UTF-8."""

    sink: Sink
    data: bytes
    broken: list[int]


class Prefilter:
    """The compiled anchors of a set of detectors.

    Threads may share it: the database is never written to, and each thread scans with a scratch of its own (one scratch
    is neither thread-safe nor re-entrant). `native=False` leaves the shapes to hyperscan as well. What is compiled is taken
    from the store and kept there.
    """

    def __init__(self, detectors: Sequence[Detector], *, native: bool = True, store: Store | None = None) -> None:
        self.judges: list[Judge | None] = [None, None, *(detector.judge for detector in detectors)]
        self.names: list[str] = ["disguise", "block", *(detector.name for detector in detectors)]
        self.by_word = frozenset(ident for ident, detector in enumerate(detectors, FIRST_DETECTOR) if detector.by_word)
        idents = {name: ident for ident, name in enumerate(self.names) if name in SHAPES}
        found = [(text, ident) for ident, detector in enumerate(detectors, FIRST_DETECTOR) for text in detector.anchors]
        words = [(word, ident) for text, ident in found if (word := beginning_of(text))]
        self._shapes = native_scan(idents, words) if native else None
        anchors = [Anchor(text, DISGUISE, _CASELESS) for text in fold_anchors()]
        anchors += [Anchor(text, BLOCK, _CASELESS) for text in HEX_SHAPES]
        if self._shapes is None:
            anchors += [Anchor(text, DISGUISE, _CASELESS) for text in (*fold_shapes(), NUL_SHAPE)]
            anchors += [Anchor(text, BLOCK, _EXACT) for text in BASE64_SHAPES]
        for ident, detector in enumerate(detectors, FIRST_DETECTOR):
            if self._shapes is None or detector.name not in SHAPES:
                anchors += [Anchor(text, ident, _CASELESS) for text in detector.shapes]
        anchors += [
            Anchor(text, ident, _CASELESS) for text, ident in found if self._shapes is None or not beginning_of(text)
        ]
        self._database = database((*anchors, *ballast((1 << IDENT_BITS) - 1)), store)
        self._scratches = threading.local()
        self._sink = sinks(native=native)
        places = {judge: place for place, judge in enumerate(JUDGES.values(), 1)}
        #: For each identifier the place of its judge among those that the core in C knows; 0 for all others.
        self.natives = bytes(places.get(judge, 0) if judge else 0 for judge in self.judges)
        #: A one for each identifier that goes by a word.
        self.words = bytes(ident in self.by_word for ident in range(len(self.judges)))

    def joined(self, texts: Sequence[bytes], places: range, changed: list[Changed] | None = None) -> Joined:
        """Some texts of a batch that stand next to one another, ready to be scanned; outputs with a row for each of them."""
        sink = self._sink()
        return Joined(sink, *sink.join(texts, places.start, places.stop, MARGIN, changed or []))

    def scanned(self, joined: Joined) -> tuple[Grouped, dict[int, None]]:
        """The hits of each text that has any, and which of the texts are disguised; in their order."""
        return self._scanned(joined.sink, joined.data)

    def _scanned(self, sink: Sink, data: bytes) -> tuple[Grouped, dict[int, None]]:
        self._database.scan(data, match_event_handler=sink, scratch=self._scratch())
        return sink.grouped(self._shapes(data) if self._shapes is not None else b"", DISGUISE)

    def grouped(self, texts: Sequence[bytes]) -> tuple[Grouped, dict[int, None]]:
        """The same of all of some texts."""
        return self.scanned(self.joined(texts, range(len(texts)))) if texts else ({}, {})

    def hits(self, text: bytes) -> list[Hit]:
        """The hits in one text; an end one behind the text's is that of an anchor that ends with the separator."""
        return unpacked(self.packed(text))

    def packed(self, text: bytes) -> Packed:
        """The hits in one text as the loops take them."""
        sink = self._sink()
        data, _ = sink.join((text,), 0, 1, MARGIN, [])
        return self._scanned(sink, data)[0].get(0, b"")

    def _scratch(self) -> hyperscan.Scratch:
        scratch = getattr(self._scratches, "scratch", None)
        if scratch is None:
            scratch = self._scratches.scratch = hyperscan.Scratch(database=self._database)
        return cast("hyperscan.Scratch", scratch)
