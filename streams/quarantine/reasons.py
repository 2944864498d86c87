"""What people write, fit to be kept: masked by the masking core, or refused."""

from typing import TYPE_CHECKING, Final

from streams.anchorstore import user_store
from streams.errors import UsageError
from streams.keystore import ephemeral_keyring, load_keyring
from streams.masking.databases import Store
from streams.masking.keyring import Keyring
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.quarantine.decisions import REASON_CHARS_MAX

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["ReasonMasker", "keyring_of", "reason_masker"]

#: What a person writes; masked it may be longer (`REASON_CHARS_MAX`).
_WRITTEN_MAX: Final = 300


class ReasonMasker:
    """Masks what people write: it stays for weeks and is read by many. Fails closed; any thread."""

    def __init__(self, keyring: Keyring, store: Store | None = None) -> None:
        self._masker = Masker(Policy(), keyring, store=store)

    def __call__(self, reason: str) -> str:
        """The reason as it may be kept; UsageError where it is too long, no single line, or cannot be masked."""
        text = reason.strip()
        if len(text) > _WRITTEN_MAX or not text.isprintable():
            raise UsageError(f"The reason should be one line of at most {_WRITTEN_MAX} characters.")
        masked = self._masker.mask(text).text
        if masked is None:
            raise UsageError("The reason cannot be masked with certainty: say it in plain words, without log data.")
        if len(masked) > REASON_CHARS_MAX:
            raise UsageError("The reason holds too much that had to be masked: say it without personal data.")
        return masked


def reason_masker(settings: "Settings") -> ReasonMasker:
    """With the keyring of the masking, so that a token in a reason is the one in the logs."""
    return ReasonMasker(keyring_of(settings), user_store())


def keyring_of(settings: "Settings") -> Keyring:
    """The keyring of the masking; where nobody set one and there is none, one that ends with this process."""
    if settings.origin("keyring") == "default" and not settings.keyring.exists():
        return ephemeral_keyring()
    return load_keyring(settings.keyring)
