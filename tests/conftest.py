"""Fixtures that every test may ask for; they live next to what they start."""

pytest_plugins = ["tests.support.caches", "tests.support.kafka"]
