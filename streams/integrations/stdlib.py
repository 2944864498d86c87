"""`logging`: a filter for handlers, a formatter around a formatter, and one line that masks what all handlers write."""

import copy
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from streams.integrations.loading import load_masker
from streams.integrations.records import LogRecords
from streams.masking.masker import Masker, notice

__all__ = ["MaskingFilter", "MaskingFormatter", "handlers_of", "mask_logging"]


class MaskingFilter(logging.Filter):
    """Masks every record that passes; for handlers, as the last of their filters.

    A filter of a *logger* does not see the records of its children; one of a handler sees all that the handler writes.
    Records are changed in place, so handlers that come later get them masked as well, with or without a filter:
    message, arguments, exception and stack as text, extra fields, names of logger, thread and task. `exc_info` is gone
    afterwards, for an exception holds its values and its frames. No record is dropped: one that cannot be masked with
    certainty, or whose message does not fit its arguments, becomes `{"maskstream":"quarantined","reason":...}` with its
    level and place.

    Without a masker it is the one of the files given, or of the settings (`load_masker`), so `dictConfig` needs no more
    than `{"()": "maskstream.MaskingFilter"}`.
    """

    def __init__(
        self,
        masker: Masker | None = None,
        *,
        keyring: str | Path | None = None,
        policy: str | Path | None = None,
    ) -> None:
        super().__init__()
        self._records = LogRecords(masker or load_masker(keyring, policy))

    def filter(self, record: logging.LogRecord) -> bool:
        """Masks the record in place; always true."""
        self._records.mask(record)
        return True


class MaskingFormatter(logging.Formatter):
    """Masks what another formatter makes of a record; the record itself stays as it is.

    Everything in the text is covered, whatever put it there, and nothing else is: a handler that reads the record
    itself needs the filter, and so does `logging` where writing fails, since it prints message and arguments. A text
    that cannot be masked, or made, becomes `{"maskstream":"quarantined","reason":...}`.
    """

    def __init__(
        self,
        formatter: logging.Formatter | None = None,
        masker: Masker | None = None,
        *,
        keyring: str | Path | None = None,
        policy: str | Path | None = None,
    ) -> None:
        super().__init__()
        self._formatter = formatter or logging.Formatter()
        self._masker = masker or load_masker(keyring, policy)

    def format(self, record: logging.LogRecord) -> str:
        """The masked text of a copy, because formatters leave the exception's text in the record they are given."""
        try:
            return self._masker.mask(self._formatter.format(copy.copy(record))).safe
        except Exception:  # noqa: BLE001 - `logging` would print the record's raw parts
            return notice("detector_error").decode()


def mask_logging(
    masker: Masker | None = None,
    *,
    handlers: Iterable[logging.Handler] | None = None,
    keyring: str | Path | None = None,
    policy: str | Path | None = None,
) -> MaskingFilter:
    """Puts one filter on every handler that there is now, or on those given, and gives the filter.

    Call it after logging is configured. A handler that is made later needs the filter too; one that has it keeps its
    own.
    """
    mask = MaskingFilter(masker, keyring=keyring, policy=policy)
    for handler in _all_handlers() if handlers is None else handlers:
        if not any(isinstance(one, MaskingFilter) for one in handler.filters):
            handler.addFilter(mask)
    return mask


def handlers_of(name: str) -> Iterator[logging.Handler]:
    """The handlers that get the records of a logger: its own and its parents', or the last resort of `logging`."""
    logger: logging.Logger | None = logging.getLogger(name)
    if logging.lastResort is not None and not logging.getLogger(name).hasHandlers():
        yield logging.lastResort
    while logger is not None:
        yield from logger.handlers
        logger = logger.parent if logger.propagate else None


def _all_handlers() -> Iterator[logging.Handler]:
    root = logging.getLogger()
    yield from root.handlers
    for logger in list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            yield from logger.handlers
    if logging.lastResort is not None:
        yield logging.lastResort
