"""Whole Kafka records: values, keys and headers go through the engine in one batch."""

import re
from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from streams.masking.actions import Actions
from streams.masking.databases import Store
from streams.masking.detectors.named import judge_whole, tells
from streams.masking.encodings import wide
from streams.masking.engine import Engine
from streams.masking.keyring import Keyring
from streams.masking.native import core
from streams.masking.policy import Policy, topic_fits
from streams.masking.records import Failure, MaskedColumns, RecordColumns
from streams.masking.required import json_required
from streams.masking.selection import detectors_for
from streams.masking.tokens import Tokens
from streams.masking.topics import masked_by_topic

__all__ = ["RecordMasker"]

#: The first byte of a value framed by a schema registry (Confluent wire format: 0, then the schema's number).
_REGISTRY_MAGIC = 0
_FIRST: Final = itemgetter(0)
_SECOND: Final = itemgetter(1)


class RecordMasker:
    """Masks batches of records under one policy and one keyring; a record fails as a whole. Threads may share it."""

    def __init__(self, policy: Policy, keyring: Keyring, *, store: Store | None = None) -> None:
        """PolicyError where a pattern of the policy cannot be compiled; `store` keeps what is compiled."""
        self.policy = policy
        self.tokens = Tokens(keyring, policy.default_region)
        self._engine = Engine(policy, self.tokens, detectors_for(policy), store=store)
        self._actions = Actions(policy, self.tokens, self._engine.mask_text)
        self._core = core()
        self._refused = json_required(policy)
        self._sections = [(pattern, RecordMasker(rules, keyring, store=store)) for pattern, rules in policy.topics]

    def __call__(self, columns: RecordColumns) -> MaskedColumns:
        """The masked batch; with rules for topics, the records of each topic by its own."""
        if self._sections and columns.topics:
            return masked_by_topic(columns, self._masker_for)
        masked = self._masked(columns)
        if self._refused is not None:
            masked.failures = self._refused(columns.values) | masked.failures
        return masked

    def _masker_for(self, topic: str) -> Callable[[RecordColumns], MaskedColumns]:
        return next((masker for pattern, masker in self._sections if topic_fits(pattern, topic)), self)

    def _masked(self, columns: RecordColumns) -> MaskedColumns:
        """Values, keys and headers are texts of one scan; most records have a value and no more."""
        masked = MaskedColumns(columns.keys.copy(), columns.values, columns.headers.copy())
        values = self._value_rows(masked)
        keys = self._key_rows(masked) if _has_any(masked.keys) else []
        places = self._header_places(masked) if _has_any(masked.headers) else []
        texts: list[Any] = masked.values
        if keys or places or len(values) < len(masked.values):
            texts = [masked.values[index] for index in values]
            texts += [masked.keys[index] for index in keys]
            texts += [masked.headers[index][place][1] for index, place in places]  # type: ignore[index]
        self._mask(masked, texts, values, keys, places)
        return masked

    def _value_rows(self, masked: MaskedColumns) -> Sequence[int]:
        """Records whose value the engine has to look at."""
        values: list[Any] = masked.values
        if self._core.survey(values)[0]:
            return range(len(values))
        for index, value in enumerate(values):
            if value and value[0] == _REGISTRY_MAGIC and _framed(value):
                masked.failures[index] = Failure("unsupported_format", "decode")
        return [index for index, value in enumerate(values) if value and index not in masked.failures]

    def _key_rows(self, masked: MaskedColumns) -> list[int]:
        """Records whose key the engine has to look at; one that is no text is masked right here."""
        keys = masked.keys
        rows = [index for index, key in enumerate(keys) if key]
        if self.policy.keys != "mask":
            for index in rows:
                keys[index] = self._whole_key(masked, keys[index] or b"")
            return []
        # All of them at once: hardly any key holds a control character.
        if not _CONTROL.search(b"".join(filter(None, keys))):
            return rows
        binary = {index for index in rows if _is_binary(keys[index] or b"")}
        for index in binary:
            keys[index] = self._opaque(masked, keys[index] or b"")
        return [index for index in rows if index not in binary]

    def _header_places(self, masked: MaskedColumns) -> list[tuple[int, int]]:
        """Record and place of each header that the engine has to look at; what a header's name tells is masked here."""
        rows = [(index, headers) for index, headers in enumerate(masked.headers) if headers]
        pairs = list(chain.from_iterable(filter(None, masked.headers)))
        telling = {name for name in set(map(_FIRST, pairs)) if tells(name)}
        joined = b"".join(filter(None, map(_SECOND, pairs)))
        if not telling and not _CONTROL.search(joined):
            return [(index, place) for index, headers in rows for place, (_, value) in enumerate(headers) if value]
        places: list[tuple[int, int]] = []
        for index, headers in rows:
            for place, (name, value) in enumerate(headers):
                if not value:
                    continue
                if _is_binary(value):
                    _set_header(masked, index, place, self._opaque(masked, value))
                    continue
                if name in telling and _is_text(value):
                    _set_header(masked, index, place, self._told(masked, name, value))
                places.append((index, place))
        return places

    def _told(self, masked: MaskedColumns, name: str, value: bytes) -> bytes:
        """A header's value without what its name makes personal; the engine looks at what is left."""
        spans = self._actions.settled(judge_whole(name, value), value)
        masked.findings.update(span.kind for span in spans)
        pieces: list[bytes] = []
        mark = 0
        for span in spans:
            text = value[span.start : span.end]
            pieces += value[mark : span.start], self._actions.replacement(span, text)
            mark = span.end
        return b"".join((*pieces, value[mark:]))

    def _whole_key(self, masked: MaskedColumns, key: bytes) -> bytes | None:
        """What becomes of a key that is not masked like a text."""
        if self.policy.keys == "drop":
            return None
        return key if self.tokens.is_own(key) else self._opaque(masked, key)

    def _opaque(self, masked: MaskedColumns, data: bytes) -> bytes:
        masked.findings["opaque"] += 1
        return self.tokens.opaque(data)

    def _mask(
        self,
        masked: MaskedColumns,
        texts: list[bytes],
        values: Sequence[int],
        keys: Sequence[int],
        places: Sequence[tuple[int, int]],
    ) -> None:
        """Masks the texts: those of values, then of keys, then of headers."""
        done = self._engine.mask(texts)
        outputs: list[Any] = done.outputs
        failures = done.failures
        masked.findings += done.findings
        keys_at, headers_at = len(values), len(values) + len(keys)
        for number in sorted(failures):
            failure = failures[number]
            if number >= keys_at and failure.reason == "invalid_encoding":
                outputs[number] = self._opaque(masked, texts[number])
                continue
            if number < keys_at:
                index = values[number]
            elif number < headers_at:
                index, failure = keys[number - keys_at], failure._replace(part="key")
            else:
                index, failure = places[number - headers_at][0], failure._replace(part="header")
            masked.failures.setdefault(index, failure)
            outputs[number] = texts[number]
        if len(values) == len(masked.values):
            masked.values = outputs[:keys_at] if len(outputs) > keys_at else outputs
        else:
            masked.values = masked.values.copy()
            for index, output in zip(values, outputs, strict=False):
                masked.values[index] = output
        for index, output in zip(keys, outputs[keys_at:headers_at], strict=True):
            masked.keys[index] = output
        for (index, place), text, output in zip(places, texts[headers_at:], outputs[headers_at:], strict=True):
            if output is not text:
                _set_header(masked, index, place, output)


def _has_any(column: list[Any]) -> bool:
    """Whether a column has anything; most batches have neither keys nor headers."""
    return column.count(None) < len(column)


def _set_header(masked: MaskedColumns, index: int, place: int, value: bytes) -> None:
    """Replaces one value in a copy: the list itself is the reader's."""
    headers = list(masked.headers[index] or ())
    headers[place] = (headers[place][0], value)
    masked.headers[index] = headers


def _framed(value: bytes) -> bool:
    """Whether a value that begins with a zero is a registry's frame and not UTF-16 in big-endian order."""
    return len(value) > 5 and not (
        value[0] == 0 and value[2:3] == b"\0" and value[4:5] == b"\0" and value[1:2].isascii() and value[1] > 0x1F
    )


#: Control characters that no text has; they stand in numbers and frames that serializers of keys write.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _is_binary(value: bytes) -> bool:
    """Whether a key or a header is no text although it may pass for UTF-8: a long, a schema registry's frame."""
    if not _CONTROL.search(value):
        return False
    opened = wide.utf16(value)
    return opened is None or _CONTROL.search(opened.inside) is not None


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
