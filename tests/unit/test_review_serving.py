"""Whose word about a client's address counts: the connection's, and a proxy's that was named."""

import asyncio
from typing import Any

import pytest

from streams.cli.review import _configured
from streams.settings import Settings


@pytest.mark.parametrize(
    ("named", "seen"), [(None, "127.0.0.1"), ("127.0.0.1", "192.0.2.66"), ("10.0.0.7", "127.0.0.1")]
)
def test_forwarded_addresses_are_believed_of_named_proxies_only(
    named: str | None, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody on this machine chooses the address in the audit, or a fresh limit with each request."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if named is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", named)
    clients: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        clients.append(scope["client"][0])

    config = _configured(Settings(), app)
    config.load()
    headers = [(b"x-forwarded-for", b"192.0.2.66")]
    scope: dict[str, Any] = {"type": "http", "headers": headers, "client": ("127.0.0.1", 4711), "scheme": "http"}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    assert clients == [seen]
