"""Records of `logging` masked in place: message, arguments, exceptions, stacks and extra fields.

Whatever a formatter can print of a record is looked at. The message is masked as it would be printed, because a value
may be told only by the words around its `%s`, or be put together of two arguments.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from streams.masking.masker import Masker, notice
from streams.masking.records import Reason

__all__ = ["LogRecords"]

#: What `logging` itself puts into a record; anything else came from `extra`, a filter or an adapter.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: Of these, what is handled by itself.
_OWN_WAY: Final = frozenset({"msg", "args", "exc_info", "exc_text", "stack_info", "message"})

_PLACES: Final = _STANDARD - _OWN_WAY

#: Types of arguments that hold no more than they print.
_FLAT: Final = frozenset({str, int, float, bool, type(None)})

#: Names that are remembered as telling nothing; what would be personal is not held.
_CLEAN_MAX: Final = 4096

#: Formatters that take the arguments apart again, by the logger whose records they print: uvicorn's AccessFormatter.
_TAKEN_APART: Final = frozenset({"uvicorn.access"})

#: A name that tells nothing about a person; in a record that could not be masked any other name is withheld.
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_.<>\-]{1,64}")


class _UnmaskableError(Exception):
    """A part of a record cannot be masked with certainty."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class LogRecords:
    """Masks log records in place; threads may share it."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self._formatter = logging.Formatter()
        self._clean: set[str] = set()

    def mask(self, record: logging.LogRecord) -> None:
        """Leaves nothing unmasked in the record and never raises; what cannot be masked becomes a line that says so."""
        try:
            self._mask(record)
        except _UnmaskableError as error:
            _withhold(record, error.reason)
        except Exception:  # noqa: BLE001 - a message that does not fit its arguments, a `__str__` that raises
            _withhold(record, "detector_error")

    def _mask(self, record: logging.LogRecord) -> None:
        fields = vars(record)
        parts = self._parts(record)
        masked = self._texts(parts)
        extras = self._object({name: value for name, value in fields.items() if name not in _STANDARD})
        args = self._arguments(record.args, parts, masked)
        if args is not record.args or masked["message"] != parts["message"] or type(record.msg) is not str:
            record.msg, record.args = self._message(record, masked["message"], args)
        record.exc_info, record.exc_text, record.stack_info = None, masked.get("exc_text"), masked.get("stack_info")
        if "message" in fields:
            record.message = masked["message"]
        _drop_extras(fields)
        fields.update({name: text for name, text in masked.items() if name in _PLACES} | extras)

    def _parts(self, record: logging.LogRecord) -> dict[str, str]:
        """What a record says in text: its message as it would be printed, its exception, the names that it bears."""
        fields = vars(record)
        parts = {"message": record.getMessage()}
        if type(record.args) is tuple and all(type(arg) in _FLAT for arg in record.args):
            # Formatters that take arguments apart show each by itself, without the signs that it is glued to.
            parts |= {f"argument {place}": str(arg) for place, arg in enumerate(record.args)}
        if told := self._exception(record):
            parts["exc_text"] = told
        if record.stack_info:
            parts["stack_info"] = str(record.stack_info)
        for name in _PLACES:
            value = fields.get(name)
            known = (type(value) is str and value in self._clean) or type(value) in (int, float)
            if value is not None and not known:
                parts[name] = str(value)
        return parts

    def _texts(self, texts: dict[str, str]) -> dict[str, str]:
        done = self.masker.mask_batch(texts.values())
        for failure in done.failures.values():
            raise _UnmaskableError(failure.reason)
        masked = dict(zip(texts, done.outputs, strict=True))
        for name in _PLACES & masked.keys():
            if masked[name] == texts[name]:
                self._remember(texts[name])
        return masked

    def _remember(self, name: str) -> None:
        """Names of loggers, files and functions come with every record and need no second look."""
        if len(self._clean) >= _CLEAN_MAX:
            self._clean = set()
        self._clean.add(name)

    def _object(self, value: Any) -> Any:
        if not value:
            return value
        done = self.masker.mask_object(value)
        if done.failure:
            raise _UnmaskableError(done.failure.reason)
        return done.value

    def _exception(self, record: logging.LogRecord) -> str | None:
        """The traceback with its chain, groups and notes; text that an earlier handler left in the record is used."""
        if record.exc_text or not record.exc_info:
            return str(record.exc_text) if record.exc_text else None
        return self._formatter.formatException(record.exc_info)

    def _arguments(self, args: Any, parts: dict[str, str], masked: dict[str, str]) -> Any:
        """The arguments, each masked by itself: text and numbers in the scan of the message, else as one object."""
        if type(args) is not tuple or (args and "argument 0" not in parts):
            return self._object(args)
        names = [f"argument {place}" for place in range(len(args))]
        if all(masked[name] == parts[name] for name in names):
            return args
        return tuple(
            arg if masked[name] == parts[name] else masked[name] for name, arg in zip(names, args, strict=True)
        )

    def _message(self, record: logging.LogRecord, said: str, args: Any) -> tuple[Any, Any]:
        """Message and arguments that print as the masked message; as they were made wherever that is the same.

        An argument by itself may be a value that only the message around it tells. So template and arguments are kept
        where they print what the masked message is, and are replaced by the message where not.
        """
        if not record.args:
            msg = self._structured(record.msg, said) if isinstance(record.msg, Mapping) else said
            return msg, record.args if type(record.args) in (tuple, dict) else ()
        template = record.msg if type(record.msg) is str else said
        if _printed(template, args) == said:
            return template, args
        if record.name in _TAKEN_APART and isinstance(args, tuple):
            return said.replace("%", "%%") + "%.0s" * len(args), tuple(map(_blank, args))
        return said, ()

    def _structured(self, msg: Mapping[Any, Any], said: str) -> Any:
        """A message that is a mapping stays one, where its print has nothing left in it."""
        value = self._object(msg)
        text = str(value)
        return value if self.masker.mask(text).safe == text else said


def _printed(template: str, args: Any) -> str | None:
    try:
        return str(template % args)
    except Exception:  # noqa: BLE001 - `%d` of what became a token, among others
        return None


def _drop_extras(fields: dict[str, Any]) -> None:
    for name in [name for name in fields if name not in _STANDARD]:
        del fields[name]


def _blank(value: Any) -> Any:
    """A value of the same type that says nothing."""
    return type(value)() if type(value) in (int, float, bool) else None if value is None else "***"


def _withhold(record: logging.LogRecord, reason: Reason) -> None:
    """The record with its level, time and place in the code, and nothing else."""
    fields = vars(record)
    _drop_extras(fields)
    for name in _PLACES:
        value = fields.get(name)
        if value is not None and type(value) not in (int, float):
            fields[name] = value if type(value) is str and _PLAIN_NAME.fullmatch(value) else "withheld"
    record.msg, record.args = notice(reason).decode(), ()
    record.exc_info = record.exc_text = record.stack_info = None
    if "message" in fields:
        record.message = record.msg
