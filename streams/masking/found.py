"""What a detector says of a candidate: a span with a kind, or the name of the rule that keeps it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streams.masking.kinds import Action, Kind

__all__ = ["Detector", "Found", "Judge", "Verdict"]


class Found(NamedTuple):
    """A span of a text that is personal; `start` and `end` are byte positions in the text that was judged.

    `quote` is what has to stand on both sides of a token that replaces a bare JSON number. `replacement` is set where
    the detector itself knows what comes instead (a re-encoded base64 run); else the policy's action decides. `certain`
    is the rank in an overlap: a value that proves itself (checksum, grammar) goes before a field's name. `action` and
    `rule` are set where a rule of the policy says otherwise than its action for the kind, and which rule it was.
    """

    start: int
    end: int
    kind: Kind
    detector: str
    validator: str
    certain: int = 50
    quote: bytes = b""
    replacement: bytes | None = None
    inner: tuple[str, ...] = ()
    action: Action | None = None
    rule: str = ""


#: A span, several spans (cookies), or the name of the rule by which the candidate stays.
Verdict = Found | Sequence[Found] | str

#: Judges the candidate whose anchor ends at a position of a text. It may be called with any position: it returns spans
#: only where its own anchor stands, so that the engine without prefilter can try them all.
Judge = Callable[[bytes, int], Verdict]


@dataclass(frozen=True, slots=True)
class Detector:
    """One way of finding one thing.

    `anchors` are hyperscan expressions (caseless, single bytes, end offsets only): no text that `judge` would answer
    with a span is without an anchor that ends at that position. `shapes` are anchors that hold no literal, such as runs of
    digits; for the detectors that `streams.masking.shapes` names, a native pass finds them. One that goes by a word before the value (`by_word`) is
    not asked about what is found already. `examples` and `counter` stand in the catalogue and are tests.
    """

    name: str
    anchors: tuple[str, ...]
    judge: Judge
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    source: str = ""
    by_word: bool = False
    shapes: tuple[str, ...] = ()
