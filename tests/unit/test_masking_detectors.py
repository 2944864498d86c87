"""Every detector finds what it says it finds, and leaves what it says it leaves."""

import json
from functools import lru_cache

import pytest

from streams.masking import detectors
from streams.masking.encodings.fold import fold
from streams.masking.found import Detector, Found
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.prefilter import Prefilter
from tests.support.disguise import masker_keyring

_EXAMPLES = [(one, text) for one in detectors.ALL for text in one.examples]
_COUNTERS = [(one, text) for one in detectors.ALL for text in one.counter]


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


@lru_cache(maxsize=1)
def _prefilter() -> Prefilter:
    return Prefilter(detectors.ALL)


def _found_by(detector: Detector, text: str) -> list[Found]:
    """What one detector finds at its own anchors."""
    read = fold(text.encode()).text
    prefilter = _prefilter()
    ident = next(place for place, judge in enumerate(prefilter.judges) if judge is detector.judge)
    found: list[Found] = []
    for end, hit in prefilter.hits(read):
        verdict = detector.judge(read, end) if hit == ident else ""
        if not isinstance(verdict, str):
            found += [verdict] if isinstance(verdict, Found) else verdict
    return found


def _ids(pair: object) -> str:
    return pair.name if isinstance(pair, Detector) else ""


@pytest.mark.parametrize(("detector", "text"), _EXAMPLES, ids=_ids)
def test_example_is_changed_by_the_whole_masker(detector: Detector, text: str) -> None:
    """Each example of a detector is changed, whichever detector wins where several apply."""
    outcome = _masker().mask(text.encode())
    assert outcome.failure is None
    assert outcome.text != text.encode()


@pytest.mark.parametrize(("detector", "text"), _EXAMPLES, ids=_ids)
def test_example_is_changed_on_a_later_line_of_a_message(detector: Detector, text: str) -> None:
    """Each example is changed behind an escaped line end or tab, whose letter stands right before it."""
    for end in ("\n", "\r\n", "\t"):
        line = json.dumps({"message": f"x{end}{text}"}, ensure_ascii=False).encode()
        outcome = _masker().mask(line)
        assert outcome.failure is None
        assert outcome.text not in (line, None)
        json.loads(outcome.text or b"")


@pytest.mark.parametrize(("detector", "text"), _EXAMPLES, ids=_ids)
def test_example_is_found_by_its_detector_alone(detector: Detector, text: str) -> None:
    """Each example of a detector is found by that detector at its own anchors, without help of the others."""
    assert _found_by(detector, text)


@pytest.mark.parametrize(("detector", "text"), _COUNTERS, ids=_ids)
def test_counter_example_is_left_alone(detector: Detector, text: str) -> None:
    """Each counter-example of a detector is none of its findings."""
    assert _found_by(detector, text) == []


def test_detectors_have_names_of_their_own() -> None:
    """No two detectors share a name: it stands in explanations, metrics and quarantine records."""
    names = [one.name for one in detectors.ALL]
    assert len(names) == len(set(names))


def test_explain_names_the_detector_and_never_the_value() -> None:
    """The explanation of a finding holds its detector, kind and place, and not a byte of the value."""
    rows = _masker().explain(b"mail to jane.doe@example.org now")
    assert [(row.detector, row.kind, row.start, row.end) for row in rows if row.kind] == [("email", "email", 8, 28)]
    assert "jane" not in repr(rows)
