"""The engine against one `orjson.loads` and `dumps` of the same records: CPU time, interleaved, in one process."""

import gzip
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from streams.agents.memory import settle_memory
from streams.corpus import Mix, generate
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import RecordColumns
from tests.bench.figures import Figure, median_of

__all__ = ["engine_figures", "log_figures"]

#: As many as the worker takes into a batch by default.
BATCH = 10_000
#: A file of few lines is repeated up to here, otherwise a run is over before the clock has moved.
_FEWEST = 5_000


def engine_figures(repeats: int, records: int) -> list[Figure]:
    """Measure mixed and clean; each repeat has a seed of its own, so that no cache knows its values."""
    masker = RecordMasker(Policy(), Keyring.ephemeral(secrets.token_bytes(32)))
    settle_memory()
    marks: dict[Mix, tuple[float, float]] = {"mixed": (10.0, 5.0), "clean": (1.0, 0.8)}
    figures = []
    for mix, (bar, goal) in marks.items():
        samples = [_ratio(masker, _values(mix, seed, records), _round_trip) for seed in range(100, 100 + repeats)]
        figures.append(
            median_of(f"engine, {mix}, against a JSON round trip", "x", [s[0] for s in samples], bar=bar, goal=goal)
        )
        figures.append(median_of(f"engine, {mix}, a record", "µs", [s[1] for s in samples], digits=1))
    return figures


def log_figures(path: Path, repeats: int) -> list[Figure]:
    """Measure log files (one, or a folder of them; gz too); text is compared as a JSON string."""
    masker = RecordMasker(Policy(), Keyring.ephemeral(secrets.token_bytes(32)))
    figures = []
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        values = _lines(file)
        trip = _round_trip if all(map(_is_json, values)) else _text_round_trip
        samples = [_ratio(masker, values, trip) for _ in range(repeats)]
        figures.append(median_of(f"engine, {file.name}, against a JSON round trip", "x", [s[0] for s in samples]))
    return figures


def _values(mix: Mix, seed: int, records: int) -> list[bytes]:
    return [line.value for line in generate(mix, seed=seed, count=records)]


def _lines(file: Path) -> list[bytes]:
    content = file.read_bytes()
    rows = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).splitlines()
    values = [row for row in rows if row]
    return values * (1 + _FEWEST // max(1, len(values)))


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True


def _ratio(masker: RecordMasker, values: list[bytes], trip: Callable[[Sequence[bytes]], object]) -> tuple[float, float]:
    """Return engine time over round-trip time, and the engine's microseconds a record."""
    batches = [values[at : at + BATCH] for at in range(0, len(values), BATCH)]
    engine_s = trip_s = 0.0
    # Interleaved by batch: whatever slows this machine down slows both.
    for batch in batches:
        columns = RecordColumns([None] * len(batch), list(batch), [None] * len(batch))
        engine_s += _seconds(lambda columns=columns: masker(columns))  # type: ignore[misc]
        trip_s += _seconds(lambda batch=batch: trip(batch))  # type: ignore[misc]
    return engine_s / trip_s, engine_s / len(values) * 1e6


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _round_trip(batch: Sequence[bytes]) -> None:
    loads, dumps = orjson.loads, orjson.dumps
    for value in batch:
        dumps(loads(value))


def _text_round_trip(batch: Sequence[bytes]) -> None:
    loads, dumps = orjson.loads, orjson.dumps
    for value in [dumps(value.decode("utf-8", "replace")) for value in batch]:
        dumps(loads(value))
