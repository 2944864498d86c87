"""A review service over HTTP: a token from the environment or a file, JSON there and back, errors as sentences."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from streams.cli.quarantine_desk import Tell, Wanted
from streams.errors import GuardError, MaskstreamError, RunError, UnreachableError, UsageError
from streams.keystore import read_secret_file
from streams.quarantine.actions import MEANT
from streams.quarantine.decisions import Action
from streams.settings import Settings
from streams.settings.urls import is_loopback, is_safe_url

__all__ = ["RemoteDesk"]

_PREFIX: Final = "/api/v1"
#: A decision waits for its own event for up to 30 s.
_TIMEOUT_S: Final = 60.0
#: How long one question about a run waits for its end.
_WAIT_S: Final = 2
_ANSWER_BYTES_MAX: Final = 64 << 20
_TOKEN_BYTES_MAX: Final = 16_384

_OK: Final = range(200, 300)
_CONFLICT: Final = 409


class RemoteDesk:
    """A context manager over one connection. Raises UsageError, GuardError, RunError, UnreachableError."""

    def __init__(self, url: str, settings: Settings) -> None:
        if not is_safe_url(url):
            raise UsageError("The review service's address has to begin with https://, since a token is sent to it.")
        headers = {"Authorization": f"Bearer {_token(settings)}", "Accept": "application/json"}
        # No redirect is followed: the token is for this service. A proxy cannot reach this machine's own addresses.
        self._client = httpx2.Client(
            base_url=url.rstrip("/") + _PREFIX, headers=headers, timeout=_TIMEOUT_S, follow_redirects=False,
            trust_env=not is_loopback(httpx2.URL(url).host),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def groups(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        """Groups, those with the most records first."""
        return self._pages("/groups", wanted, limit)

    def records(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        """Records, the newest first."""
        return self._pages("/records", wanted, limit)

    def record(self, record: str) -> dict[str, Any]:
        """One record with its history."""
        return self._document("GET", _path(record))

    def stats(self) -> dict[str, Any]:
        """Numbers of the moment."""
        return self._document("GET", "/stats")

    def decide(
        self, action: Action, records: Sequence[str], reason: str, redactions: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """One decision about some records."""
        if action == "mask":
            body = {"reason": reason, "redactions": [dict(one) for one in redactions]}
            return self._document("POST", f"{_path(records[0])}/mask", json=body)
        return self._document("POST", "/decisions", json={"action": action, "records": list(records), "reason": reason})

    def try_mask(self, record: str, redactions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What would come of hiding by hand."""
        body = {"redactions": [dict(one) for one in redactions]}
        return self._document("POST", f"{_path(record)}/mask/try", json=body)

    def matching(self, action: Action, wanted: Wanted) -> int:
        """How many records an action on a filter is about."""
        counts = self._ask("GET", "/stats", params=wanted.given)["counts"]
        statuses = wanted.status or MEANT[action]
        return sum(counts["by_status"].get(status, 0) for status in statuses)

    def bulk(self, action: Action, wanted: Wanted, reason: str, at_most: int, tell: Tell) -> dict[str, Any]:
        """One decision about all that matches."""
        body = {"action": action, "filter": wanted.given, "reason": reason, "at_most": at_most}
        return self._to_end(self._ask("POST", "/bulk", json=body, params={"wait": _WAIT_S}), "bulk", tell)

    def try_records(self, records: Sequence[str], policy: str | None, tell: Tell) -> dict[str, Any]:
        """A policy on some records."""
        return self._try({"records": list(records), "policy": policy}, tell)

    def try_wanted(self, wanted: Wanted, policy: str | None, sample: int | None, tell: Tell) -> dict[str, Any]:
        """A policy on all that matches, or on a sample of it."""
        return self._try({"filter": wanted.given, "policy": policy, "sample": sample}, tell)

    def explain(self, record: str) -> dict[str, Any]:
        """What the policy in use finds in a record."""
        return self._document("POST", f"{_path(record)}/explain", json={})

    def reveal(self, record: str, reason: str) -> dict[str, Any]:
        """The original."""
        return self._document("POST", f"{_path(record)}/reveal", json={"reason": reason})

    def _try(self, body: dict[str, Any], tell: Tell) -> dict[str, Any]:
        given = {name: value for name, value in body.items() if value is not None}
        return self._to_end(self._ask("POST", "/tries", json=given, params={"wait": _WAIT_S}), "tried", tell)

    def _to_end(self, run: dict[str, Any], part: str, tell: Tell) -> dict[str, Any]:
        """Watches a run until it ends; Ctrl-C ends it there too."""
        path = f"/runs/{run['id']}"
        try:
            while not run["done"]:
                if run[part] is not None:
                    tell(run[part])
                run = self._ask("GET", path, params={"wait": _WAIT_S})
        except KeyboardInterrupt:
            run = self._ask("DELETE", path, params={"wait": 10})
        if run["problem"] is not None:
            raise RunError(str(run["problem"]))
        if run[part] is None:
            raise RunError("The review service ended the run without a result.")
        return dict(run[part])

    def _document(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        found = self._ask(method, path, **more)
        if not isinstance(found, dict):
            raise RunError("The address does not answer as a review service does: check it.")
        return found

    def _pages(self, path: str, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(rows) < limit:
            params = wanted.given | {"limit": min(500, limit - len(rows))} | ({"cursor": cursor} if cursor else {})
            page = self._ask("GET", path, params=params)
            rows += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        return rows

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._client.request(method, path, **more)
            document = answer.json() if len(answer.content) <= _ANSWER_BYTES_MAX else None
        except httpx2.TimeoutException:
            raise UnreachableError("The review service did not answer in time: look at its log.") from None
        except httpx2.HTTPError:
            raise UnreachableError(
                "The review service cannot be reached: check its address and whether it runs."
            ) from None
        except ValueError:
            document = None
        if answer.status_code in _OK and document is not None:
            return document
        if answer.status_code == _CONFLICT and isinstance(document, dict) and "lost" in document:
            return document
        raise _error(answer.status_code, document)


def _error(status: int, document: object) -> MaskstreamError:
    detail = str(document.get("detail", "")) if isinstance(document, dict) else ""
    wrong = document.get("errors", []) if isinstance(document, dict) else []
    more = "; ".join(f"{one.get('where')}: {one.get('what')}" for one in wrong if isinstance(one, dict))
    said = (
        _printable(f"{detail} {more}".strip())
        or f"The address answers with status {status}, as no review service does."
    )
    if status == 401:  # noqa: PLR2004 - statuses of HTTP
        return UsageError("The review service does not take the token: get a new one (MASKSTREAM_REVIEW_TOKEN).")
    if status == 403:  # noqa: PLR2004
        return GuardError("You may not do this: your token has not the role for it.")
    return UsageError(said) if status in {400, 422} else RunError(said)


def _printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:1000]


def _path(record: str) -> str:
    partition, _, offset = record.partition(":")
    return f"/records/{partition}/{offset}"


def _token(settings: Settings) -> str:
    text = settings.review_token
    if text is None and settings.review_token_file is not None:
        remedy = "save your token there, or set MASKSTREAM_REVIEW_TOKEN"
        text = read_secret_file(settings.review_token_file, "file of the token", remedy).decode("ascii", "replace")
    text = (text or "").strip()
    if not text:
        raise UsageError(
            "There is no token: set MASKSTREAM_REVIEW_TOKEN, or MASKSTREAM_REVIEW_TOKEN_FILE to a file with one."
        )
    if len(text) > _TOKEN_BYTES_MAX or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError("The token is none: it should be one word of letters, digits, dots, hyphens and underscores.")
    return text
