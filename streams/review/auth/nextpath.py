"""Where somebody wanted to go before they were led to the log-in: a path of ours, and nothing else ever."""

import re
from typing import Final

__all__ = ["login_for", "next_path"]

#: No query, which might say what somebody looks for; no second slash, which would begin another host.
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~:-]{1,250}){1,8}/?", re.ASCII)


def next_path(given: str | None) -> str:
    """The path, where it may be gone to; else the beginning."""
    if given is None or not _PATH.fullmatch(given) or given.startswith(("/login", "/logout", "/static/")):
        return "/"
    return given


def login_for(path: str) -> str:
    """The log-in page that leads there."""
    wanted = next_path(path)
    return "/login" if wanted == "/" else f"/login?next={wanted}"
