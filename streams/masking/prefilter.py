"""One hyperscan database over all anchors, scanned once for a whole batch.

The anchors say where a detector has to look, and what disguises text so that it must be looked at more closely. A record
without any of them holds nothing that a detector could find.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, cast

import hyperscan

from streams.masking.encodings.blocks import BASE64_ANCHORS, NUL_ANCHOR
from streams.masking.encodings.fold import fold_anchors
from streams.masking.found import Detector, Judge

__all__ = ["BLOCK", "DISGUISE", "SEPARATOR", "Hit", "Prefilter"]

#: Stands between the records of a batch: no byte of UTF-8, and no anchor reaches over it.
SEPARATOR: Final = b"\xff"

#: Identifiers of the anchors that belong to no detector.
DISGUISE: Final = 0
BLOCK: Final = 1
_FIRST_DETECTOR: Final = 2

#: The end of a match in the scanned bytes, and the identifier of its anchor.
Hit = tuple[int, int]

_CASELESS: Final = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
_EXACT: Final = hyperscan.HS_FLAG_DOTALL


class Prefilter:
    """The compiled anchors of a set of detectors.

    Threads may share it: the database is never written to, and each thread scans with a scratch of its own (one scratch
    is neither thread-safe nor re-entrant).
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.judges: list[Judge | None] = [None, None, *(detector.judge for detector in detectors)]
        self.names: list[str] = ["disguise", "block", *(detector.name for detector in detectors)]
        self.by_word = frozenset(ident for ident, detector in enumerate(detectors, _FIRST_DETECTOR) if detector.by_word)
        anchors: list[tuple[str, int, int]] = [(text, DISGUISE, _CASELESS) for text in (*fold_anchors(), NUL_ANCHOR)]
        anchors += [(text, BLOCK, _EXACT) for text in BASE64_ANCHORS]
        for ident, detector in enumerate(detectors, _FIRST_DETECTOR):
            anchors += [(text, ident, _CASELESS) for text in detector.anchors]
        self._database = _compiled(anchors)
        self._scratches = threading.local()

    def scan(self, data: bytes) -> list[Hit]:
        """All hits in data that begins and ends with a separator, ordered by their end."""
        hits: list[Hit] = []
        add: Callable[[Hit], None] = hits.append

        def on_match(ident: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((end, ident))

        self._database.scan(data, match_event_handler=on_match, scratch=self._scratch())
        hits.sort()
        return hits

    def _scratch(self) -> hyperscan.Scratch:
        scratch = getattr(self._scratches, "scratch", None)
        if scratch is None:
            scratch = self._scratches.scratch = hyperscan.Scratch(database=self._database)
        return cast("hyperscan.Scratch", scratch)


def _compiled(anchors: Sequence[tuple[str, int, int]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[text.encode("latin-1") for text, _, _ in anchors],
        ids=[ident for _, ident, _ in anchors],
        flags=[flags for _, _, flags in anchors],
    )
    return database
