"""Seeded, realistic production logs, with what is personal in each line known.

Every person and value is invented. Numbers come from ranges that are kept for documentation and fiction where there
are such ranges; maskstream knows no allow-list and masks them like any other.
"""

from streams.corpus.line import Line
from streams.corpus.mixes import MIXES, Mix, generate

__all__ = ["MIXES", "Line", "Mix", "generate"]
