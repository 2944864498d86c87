"""The way of bytes through the masking core: prefilter, judge, unwrap, act, splice, verify.

Texts come in batches. One scan finds where detectors have to look; a text without a hit is given back as the very object
that came in. A text that is disguised (escapes, percent signs, look-alikes, base64) is looked at as somebody would read it.
What was changed is scanned once more: whatever a detector still finds outside the replacements is residue. It is masked,
once; a text in which there is residue again fails.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from streams.masking import detectors, policy, tokens
from streams.masking.actions import Actions
from streams.masking.databases import Store
from streams.masking.encodings import blocks, wide
from streams.masking.encodings.fold import Fold, fold
from streams.masking.found import Detector, Found, Verdict
from streams.masking.prefilter import BLOCK, DISGUISE, Hit, Prefilter
from streams.masking.quoting import percent_encoded, raw_quote
from streams.masking.records import Failure

__all__ = ["Engine", "Explained", "Masked", "Rejected"]

#: How many blocks may lie in one another (base64 of base64 of ...); what is wrapped deeper is not let through.
_BLOCK_DEPTH: Final = 5

#: A finding as certain as this covers whatever begins inside it: a whole JWT, a private key.
_CONCLUSIVE: Final = 90


#: A value that begins so soon behind its anchor has nothing else before it; other names stand before one farther off, in bytes.
_RIGHT_BEHIND: Final = 8

#: Between the anchor of a telling name and its value that was replaced, in bytes: quotes, white space, a scheme.
_NAME_GAP: Final = 12

#: What is glued to a replacement may have been kept for what stood there before: an address behind another one. As far as
#: this behind a replacement, in bytes, and where neither white space nor a quote ends the replaced value, it is judged anew.
_GLUED: Final = 24
_ENDS: Final = b" \"'\\,&;}])>\n\r\t"

_TOO_DEEP: Final = Failure("too_deep", "decode")


class Rejected(NamedTuple):
    """A candidate that stays, and the rule that says so; positions in the text as read (unfolded)."""

    end: int
    detector: str
    rule: str


class Explained(NamedTuple):
    """What was found and considered in one text, as read; `later` is what only the second pass found, in the raw bytes."""

    found: list[Found]
    rejected: list[Rejected]
    read: Fold
    later: list[Found]


#: For each replacement where it began and ended before, and where it ends now.
_Spliced = list[tuple[int, int, int]]


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
    spliced: _Spliced
    kept: dict[Hit, str]
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
        store: Store | None = None,
    ) -> None:
        self._prefilter = Prefilter(found_by, store=store)
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
        if text.isascii() and not self._everywhere and not self._prefilter.hits(text):
            return text
        result = self.mask([text])
        return b"***" if result.failures else result.outputs[0]

    def explain(self, text: bytes) -> Explained:
        """Everything found in one text and everything that was considered and kept, as read (`Fold.raw_span` leads back).

        What the policy keeps is among the findings, with the action `keep`.
        """
        read, hits = self._read(text)
        released: list[Found] = []
        found, kept = self._judge(read.text, hits, 0, released)
        rejected = [Rejected(end, self._prefilter.names[ident], rule) for (end, ident), rule in kept.items()]
        return Explained(found + released, rejected, read, self._later(text, read, found, kept))

    def _later(self, text: bytes, read: Fold, found: list[Found], kept: dict[Hit, str]) -> list[Found]:
        """What the second pass finds in a text, where it lies in the raw bytes."""
        folded = any(ident == DISGUISE for _, ident in self._prefilter.hits(text))
        spliced, output = self._splice(Counter(), text, read.text, read if folded else None, found)
        again = fold(output) if folded else Fold(output, ())
        changed = _Changed(0, spliced, kept, folded)
        if not spliced or not self._residue(changed, output, again, self._prefilter.hits(again.text)):
            return []
        still, read = self._found(output)
        spans = [_origin(spliced, *read.raw_span(one.start, one.end)) for one in still]
        return [one._replace(start=start, end=end) for one, (start, end) in zip(still, spans, strict=True)]

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
        return read, self._prefilter.hits(read.text)

    # -- detecting --------------------------------------------------------------------------------------------------

    def _detect_all(self, result: Masked, texts: Sequence[bytes]) -> list[_Changed]:
        """The hot loop: one scan for all, then only the texts that were hit. Long and flat on purpose."""
        hits, disguised = self._hits_of(texts)
        failures = result.failures
        if max(map(len, texts), default=0) > self._max_depth:
            failures.update((index, _TOO_DEEP) for index, text in enumerate(texts) if self._too_deep(text))
        if self._everywhere:
            disguised = dict.fromkeys(range(len(texts)))
        changed: list[_Changed] = []
        for index, mine in hits.items():
            if index not in disguised and index not in failures:
                self._mask_one(result, index, None, texts[index], mine, changed)
        if disguised:
            folded = [index for index in disguised if index not in failures]
            reads = [fold(texts[index]) for index in folded]
            hits, _ = self._hits_of([read.text for read in reads])
            for place, index in enumerate(folded):
                self._mask_one(result, index, reads[place], texts[index], hits.get(place, []), changed)
        return changed

    def _hits_of(self, texts: Sequence[bytes]) -> tuple[dict[int, list[Hit]], dict[int, None]]:
        """The hits of each text that has any, from one scan, and which of the texts are disguised; in their order."""
        hits, begins = self._prefilter.scan(texts)
        found: dict[int, list[Hit]] = {}
        disguised: dict[int, None] = {}
        mine: list[Hit] = []
        index = base = limit = -1
        for end, ident in hits:
            if end > limit:
                index = bisect_left(begins, end) - 1
                base, limit = begins[index], begins[index + 1]
                mine = found[index] = []
            mine.append((end - base, ident))
            if ident == DISGUISE:
                disguised[index] = None
        return found, disguised

    def _mask_one(
        self, result: Masked, index: int, read: Fold | None, text: bytes, hits: list[Hit], changed: list[_Changed]
    ) -> None:
        """Masks one text, read as it is or unfolded, and notes what has to be verified."""
        source = text if read is None else read.text
        try:
            found, kept = self._judge(source, hits, 0)
            if not found:
                return
            spliced, output = self._splice(result.findings, text, source, read, found)
        except _Failed as failed:
            result.failures[index] = failed.failure
            return
        if spliced:
            result.outputs[index] = output
            changed.append(_Changed(index, spliced, kept, read is not None))

    def _judge(
        self, text: bytes, hits: list[Hit], depth: int, released: list[Found] | None = None
    ) -> tuple[list[Found], dict[Hit, str]]:
        """What the detectors say of their candidates in one text, overlaps resolved; what the policy keeps is `released`."""
        judges, names, by_word = self._prefilter.judges, self._prefilter.names, self._prefilter.by_word
        found: list[Found] = []
        kept: dict[Hit, str] = {}
        covered = named = since = -1
        if self._everywhere:
            hits = [(end, ident) for end in range(len(text) + 1) for ident in range(len(judges)) if judges[ident]] + [
                hit for hit in hits if hit[1] in (DISGUISE, BLOCK)
            ]
        for hit in hits:
            end, ident = hit
            if end <= covered or (since <= end <= named and ident in by_word):
                continue
            judge = judges[ident]
            if judge is None:
                found += self._blocks(text, end, ident, depth)
                continue
            try:
                verdict: Verdict = judge(text, end)
            except Exception as error:  # noqa: BLE001 - whatever a detector raises, the text fails and its value stays here
                raise _Failed(Failure("detector_error", "detect", (names[ident],))) from _without_value(error)
            if isinstance(verdict, str):
                kept[hit] = verdict
            elif isinstance(verdict, Found):
                found.append(verdict)
                since, named = (end if verdict.start - end < _RIGHT_BEHIND else verdict.start), verdict.end
                if verdict.certain >= _CONCLUSIVE:
                    covered = verdict.end
            else:
                found += verdict
                if verdict:
                    first = verdict[0]
                    since, named = (end if first.start - end < _RIGHT_BEHIND else first.start), first.end
        return (self._actions.settled(found, text, released) if found else found), kept

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
    ) -> tuple[_Spliced, bytes]:
        """The raw bytes with replacements, and for each of them where it began and ended before and ends now."""
        pieces: list[bytes] = []
        spliced: _Spliced = []
        replacement = self._actions.replacement
        mark = size = 0
        for one in found:
            start, end = one.start, one.end
            new = replacement(one, source[start:end])
            if read is not None:
                start, end = read.raw_span(start, end)
                if one.replacement is not None:
                    new = percent_encoded(new, raw, start, end)
                elif one.quote:
                    quoted = one._replace(quote=raw_quote(raw, start, one.quote))
                    new = replacement(quoted, source[one.start : one.end])
                start = max(start, mark)
            if new == raw[start:end]:
                continue
            pieces.append(raw[mark:start])
            pieces.append(new)
            size += start - mark + len(new)
            spliced.append((start, end, size))
            mark = end
            for kind in one.inner or (one.kind,):
                counts[kind] += 1
        pieces.append(raw[mark:])
        return spliced, b"".join(pieces)

    # -- verifying --------------------------------------------------------------------------------------------------

    def _verify(self, result: Masked, texts: Sequence[bytes], changed: list[_Changed]) -> None:
        """Fails every changed text in which a detector still finds something, or that is no JSON any more."""
        outputs = [result.outputs[one.index] for one in changed]
        reads = [fold(output) if one.folded else Fold(output, ()) for one, output in zip(changed, outputs, strict=True)]
        hits, _ = self._hits_of([read.text for read in reads])
        for place, one in enumerate(changed):
            output = outputs[place]
            failure = self._residue(one, output, reads[place], hits.get(place, []))
            last = self._once_more(output) if failure and failure.reason == "residue" else output
            if last is not None:
                result.outputs[one.index] = last
                failure = _broken(texts[one.index], last)
            if failure:
                result.failures[one.index] = failure
                result.outputs[one.index] = texts[one.index]

    def _residue(self, one: _Changed, output: bytes, read: Fold, hits: list[Hit]) -> Failure | None:
        if not one.folded:
            hits = _unsettled(one, hits, output)
            if not hits:
                return None
            if any(ident in (DISGUISE, BLOCK) for _, ident in hits):
                read, hits = self._read(output)
        try:
            found, _ = self._judge(read.text, hits, 0)
        except _Failed as failed:
            return failed.failure
        left = [still for still in found if self._actions.changes(still, read.text[still.start : still.end])]
        return Failure("residue", "verify", tuple(sorted({still.detector for still in left}))) if left else None

    def _once_more(self, output: bytes) -> bytes | None:
        """An output with its residue masked, if nothing is left in it then; it counts for nothing.

        Replacements let a detector see what others hid from it (an address glued to another), and nothing else: a token is
        no candidate of its own, so that what is found here is the record's.
        """
        try:
            found, read = self._found(output)
            _, again = self._splice(Counter(), output, read.text, read, found)
            left, read = self._found(again)
        except _Failed:
            return None
        return None if any(self._actions.changes(one, read.text[one.start : one.end]) for one in left) else again

    def _found(self, text: bytes) -> tuple[list[Found], Fold]:
        read, hits = self._read(text)
        return self._judge(read.text, hits, 0)[0], read

    def _too_deep(self, text: bytes) -> bool:
        """Counts levels only where there are brackets enough."""
        if len(text) <= self._max_depth or text.count(b"{") + text.count(b"[") <= self._max_depth:
            return False
        return wide.depth(text) > self._max_depth


def _unsettled(one: _Changed, hits: list[Hit], output: bytes) -> list[Hit]:
    """The hits of an output without those of before: kept by a rule, or of a name right before what was replaced."""
    left: list[Hit] = []
    spliced, kept = one.spliced, one.kept
    place = shift = 0
    glued = -1
    for hit in hits:
        while place < len(spliced) and hit[0] > spliced[place][2]:
            stop = spliced[place][2]
            shift = spliced[place][1] - stop
            glued = stop + _GLUED if output[stop : stop + 1] not in _ENDS else -1
            place += 1
        before = hit[0] + shift
        gap = spliced[place][0] - before if place < len(spliced) else -1
        inside = place < len(spliced) and gap < 0
        if inside or not (0 <= gap <= _NAME_GAP or ((before, hit[1]) in kept and hit[0] > glued)):
            left.append(hit)
    return left


def _origin(spliced: _Spliced, start: int, end: int) -> tuple[int, int]:
    """The bytes before that a span of a spliced text stands for; a replacement that is touched counts whole."""
    first, last, shift, mark = -1, -1, 0, 0
    for old_start, old_stop, stop in spliced:
        begin = old_start - shift
        if first < 0 and start < stop:
            first = min(start + shift, old_start) if start < begin else old_start
        if last < 0 and end <= stop:
            last = end + shift if end <= begin else old_stop
        shift, mark = old_stop - stop, stop
    return first if first >= 0 else max(start, mark) + shift, last if last >= 0 else max(end, mark) + shift


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
