"""Records made to cost time or memory: both stay in proportion to the bytes that came in."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Made by name in a process of its own; `size` is in bytes.
_PROGRAM = """
import base64, json, resource, sys, time
from streams.corpus import generate
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy

def filled(piece, size):
    return piece * (size // len(piece))

def wrapped(size):
    text = b"mail ann@example.com now "
    while len(text) < size:
        text = base64.b64encode(text + b" " + filled(b"of many ", min(len(text), size // 2)))
    return text

def mixed(size):
    rows = []
    length = 0
    for line in generate("mixed", seed=3):
        rows.append(line.value)
        length += len(line.value) + 1
        if length > size:
            return b'{"rows":[' + b",".join(rows) + b"]}"

MAKE = {
    "at_signs": lambda size: filled(b"a@", size),
    "parentheses": lambda size: filled(b"(", size),
    "objects": lambda size: filled(b'{"a":', size),
    "digits": lambda size: filled(b"4111 1111 1111 1111 ", size),
    "names": lambda size: filled(b'"password":"', size),
    "percents": lambda size: filled(b"%2540", size),
    "escapes": lambda size: filled(b"\\\\u0040x.", size),
    "dots": lambda size: filled(b"eyJhbGciOiJub25lIn0.", size),
    "base64": wrapped,
    "mixed": mixed,
}
masker = Masker(Policy(), Keyring.ephemeral(bytes(32)))
masker.mask(mixed(100_000))
name, size = sys.argv[1], int(sys.argv[2])
if name == "tiny":
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    failed = changed = 0
    for first in range(0, size, 5_000):
        batch = [b"u%d@x.io" % number for number in range(first, first + 5_000)]
        done = masker.mask_batch(batch)
        failed += len(done.failures)
        changed += sum(one is not other for one, other in zip(batch, done.outputs))
else:
    text = MAKE[name](size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    outcome = masker.mask(text)
    failed, changed = int(outcome.failure is not None), int(outcome.text is not text)
seconds = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "grown_kb": peak - before, "failed": failed, "changed": changed}))
"""

_MEGABYTE = 1_000_000


def _measured(name: str, size: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, name, str(size)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=1800,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "name", ["at_signs", "parentheses", "objects", "digits", "names", "percents", "escapes", "dots", "base64", "mixed"]
)
def test_time_and_memory_are_linear_in_a_record_made_to_cost(name: str) -> None:
    """Ten megabytes of a pattern take about ten times as long as one, and memory in proportion to them."""
    small, large = _measured(name, _MEGABYTE), _measured(name, 10 * _MEGABYTE)
    assert large["seconds"] < 25 * max(small["seconds"], 0.1), (small, large)
    assert large["seconds"] < 300
    assert large["grown_kb"] < 200 * 10 * _MEGABYTE / 1000


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_one_record_of_fifty_megabytes_is_masked() -> None:
    """It takes minutes at most, and memory in proportion to its size."""
    measured = _measured("mixed", 50 * _MEGABYTE)
    assert not measured["failed"]
    assert measured["changed"]
    assert measured["seconds"] < 600
    assert measured["grown_kb"] < 50 * 50 * _MEGABYTE / 1000


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_million_tiny_records_are_masked_in_the_memory_of_a_batch() -> None:
    """Nothing is kept of what was masked but the bounded cache of tokens."""
    measured = _measured("tiny", 1_000_000)
    assert measured == {**measured, "failed": 0, "changed": 1_000_000}
    assert measured["grown_kb"] < 60_000
    assert measured["seconds"] < 600
