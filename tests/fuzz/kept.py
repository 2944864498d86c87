"""Inputs that once broke something or that reach a corner: one a line in corpus.txt, as Python writes bytes."""

import ast
from pathlib import Path

__all__ = ["inputs"]

_FILE = Path(__file__).with_name("corpus.txt")


def inputs() -> list[bytes]:
    """The inputs in their order."""
    return [ast.literal_eval(line) for line in _FILE.read_text("utf-8").splitlines() if line.startswith("b")]
