"""Which records of a batch a job wants: filters on fields, headers and text, and a sample by a stable hash; pure."""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import orjson

from streams.kafka.batches import Headers, RecordBatch
from streams.replay.spec import Filter, Sample, Selection

__all__ = ["Selector"]

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_NOTHING: Final = object()
_HASHES: Final = 2**64

#: Value, key and headers of a record.
Condition = Callable[[bytes | None, bytes | None, Headers | None], bool]


class Selector:
    """What a job's selection means for batches."""

    def __init__(self, selection: Selection) -> None:
        self._conditions = [_condition(one) for one in selection.where]
        self._sample = selection.sample

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self._conditions) or self._sample is not None

    def select(self, batch: RecordBatch) -> RecordBatch:
        """The records that are wanted; the batch itself where nothing is left out."""
        if not self or not len(batch):
            return batch
        kept = [i for i in range(len(batch)) if self._wants(batch, i)]
        return batch if len(kept) == len(batch) else batch.only(kept)

    def _wants(self, batch: RecordBatch, i: int) -> bool:
        value, key, headers = batch.values[i], batch.keys[i], batch.headers[i]
        if not all(holds(value, key, headers) for holds in self._conditions):
            return False
        return self._sample is None or _sampled(self._sample, batch, i)


def _sampled(sample: Sample, batch: RecordBatch, i: int) -> bool:
    key = batch.keys[i]
    if sample.by == "key" and key is not None:
        what = key
    else:
        what = f"{batch.topics[i]}/{batch.partitions[i]}/{batch.offsets[i]}".encode()
    number = int.from_bytes(blake2b(what, digest_size=8, person=b"replay").digest(), "big")
    return number < sample.share * _HASHES


def _condition(one: Filter) -> Condition:
    if one.text is not None:
        holds = _in_text(one.text.encode())
    elif one.header is not None:
        holds = _in_header(one.header, _judge(one))
    else:
        holds = _in_field(_steps(one.field or "$"), _judge(one))
    return (lambda value, key, headers: not holds(value, key, headers)) if one.negate else holds


def _judge(one: Filter) -> Callable[[str], bool]:
    """What the text of a field or header has to be; without a word about that, that it is there is enough."""
    if one.equals:
        wanted = frozenset(one.equals)
        return lambda text: text in wanted
    part = one.contains or ""
    return lambda text: part in text


def _in_text(part: bytes) -> Condition:
    return lambda value, key, _headers: part in (value or b"") or part in (key or b"")


def _in_header(name: str, judge: Callable[[str], bool]) -> Condition:
    def holds(_value: bytes | None, _key: bytes | None, headers: Headers | None) -> bool:
        return any(head == name and judge((text or b"").decode("utf-8", "replace")) for head, text in headers or ())

    return holds


def _in_field(steps: list[str | int], judge: Callable[[str], bool]) -> Condition:
    def holds(value: bytes | None, _key: bytes | None, _headers: Headers | None) -> bool:
        try:
            found: Any = orjson.loads(value or b"")
        except ValueError:
            return False
        for step in steps:
            found = _inside(found, step)
        return found is not _NOTHING and judge(_text(found))

    return holds


def _inside(found: Any, step: str | int) -> Any:
    if isinstance(found, dict) and isinstance(step, str):
        return found.get(step, _NOTHING)
    if isinstance(found, list) and isinstance(step, int) and step < len(found):
        return found[step]
    return _NOTHING


def _text(found: Any) -> str:
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def _steps(path: str) -> list[str | int]:
    return [match[1] if match[1] is not None else int(match[2]) for match in _STEP.finditer(path)]
