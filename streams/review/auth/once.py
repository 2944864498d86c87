"""Links that log in once, for whoever starts the service on this machine: a code in place of a token.

A code is minted by the process that starts the review and found by the review in the folder of state, under its hash,
so that neither the folder's list nor a log that kept the link lets anybody in a second time. For development only.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from streams.review.auth.principal import ALL_TOPICS, ROLES, TOPIC_GLOB, Principal, Role
from streams.review.auth.problems import RefusedError

__all__ = ["CODE_LIFE_S", "mint_once", "take_once"]

CODE_LIFE_S: Final = 600.0

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_FILE_BYTES_MAX: Final = 4096


def mint_once(
    state_dir: Path,
    subject: str,
    roles: Iterable[Role] = ROLES,
    topics: Iterable[str] = ALL_TOPICS,
    now: float | None = None,
) -> str:
    """A code for `/login/once/<code>`: whoever opens it within ten minutes, once, on this machine, is this person."""
    folder = state_dir / "once"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = time.time() if now is None else now
    _sweep(folder, at)
    code = secrets.token_urlsafe(32)
    content = {"sub": subject, "roles": list(roles), "topics": list(topics), "exp": at + CODE_LIFE_S}
    with open(os.open(_place(folder, code), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - a descriptor
        json.dump(content, file)
    return code


def take_once(state_dir: Path, code: str, now: float | None = None) -> Principal:
    """The person of a code, which ends with it; RefusedError where it was taken, is over, or never was."""
    if not _CODE.fullmatch(code):
        raise RefusedError("code")
    path = _place(state_dir / "once", code)
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_FILE_BYTES_MAX))
        # Of two who come at once, one takes the file away.
        path.unlink()
        person = Principal(
            subject=str(content["sub"]),
            roles=frozenset(role for role in ROLES if role in content["roles"]),
            topics=tuple(topic for topic in content["topics"] if TOPIC_GLOB.fullmatch(topic)),
            token_id=f"once-{path.stem[:16]}",
            via="session",
        )
        expires = float(content["exp"])
    except (OSError, ValueError, TypeError, KeyError):
        raise RefusedError("code") from None
    if expires <= (time.time() if now is None else now):
        raise RefusedError("expired")
    return person


def _place(folder: Path, code: str) -> Path:
    return folder / f"{hashlib.sha256(code.encode()).hexdigest()}.json"


def _sweep(folder: Path, now: float) -> None:
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < now - CODE_LIFE_S:
                path.unlink()
