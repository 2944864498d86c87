"""Asks the issuer over HTTP: JSON within limits of size and time, no redirects; it knows no tokens.

Nothing of an answer is ever told: a failure is one kind of error without content.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from streams.review.auth.problems import RefusedError
from streams.review.auth.tokens import strict_json
from streams.settings.urls import is_loopback, is_safe_url

__all__ = ["Web", "WebError"]

#: A set of a hundred keys has 150 kB.
_ANSWER_BYTES_MAX: Final = 256 * 1024
#: People wait for a log-in; an issuer that needs longer is taken to be away.
_WAIT_S: Final = 5.0


class WebError(Exception):
    """The issuer did not answer, or not as it should; `status` is what it said, None where it said nothing."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__("no usable answer")
        self.status = status


class Web:
    """One client for a process; any thread."""

    def __init__(self, wait_s: float = _WAIT_S) -> None:
        self._wait_s = wait_s
        self._clients: dict[bool, httpx2.Client] = {}

    def get(self, url: str) -> dict[str, Any]:
        """The JSON object at an address; WebError otherwise."""
        return self._ask("GET", url)

    def post(self, url: str, form: Mapping[str, str], user: tuple[str, str] | None = None) -> dict[str, Any]:
        """The JSON object that answers a form, sent with basic authentication where a user is given."""
        return self._ask("POST", url, data=dict(form), auth=user)

    def close(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            client.close()

    def _client(self, *, near: bool) -> httpx2.Client:
        # Made when it is needed: it reads the certificates of the system. A proxy of the environment does not reach
        # this machine itself.
        if near not in self._clients:
            self._clients[near] = httpx2.Client(timeout=self._wait_s, follow_redirects=False, trust_env=not near)
        return self._clients[near]

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        if not is_safe_url(url):
            raise WebError
        try:
            return self._answer(method, url, **more)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, RefusedError, ValueError, OSError):
            # The text of these holds addresses, and a codec's the bytes.
            raise WebError from None

    def _answer(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        deadline = time.monotonic() + 2 * self._wait_s
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        with self._client(near=is_loopback(httpx2.URL(url).host)).stream(
            method, url, headers=headers, **more
        ) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise WebError(answer.status_code)
            data = bytearray()
            for chunk in answer.iter_raw():
                data += chunk
                if len(data) > _ANSWER_BYTES_MAX or time.monotonic() > deadline:
                    raise WebError
        return strict_json(bytes(data))
