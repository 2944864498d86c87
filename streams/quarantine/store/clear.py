"""What of an envelope goes into the view: everything but the sealed payload.

An envelope that maskstream has written is taken apart without its model, which costs four times as much; whatever looks
in any way different is judged by `parse`, so that both always agree (a test holds them to it).
"""

import hashlib
import re
from typing import Any, Final, NamedTuple, get_args

import orjson

from streams.masking.records import REASONS
from streams.quarantine.envelope import ENVELOPE_VERSION, Envelope, Origin, Sizes, Source, Stage, parse
from streams.quarantine.sealing import SCHEME
from streams.quarantine.whereabouts import PATH

__all__ = ["Clear", "Kind", "clear_of", "kind_of", "read_clear"]

#: Fingerprints have as many hex digits.
_FINGERPRINT_DIGITS: Final = 16
_INT_MAX: Final = 2**63 - 1
_PARTITION_MAX: Final = 2**31 - 1
_NAME_CHARS_MAX: Final = 200

_FIELDS: Final = frozenset(Envelope.model_fields)
_SOURCE: Final = frozenset(Source.model_fields)
_SIZES: Final = frozenset(Sizes.model_fields)
_SEALED: Final = frozenset(("scheme", "compression", "key", "ephemeral", "nonce", "data"))
_REASONS: Final = frozenset(REASONS)
_STAGES: Final = frozenset(get_args(Stage))
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_FINGERPRINT: Final = re.compile("[0-9a-f]{16}")
_KEY: Final = re.compile("[0-9a-f]{12}")
_PATH: Final = re.compile(PATH)


class Kind(NamedTuple):
    """What the records of a group have in common; foreign bytes have a `problem` and a fingerprint made of it."""

    fingerprint: str
    reason: str | None
    stage: str | None
    cause: str | None
    path: str | None
    detectors: tuple[str, ...]
    problem: str | None

    @property
    def words(self) -> str:
        """What a search by words looks at, in lower case."""
        return " ".join(filter(None, (*self[:5], *self.detectors, self.problem))).lower()


class Clear(NamedTuple):
    """An envelope without its payload; `detail` is JSON of what no query asks for."""

    kind: Kind
    origin: Origin
    detail: bytes


def read_clear(value: bytes | None) -> Clear | str:
    """What a record of the quarantine topic shows, or in a few words why it is no envelope; as `parse` says."""
    try:
        document = orjson.loads(value or b"")
    except ValueError:
        document = None
    if isinstance(document, dict) and _is_ours(document):
        return _taken(document)
    found = parse(value)
    return found if isinstance(found, str) else clear_of(found)


def clear_of(envelope: Envelope) -> Clear:
    """What an envelope shows."""
    return _taken(envelope.model_dump(mode="json"))


def kind_of(clear: Clear | str) -> Kind:
    """The kind of a record."""
    if isinstance(clear, str):
        digest = hashlib.sha256(f"foreign\0{clear}".encode()).hexdigest()[:_FINGERPRINT_DIGITS]
        return Kind(digest, None, None, None, None, (), clear)
    return clear.kind


def _taken(document: dict[str, Any]) -> Clear:
    source, sealed = document["source"], document["sealed"]
    kind = Kind(
        document["fingerprint"],
        document["reason"],
        document["stage"],
        document["cause"],
        document["path"],
        tuple(document["detectors"]),
        None,
    )
    detail = {
        "policy": document["policy"],
        "program": document["program"],
        "preview": document["preview"],
        "preview_key": document["preview_key"],
        "preview_headers": document["preview_headers"],
        "sizes": document["sizes"],
        "sealed_to": sealed["key"] if sealed else None,
    }
    origin = Origin(source["topic"], source["partition"], source["offset"], source["timestamp_ms"], document["job"])
    return Clear(kind, origin, orjson.dumps(detail))


def _is_ours(document: dict[str, Any]) -> bool:
    """Whether it is an envelope beyond doubt; False is no judgement."""
    return (
        document.keys() == _FIELDS
        and type(document["version"]) is int
        and document["version"] == ENVELOPE_VERSION
        and _is_why(document)
        and _is_name(document["policy"])
        and _is_name(document["program"])
        and _is_source(document["source"])
        and (document["job"] is None or _is_name(document["job"]))
        and _is_shown(document["preview"])
        and _is_shown(document["preview_key"])
        and type(document["preview_headers"]) is list
        and all(shown is not None and _is_shown(shown) for shown in document["preview_headers"])
        and _is_sizes(document["sizes"])
        and _is_sealed(document["sealed"])
    )


def _is_why(document: dict[str, Any]) -> bool:
    detectors, fingerprint, path = document["detectors"], document["fingerprint"], document["path"]
    return (
        _is_code(document["reason"], _REASONS)
        and _is_code(document["stage"], _STAGES)
        and (document["cause"] is None or _is_code(document["cause"], _REASONS))
        and (path is None or (type(path) is str and _PATH.fullmatch(path) is not None))
        and type(detectors) is list
        and all(map(_is_name, detectors))
        and type(fingerprint) is str
        and _FINGERPRINT.fullmatch(fingerprint) is not None
    )


def _is_source(source: Any) -> bool:
    return (
        type(source) is dict
        and source.keys() == _SOURCE
        and type(source["topic"]) is str
        and _TOPIC.fullmatch(source["topic"]) is not None
        and _is_count(source["partition"])
        and source["partition"] <= _PARTITION_MAX
        and _is_count(source["offset"])
        and type(source["timestamp_ms"]) is int
        and -_INT_MAX <= source["timestamp_ms"] <= _INT_MAX
    )


def _is_sizes(sizes: Any) -> bool:
    return (
        type(sizes) is dict
        and sizes.keys() == _SIZES
        and all(size is None or _is_count(size) for size in sizes.values())
    )


def _is_sealed(sealed: Any) -> bool:
    return sealed is None or (
        type(sealed) is dict
        and sealed.keys() == _SEALED
        and sealed["scheme"] == SCHEME
        and sealed["compression"] == "zlib"
        and all(type(text) is str for text in sealed.values())
        and _KEY.fullmatch(sealed["key"]) is not None
    )


def _is_code(code: Any, codes: frozenset[str]) -> bool:
    return type(code) is str and code in codes


def _is_count(number: Any) -> bool:
    return type(number) is int and 0 <= number <= _INT_MAX


def _is_name(text: Any) -> bool:
    # Of ASCII, printable is what stands from the space to the tilde.
    return type(text) is str and 0 < len(text) <= _NAME_CHARS_MAX and text.isascii() and text.isprintable()


def _is_shown(text: Any) -> bool:
    if text is None:
        return True
    if type(text) is not str:
        return False
    plain = text.removesuffix("…")
    return plain.isascii() and plain.isprintable()
