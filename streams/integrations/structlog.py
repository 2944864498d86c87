"""structlog: a processor that masks an event; it needs nothing of structlog itself."""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from streams.integrations.loading import load_masker
from streams.integrations.records import LogRecords
from streams.masking.masker import Masker, ObjectOutcome, notice

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["MaskingProcessor"]

#: What structlog's own ProcessorFormatter puts into an event and takes out again.
_META: Final = ("_record", "_from_structlog")
_LEVELS: Final = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "notset"})


class MaskingProcessor:
    """Masks the whole event: its text, keys and values at any depth, exceptions; to be put last before the renderer.

    An exception becomes masked text under `exception`, because renderers print values of its frames; `positional_args`
    are put into the event first, since words around a `%s` may tell what a value is. An event that cannot be masked
    with certainty becomes `{"maskstream":"quarantined","reason":...}` with its level. Threads may share it.
    """

    def __init__(
        self,
        masker: Masker | None = None,
        *,
        keyring: str | Path | None = None,
        policy: str | Path | None = None,
    ) -> None:
        self._masker = masker or load_masker(keyring, policy)
        self._records = LogRecords(self._masker)

    def __call__(self, _logger: Any, _method: str, event_dict: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The masked event; the given one is left as it is."""
        meta = {name: event_dict[name] for name in _META if name in event_dict}
        if isinstance(record := meta.get("_record"), logging.LogRecord):
            self._records.mask(record)
        try:
            done = self._masker.mask_object(_plain(event_dict))
        except Exception:  # noqa: BLE001 - its message may hold a value
            return _withheld(event_dict, notice("detector_error")) | meta
        return (_withheld(event_dict, notice(done.failure.reason)) if done.failure else _value(done)) | meta


def _value(done: ObjectOutcome) -> dict[str, Any]:
    value: dict[str, Any] = done.value
    return value


def _plain(event_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its exception and its positional arguments as text."""
    event = {name: value for name, value in event_dict.items() if name not in _META}
    if args := event.pop("positional_args", None):
        event["event"] = str(event.get("event", "")) % args
    if told := _exception(event.pop("exc_info", None)):
        event.setdefault("exception", told)
    return event


def _exception(given: Any) -> str | None:
    """The traceback of what `exc_info` may be: an exception, the three of `sys.exc_info()`, or anything true."""
    error: BaseException | None = None
    trace: TracebackType | None = None
    if isinstance(given, BaseException):
        error, trace = given, given.__traceback__
    elif isinstance(given, tuple) and len(given) == 3 and isinstance(given[1], BaseException):  # noqa: PLR2004 - exc_info
        error, trace = given[1], given[2]
    elif given and not isinstance(given, tuple):
        error, trace = sys.exc_info()[1:]
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip("\n") if error else None


def _withheld(event_dict: Mapping[str, Any], line: bytes) -> dict[str, Any]:
    level = event_dict.get("level")
    kept = {"level": level} if type(level) is str and level in _LEVELS else {}
    return {"event": line.decode(), **kept}
