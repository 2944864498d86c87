"""`make demo`: an embedded broker, logs, two workers, and what came out; it demonstrates, it proves nothing."""

from streams.demo.story import run_demo

__all__ = ["run_demo"]
