"""What holds for any bytes that are masked; `check` raises Broken where it does not."""

import hashlib
import time
from functools import lru_cache

import orjson

from streams.masking import detectors
from streams.masking.engine import Engine
from streams.masking.masker import Masker, Outcome
from streams.masking.policy import Policy
from streams.masking.tokens import Tokens
from tests.support.disguise import VALUES, masker_keyring

__all__ = ["BY_WORD_ONLY", "Broken", "check", "prepare"]

#: CPU seconds that a short text may take whatever it holds, and what each byte may add.
_PATIENCE_S = 2.0
_PATIENCE_S_A_BYTE = 50e-6

#: Asking every detector everywhere takes thousands of times longer: one short text in so many.
_EVERYWHERE_BYTES = 96
_EVERYWHERE_ONE_IN = 8

#: Why a text may be held back; anything else is an error of ours.
_HELD_BACK = {"invalid_encoding", "too_deep", "too_large"}


class Broken(AssertionError):  # noqa: N818 - what it says is that something is broken
    """An invariant that does not hold: its name, and the detectors that have a part in it."""

    def __init__(self, invariant: str, detectors: tuple[str, ...] = ()) -> None:
        super().__init__(f"{invariant} {','.join(detectors)}".strip())
        self.invariant = invariant
        self.detectors = detectors


@lru_cache(maxsize=1)
def masker() -> Masker:
    made = Masker(Policy(), masker_keyring())
    # Tables that are made when they are first needed are none of an input's cost.
    made.mask_batch([one.text.encode() for one in VALUES] + [b"card 4111 1111 1111 1111 %40 \\u0040 \xef\xbc\xa0"])
    return made


#: Detectors whose word only their anchor sees: asked at every position they would take any number for theirs.
BY_WORD_ONLY = ("phone_national", "card_named", "us_ssn_named")


@lru_cache(maxsize=2)
def _engine(*, prefilter: bool) -> Engine:
    asked = [one for one in detectors.ALL if one.name not in BY_WORD_ONLY]
    return Engine(Policy(), Tokens(masker_keyring()), asked, prefilter=prefilter)


def prepare(*, everywhere: bool = False) -> None:
    """Makes what is asked, which may take a minute on a busy machine and is no input's cost."""
    masker()
    if everywhere:
        for prefilter in (False, True):
            _engine(prefilter=prefilter)


def check(data: bytes, *, everywhere: bool = False) -> None:
    """No crash, no hang, nothing changed outside findings, masked twice is masked once, a batch changes nothing.

    With `everywhere` short texts are also masked by asking every detector at every position.
    """
    mask = masker().mask
    began = time.process_time()
    try:
        outcome = mask(data)
    except Exception as error:
        raise Broken("raises", (type(error).__name__,)) from error
    if time.process_time() - began > _PATIENCE_S + _PATIENCE_S_A_BYTE * len(data):
        raise Broken("slow")
    _batch(data, outcome)
    if outcome.failure is not None:
        if outcome.failure.reason not in _HELD_BACK:
            raise Broken(outcome.failure.reason, outcome.failure.detectors)
        return
    text = outcome.text or b""
    _outside(data, text)
    _json(data, text)
    _twice(text)
    if everywhere:
        _prefilter(data)
    if (text != data) != bool(outcome.findings):
        raise Broken("miscounted", tuple(sorted(outcome.findings)))


def _batch(data: bytes, outcome: Outcome) -> None:
    """Neighbours in a batch change nothing, and nothing of theirs is changed."""
    neighbour = b"plain {"
    batch = masker().mask_batch([neighbour, data, neighbour])
    alone = outcome.safe if outcome.text is None else outcome.text
    if batch.outputs != [neighbour, alone, neighbour] or (1 in batch.failures) != (outcome.text is None):
        raise Broken("batch differs")


def _outside(data: bytes, text: bytes) -> None:
    """What lies between findings is there afterwards, in its order, to the byte."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    spans = sorted((row.start, row.end) for row in masker().explain(data) if row.kind)
    gaps, mark = [], 0
    for start, end in spans:
        gaps.append(data[mark : max(mark, start)])
        mark = max(mark, end)
    gaps.append(data[mark:])
    if not text.startswith(gaps[0]) or not text.endswith(gaps[-1]):
        raise Broken("changed outside")
    place = 0
    for gap in gaps:
        found = text.find(gap, place)
        if found < 0:
            raise Broken("changed outside")
        place = found + len(gap)


def _json(data: bytes, text: bytes) -> None:
    if text is data:
        return
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Broken("no JSON any more") from error


def _twice(text: bytes) -> None:
    again = masker().mask(text)
    if again.text != text:
        rows = masker().explain(text) if again.text is not None else []
        raise Broken("twice differs", tuple(sorted({row.detector for row in rows if row.kind})))


def _prefilter(data: bytes) -> None:
    """Asked at every position, the detectors find what they find at their anchors."""
    if len(data) > _EVERYWHERE_BYTES or hashlib.sha256(data).digest()[0] % _EVERYWHERE_ONE_IN:
        return
    whole, anchored = _engine(prefilter=False).mask([data]), _engine(prefilter=True).mask([data])
    if whole.outputs != anchored.outputs or whole.failures != anchored.failures:
        raise Broken("prefilter hides", tuple(sorted(whole.findings)))
