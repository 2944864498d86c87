"""The public face of the core: lines, batches of them or decoded objects in, masked ones out."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, NoReturn, TypeVar, overload

import orjson

from streams.masking import objects
from streams.masking.databases import Store
from streams.masking.engine import Engine, Masked
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import Failure, Reason
from streams.masking.required import json_required
from streams.masking.selection import detectors_for
from streams.masking.tokens import Tokens

__all__ = ["Explanation", "MaskedStrings", "Masker", "ObjectOutcome", "Outcome", "notice"]

_Text = TypeVar("_Text", str, bytes)
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[_Text]):
    """One masked text, or why it is none: `text` is None exactly where there is a failure.

    `safe` is the masked text, and where there is none the line that says so (`notice`): what a log may always be given.
    `findings` counts what was masked by its kind.
    """

    text: _Text | None
    failure: Failure | None
    findings: Counter[str]
    safe: _Text


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """One masked object, or why it is none: then `value` is None, and `safe` is the content of the line that says so."""

    value: Any
    failure: Failure | None
    findings: Counter[str]

    @property
    def safe(self) -> Any:
        """The masked object, or `{"maskstream": "quarantined", "reason": ...}`."""
        return self.value if self.failure is None else orjson.loads(notice(self.failure.reason))


@dataclass(slots=True)
class MaskedStrings:
    """A batch of strings after masking; `outputs[i]` is the input itself where nothing was found in it."""

    outputs: list[str]
    failures: dict[int, Failure] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding or rejected candidate; `start` and `end` are raw bytes, `end` alone is known of a rejected one.

    Of a string they are characters. `rule` is the rule of the policy that decides, empty for the default pack's; `inner`
    are the kinds inside a block.
    """

    detector: str
    kind: str
    start: int
    end: int
    validator: str
    action: str
    kept_by: str
    rule: str = ""
    inner: tuple[str, ...] = ()


def notice(reason: Reason) -> bytes:
    """The line that stands in the place of one that could not be masked with certainty, the same everywhere."""
    return orjson.dumps({"maskstream": "quarantined", "reason": reason})


class Masker:
    """Masks texts and objects under one policy and one keyring, always to the same tokens.

    Making one costs seconds, or a few milliseconds where a store has kept what has to be compiled; make one a process. It never changes, so threads, tasks and forked children may
    share it; it may be called again while it masks (from a signal handler, a finalizer). It holds keys and refuses to be
    pickled; a copy is itself. No exception of its own holds anything of a text.

    PolicyError where a pattern of the policy cannot be compiled. Rules for topics are not looked at: hand over
    `policy.for_topic(name)`.
    """

    def __init__(self, policy: Policy, keyring: Keyring, *, prefilter: bool = True, store: Store | None = None) -> None:
        self.policy = policy
        self.tokens = Tokens(keyring, policy.default_region)
        self._engine = Engine(policy, self.tokens, detectors_for(policy), prefilter=prefilter, store=store)
        self._refused = json_required(policy)
        self._thread = threading.local()

    @overload
    def mask(self, text: str) -> Outcome[str]: ...
    @overload
    def mask(self, text: bytes) -> Outcome[bytes]: ...
    def mask(self, text: str | bytes) -> Outcome[str] | Outcome[bytes]:
        """One text, of any length and any number of lines.

        Bytes are UTF-8 or UTF-16, anything else fails as `invalid_encoding`. A string that holds lone surrogates and
        something personal comes back with the surrogates written as escapes.
        """
        raw = _encoded(text)
        done = self._masked([raw])
        failure, output = done.failures.get(0), done.outputs[0]
        if isinstance(text, bytes):
            return Outcome(None if failure else output, failure, done.findings, output)
        said = text if output == raw else output.decode()
        return Outcome(None if failure else said, failure, done.findings, said)

    @overload
    def mask_batch(self, texts: Iterable[bytes]) -> Masked: ...
    @overload
    def mask_batch(self, texts: Iterable[str]) -> MaskedStrings: ...
    def mask_batch(self, texts: Iterable[str] | Iterable[bytes]) -> Masked | MaskedStrings:
        """Many texts, all strings or all bytes, at the price of one scan; each fails for itself.

        What could not be masked is in `failures`, and in its place in `outputs` is the line that says so (`notice`).
        """
        given: list[Any] = list(texts)
        if all(type(text) is bytes for text in given):
            return self._masked(given)
        raw = [_encoded(text) for text in given]
        done = self._masked(raw)
        said = [
            text if output == one else output.decode()
            for text, one, output in zip(given, raw, done.outputs, strict=True)
        ]
        return MaskedStrings(said, done.failures, done.findings)

    def mask_object(self, value: object) -> ObjectOutcome:
        """A decoded object: dicts, lists and what is in them, keys included; the given one is left as it is.

        It is masked as the JSON that it stands for, so fields are known by their names and places, and tokens are those of
        the JSON. What is not masked keeps its type: tuples, sets, named tuples, bytes, dates, decimals, UUIDs. Mappings and
        dataclasses become dicts; any other object, iterators included, becomes its masked text, and is not consumed. Where
        it holds itself stands `[cycle]`. More than a million values fail as `too_large`, nesting deeper than the
        interpreter's stack as `too_deep`.
        """
        try:
            return self._object(value)
        except RecursionError:
            return ObjectOutcome(None, Failure("too_deep", "decode"), Counter())
        except objects.TooLargeError:
            return ObjectOutcome(None, Failure("too_large", "decode"), Counter())

    @overload
    def explain(self, text: bytes) -> list[Explanation]: ...
    @overload
    def explain(self, text: str) -> list[Explanation]: ...
    def explain(self, text: str | bytes) -> list[Explanation]:
        """What was found and what was considered and kept, in the order of the text; no value is in it, and nothing of a text that
        fails.
        """
        raw = _encoded(text)
        found, rejected, read, later = self._alone(self._engine.explain, raw)
        rows = []
        spans = [read.raw_span(one.start, one.end) for one in found] + [(one.start, one.end) for one in later]
        for one, (start, end) in zip(found + later, spans, strict=True):
            action = one.action or self.policy.actions[one.kind]
            kept_by = (one.rule or "policy") if action == "keep" else ""
            rows.append(
                Explanation(one.detector, one.kind, start, end, one.validator, action, kept_by, one.rule, one.inner)
            )
        for other in rejected:
            _, end = read.raw_span(max(0, other.end - 1), other.end)
            rows.append(Explanation(other.detector, "", end, end, "", "keep", other.rule))
        rows.sort(key=lambda row: (row.end, row.detector))
        return rows if isinstance(text, bytes) or raw.isascii() else [_in_characters(row, raw) for row in rows]

    def token(self, kind: str, value: str) -> str:
        """The token that a value of a kind becomes, to look for a person in masked logs; KeyError for an unknown kind."""
        return self.tokens.token(kind, value).decode()

    def _object(self, value: object) -> ObjectOutcome:
        node = objects.read(value, self.tokens.opaque)
        pieces: list[bytes] = []
        node.write(pieces)
        text = b"".join(pieces)
        done = self._masked([text])
        if failure := done.failures.get(0):
            return ObjectOutcome(None, failure, done.findings)
        if done.outputs[0] == text:
            return ObjectOutcome(node.same(), None, done.findings)
        try:
            decoded = objects.parsed(done.outputs[0])
        except ValueError:
            return ObjectOutcome(None, Failure("residue", "verify", ("json_shape",)), done.findings)
        return ObjectOutcome(node.built(decoded), None, done.findings)

    def _masked(self, texts: list[bytes]) -> Masked:
        """A batch through the engine, with the notice in the place of what failed.

        Whatever else goes wrong inside (no memory, no stack left) fails the texts that it happens to; none is let through.
        """
        try:
            done = self._alone(self._engine.mask, texts)
        except Exception as error:  # noqa: BLE001 - its message may hold a text
            done = self._one_by_one(texts) if len(texts) > 1 else _failed(texts, error)
        if self._refused is not None:
            done.failures = self._refused(texts) | done.failures
        for index, failure in done.failures.items():
            done.outputs[index] = notice(failure.reason)
        return done

    def _one_by_one(self, texts: list[bytes]) -> Masked:
        whole = Masked([])
        for index, text in enumerate(texts):
            done = self._masked([text])
            whole.outputs += done.outputs
            whole.findings += done.findings
            if failure := done.failures.get(0):
                whole.failures[index] = failure
        return whole

    def _alone(self, call: Callable[[_Given], _Result], given: _Given) -> _Result:
        """Calls the engine, which a thread may enter only once at a time.

        A signal handler, a finalizer or a callback of the garbage collector can run in the middle of a scan, and what it
        logs has to be masked too: that is done in a thread apart.
        """
        if getattr(self._thread, "inside", False):
            return _apart(call, given)
        self._thread.inside = True
        try:
            return call(given)
        finally:
            self._thread.inside = False

    def __copy__(self) -> "Masker":
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> "Masker":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("A masker holds keys and is not pickled: make one in each process, or fork after making it.")

    def __repr__(self) -> str:
        return f"Masker(policy={self.policy.version!r}, keyring={self.tokens.keyring.version!r})"


def _encoded(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise TypeError("A text is a str or bytes; `mask_object` takes anything else.")
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _failed(texts: list[bytes], error: Exception) -> Masked:
    failure = Failure("detector_error", "detect", (type(error).__name__,))
    return Masked(list(texts), dict.fromkeys(range(len(texts)), failure))


#: Longer than any text needs in a healthy process; afterwards the text fails.
_APART_S: Final = 60.0


def _apart(call: Callable[[_Given], _Result], given: _Given) -> _Result:
    """The result of a call made in a thread of its own."""
    results: list[_Result] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(call(given))
        except Exception as error:  # noqa: BLE001 - raised where it was asked for
            errors.append(error)

    thread = threading.Thread(target=run, name="maskstream", daemon=True)
    thread.start()
    thread.join(_APART_S)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]


def _in_characters(row: Explanation, raw: bytes) -> Explanation:
    """The same row with its place counted in characters."""
    start, end = (len(raw[:place].decode("utf-8", "ignore")) for place in (row.start, row.end))
    return replace(row, start=start, end=end)
