"""Gives each test the process as it was: a command that runs in it takes logging and the last words of threads over."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

__all__ = ["process_as_it_was"]


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """Puts back what `streams.telemetry.log.configure` changes, where a test let it."""
    root, factory, raising = logging.root, logging.getLogRecordFactory(), logging.raiseExceptions
    handlers, level = list(root.handlers), root.level
    hooks = warnings.showwarning, sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    if logging.getLogRecordFactory() is factory:
        return
    logging.setLogRecordFactory(factory)
    logging.raiseExceptions = raising
    root.handlers[:] = handlers
    root.setLevel(level)
    warnings.showwarning, sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
