"""What a hostile text costs: beginnings of detectors' examples, repeated, so that judges are asked every few bytes."""

import re
import secrets
import time
from collections.abc import Iterator

from streams.masking import detectors
from streams.masking.found import Detector
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.bench.figures import Figure, median_of

__all__ = ["hostile_figures"]

#: Bytes of a text when the dearest are looked for, and when they are measured.
_GLANCE, _SIZE = 2_000, 24_000
_SHOWN = 5
#: Beginnings that are taken of an example, each behind a sign or at the example's end.
_BEGINNINGS = 6
_SIGNS = re.compile(rb"[^\w\s]+")


def hostile_figures(repeats: int) -> list[Figure]:
    """The detectors whose examples make the dearest texts, in microseconds a byte."""
    masker = Masker(Policy(), Keyring.ephemeral(secrets.token_bytes(32)))
    dearest: dict[str, tuple[float, bytes]] = {}
    for detector in detectors.ALL:
        for piece in _pieces(detector):
            cost = _cost(masker, piece, _GLANCE)
            dearest[detector.name] = max(dearest.get(detector.name, (0.0, b"")), (cost, piece))
    shown = sorted(dearest, key=lambda name: dearest[name], reverse=True)[:_SHOWN]
    return [
        median_of(f"hostile, {name}, a byte", "µs", [_cost(masker, dearest[name][1], _SIZE) for _ in range(repeats)])
        for name in shown
    ]


def _pieces(detector: Detector) -> Iterator[bytes]:
    for example in (*detector.examples, *detector.counter):
        text = example.encode()
        ends = [sign.end() for sign in _SIGNS.finditer(text)]
        for end in {*ends[:: len(ends) // _BEGINNINGS + 1], len(text)}:
            yield text[:end] + b" " * text[end - 1 : end].isalnum()


def _cost(masker: Masker, piece: bytes, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    start = time.process_time()
    masker.mask(text)
    return (time.process_time() - start) / size * 1e6
