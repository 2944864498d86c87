"""A real browser for tests of pages; it knows nothing of maskstream."""

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

__all__ = ["chromium"]


# No longer than a module: while Playwright runs, nothing else in the process may run an event loop.
@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """Debian's Chromium, headless; without it tests fail, since what no browser has shown is not proven."""
    # Here, so that tests without pages need no browser's library.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = shutil.which("chromium")
    assert program, "Chromium is missing: run tests/support/need-chromium."
    # It has no sandbox for root.
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
