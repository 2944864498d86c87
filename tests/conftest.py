"""Fixtures that every test may ask for; they live next to what they start."""

import os
import signal

from hypothesis import settings

pytest_plugins = ["tests.support.browser", "tests.support.caches", "tests.support.kafka", "tests.support.process"]

# A shell starts what runs in the background with SIGINT ignored, and children inherit that: Ctrl-C is tested here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What holds a change up has to be of the change: the same examples each time. `make search` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
