"""maskstream: raw-log topics in, clean-log topics out, nothing personal gets through."""

__version__ = "0.1.0"
