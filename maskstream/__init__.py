"""maskstream in your own process: what a program that masks its own logs imports.

The names here are promises, as the command's are; where they live in `streams` is not.
"""

from streams import __version__
from streams.errors import KeyringError, MaskstreamError, PolicyError, SettingsError
from streams.integrations.asgi import MaskedApplicationError, MaskingMiddleware, masked_scope
from streams.integrations.loading import ephemeral_masker, load_masker
from streams.integrations.stdlib import MaskingFilter, MaskingFormatter, mask_logging
from streams.integrations.structlog import MaskingProcessor
from streams.masking.keyring import Keyring
from streams.masking.masker import Explanation, Masker, ObjectOutcome, Outcome
from streams.masking.policy import Policy
from streams.masking.records import Failure

__all__ = [
    "Explanation",
    "Failure",
    "Keyring",
    "KeyringError",
    "MaskedApplicationError",
    "Masker",
    "MaskingFilter",
    "MaskingFormatter",
    "MaskingMiddleware",
    "MaskingProcessor",
    "MaskstreamError",
    "ObjectOutcome",
    "Outcome",
    "Policy",
    "PolicyError",
    "SettingsError",
    "__version__",
    "ephemeral_masker",
    "load_masker",
    "mask_logging",
    "masked_scope",
]
