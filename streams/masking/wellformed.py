"""Whether a text is JSON, as a parser says it."""

import orjson

__all__ = ["is_json"]


def is_json(text: bytes) -> bool:
    """Whether a text is one JSON document (RFC 8259), in UTF-8 and no deeper than orjson's 1024 levels."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
