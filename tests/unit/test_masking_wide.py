"""Texts that are not UTF-8."""

import pytest

from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy

_MASKER = Masker(Policy(), Keyring("k1", {"k1": b"wide" * 8}))
_LINE = "login by ann.canary@example.com für 1 €"


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_text_is_masked_and_stays_wide(name: str) -> None:
    """A line in UTF-16 or UTF-32, with or without byte order mark, is masked and written in its encoding again."""
    outcome = _MASKER.mask(_LINE.encode(name))
    assert outcome.text is not None
    masked = outcome.text.decode(name)
    assert "ann.canary" not in masked
    assert masked.startswith("login by tok_email_k1_")
    assert masked.endswith(" für 1 €")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xfd"])
def test_ascii_behind_a_foreign_mark_fails(mark: bytes) -> None:
    """A byte order mark before plain ASCII does not let the ASCII through unread."""
    outcome = _MASKER.mask(mark + b" ann.canary@example.com!")
    assert outcome.failure is not None
    assert outcome.failure.reason == "invalid_encoding"


@pytest.mark.parametrize("first", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("second", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_harmless_run_hides_no_other(first: str, second: str) -> None:
    """Whatever a text begins in, a run in another encoding behind it is read."""
    text = "harmless".encode(first) + b" and " + "ann.canary@example.com".encode(second) + b" end"
    outcome = _MASKER.mask(text)
    assert outcome.text is None or b"canary" not in outcome.text.replace(b"\0", b"")
