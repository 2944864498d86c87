"""Loads what masking needs: policy, keys and the public key that quarantine is sealed to."""

from typing import TYPE_CHECKING

from streams.agents.stamp import stamp
from streams.agents.worker import Masking
from streams.keystore import load_keyring, load_review_public
from streams.masking.batch import RecordMasker
from streams.masking.records import Failure, Headers
from streams.policyfile import load_policy
from streams.quarantine.envelope import EnvelopeWriter, Origin, QuarantineRecord
from streams.telemetry import log

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["load_masking"]


def load_masking(settings: "Settings") -> Masking:
    """The masking core, the seal and the stamp; PolicyError or KeyringError where a file is wrong."""
    policy = load_policy(settings.policy, settings.max_depth)
    keyring = load_keyring(settings.keyring)
    limit_bytes = 0
    writer = EnvelopeWriter(load_review_public(settings.review_public_key), policy.version, lambda: limit_bytes)
    log.EventLog().info("policy_loaded", policy=policy.version, key=keyring.active)

    def seal(
        coordinates: tuple[str, int, int, int],
        failure: Failure,
        key: bytes | None,
        headers: Headers | None,
        value: bytes | None,
        max_bytes: int,
    ) -> QuarantineRecord:
        # The limit is the topic's present one; the mover alone seals, so it cannot change under the writer.
        nonlocal limit_bytes
        limit_bytes = max_bytes
        return writer.write(Origin(*coordinates), failure, key, headers, value)

    return Masking(RecordMasker(policy, keyring), seal, stamp(policy.version, keyring.active))
