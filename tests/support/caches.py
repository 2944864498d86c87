"""All processes of a test session share one store of compiled anchors, in a folder that ends with the session.

The folder stands for the user's cache, which no test touches. What a test makes without a store gets this one.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from streams.anchorstore import FolderStore
from streams.masking import databases, prefilter

if TYPE_CHECKING:
    import hyperscan
    import pytest

__all__ = ["pytest_configure", "pytest_unconfigure"]

#: Tells the workers of a session their controller's folder.
_FOLDER = "TESTS_CACHE"


def pytest_configure(config: "pytest.Config") -> None:
    """Points the process, and all that it starts, to the folder."""
    if not hasattr(config, "workerinput"):
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="maskstream-tests-")
    folder = Path(os.environ[_FOLDER])
    os.environ["XDG_CACHE_HOME"] = str(folder)
    shared = FolderStore(folder / "maskstream")

    def database(anchors: tuple[databases.Anchor, ...], store: databases.Store | None = None) -> "hyperscan.Database":
        return databases.database(anchors, store or shared)

    vars(prefilter)["database"] = database


def pytest_unconfigure(config: "pytest.Config") -> None:
    """Removes the folder after the session."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[_FOLDER], ignore_errors=True)
