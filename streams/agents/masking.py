"""Loads what masking needs: keys, the public key that quarantine is sealed to, and the policy whenever it changes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from streams.agents.loop import Masking
from streams.agents.outputs import QuarantineWriter
from streams.agents.reload import PolicyWatch
from streams.agents.stamp import stamp
from streams.anchorstore import user_store
from streams.errors import KeyringError
from streams.keystore import load_keyring, load_review_public
from streams.masking.batch import RecordMasker
from streams.masking.keyring import Keyring
from streams.masking.policy import Policy
from streams.masking.records import Failure, Headers
from streams.policies.approval import approved
from streams.quarantine.envelope import EnvelopeWriter, Origin, QuarantineRecord
from streams.telemetry import log

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    from streams.settings import Settings

__all__ = ["load_masking", "masking_of", "with_key"]


def load_masking(settings: "Settings", *, job: str | None = None, key: str | None = None) -> Masking:
    """The masking core, the seal and the stamp; PolicyError or KeyringError where a file is wrong.

    With a policy file it comes with a watch that builds it anew when the file changes; keys stay as they were read.
    For a replay `job` stands in what is written and `key` is the key id that tokens are made with.
    """
    public = load_review_public(settings.review_public_key)
    keyring = with_key(load_keyring(settings.keyring), key)
    return masking_of(settings, keyring, lambda policy: _sealing(policy, public, job), job)


def masking_of(
    settings: "Settings", keyring: Keyring, seal_of: Callable[[Policy], QuarantineWriter], job: str | None = None
) -> Masking:
    """`load_masking` with a seal that is made anew for each version of the policy."""

    def build() -> tuple[Masking, Sequence[Path]]:
        loaded = approved(settings.policy, settings.max_depth)
        return _masking(loaded.policy, keyring, seal_of(loaded.policy), job), loaded.files

    masking, files = build()
    version = masking.policy.version
    log.EventLog().info("policy_loaded", policy=version, key=keyring.active)
    return replace(masking, watch=PolicyWatch(files, version, build)) if files else masking


def with_key(keyring: Keyring, key: str | None) -> Keyring:
    """The ring with another of its keys as the active one; KeyringError where it has no such key."""
    if key is None or key == keyring.active:
        return keyring
    if key not in keyring.keys:
        raise KeyringError(f"The keyring has no key {key}: see `maskstream keys list` for the keys that it has.")
    return Keyring(key, keyring.keys)


def _masking(policy: Policy, keyring: Keyring, seal: QuarantineWriter, job: str | None) -> Masking:
    mask = RecordMasker(policy, keyring, store=user_store())
    return Masking(mask, seal, stamp(policy.version, keyring.active, job), policy)


def _sealing(policy: Policy, public: "X25519PublicKey", job: str | None) -> Callable[..., QuarantineRecord]:
    limit_bytes = 0
    writer = EnvelopeWriter(public, policy.version, lambda: limit_bytes)

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
        return writer.write(Origin(*coordinates, job), failure, key, headers, value)

    return seal
