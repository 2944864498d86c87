"""Loads what a redrive needs: masking like that of the live way, and the private key; nothing else loads that key."""

from typing import TYPE_CHECKING, NoReturn

from streams.agents.masking import masking_of
from streams.agents.redrive.worker import Redriving
from streams.errors import RunError
from streams.keystore import load_keyring, load_review_private

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["load_redriving"]


def load_redriving(settings: "Settings") -> Redriving:
    """PolicyError or KeyringError where a file is wrong."""
    private_key = load_review_private(settings.review_private_key)
    masking = masking_of(settings, load_keyring(settings.keyring), lambda _policy: _seal_nothing)
    return Redriving(masking, private_key)


def _seal_nothing(*_record: object) -> NoReturn:
    """What fails again stays where it is, sealed as it was."""
    raise RunError("A redrive seals nothing: this is an error in maskstream.")
