"""The fuzzer's kept inputs: what once broke stays mended."""

import pytest

from tests.fuzz import invariants
from tests.fuzz.invariants import Broken, check
from tests.fuzz.kept import inputs


@pytest.mark.parametrize("data", inputs(), ids=lambda data: f"{len(data)}-{data[:24]!r}")
def test_kept_input_breaks_nothing(data: bytes) -> None:
    """No crash, no residue, nothing changed outside findings, and masking what was masked changes nothing."""
    check(data)


def test_a_broken_invariant_is_told() -> None:
    """The checks see what they are for: a text that still holds a value when it is masked again."""
    with pytest.raises(Broken, match="twice differs email"):
        invariants._twice(b"mail jane.doe@example.org now")
    with pytest.raises(Broken, match="changed outside"):
        invariants._outside(b"mail jane.doe@example.org now", b"Mail tok now")
