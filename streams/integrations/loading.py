"""Maskers from files: the same keyring and policy as the service's, so the same tokens."""

from functools import lru_cache
from pathlib import Path

from streams.anchorstore import user_store
from streams.keystore import ephemeral_keyring, load_keyring
from streams.masking.masker import Masker
from streams.policyfile import load_policy
from streams.settings import load

__all__ = ["ephemeral_masker", "load_masker"]


def load_masker(keyring: str | Path | None = None, policy: str | Path | None = None) -> Masker:
    """The masker of a keyring and a policy file, made once a process and shared by all who ask for the same files.

    What is not given comes from the settings as the service reads them: MASKSTREAM_KEYRING, MASKSTREAM_POLICY and the
    file that MASKSTREAM_CONFIG names, else their defaults. KeyringError, PolicyError or SettingsError in one sentence
    where a file is missing or wrong; there is no masker without a keyring, for its tokens would be of no use tomorrow.
    """
    settings = load(flags={"keyring": str(keyring) if keyring else None, "policy": str(policy) if policy else None})
    return _loaded(settings.keyring, settings.policy, settings.max_depth)


def ephemeral_masker(policy: str | Path | None = None) -> Masker:
    """A masker whose key ends with this process: for tests and trials, its tokens are no one else's."""
    rules = load_policy(Path(policy).expanduser() if policy else None)
    return Masker(rules, ephemeral_keyring(), store=user_store())


@lru_cache(maxsize=8)
def _loaded(keyring: Path, policy: Path | None, max_depth: int) -> Masker:
    return Masker(load_policy(policy, max_depth), load_keyring(keyring), store=user_store())
