"""The policy and the key that a job was made with, kept with it: by content, so that each host masks by the same."""

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from streams.agents.masking import load_masking, with_key
from streams.errors import GuardError, PolicyError
from streams.keystore import load_keyring
from streams.policies.approval import approved
from streams.replay.jobs import Job
from streams.replay.spec import ReplaySpec

if TYPE_CHECKING:
    from streams.agents.worker import Masking
    from streams.settings import Settings

__all__ = ["Pinned", "pin", "pinned_masking", "unpack_policy"]


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a job keeps: the policy's version and files by name (the first is the policy), key id and fingerprint."""

    policy: str
    files: dict[str, str]
    key: str
    fingerprint: str


def pin(settings: "Settings", spec: ReplaySpec) -> Pinned:
    """What the spec names, or what is active now; PolicyError or KeyringError where it cannot be used."""
    path = Path(spec.policy).expanduser() if spec.policy else settings.policy
    loaded = approved(path, settings.max_depth)
    files = _texts(loaded.files)
    with tempfile.TemporaryDirectory(prefix="maskstream-") as folder:
        copy = approved(_write(files, Path(folder)), settings.max_depth)
    if copy.policy.version != loaded.policy.version:
        raise PolicyError(f"The policy {path} changed while it was read: try again.")
    ring = with_key(load_keyring(settings.keyring), spec.key)
    return Pinned(loaded.policy.version, files, ring.active, ring.fingerprint(ring.active))


def unpack_policy(job: Job, state_dir: Path) -> Path | None:
    """The job's policy as files below STATE_DIR; None for the default pack."""
    if not job.policy_files:
        return None
    folder = state_dir / "replay" / job.job / f"policy-{job.policy}"
    main = folder / next(iter(job.policy_files))
    if not folder.exists():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="policy-"))
        _write(job.policy_files, fresh)
        try:
            os.rename(fresh, folder)  # noqa: PTH104 - Path.rename would do the same; an existing folder must win
        except OSError:
            # Another slot was faster.
            shutil.rmtree(fresh, ignore_errors=True)
    return main


def pinned_masking(settings: "Settings", job: Job) -> "Masking":
    """The masking of a job; GuardError where policy or key are not what it was made with."""
    masking = load_masking(settings, job=job.job, key=job.key)
    if masking.policy.version != job.policy:
        raise GuardError(
            f"The job {job.job} was made with policy {job.policy}, which is {masking.policy.version} in this version "
            f"of maskstream: go on with maskstream {job.program}, or make a new job."
        )
    found = load_keyring(settings.keyring).fingerprint(job.key)
    if found != job.key_fingerprint:
        raise GuardError(
            f"The key {job.key} of this keyring is another secret than the one that the job {job.job} was made with: "
            "use the same keyring on each host."
        )
    # The job's policy does not change while it runs.
    return replace(masking, watch=None)


def _texts(files: tuple[Path, ...]) -> dict[str, str]:
    """Texts by name, the policy itself first; what it extends lies beside or below it."""
    if not files:
        return {}
    folder = files[-1].parent
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in reversed(files)}


def _write(files: dict[str, str], folder: Path) -> Path | None:
    for name, text in files.items():
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise PolicyError("A policy of a job has a file that lies outside its folder: make a new job.")
        path = folder / relative
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder / next(iter(files)) if files else None
