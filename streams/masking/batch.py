"""Whole Kafka records: values, keys and headers go through the engine in one batch."""

import re
from collections.abc import Iterator
from typing import Final

from streams.masking.actions import Actions
from streams.masking.detectors.named import judge_whole
from streams.masking.encodings import wide
from streams.masking.engine import Engine
from streams.masking.keyring import Keyring
from streams.masking.overlaps import resolved
from streams.masking.policy import Policy
from streams.masking.records import Failure, Headers, MaskedColumns, RecordColumns
from streams.masking.tokens import Tokens

__all__ = ["RecordMasker"]

#: The first byte of a value framed by a schema registry (Confluent wire format: 0, then the schema's number).
_REGISTRY_MAGIC = 0


class RecordMasker:
    """Masks batches of records under one policy and one keyring; a record fails as a whole. Threads may share it."""

    def __init__(self, policy: Policy, keyring: Keyring) -> None:
        self.policy = policy
        self.tokens = Tokens(keyring, policy.default_region)
        self._engine = Engine(policy, self.tokens)
        self._actions = Actions(policy, self.tokens, self._engine.mask_text)

    def __call__(self, columns: RecordColumns) -> MaskedColumns:
        """The masked batch. Long and flat: most records have a value and no more."""
        values = columns.values
        texts: list[bytes] = []
        places: list[tuple[int, str, int]] = []
        masked = MaskedColumns(list(columns.keys), list(values), list(columns.headers))
        for index, value in enumerate(values):
            if value:
                if value[0] == _REGISTRY_MAGIC and _framed(value):
                    masked.failures[index] = Failure("unsupported_format", "decode")
                    continue
                texts.append(value)
                places.append((index, "value", 0))
        for index, key in enumerate(columns.keys):
            if key and _is_binary(key):
                masked.keys[index] = self._opaque(masked, key)
            elif key:
                texts.append(key)
                places.append((index, "key", 0))
        for index, headers in enumerate(columns.headers):
            if headers:
                masked.headers[index] = list(headers)
                for place, text in self._header_texts(masked, index, headers):
                    texts.append(text)
                    places.append((index, "header", place))
        self._mask(masked, texts, places)
        return masked

    def _header_texts(self, masked: MaskedColumns, index: int, headers: Headers) -> Iterator[tuple[int, bytes]]:
        """Header values that the engine has to look at; one under a telling name is masked right here."""
        for place, (name, value) in enumerate(headers):
            if not value:
                continue
            if _is_binary(value):
                _set_header(masked, index, place, self._opaque(masked, value))
                continue
            spans = resolved(judge_whole(name, value), value) if _is_text(value) else []
            if spans:
                masked.findings.update(span.kind for span in spans)
                pieces: list[bytes] = []
                mark = 0
                for span in spans:
                    text = value[span.start : span.end]
                    pieces += (
                        value[mark : span.start],
                        text if self._actions.is_own(text) else self._actions.replacement(span, text),
                    )
                    mark = span.end
                value = b"".join((*pieces, value[mark:]))  # noqa: PLW2901 - the engine looks at what is left
                _set_header(masked, index, place, value)
            yield place, value

    def _opaque(self, masked: MaskedColumns, data: bytes) -> bytes:
        masked.findings["opaque"] += 1
        return self.tokens.opaque(data)

    def _mask(self, masked: MaskedColumns, texts: list[bytes], places: list[tuple[int, str, int]]) -> None:
        done = self._engine.mask(texts)
        masked.findings += done.findings
        for number, (index, part, place) in enumerate(places):
            failure = done.failures.get(number)
            output = done.outputs[number]
            if failure and part != "value" and failure.reason == "invalid_encoding":
                output = self._opaque(masked, texts[number])
            elif failure:
                masked.failures.setdefault(index, failure)
                continue
            if part == "value":
                masked.values[index] = output
            elif part == "key":
                masked.keys[index] = output
            elif output is not texts[number]:
                _set_header(masked, index, place, output)


def _set_header(masked: MaskedColumns, index: int, place: int, value: bytes) -> None:
    headers = masked.headers[index]
    if headers is not None:
        headers[place] = (headers[place][0], value)


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
