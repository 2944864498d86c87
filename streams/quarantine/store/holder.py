"""The build of the view that is in use, and what is written down about it: of which topics, and whether it is whole."""

import sqlite3
import threading
from contextlib import suppress

from streams import __version__
from streams.quarantine.store.file import Folder, View
from streams.settings import Settings

__all__ = ["Holder"]


class Holder:
    """Any thread may ask for `view`; only the follower changes anything. `damaged` asks it for a new build."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Folder(settings)
        self._lock = threading.Lock()
        self.damaged = False
        self.built = False
        self.retention_ms: int | None = None
        self._identity: str | None = None
        try:
            self.view = View.opened(self._folder) or View.made(self._folder)
            self._recall()
        except BaseException:
            self._folder.close()
            raise

    def fits(self, identity: str) -> bool:
        """Whether the view was built from these topics, and by this maskstream: the fold of another one may differ;
        a new one is from now on.
        """
        identity = f"{__version__} {identity}"
        if self._identity is None:
            self._set("identity", identity)
            self._identity = identity
        return self._identity == identity

    def rebuild(self, identity: str) -> None:
        """Throws the build away and begins a new one."""
        with self._lock:
            old = self.view
            self.view = View.made(self._folder)
            self.damaged = False
            self._recall()
        with suppress(sqlite3.Error):
            old.discard()
        self.fits(identity)

    def set_retention(self, retention_ms: int | None) -> None:
        """How long the quarantine topic keeps its records."""
        if retention_ms != self.retention_ms:
            self._set("retention", "" if retention_ms is None else str(retention_ms))
            self.retention_ms = retention_ms

    def set_built(self) -> None:
        """The view has caught up for the first time."""
        self._set("built", "1")
        self.built = True

    def close(self) -> None:
        self.view.close()
        self._folder.close()

    def _recall(self) -> None:
        known = dict(self.view.writer.execute("SELECT name, value FROM meta").fetchall())
        self._identity = known.get("identity")
        self.built = known.get("built") == "1"
        self.retention_ms = int(known["retention"]) if known.get("retention") else None

    def _set(self, name: str, value: str) -> None:
        self.view.writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
