"""Forgets before each test what mutated modules remember, so that a test asks the error in them."""

import sys

__all__ = ["pytest_runtest_setup"]


def pytest_runtest_setup() -> None:
    """Clears all caches around functions of the modules that mutmut has rewritten."""
    for module in [*sys.modules.values()]:
        names = vars(module) if hasattr(module, "__dict__") else {}
        for value in names.values() if "_mutmut_mutated" in names else ():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
