"""The service's own log: JSON lines of known events on standard error, and never a payload, whoever logs.

Our code says known events with typed fields (`EventLog`). Foreign code says what it likes, and all of it is taken
away at the source: a log record is created without arguments and exception, warnings and unhandled exceptions become
events, and in a worker what is printed goes nowhere. What stays is who spoke, where, how loud, and a message that is
a literal of the source code.
"""

import logging
import re
import sys
import threading
import warnings
from types import FrameType
from typing import Any, Final, Literal, TextIO, Unpack, cast

import orjson
import structlog

from streams.telemetry import trouble
from streams.telemetry.events import DEFAULT_PATTERN, EVENTS, FIELD_TYPES, PATTERNS, Event, Fields
from streams.telemetry.silence import Silence

__all__ = ["EventLog", "Level", "configure", "librdkafka_logger"]

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

#: How many frames above the logging call its caller is looked for: wrappers such as mode's are thin.
_CALLER_FRAMES_MAX: Final = 30

_LOGGER_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,127}")
_FACILITY: Final = re.compile(r"[A-Z_]{2,24}")
_LIBRDKAFKA: Final = "librdkafka"


class EventLog:
    """Says known events; fields and their types are checked by mypy and once more when they are written.

    Unknown or ill-formed ones are withheld, not raised: a log line must not end a worker. Any thread.
    """

    __slots__ = ("_context",)

    def __init__(self, **context: Unpack[Fields]) -> None:
        self._context = context

    def bind(self, **fields: Unpack[Fields]) -> "EventLog":
        """The same log, saying `fields` with each event."""
        return EventLog(**cast("Fields", {**self._context, **fields}))

    def debug(self, event: Event, **fields: Unpack[Fields]) -> None:
        """Say what only someone who hunts a bug wants to know."""
        _say("debug", event, {**self._context, **fields})

    def info(self, event: Event, **fields: Unpack[Fields]) -> None:
        """Say what happened."""
        _say("info", event, {**self._context, **fields})

    def warning(self, event: Event, **fields: Unpack[Fields]) -> None:
        """Say what someone should look at some time."""
        _say("warning", event, {**self._context, **fields})

    def error(self, event: Event, **fields: Unpack[Fields]) -> None:
        """Say what someone must look at."""
        _say("error", event, {**self._context, **fields})


def configure(
    level: Level = "INFO",
    *,
    stream: TextIO | None = None,
    closed: bool = False,
    **context: Unpack[Fields],
) -> None:
    """Make this process speak events only; call it once, first thing.

    `context` is said with each event. `closed` takes standard output and error away from everybody else: whatever is
    printed is replaced by an event with the place (a worker wants that, a command line cannot).
    """
    out = stream or sys.stderr
    _process.logger = _renderer(out, level)
    _process.context = dict(context)
    logging.setLogRecordFactory(_emptied_record)
    logging.raiseExceptions = False
    logging.root.handlers[:] = [_ForeignHandler()]
    logging.root.setLevel(level)
    warnings.showwarning = cast("Any", _show_warning)
    sys.excepthook = _on_exception
    sys.unraisablehook = _on_unraisable
    threading.excepthook = _on_thread_exception
    if closed:
        # The dunder names too: mode prints tracebacks to sys.__stderr__.
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Silence(_on_print)  # type: ignore[assignment, misc]


def librdkafka_logger() -> logging.Logger:
    """Give it to every Kafka client as `logger=`: librdkafka writes to standard error by itself otherwise."""
    return logging.getLogger(_LIBRDKAFKA)


class _Process:
    """What `configure` decided for this process; before it, nothing below WARNING and the same silence."""

    def __init__(self) -> None:
        self.logger: Any = None
        self.context: dict[str, Any] = {}


_process: Final = _Process()


def _renderer(out: TextIO, level: Level) -> Any:
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    if out.isatty():
        processors.append(structlog.dev.ConsoleRenderer(timestamp_key="time"))
    else:
        processors.append(structlog.processors.JSONRenderer(_json))
    return structlog.wrap_logger(
        structlog.WriteLogger(out),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        context_class=dict,
        cache_logger_on_first_use=True,
    )


def _json(event: dict[str, Any], **_options: Any) -> str:
    head = {name: event.pop(name) for name in ("time", "level", "event")}
    return orjson.dumps({**head, **event}).decode()


def _say(level: str, event: str, fields: dict[str, Any], told: dict[str, Any] | None = None) -> None:
    """Write one event; `told` was made here and is known to be harmless."""
    try:
        if _process.logger is None:
            _process.logger = _renderer(sys.stderr, "WARNING")
        checked = _checked({**_process.context, **fields})
        getattr(_process.logger, level)(event if event in EVENTS else "unknown_event", **{**checked, **(told or {})})
    except Exception:  # noqa: BLE001, S110 - A broken standard error has nowhere to be told, and must not stop masking.
        pass


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    withheld = 0
    for name, value in fields.items():
        if not _is_allowed(name, value):
            withheld += 1
        elif isinstance(value, BaseException):
            told |= trouble.describe(value)
        else:
            told[name] = value
    return told | {"withheld": withheld} if withheld else told


def _is_allowed(name: str, value: object) -> bool:
    if not isinstance(value, FIELD_TYPES.get(name, ())) or (isinstance(value, bool) and name not in _FLAGS):
        return False
    return not isinstance(value, str) or PATTERNS.get(name, DEFAULT_PATTERN).fullmatch(value) is not None


_FLAGS: Final = frozenset(name for name, types in FIELD_TYPES.items() if bool in types)


def _emptied_record(
    name: str,
    level: int,
    filename: str,
    line: int,
    message: object,
    args: Any,
    exc_info: Any,
    function: str | None = None,
    _stack: str | None = None,
    **_more: Any,
) -> logging.LogRecord:
    """Create a log record of foreign code without its content, whatever handler and formatter it meets later."""
    literal = _literal(filename, line, message)
    record = logging.LogRecord(name, level, filename, line, literal or "(withheld)", (), None, function)
    record.maskstream = _harmless(name, literal, args, exc_info)
    return record


def _harmless(name: str, literal: str | None, args: Any, exc_info: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"message": literal} if literal else {}
    error = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) > 1 else None
    if isinstance(error, BaseException):
        told |= trouble.describe(error)
    # librdkafka logs "%s [%s] %s": facility, client, text; the facility (FAIL, TRANS, ...) is a closed set.
    if name == _LIBRDKAFKA and isinstance(args, tuple) and args and _FACILITY.fullmatch(str(args[0])):
        told["facility"] = args[0]
    return told


def _literal(filename: str, line: int, message: object) -> str | None:
    """The message if it is a literal of the calling function, else None: an f-string's result never is one."""
    caller = _caller(filename, line)
    if caller is None or type(message) is not str:
        return None
    return message if any(type(each) is str and each == message for each in caller.f_code.co_consts) else None


def _caller(filename: str, line: int) -> FrameType | None:
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - logging finds callers in the same way.
    for _ in range(_CALLER_FRAMES_MAX):
        if frame is None or (frame.f_lineno == line and frame.f_code.co_filename == filename):
            return frame
        frame = frame.f_back
    return None


class _ForeignHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        told = dict(getattr(record, "maskstream", {}))
        told["logger"] = record.name if _LOGGER_NAME.fullmatch(record.name) else "withheld"
        told.setdefault("at", [trouble.place(record.pathname, record.lineno, record.funcName)])
        _say(_level_name(record.levelno), "foreign_log", {}, told)


def _level_name(number: int) -> str:
    return next((name for name in ("error", "warning", "info") if number >= getattr(logging, name.upper())), "debug")


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: Any, **_named: Any
) -> None:
    del message  # A warning's text is as foreign as an exception's.
    told = {"category": trouble.type_name(category), "at": [trouble.place(filename, lineno, None)]}
    _say("warning", "warning", {}, told)


def _on_exception(_kind: type[BaseException], error: BaseException, _trace: Any) -> None:
    _say("error", "exception", {"error": error})


def _on_thread_exception(event: threading.ExceptHookArgs) -> None:
    if event.exc_value is not None and not isinstance(event.exc_value, SystemExit):
        _say("error", "exception", {"error": event.exc_value})


def _on_unraisable(event: "sys.UnraisableHookArgs") -> None:
    if event.exc_value is not None:
        _say("error", "exception", {"error": event.exc_value})


def _on_print(frame: FrameType) -> None:
    told = {"at": [trouble.place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)]}
    _say("warning", "foreign_output", {}, told)
