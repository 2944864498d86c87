"""Properties of the canonical forms that no table of examples can show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.masking.canonical import canonical
from streams.masking.kinds import KINDS

ANY_TEXT = st.text() | st.text(
    alphabet="+0123456789 ().-/:ABCabcﬀßİ\u0131\u017f\u00a0\u0308\u0660@%[]x\ud800", max_size=24
)


@given(kind=st.sampled_from(sorted(KINDS)), value=ANY_TEXT, region=st.sampled_from([None, "DE", "US", "ZZ"]))
def test_canonical_is_idempotent_and_total(kind: str, value: str, region: str | None) -> None:
    """Whatever the value, its form exists, is the form of itself, and is blank only if the value is."""
    form = canonical(kind, value, region)
    assert canonical(kind, form, region) == form
    assert form.strip() or not value.strip()


@given(value=ANY_TEXT)
@pytest.mark.parametrize("kind", ["email", "name", "address", "username"])
def test_canonical_text_ignores_case(kind: str, value: str) -> None:
    """A text and its NFKC case variants in ASCII are one value."""
    if value.isascii():
        assert canonical(kind, value.upper()) == canonical(kind, value.lower()) == canonical(kind, value)


@pytest.mark.parametrize("kind", ["user", "customer", "session", "opaque"])
@given(value=ANY_TEXT)
def test_canonical_opaque_ids_are_exact(kind: str, value: str) -> None:
    """An opaque id is nobody's to normalise."""
    assert canonical(kind, value) == value


def test_canonical_long_input_is_bounded() -> None:
    """A megabyte in a field named phone costs no parse of a phone number."""
    assert canonical("phone", "1" * 1_000_000, "US") == "1" * 1_000_000
