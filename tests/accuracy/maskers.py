"""The maskers that are compared: ours, the regular expressions that people paste, and Presidio apart from us."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from streams.corpus import generate
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy

__all__ = ["Run", "maskstream", "presidio", "regular_expressions"]

#: As many lines as go through the engine in one scan.
_BATCH = 1_000
_CHILD = Path(__file__).with_name("presidio_child.py")

#: Called with the number of lines done.
Progress = Callable[[int], None]


class Run(NamedTuple):
    """What one masker made of all lines, and its CPU seconds without start-up."""

    name: str
    outputs: list[str]
    seconds: float


def maskstream(lines: Sequence[str], progress: Progress) -> list[Run]:
    """The engine under the default policy; what would go to quarantine is an empty line: it leaks and keeps nothing."""
    masker = Masker(Policy(), Keyring.ephemeral(bytes(32)))
    masker.mask_batch(
        [line.value for line in generate("demo", seed=1, count=_BATCH)]
    )  # Tables are made when first used.
    outputs: list[str] = []
    spent = 0.0
    for at in range(0, len(lines), _BATCH):
        texts = [line.encode() for line in lines[at : at + _BATCH]]
        began = time.process_time()
        masked = masker.mask_batch(texts)
        spent += time.process_time() - began
        outputs += ["" if place in masked.failures else text.decode() for place, text in enumerate(masked.outputs)]
        progress(len(outputs))
    return [Run("maskstream", outputs, spent)]


#: What is found under "mask sensitive data in logs", in one form or another, everywhere.
_PASTED = (
    (re.compile(r"[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}"), "[EMAIL]"),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), "[SSN]"),
    (re.compile(r"\b(?:\d[ -]*?){13,16}\b"), "[CARD]"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "[IP]"),
    (re.compile(r"(?:\+?\d{1,3}[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}\b"), "[PHONE]"),
    (re.compile(r"(?i)(bearer\s+)[a-z0-9._~+/=-]+"), r"\1[TOKEN]"),
    (re.compile(r"(?i)((?:password|passwd|pwd|secret|token|api_?key)\"?\s*[=:]\s*\"?)[^\s\"&,;]+"), r"\1[SECRET]"),
)


def regular_expressions(lines: Sequence[str], progress: Progress) -> list[Run]:
    """Seven substitutions, one after another."""
    outputs: list[str] = []
    began = time.process_time()
    for line in lines:
        text = line
        for pattern, label in _PASTED:
            text = pattern.sub(label, text)
        outputs.append(text)
    spent = time.process_time() - began
    progress(len(outputs))
    return [Run("regular expressions", outputs, spent)]


def presidio(python: Path, lines: Sequence[str], progress: Progress) -> tuple[list[Run], dict[str, Any]]:
    """Presidio with all its findings and with the sure ones, from one analysis; and what it says it runs with."""
    command = [str(python), "-W", "ignore", str(_CHILD)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("The pipes to Presidio are missing.")
        # It reads everything before it writes a result, so neither side waits for the other.
        child.stdin.writelines(json.dumps(line) + "\n" for line in lines)
        child.stdin.close()
        about = json.loads(child.stdout.readline() or "null")
        rows = list(_counted(map(json.loads, child.stdout), progress))
    if child.returncode or about is None or len(rows) != len(lines):
        raise SystemExit(f"Presidio ended with status {child.returncode}: remove .build/presidio and try again.")
    every, sure, seconds = zip(*rows, strict=True)
    return [
        Run("Presidio, all findings", list(every), seconds[-1]),
        Run("Presidio, sure findings", list(sure), seconds[-1]),
    ], about


def _counted(rows: Iterator[list[Any]], progress: Progress) -> Iterator[list[Any]]:
    for count, row in enumerate(rows, 1):
        progress(count)
        yield row
