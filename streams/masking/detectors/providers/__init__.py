"""API keys and tokens: those whose own shape tells their provider, and those that stand beside a provider's name."""

from typing import Final

from streams.masking.detectors.providers import ai, beside, cloud, code, commerce, hashes, messaging, saas
from streams.masking.detectors.providers.format import Format, detector
from streams.masking.found import Detector

__all__ = ["DETECTORS", "FORMATS"]

FORMATS: Final[tuple[Format, ...]] = (
    *ai.FORMATS,
    *cloud.FORMATS,
    *code.FORMATS,
    *commerce.FORMATS,
    *hashes.FORMATS,
    *messaging.FORMATS,
    *saas.FORMATS,
)

DETECTORS: Final[tuple[Detector, ...]] = (*map(detector, FORMATS), *beside.DETECTORS)
