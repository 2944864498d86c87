"""A masker, values of a person and ways to log them, for the tests of masking inside other programs."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

__all__ = ["EMAIL", "NAME", "SECRETS", "masker", "on_handler", "shown"]

EMAIL = "jane.doe@example.org"
NAME = "Jane Doemann"
CARD = "4111111111111111"
PASSWORD = "hunter2-sesame"
SECRETS = ("jane.doe", "Doemann", "411111111111", "hunter2")


@lru_cache(maxsize=1)
def masker() -> Masker:
    """One masker for all, since making one takes a second."""
    return Masker(Policy(), masker_keyring())


def shown(text: str) -> list[str]:
    """Which of the secrets stand in a text."""
    return [secret for secret in SECRETS if secret in text]


@contextmanager
def on_handler(
    *filters: logging.Filter, formatter: logging.Formatter | None = None, name: str = "tests.library"
) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with one handler that writes into a buffer; it is gone afterwards."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    for one in filters:
        handler.addFilter(one)
    logger = logging.getLogger(name)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield logger, stream
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
