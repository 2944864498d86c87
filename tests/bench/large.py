"""Single large records: how long the engine is away, and how it grows with size."""

import secrets
import time
from itertools import pairwise

from streams.corpus import generate
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.bench.figures import Figure, median_of

__all__ = ["large_figures", "large_record"]

_MEGABYTE = 1_000_000


def large_figures(repeats: int) -> list[Figure]:
    masker = Masker(Policy(), Keyring.ephemeral(secrets.token_bytes(32)))
    flat, deep = large_record(_MEGABYTE, 1), large_record(10 * _MEGABYTE, 100)
    return [
        median_of("one record of 1 MB", "s", [_seconds(masker, flat) for _ in range(repeats)]),
        median_of(
            "one record of 10 MB, nested 100 deep", "s", [_seconds(masker, deep) for _ in range(min(repeats, 3))]
        ),
    ]


def large_record(size: int, depth: int) -> bytes:
    """Return one JSON record of about `size` bytes of mixed logs, spread over `depth` levels."""
    rows: list[bytes] = []
    length = 0
    for line in generate("mixed", seed=3):
        rows.append(line.value)
        length += len(line.value) + 1
        if length >= size:
            break
    edges = [len(rows) * level // depth for level in range(depth + 1)]
    levels = [b",".join(rows[start:end]) for start, end in pairwise(edges)]
    return b"".join(b'{"rows":[' + level + b'],"next":' for level in levels) + b"null" + b"}" * len(levels)


def _seconds(masker: Masker, record: bytes) -> float:
    start = time.process_time()
    masker.mask(record)
    return time.process_time() - start
