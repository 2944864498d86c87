"""What detectors cost by their number: the scan alone and the whole engine, with a part of them switched on."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from streams.corpus import Mix, generate
from streams.masking import detectors
from streams.masking.engine import Engine
from streams.masking.found import Detector
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.prefilter import Prefilter
from streams.masking.tokens import Tokens
from tests.bench.figures import Figure, median_of
from tests.bench.svg import Line, below, plot

__all__ = ["detector_figures"]

#: Shares of all detectors; without any the signs of disguise and base64 are still looked for.
_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
_MIXES: tuple[Mix, ...] = ("clean", "mixed")
_BATCH = 5_000
#: Records that fill the tables which are made when they are first needed.
_WARM = 500

#: Name of a curve to the share of detectors to samples in microseconds a record.
_Curves = dict[str, dict[float, list[float]]]


def detector_figures(repeats: int, records: int, svg: Path | None = None) -> list[Figure]:
    """Figures for all detectors and for none; with `svg` the whole curves are drawn into that file.

    Each repeat chooses its detectors anew (seeded), since a few of them cost more than all the others.
    """
    curves: _Curves = {
        f"{what}, {mix}": {share: [] for share in _SHARES} for what in ("engine", "scan") for mix in _MIXES
    }
    for repeat in range(repeats):
        order = random.Random(repeat).sample(detectors.ALL, len(detectors.ALL))
        engines = {share: _Both(order[: round(share * len(order))]) for share in _SHARES}
        for mix in _MIXES:
            _measure(curves, engines, mix, repeat, records)
    if svg:
        svg.write_text(_drawn(curves), "utf-8")
    count = {0.0: "no detectors", 1.0: f"{len(detectors.ALL)} detectors"}
    return [
        median_of(f"{name}, {said}", "µs", curves[name][share], digits=2)
        for name in curves
        for share, said in count.items()
    ]


class _Both:
    """An engine of some detectors, and its scan by itself."""

    def __init__(self, found_by: Sequence[Detector]) -> None:
        self._prefilter = Prefilter(found_by)
        self.mask = Engine(Policy(), Tokens(Keyring.ephemeral(bytes(32))), found_by).mask

    def scan(self, texts: list[bytes]) -> object:
        return self._prefilter.grouped(texts)


def _measure(curves: _Curves, engines: dict[float, _Both], mix: Mix, repeat: int, records: int) -> None:
    """Interleaved by batch, so that whatever slows the machine down slows all of them."""
    values = [line.value for line in generate(mix, seed=300 + repeat, count=records)]
    for both in engines.values():
        both.mask([line.value for line in generate(mix, seed=299, count=_WARM)])
    spent = {(what, share): 0.0 for what in ("engine", "scan") for share in engines}
    for at in range(0, len(values), _BATCH):
        batch = values[at : at + _BATCH]
        for share, both in engines.items():
            spent["scan", share] += _seconds(both.scan, batch)
            spent["engine", share] += _seconds(both.mask, batch)
    for (what, share), seconds in spent.items():
        curves[f"{what}, {mix}"][share].append(seconds / len(values) * 1e6)


def _seconds(work: Callable[[list[bytes]], object], batch: list[bytes]) -> float:
    began = time.process_time()
    work(batch)
    return time.process_time() - began


def _drawn(curves: _Curves) -> str:
    """The clean mix above, the mixed one below."""
    return below([_panel(curves, mix) for mix in _MIXES])


def _panel(curves: _Curves, mix: Mix) -> str:
    total = len(detectors.ALL)
    lines = [
        Line(
            what, [(share * total, median(taken)) for share, taken in curves[f"{what}, {mix}"].items()], what == "scan"
        )
        for what in ("engine", "scan")
    ]
    return plot(f"What a {mix} record costs by the number of detectors", "detectors switched on", "µs a record", lines)
