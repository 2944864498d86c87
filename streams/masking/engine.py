"""The way of bytes through the masking core: prefilter, judge, unwrap, act, splice, verify.

Texts come in batches. One scan finds where detectors have to look; a text without a hit is given back as the very object
that came in. A text that is disguised (escapes, percent signs, look-alikes, base64) is looked at as somebody would read it.
What was changed is scanned once more: whatever a detector still finds outside the replacements is residue, and the text fails.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

import orjson

from streams.masking import detectors, policy, tokens
from streams.masking.actions import Actions
from streams.masking.encodings import blocks, wide
from streams.masking.encodings.fold import Fold, fold
from streams.masking.found import Detector, Found, Verdict
from streams.masking.overlaps import resolved
from streams.masking.prefilter import BLOCK, DISGUISE, SEPARATOR, Hit, Prefilter
from streams.masking.quoting import raw_quote
from streams.masking.records import Failure

__all__ = ["Engine", "Masked", "Rejected"]

#: How many blocks may lie in one another (base64 of base64 of ...); what is wrapped deeper is not let through.
_BLOCK_DEPTH: Final = 5

#: A finding as certain as this covers whatever begins inside it: a whole JWT, a private key.
_CONCLUSIVE: Final = 90


_TOO_DEEP: Final = Failure("too_deep", "decode")


class Rejected(NamedTuple):
    """A candidate that stays, and the rule that says so; positions in the text as read (unfolded)."""

    end: int
    detector: str
    rule: str


class _Failed(Exception):  # noqa: N818 - it never leaves this module
    """A text cannot be masked with certainty."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(slots=True)
class Masked:
    """A batch of texts after masking; `outputs[i]` is the input object itself where nothing was found in it."""

    outputs: list[bytes]
    failures: dict[int, Failure] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Changed:
    """A text that was changed and has to be verified."""

    index: int
    spliced: list[tuple[int, int, int]]
    kept: frozenset[Hit]
    folded: bool


class Engine:
    """Masks texts under one policy and one keyring; threads may share it.

    `prefilter=False` folds every text and asks every detector at every position instead of at its anchors: thousands of
    times slower, and the measure for the prefilter's soundness.
    """

    def __init__(
        self,
        rules: policy.Policy,
        own: tokens.Tokens,
        found_by: Sequence[Detector] = detectors.ALL,
        *,
        prefilter: bool = True,
    ) -> None:
        self._prefilter = Prefilter(found_by)
        self._actions = Actions(rules, own, self.mask_text)
        self._max_depth = rules.max_depth
        self._everywhere = not prefilter

    def mask(self, texts: Sequence[bytes]) -> Masked:
        """Masks a batch; each text fails for itself."""
        result = Masked(list(texts))
        readable = texts if all(map(bytes.isascii, texts)) else self._checked(result, texts)
        changed = self._detect_all(result, readable)
        if changed:
            self._verify(result, readable, changed)
        return result

    def mask_text(self, text: bytes) -> bytes:
        """A short text by itself; `***` where it cannot be masked with certainty."""
        result = self.mask([text])
        return b"***" if result.failures else result.outputs[0]

    def explain(self, text: bytes) -> tuple[list[Found], list[Rejected], Fold]:
        """Everything found in one text and everything that was considered and kept, as read (`Fold.raw_span` leads back)."""
        read, hits = self._read(text)
        found, kept = self._judge(read.text, hits, 0)
        rejected = [Rejected(end, self._prefilter.names[ident], rule) for (end, ident), rule in kept.items()]
        return found, rejected, read

    # -- reading ----------------------------------------------------------------------------------------------------

    def _checked(self, result: Masked, texts: Sequence[bytes]) -> list[bytes]:
        """The texts with those emptied that are not UTF-8: UTF-16 is masked on its own, anything else fails."""
        readable = list(texts)
        for index, text in enumerate(texts):
            try:
                text.decode()
            except UnicodeDecodeError:
                self._mask_wide(result, index, text)
                readable[index] = b""
        return readable

    def _mask_wide(self, result: Masked, index: int, text: bytes) -> None:
        opened = wide.utf16(text)
        if opened is None:
            result.failures[index] = Failure("invalid_encoding", "decode")
            return
        inside = self.mask([opened.inside])
        result.findings += inside.findings
        if inside.failures:
            result.failures[index] = inside.failures[0]
        elif inside.outputs[0] is not opened.inside:
            result.outputs[index] = opened.close(inside.outputs[0])

    def _read(self, text: bytes) -> tuple[Fold, list[Hit]]:
        """One text as somebody reads it, and its hits."""
        read = fold(text)
        return read, [(end - 1, ident) for end, ident in self._prefilter.scan(SEPARATOR + read.text + SEPARATOR)]

    # -- detecting --------------------------------------------------------------------------------------------------

    def _detect_all(self, result: Masked, texts: Sequence[bytes]) -> list[_Changed]:
        """The hot loop: one scan for all, then only the texts that were hit. Long and flat on purpose."""
        hits = self._prefilter.scan(SEPARATOR.join((b"", *texts, b"")))
        failures = result.failures
        if max(map(len, texts), default=0) > self._max_depth:
            failures.update((index, _TOO_DEEP) for index, text in enumerate(texts) if self._too_deep(text))
        # Text i lies at begins[i]:begins[i + 1] - 1 of what was scanned; all of this is done in C.
        begins = list(accumulate(map((1).__add__, map(len, texts)), initial=1))
        changed: list[_Changed] = []
        if self._everywhere:
            hits = sorted({*hits, *((begin + 1, DISGUISE) for begin in begins[:-1])})
        at, count = 0, len(hits)
        while at < count:
            index = bisect_left(begins, hits[at][0]) - 1
            base, limit = begins[index], begins[index + 1]
            first = at
            while at < count and hits[at][0] <= limit:
                at += 1
            if index in failures:
                continue
            try:
                one = self._mask_one(
                    result, index, texts[index], [(end - base, ident) for end, ident in hits[first:at]]
                )
            except _Failed as failed:
                failures[index] = failed.failure
            else:
                if one is not None:
                    changed.append(one)
        return changed

    def _mask_one(self, result: Masked, index: int, text: bytes, hits: list[Hit]) -> _Changed | None:
        read = None
        if self._everywhere or any(ident == DISGUISE for _, ident in hits):
            read, hits = self._read(text)
            found, kept = self._judge(read.text, hits, 0)
        else:
            found, kept = self._judge(text, hits, 0)
        if not found:
            return None
        source = text if read is None else read.text
        spliced, output = self._splice(result.findings, text, source, read, found)
        if not spliced:
            return None
        result.outputs[index] = output
        return _Changed(index, spliced, frozenset(kept), read is not None)

    def _judge(self, text: bytes, hits: list[Hit], depth: int) -> tuple[list[Found], dict[Hit, str]]:
        """What the detectors say of their candidates in one text, overlaps resolved."""
        judges, names = self._prefilter.judges, self._prefilter.names
        found: list[Found] = []
        kept: dict[Hit, str] = {}
        covered = -1
        if self._everywhere:
            hits = [(end, ident) for end in range(len(text) + 2) for ident in range(len(judges)) if judges[ident]] + [
                hit for hit in hits if hit[1] in (DISGUISE, BLOCK)
            ]
        for hit in hits:
            end, ident = hit
            if end <= covered:
                continue
            judge = judges[ident]
            if judge is None:
                found += self._blocks(text, end, ident, depth)
                continue
            try:
                verdict: Verdict = judge(text, end)
            except Exception as error:
                raise _Failed(Failure("detector_error", "detect", (names[ident],))) from _without_value(error)
            if isinstance(verdict, str):
                kept[hit] = verdict
            elif isinstance(verdict, Found):
                found.append(verdict)
                if verdict.certain >= _CONCLUSIVE:
                    covered = verdict.end
            else:
                found += verdict
        if found:
            found = [one for one in dict.fromkeys(found) if not self._actions.is_own(text[one.start : one.end])]
        return (resolved(found, text) if len(found) > 1 else found), kept

    # -- unwrapping -------------------------------------------------------------------------------------------------

    def _blocks(self, text: bytes, end: int, ident: int, depth: int) -> list[Found]:
        """Blocks that hold something personal, each as one finding with its new bytes."""
        if ident == BLOCK:
            opened = blocks.base64_blocks(text, end)
        elif text[end - 1 : end] == b"\0" and b"\0" not in text[: end - 1]:
            opened = blocks.utf16_blocks(text)
        else:
            return []
        return [found for block in opened if (found := self._block(block, depth))]

    def _block(self, block: blocks.Block, depth: int) -> Found | None:
        if block.inside is None or depth >= _BLOCK_DEPTH:
            raise _Failed(Failure("too_deep" if block.inside is not None else "too_large", "decode", (block.name,)))
        inside = Masked([block.inside])
        text = block.inside
        if not text.isascii():
            text = text.decode("utf-8", "replace").encode() if block.name == "utf16" else text
        read, hits = self._read(text)
        found, _ = self._judge(read.text, hits, depth + 1)
        if not found:
            return None
        spliced, output = self._splice(inside.findings, text, read.text, read, found)
        if not spliced:
            return None
        return Found(
            block.start,
            block.end,
            found[0].kind,
            f"{block.name}:{found[0].detector}",
            found[0].validator,
            20,
            b"",
            block.close(output),
            tuple(one.kind for one in found),
        )

    # -- acting -----------------------------------------------------------------------------------------------------

    def _splice(
        self, counts: Counter[str], raw: bytes, source: bytes, read: Fold | None, found: list[Found]
    ) -> tuple[list[tuple[int, int, int]], bytes]:
        """The raw bytes with replacements, and for each of them where it began and ended before and ends now."""
        pieces: list[bytes] = []
        spliced: list[tuple[int, int, int]] = []
        mark = size = 0
        for one in found:
            start, end = (one.start, one.end) if read is None else read.raw_span(one.start, one.end)
            quoted = one._replace(quote=raw_quote(raw, start, one.quote)) if one.quote and read is not None else one
            new = self._actions.replacement(quoted, source[one.start : one.end])
            start = max(start, mark)
            if new == raw[start:end]:
                continue
            pieces += (raw[mark:start], new)
            size += start - mark + len(new)
            spliced.append((start, end, size))
            mark = end
            counts.update(one.inner or (one.kind,))
        pieces.append(raw[mark:])
        return spliced, b"".join(pieces)

    # -- verifying --------------------------------------------------------------------------------------------------

    def _verify(self, result: Masked, texts: list[bytes], changed: list[_Changed]) -> None:
        """Fails every changed text in which a detector still finds something, or that is no JSON any more."""
        joined = SEPARATOR.join((b"", *(result.outputs[one.index] for one in changed), b""))
        hits = self._prefilter.scan(joined)
        at, count, base = 0, len(hits), 1
        for one in changed:
            output = result.outputs[one.index]
            first, limit = at, base + len(output) + 1
            while at < count and hits[at][0] <= limit:
                at += 1
            mine = [(end - base, ident) for end, ident in hits[first:at]]
            base = limit
            if failure := self._residue(one, output, mine) or _broken(texts[one.index], output):
                result.failures[one.index] = failure
                result.outputs[one.index] = texts[one.index]

    def _residue(self, one: _Changed, output: bytes, hits: list[Hit]) -> Failure | None:
        if one.folded or any(ident in (DISGUISE, BLOCK) for _, ident in hits):
            read, hits = self._read(output)
            text = read.text
        else:
            text = output
            hits = [hit for hit in hits if (_before(one.spliced, hit[0]), hit[1]) not in one.kept]
        try:
            found, _ = self._judge(text, hits, 0)
        except _Failed as failed:
            return failed.failure
        left = [still for still in found if self._actions.changes(still, text[still.start : still.end])]
        return Failure("residue", "verify", tuple(sorted({still.detector for still in left}))) if left else None

    def _too_deep(self, text: bytes) -> bool:
        """Counts levels only where there are brackets enough."""
        if len(text) <= self._max_depth or text.count(b"{") + text.count(b"[") <= self._max_depth:
            return False
        return wide.depth(text) > self._max_depth


def _before(spliced: list[tuple[int, int, int]], position: int) -> int:
    """Where a position of the output was before splicing; -1 inside a replacement."""
    shift = 0
    for start, end, size in spliced:
        if position <= start - shift:
            break
        if position <= size:
            return -1
        shift = end - size
    return position + shift


def _broken(text: bytes, output: bytes) -> Failure | None:
    """A failure where the text was JSON and the output is not."""
    if output[:1] not in (b"{", b"[", b'"'):
        return None
    try:
        orjson.loads(output)
    except orjson.JSONDecodeError:
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        return Failure("residue", "verify", ("json_shape",))
    return None


def _without_value(error: Exception) -> Exception:
    """The type of an exception without its arguments, which may hold the text."""
    return RuntimeError(type(error).__name__)
