"""Fixtures that every test may ask for; they live next to what they start."""

import signal

pytest_plugins = ["tests.support.browser", "tests.support.caches", "tests.support.kafka", "tests.support.process"]

# A shell starts what runs in the background with SIGINT ignored, and children inherit that: Ctrl-C is tested here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
