"""A text stream that swallows what is printed and tells once a place that something was."""

import io
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

__all__ = ["Silence"]

#: Places remembered; a program that prints from more of them is told once more for each print, at worst.
_PLACES_MAX: Final = 256


class Silence(io.TextIOBase):
    """Stands in for standard output and error of a worker; `on_print` gets the frame of a place that prints."""

    def __init__(self, on_print: Callable[[FrameType], None]) -> None:
        self._on_print = on_print
        self._places: set[tuple[str, int]] = set()

    def writable(self) -> bool:
        """Writing is fine; nothing comes of it."""
        return True

    def write(self, text: str, /) -> int:
        """Swallow `text`."""
        frame = sys._getframe(1)  # noqa: SLF001 - The place is all that may be told about a print.
        where = (frame.f_code.co_filename, frame.f_lineno)
        if where not in self._places:
            if len(self._places) < _PLACES_MAX:
                self._places.add(where)
            self._on_print(frame)
        return len(text)
