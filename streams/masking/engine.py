"""The way of bytes through the masking core: prefilter, judge, unwrap, act, splice, verify.

Texts come in batches. One scan finds where detectors have to look; a text without a hit is given back as the very object
that came in. A text that is disguised (escapes, percent signs, look-alikes, base64) is looked at as somebody would read it.
What was changed is scanned once more: whatever a detector still finds outside the replacements is residue. It is masked
until nothing is found any more; a text in which there is always more fails.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, NoReturn

from streams.masking import detectors, policy, tokens
from streams.masking.actions import Actions
from streams.masking.databases import Store
from streams.masking.encodings import blocks, wide
from streams.masking.encodings.fold import Fold, fold
from streams.masking.found import Detector, Found, Judge
from streams.masking.leaves import redacted, torn
from streams.masking.loop import Asked, Changed, Grouped, Packed, Spliced, packed, unpacked
from streams.masking.native import core
from streams.masking.origins import hits_of, origin, raw_finding, rules_of
from streams.masking.prefilter import BLOCK, DISGUISE, FIRST_DETECTOR, Joined, Prefilter
from streams.masking.quoting import percent_encoded, raw_quote
from streams.masking.records import Failure, Reason
from streams.masking.wellformed import is_json

__all__ = ["Engine", "Explained", "Masked", "Rejected"]

#: How many blocks may lie in one another (base64 of base64 of ...); what is wrapped deeper is not let through.
_BLOCK_DEPTH: Final = 5

#: Portions of a batch for one scan: from here on more texts at once make nothing faster, only larger, and slower where they are
#: read again from beyond the second cache of a core (1 MB and more on what servers have).
_PORTION_BYTES: Final = 500_000
_PORTION_TEXTS: Final = 5_000

#: What a record begins with that may be JSON and is more than a number or a word.
_JSON_BEGINS: Final = (b"{", b"[", b'"')

#: How often the residue of a text is masked and the text looked at again. Nothing but texts made for it needs a third time.
_ROUNDS: Final = 4

_TOO_DEEP: Final = Failure("too_deep", "decode")
_NO_JSON: Final = Failure("residue", "verify", ("json_shape",))


class Rejected(NamedTuple):
    """A candidate that stays, and the rule that says so; positions in the text as read (unfolded)."""

    end: int
    detector: str
    rule: str


class Explained(NamedTuple):
    """What was found and considered in one text, as read; `later` is what only later passes found, in the raw bytes."""

    found: list[Found]
    rejected: list[Rejected]
    read: Fold
    later: list[Found]


class _Failed(Exception):  # noqa: N818 - it never leaves this module
    """A text cannot be masked with certainty."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure

    def seen_in(self, read: Fold | None) -> Failure:
        """The failure at its place in the raw bytes of a text that was read otherwise."""
        at = self.failure.at
        return self.failure if read is None or at < 0 else self.failure._replace(at=read.raw_span(at, at + 1)[0])


@dataclass(slots=True)
class Masked:
    """A batch of texts after masking; `outputs[i]` is the input object itself where nothing was found in it."""

    outputs: list[bytes]
    failures: dict[int, Failure] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)


class _Round(NamedTuple):
    """What was found in an output that was masked once more, how that read, and what was replaced by what."""

    found: list[Found]
    read: Fold
    spliced: Spliced
    output: bytes


class _Batch(NamedTuple):
    """Texts, and the same as they are scanned."""

    texts: list[bytes]
    shown: list[bytes]

    def without(self, places: Sequence[int]) -> "_Batch":
        """The batch with some texts emptied."""
        texts, shown = self.texts.copy(), self.shown.copy()
        for place in places:
            texts[place] = shown[place] = b""
        return _Batch(texts, shown)


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
        native: bool = True,
        store: Store | None = None,
    ) -> None:
        self._core = core(native=native)
        self._prefilter = Prefilter(found_by, native=native, store=store)
        self._actions = Actions(rules, own, self.mask_text, self._core)
        self._max_depth = rules.max_depth
        self._everywhere = not prefilter
        asked = self._prefilter
        self._asked = Asked(asked.judges, asked.natives, asked.words, partial(self._blocks, 0), self._fail)
        self._acts = self._actions.acts()

    def mask(self, texts: list[bytes]) -> Masked:
        """Masks a batch; each text fails for itself."""
        result = Masked(texts.copy())
        _, size = self._core.survey(texts)
        step = max(1, min(_PORTION_TEXTS, len(texts) * _PORTION_BYTES // max(1, size)))
        batch = _Batch(texts, texts.copy())
        for start in range(0, len(texts), step):
            self._mask_portion(result, batch, range(start, min(start + step, len(texts))))
        return result

    def _mask_portion(self, result: Masked, batch: _Batch, places: range) -> None:
        """Masks some texts of a batch: those of one scan."""
        escaped, longer = self._core.glance(batch.texts, places.start, places.stop, self._max_depth)
        reads = {} if self._everywhere else self._read_escaped(batch, escaped)
        joined = self._prefilter.joined(batch.shown, places)
        if broken := [place for place in joined.broken if place not in reads]:
            self._mask_broken(result, batch.texts, broken)
            batch = batch.without(broken)
            joined = self._prefilter.joined(batch.shown, places)
        result.failures.update((place, _TOO_DEEP) for place in longer if self._too_deep(batch.texts[place]))
        changed = self._detect_all(result, batch.texts, reads, joined, places if self._everywhere else ())
        if changed:
            self._verify(result, batch.texts, changed)

    def _read_escaped(self, batch: _Batch, escaped: Sequence[int]) -> dict[int, Fold]:
        """How texts with a percent escape read, which is how they are shown from here on.

        They are most of what is disguised, and no scan has to tell: read beforehand, they are scanned once.
        """
        reads = {place: fold(batch.texts[place]) for place in escaped}
        for place, read in reads.items():
            batch.shown[place] = read.text
        return reads

    def mask_text(self, text: bytes) -> bytes:
        """A short text by itself; `***` where it cannot be masked with certainty."""
        if text.isascii() and not self._everywhere:
            hits = self._prefilter.packed(text)
            if not hits or self._finds_nothing(text, hits):
                return text
        result = self.mask([text])
        return b"***" if result.failures else result.outputs[0]

    def _finds_nothing(self, text: bytes, hits: Packed) -> bool:
        """Whether judges surely find nothing in a text, read as it is."""
        if len(text) > self._max_depth or self._core.any_below(hits, DISGUISE + 1):
            return False
        try:
            return not self._judge(text, hits, 0)[0]
        except _Failed:
            return False

    def explain(self, text: bytes) -> Explained:
        """Everything found in one text and everything that was considered and kept, as read (`Fold.raw_span` leads back).

        What the policy keeps is among the findings, with the action `keep`. Nothing where the text fails (`mask` says why).
        """
        hits = self._prefilter.packed(text)
        disguised = self._everywhere or self._core.any_below(hits, DISGUISE + 1)
        read, hits = self._read(text) if disguised else (Fold(text, ()), hits)
        released: list[Found] = []
        try:
            found, kept = self._judge(read.text, hits, 0, released)
        except _Failed:
            return Explained([], [], read, [])
        names = self._prefilter.names
        rejected = [Rejected(end, names[ident], rule) for end, ident, rule in rules_of(kept)]
        later = self._later(text, read if disguised else None, found, hits_of(kept))
        return Explained(found + released, rejected, read, later)

    def _later(self, text: bytes, read: Fold | None, found: list[Found], kept: Packed) -> list[Found]:
        """What later passes find in a text, where it lies in the raw bytes; `read` is how it reads where it is disguised."""
        spliced, output = self._splice(Counter(), text, read, found)
        again = Fold(output, ()) if read is None else fold(output)
        changed = Changed(0, spliced, kept, read is not None)
        if not spliced:
            return []
        later, layers = [], [spliced]
        try:
            if self._residue(changed, output, again, self._prefilter.packed(again.text)):
                for one in islice(self._rounds(output), _ROUNDS):
                    later += [raw_finding(still, one.read, layers) for still in one.found]
                    layers.append(one.spliced)
                    output = one.output
            if self._is_broken(text, output):
                whole = torn(text, *self._found(text))[1]
                later += [one._replace(start=start, end=end) for (start, end), one in whole.items()]
        except _Failed:
            pass
        return later

    # -- reading ----------------------------------------------------------------------------------------------------

    def _mask_broken(self, result: Masked, texts: list[bytes], broken: Sequence[int]) -> None:
        """Masks the texts that are not UTF-8: UTF-16 on its own, anything else fails."""
        for place in broken:
            self._mask_wide(result, place, texts[place])

    def _mask_wide(self, result: Masked, index: int, text: bytes) -> None:
        """Masks a text that is no UTF-8."""
        opened = wide.utf16(text)
        if opened is None:
            result.failures[index] = Failure("invalid_encoding", "decode", at=_broken_at(text))
            return
        inside = self.mask([opened.inside])
        result.findings += inside.findings
        if inside.failures:
            result.failures[index] = inside.failures[0]._replace(at=-1)
        elif inside.outputs[0] is not opened.inside:
            result.outputs[index] = opened.close(inside.outputs[0])

    def _read(self, text: bytes) -> tuple[Fold, Packed]:
        """One text as somebody reads it, and its hits."""
        read = fold(text)
        return read, self._prefilter.packed(read.text)

    # -- detecting --------------------------------------------------------------------------------------------------

    def _detect_all(
        self, result: Masked, texts: list[bytes], reads: dict[int, Fold], joined: Joined, unfolded: Sequence[int]
    ) -> list[Changed]:
        """The hot loop: one scan for all, then only the texts that were hit; some are unfolded whatever the scan says."""
        hits, told = self._prefilter.scanned(joined)
        failures = result.failures
        disguised = {place: None for place in (*told, *unfolded) if place not in reads}
        changed = self._detect(result, texts, hits, {**disguised, **failures}, reads)
        if disguised:
            changed += self._detect_disguised(result, texts, [place for place in disguised if place not in failures])
        return changed

    def _detect_disguised(self, result: Masked, texts: list[bytes], places: list[int]) -> list[Changed]:
        """The same for texts that are read otherwise than they are written."""
        reads = {place: fold(texts[place]) for place in places}
        found, _ = self._prefilter.grouped([read.text for read in reads.values()])
        hits = {place: found.get(row, b"") for row, place in enumerate(places)}
        return self._detect(result, texts, hits, {}, reads)

    def _detect(
        self, result: Masked, texts: list[bytes], hits: Grouped, over: Mapping[int, object], reads: Mapping[int, Fold]
    ) -> list[Changed]:
        """Masks the texts with hits but for those passed over; some of them are read otherwise than they are written."""
        asked, acts, outputs, counts = self._asked, self._acts, result.outputs, result.findings
        if self._everywhere:
            changed: list[Changed] = []
            left = [place for place in hits if place not in over]
        else:
            changed, left = self._core.mask(texts, hits, over, reads, asked, acts, outputs, counts)
        for place in left:
            self._mask_one(result, place, reads.get(place), texts[place], hits[place], changed)
        return changed

    def _mask_one(
        self, result: Masked, index: int, read: Fold | None, text: bytes, hits: Packed, changed: list[Changed]
    ) -> None:
        """Masks one text, read as it is or unfolded, and notes what has to be verified."""
        source = text if read is None else read.text
        try:
            found, kept = self._judge(source, hits, 0)
            if not found:
                return
            spliced, output = self._splice(result.findings, text, read, found)
        except _Failed as failed:
            result.failures[index] = failed.seen_in(read)
            return
        if spliced:
            result.outputs[index] = output
            changed.append(Changed(index, spliced, hits_of(kept, read), read is not None))

    def _judge(
        self, text: bytes, hits: Packed, depth: int, released: list[Found] | None = None
    ) -> tuple[list[Found], dict[int, str]]:
        """What the detectors say of their candidates in one text, overlaps resolved; what the policy keeps is `released`."""
        asked = self._asked
        if self._everywhere:
            hits = _everywhere(text, hits, asked.judges)
        if depth:
            asked = asked._replace(blocks=partial(self._blocks, depth))
        found, kept = self._core.judge(text, hits, *asked)
        return (self._actions.settled(found, text, released) if found else found), kept

    def _fail(self, ident: int, error: Exception) -> NoReturn:
        raise _Failed(Failure("detector_error", "detect", (self._prefilter.names[ident],))) from _without_value(error)

    # -- unwrapping -------------------------------------------------------------------------------------------------

    def _blocks(self, depth: int, text: bytes, end: int, ident: int) -> list[Found]:
        """Blocks that hold something personal, each as one finding with its new bytes."""
        if ident == BLOCK:
            opened = blocks.base64_blocks(text, end)
        elif text[end - 1 : end] == b"\0" and b"\0" not in text[: end - 1]:
            opened = blocks.wide_blocks(text)
        else:
            return []
        return [found for block in opened if (found := self._block(block, depth))]

    def _block(self, block: blocks.Block, depth: int) -> Found | None:
        if block.inside is None or depth >= _BLOCK_DEPTH:
            reason: Reason = "too_deep" if block.inside is not None else "too_large"
            raise _Failed(Failure(reason, "decode", (block.name,), at=block.start))
        inside = Masked([block.inside])
        text = block.inside
        if not text.isascii():
            text = text.decode("utf-8", "replace").encode() if block.name == "utf16" else text
        read, hits = self._read(text)
        try:
            found, _ = self._judge(read.text, hits, depth + 1)
            if not found:
                return None
            spliced, output = self._splice(inside.findings, text, read, found)
        except _Failed as failed:
            raise _Failed(failed.failure._replace(at=block.start)) from None
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

    def _splice(self, counts: Counter[str], raw: bytes, read: Fold | None, found: list[Found]) -> tuple[Spliced, bytes]:
        """The raw bytes with replacements, and for each of them where it began and ended before and ends now."""
        known, replacement = self._actions.known, self._actions.replacement
        if read is None:
            return self._core.splice(raw, found, known, replacement, counts)
        return self._core.splice_read(raw, read, found, known, replacement, partial(self._odd, raw, read.text), counts)

    def _odd(self, raw: bytes, text: bytes, one: Found, start: int, end: int) -> bytes:
        """What comes in the place of a finding that is written otherwise than it is read, given its raw bytes' place."""
        if one.replacement is not None:
            return percent_encoded(one.replacement, raw, start, end)
        quoted = one._replace(quote=raw_quote(raw, start, one.quote))
        return self._actions.replacement(quoted, text[one.start : one.end])

    # -- verifying --------------------------------------------------------------------------------------------------

    def _verify(self, result: Masked, texts: Sequence[bytes], changed: list[Changed]) -> None:
        """Fails every changed text in which a detector still finds something, or that is no JSON any more."""
        outputs = result.outputs
        scanned, folded = self._core.written(outputs, changed)
        reads = self._still_disguised(scanned, changed, folded)
        for row, read in reads.items():
            scanned[row] = read.text
        hits, _ = self._prefilter.scanned(self._prefilter.joined(scanned, range(len(scanned)), changed))
        unclear = (
            range(len(changed)) if self._everywhere else self._core.open(outputs, changed, hits, self._asked.natives)
        )
        for row in unclear:
            one = changed[row]
            output = outputs[one.place]
            failure = self._residue(one, output, reads.get(row), hits.get(row, b""))
            last = self._once_more(output) if failure and failure.reason == "residue" else output
            if last is not None and self._is_broken(texts[one.place], last):
                last = self._in_leaves(texts[one.place])
                failure = _NO_JSON
            if last is not None:
                outputs[one.place] = last
                failure = None
            if failure:
                result.failures[one.place] = failure
                outputs[one.place] = texts[one.place]

    def _still_disguised(
        self, written: Sequence[bytes], changed: list[Changed], folded: Sequence[int]
    ) -> dict[int, Fold]:
        """How the outputs read that have to be judged again as a whole, by their rows in `changed`: some of those folded.

        Of most disguised texts nothing is disguised any more once they are masked: from here on their rows are like the rest.
        Where something is glued to a replacement, a value was read to end elsewhere than it ends now, and all of it is judged
        again.
        """
        reads = {}
        for row in folded:
            read = fold(written[row])
            if read.text != written[row] or not self._core.unfold(changed, row, written[row]):
                reads[row] = read
        return reads

    def _residue(self, one: Changed, output: bytes, read: Fold | None, hits: Packed) -> Failure | None:
        if not one.folded:
            hits = self._core.unsettled(hits, one.spliced, one.kept, output)
            if not hits:
                return None
            if self._core.any_below(hits, FIRST_DETECTOR) and (again := self._read(output))[0].text != output:
                read, hits = again
        read = read or Fold(output, ())
        try:
            found, _ = self._judge(read.text, hits, 0)
        except _Failed as failed:
            return failed.failure._replace(at=-1)
        left = self._changing(found, read)
        if not left:
            return None
        at, _ = origin(one.spliced, *read.raw_span(left[0].start, left[0].end))
        return Failure("residue", "verify", tuple(sorted({still.detector for still in left})), at=at)

    def _once_more(self, output: bytes) -> bytes | None:
        """An output with its residue masked, if nothing is left in it in the end; it counts for nothing.

        Replacements let a detector see what others hid from it (an address glued to another), and nothing else: a token is
        no candidate of its own, so that what is found here is the record's.
        """
        rounds = 0
        try:
            for one in self._rounds(output):
                output, rounds = one.output, rounds + 1
                if rounds > _ROUNDS:
                    return None
        except _Failed:
            return None
        return output

    def _rounds(self, output: bytes) -> Iterator[_Round]:
        """An output masked again and again, as long as something is found in it."""
        while True:
            found, read = self._found(output)
            if not self._changing(found, read):
                return
            spliced, output = self._splice(Counter(), output, read, found)
            yield _Round(found, read, spliced, output)

    def _found(self, text: bytes) -> tuple[list[Found], Fold]:
        read, hits = self._read(text)
        return self._judge(read.text, hits, 0)[0], read

    def _is_broken(self, text: bytes, output: bytes) -> bool:
        """Whether a text was JSON and its output is not."""
        if output[:1] not in _JSON_BEGINS or self._core.is_json(output) or is_json(output):
            return False
        return is_json(text)

    def _in_leaves(self, output: bytes) -> bytes | None:
        """JSON that replacements tear, masked so that it stays JSON: what they reach into is redacted as a whole. None where
        it is none even so, or where something is left.
        """
        try:
            for _ in range(_ROUNDS + 1):
                found, read = self._found(output)
                if not self._changing(found, read):
                    return output
                within, whole = torn(output, found, read)
                spliced, output = self._splice(Counter(), output, read, within)
                output = redacted(output, sorted(whole), spliced)
                if not is_json(output):
                    return None
        except _Failed:
            return None
        return None

    def _changing(self, found: Sequence[Found], read: Fold) -> list[Found]:
        """The findings in whose place the policy would put something else."""
        return [one for one in found if self._actions.changes(one, read.text[one.start : one.end])]

    def _too_deep(self, text: bytes) -> bool:
        """Counts levels only where there are brackets enough."""
        if len(text) <= self._max_depth or text.count(b"{") + text.count(b"[") <= self._max_depth:
            return False
        return wide.depth(text) > self._max_depth


def _broken_at(text: bytes) -> int:
    """Where a text is no UTF-8; -1 where all of it is."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


def _everywhere(text: bytes, hits: Packed, judges: Sequence[Judge | None]) -> Packed:
    """A hit of each judge at every position, and those of no judge."""
    idents = [ident for ident, judge in enumerate(judges) if judge]
    everywhere = [(end, ident) for end in range(len(text) + 1) for ident in idents]
    return packed(everywhere + [hit for hit in unpacked(hits) if hit[1] in (DISGUISE, BLOCK)])


def _without_value(error: Exception) -> Exception:
    """The type of an exception without its arguments, which may hold the text."""
    return RuntimeError(type(error).__name__)
