"""Lines as a masker with the default policy leaves them."""

from functools import lru_cache

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

__all__ = ["masked"]


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker(Policy(), masker_keyring())


def masked(text: str) -> str:
    """The line with its personal values masked; it must not fail."""
    outcome = _masker().mask(text.encode())
    assert outcome.failure is None
    return outcome.text.decode()
