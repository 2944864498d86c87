"""An exception told without its content: types and places, and the sentence where it is our own.

Messages, arguments, notes, source lines and locals of foreign exceptions may hold a record: `UnicodeDecodeError`
shows the whole buffer in its repr, `KeyError` the key, a JSON error the document.
"""

import errno
import re
import traceback
from collections.abc import Iterator
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final

from streams.errors import MaskstreamError

__all__ = ["describe", "place", "type_name"]

#: Innermost frames of an exception, and exceptions of a chain, that are told.
_FRAMES_MAX: Final = 24
_CHAIN_MAX: Final = 5

#: Parts of a file's path that are told: enough to find it, without the machine's folders.
_PATH_PARTS: Final = 3

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.<>]{0,127}")
_KAFKA_CODE: Final = re.compile(r"[A-Z0-9_]{1,64}")


def describe(error: BaseException) -> dict[str, Any]:
    """`error`, `at`, and where they exist `sentence`, `code`, `caused_by`: nothing of a foreign message."""
    told = _one(error)
    causes = [_one(cause) for cause in _causes(error)]
    return told | {"caused_by": causes} if causes else told


def type_name(kind: type) -> str:
    """Module and name of a class; a class whose name is no identifier was made from data."""
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return name if _IDENTIFIER.fullmatch(name) else "withheld"


def place(filename: str, line: int | None, function: str | None) -> str:
    """`masking/engine.py:42 mask_batch`."""
    path = "/".join(PurePath(filename).parts[-_PATH_PARTS:])
    return f"{path}:{line} {function}" if function else f"{path}:{line}"


def _one(error: BaseException) -> dict[str, Any]:
    told: dict[str, Any] = {"error": type_name(type(error)), "at": list(_places(error.__traceback__))}
    if isinstance(error, MaskstreamError):
        told["sentence"] = str(error)
    if (code := _code(error)) is not None:
        told["code"] = code
    return told


def _code(error: BaseException) -> str | None:
    """The system's or Kafka's name of the error, which are closed sets."""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return errno.errorcode.get(error.errno)
    first: Any = error.args[0] if error.args else None
    # By name, so that the log does not load the Kafka client; KafkaError.name() is librdkafka's own table.
    if (type(first).__module__, type(first).__name__) == ("cimpl", "KafkaError"):
        name = str(first.name())
        return name if _KAFKA_CODE.fullmatch(name) else None
    return None


def _places(trace: TracebackType | None) -> Iterator[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    for code, line in frames[-_FRAMES_MAX:]:
        yield place(code.co_filename, line, code.co_qualname)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The chain, then the members of groups, breadth first; cycles end at the limit."""
    waiting, seen = [error], {id(error)}
    while waiting and len(seen) <= _CHAIN_MAX:
        present = waiting.pop(0)
        members = present.exceptions if isinstance(present, BaseExceptionGroup) else ()
        context = None if present.__suppress_context__ else present.__context__
        for cause in (present.__cause__, context, *members):
            if cause is not None and id(cause) not in seen:
                seen.add(id(cause))
                waiting.append(cause)
                yield cause
