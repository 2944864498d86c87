"""Log-in of browsers at an OpenID provider: authorization code with PKCE, state and nonce; it writes no page.

Between leaving and coming back a browser keeps one random text, signed by us. State, nonce and PKCE's verifier are
derived from it by our key, so that none of them has to be kept anywhere, and the address that comes back tells none of
the others.
"""

import hashlib
import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit, urlunsplit

from streams.keystore import read_secret_file
from streams.review.auth.jwks import Clock
from streams.review.auth.problems import IssuerAwayError, RefusedError
from streams.review.auth.signing import Signer
from streams.review.auth.verifier import Verified, Verifier
from streams.review.auth.web import Web, WebError
from streams.settings import Settings
from streams.settings.urls import is_safe_url

__all__ = ["LOGIN_S", "Arrival", "Discovery", "Provider"]

#: How long a person may take at the provider's.
LOGIN_S: Final = 600.0
#: How long what the provider publishes about itself is believed.
_DISCOVERY_S: Final = 600.0
_CODE_CHARS_MAX: Final = 4096


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came back from the provider in the address."""

    code: str | None
    state: str | None
    issuer: str | None
    error: str | None


class Discovery:
    """What an issuer publishes about itself; any thread."""

    def __init__(self, issuer: str, web: Web, clock: Clock = time.monotonic) -> None:
        self._issuer = issuer
        self._url = issuer.rstrip("/") + "/.well-known/openid-configuration"
        self._web = web
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[float, Mapping[str, Any]] | None = None

    def address(self, name: str) -> str:
        """An address such as `jwks_uri`; WebError where the provider is away or gives none that may be used."""
        address = self.document().get(name)
        if not isinstance(address, str) or not is_safe_url(address):
            raise WebError
        return address

    def document(self) -> Mapping[str, Any]:
        """All of it; while the provider is away what it said last."""
        with self._lock:
            found = self._found
            if found is None or self._clock() - found[0] >= _DISCOVERY_S:
                found = self._found = (self._clock(), self._asked(found))
            return found[1]

    def _asked(self, found: tuple[float, Mapping[str, Any]] | None) -> Mapping[str, Any]:
        try:
            document = self._web.get(self._url)
        except WebError:
            if found is None:
                raise
            return found[1]
        # Another issuer's document would send people, and their codes, to that one.
        if document.get("issuer") != self._issuer:
            raise WebError
        return document


class Provider:
    """Sends people to the provider and takes them back; any thread."""

    def __init__(
        self,
        settings: Settings,
        discovery: Discovery,
        web: Web,
        signer: Signer,
        verifier: Verifier,
        clock: Clock = time.time,
    ) -> None:
        client = settings.review_client_id or ""
        self._client = client
        self._secret = _secret(settings)
        self._issuer = settings.review_issuer or ""
        self._scope = settings.review_login_scope
        self._discovery = discovery
        self._web = web
        self._signer = signer
        self._verifier = verifier.for_audience(client)
        self._clock = clock

    def leave(self, callback: str, next_path: str) -> tuple[str, str]:
        """Where to send a browser, and the text that it keeps; IssuerAwayError where the provider does not answer."""
        kept = secrets.token_urlsafe(32)
        cookie = self._signer.sign("login", {"kept": kept, "next": next_path, "exp": self._clock() + LOGIN_S})
        try:
            endpoint = self._discovery.address("authorization_endpoint")
        except WebError:
            raise IssuerAwayError from None
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": callback,
            "scope": self._scope,
            "state": self._signer.derive("state", kept),
            "nonce": self._signer.derive("nonce", kept),
            "code_challenge": _challenge(self._signer.derive("pkce", kept)),
            "code_challenge_method": "S256",
        }
        return _with_query(endpoint, asked), cookie

    def arrive(self, cookie: str, arrival: Arrival, callback: str) -> tuple[Verified, str]:
        """Who came back, verified, and where they wanted to go; RefusedError, or IssuerAwayError."""
        content = self._signer.read("login", cookie) or {}
        kept, expires = content.get("kept"), content.get("exp")
        if not isinstance(kept, str) or not isinstance(expires, int | float) or expires <= self._clock():
            raise RefusedError("state")
        if not _equal(arrival.state, self._signer.derive("state", kept)):
            raise RefusedError("state")
        self._check_issuer(arrival)
        if arrival.error is not None or not arrival.code or len(arrival.code) > _CODE_CHARS_MAX:
            raise RefusedError("provider")
        verified = self._verifier.verify(self._exchanged(arrival.code, callback, self._signer.derive("pkce", kept)))
        self._check_id_token(verified, self._signer.derive("nonce", kept))
        return verified, str(content.get("next", "/"))

    def _check_issuer(self, arrival: Arrival) -> None:
        """RFC 9207: a code of another provider must not be taken to this one."""
        try:
            promised = self._discovery.document().get("authorization_response_iss_parameter_supported") is True
        except WebError:
            raise IssuerAwayError from None
        if arrival.issuer != self._issuer and (promised or arrival.issuer is not None):
            raise RefusedError("provider")

    def _exchanged(self, code: str, callback: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": self._client,
            "code_verifier": verifier,
        }
        try:
            answer = self._ask(form)
        except WebError as error:
            # 400 and 401 are the provider's no, to the code or to us; anything else is no answer.
            if error.status in {400, 401}:
                raise RefusedError("code") from None
            raise IssuerAwayError from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise RefusedError("provider")
        return token

    def _ask(self, form: dict[str, str]) -> dict[str, Any]:
        endpoint = self._discovery.address("token_endpoint")
        if self._secret is None:
            return self._web.post(endpoint, form)
        ways = self._discovery.document().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if isinstance(ways, list) and "client_secret_basic" not in ways and "client_secret_post" in ways:
            return self._web.post(endpoint, form | {"client_secret": self._secret})
        # RFC 6749, section 2.3.1: both are form-encoded first.
        return self._web.post(endpoint, form, (quote_plus(self._client), quote_plus(self._secret)))

    def _check_id_token(self, verified: Verified, nonce: str) -> None:
        claims = verified.claims
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        authorized = claims.get("azp", None if several else self._client)
        problem: Any = None if authorized == self._client else "audience"
        if not _equal(claims.get("nonce"), nonce):
            problem = "nonce"
        if problem:
            raise RefusedError(problem, claims["sub"], verified.token_id)


def _secret(settings: Settings) -> str | None:
    path = settings.review_client_secret
    if path is None:
        return None
    return (
        read_secret_file(path, "secret of the client", "correct REVIEW_CLIENT_SECRET")
        .decode("utf-8", "replace")
        .strip()
    )


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _equal(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


def _with_query(endpoint: str, asked: Mapping[str, str]) -> str:
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(asked))))))
