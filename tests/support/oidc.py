"""A small OpenID provider on loopback: discovery, keys that rotate, log-in with PKCE, tokens; and outages on demand.

`Issuer` serves real HTTP from a thread. A person that comes to its log-in page is `issuer.person`; with `asks` the page
has a button, without it the browser is sent back at once.
"""

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

__all__ = ["AUDIENCE", "CLIENT", "Issuer", "SigningKey", "claims_of", "public_pem"]

AUDIENCE: Final = "maskstream-review"
CLIENT: Final = "review-client"

#: Made once: an RSA key takes half a second.
_RSA: Final = rsa.generate_private_key(65_537, 2048)


class SigningKey:
    """A private key of an issuer's, its id and its algorithm."""

    def __init__(self, kid: str | None, algorithm: str = "ES256", private: Any = None) -> None:
        self.kid = kid
        self.algorithm = algorithm
        self.private = private or _fresh(algorithm)

    def jwk(self, **more: Any) -> dict[str, Any]:
        """The public half as a member of a JWKS."""
        makers: dict[str, Any] = {"R": RSAAlgorithm, "P": RSAAlgorithm, "E": ECAlgorithm}
        maker = OKPAlgorithm if self.algorithm == "EdDSA" else makers[self.algorithm[0]]
        member = dict(maker.to_jwk(self.private.public_key(), as_dict=True))
        member.pop("key_ops", None)
        return member | ({"kid": self.kid} if self.kid else {}) | {"use": "sig"} | more

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """A token of these claims."""
        given = ({"kid": self.kid} if self.kid else {}) | headers
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=given)

    def pem(self) -> bytes:
        """The private half."""
        return bytes(self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def public_pem(key: SigningKey) -> bytes:
    """The public half as a file has it."""
    return bytes(key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def claims_of(issuer: str, **changes: Any) -> dict[str, Any]:
    """What a good token says; a change to None takes a claim away."""
    now = int(time.time())
    claims = {
        "iss": issuer, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 600, "jti": secrets.token_hex(8),
        "roles": ["viewer"],
    } | changes  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def _fresh(algorithm: str) -> Any:
    if algorithm[0] in "RP":
        return _RSA
    curves: dict[str, Any] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    return ec.generate_private_key(curves[algorithm]) if algorithm in curves else ed25519.Ed25519PrivateKey.generate()


class Issuer:
    """A context manager; `url` is the issuer's name and address."""

    def __init__(self, *keys: SigningKey, client_secret: str | None = None) -> None:
        self.keys = list(keys) or [SigningKey("k1")]
        self.client_secret = client_secret
        self.person: dict[str, Any] = {"sub": "ann", "roles": ["operator"]}
        self.asks = False
        self.down = False
        #: Taken over what is served, by path: for broken and hostile answers.
        self.answers: dict[str, Any] = {}
        #: Taken over claims of id tokens.
        self.id_claims: dict[str, Any] = {}
        #: Paths in the order in which they were asked for.
        self.asked: list[str] = []
        #: How clients proved themselves.
        self.proofs: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"issuer": self}))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    def token(self, key: SigningKey | None = None, **changes: Any) -> str:
        """A good token by the newest key, but for the changes."""
        return (key or self.keys[-1]).sign(claims_of(self.url, **changes))

    def rotate(self, kid: str, *, keep: bool = True, algorithm: str = "ES256") -> SigningKey:
        """A new key that signs from now on; the old ones are served further or not."""
        key = SigningKey(kid, algorithm)
        self.keys = [*(self.keys if keep else ()), key]
        return key

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": self.jwks_url,
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes back to, with a code."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    def exchange(self, form: dict[str, str], user: tuple[str, str] | None) -> dict[str, Any] | None:
        """The tokens for a code, once; None where the request is wrong."""
        query = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        proof = user or ((form["client_id"], form["client_secret"]) if "client_secret" in form else None)
        self.proofs.append("post" if "client_secret" in form else "basic" if user else "none")
        wanted = None if self.client_secret is None else (CLIENT, self.client_secret)
        if query is None or challenge.decode() != query["code_challenge"] or proof != wanted:
            return None
        if form["redirect_uri"] != query["redirect_uri"] or form["grant_type"] != "authorization_code":
            return None
        claims = claims_of(self.url, **{"aud": CLIENT, "nonce": query["nonce"], **self.person, **self.id_claims})
        token = self.keys[-1].sign(claims)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": token}

    def answer(self, path: str) -> Any:
        """What is at a path."""
        served: dict[str, Any] = {
            "/.well-known/openid-configuration": self.discovery(),
            "/jwks": {"keys": [key.jwk() for key in self.keys]},
        }
        return self.answers.get(path, served.get(path))


class _Handler(BaseHTTPRequestHandler):
    issuer: ClassVar[Any]

    def log_message(self, *_: object) -> None:
        """Tests have output of their own."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.issuer.asked.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.issuer.down:
            self._say(503, b"")
        elif parts.path == "/authorize" and self.issuer.asks:
            self._say(200, _page(query), "text/html")
        elif parts.path in {"/authorize", "/agreed"}:
            self._redirect(self.issuer.authorize(query))
        else:
            self._answer(self.issuer.answer(parts.path))

    def do_POST(self) -> None:
        self.issuer.asked.append(self.path)
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.issuer.down:
            self._say(503, b"")
        elif found := self.issuer.exchange(form, _user(self.headers.get("authorization"))):
            self._answer(self.issuer.answers.get("/token", found))
        else:
            self._say(400, b'{"error":"invalid_grant"}')

    def _answer(self, found: Any) -> None:
        if isinstance(found, str):
            self._redirect(found)
        elif found is None:
            self._say(404, b"")
        else:
            self._say(200, found if isinstance(found, bytes) else json.dumps(found).encode())

    def _redirect(self, address: str) -> None:
        self.send_response(303)
        self.send_header("location", address)
        self.send_header("content-length", "0")
        self.end_headers()

    def _say(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _user(header: str | None) -> tuple[str, str] | None:
    if header is None or not header.startswith("Basic "):
        return None
    name, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return unquote_plus(name), unquote_plus(password)


def _page(query: dict[str, str]) -> bytes:
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in query.items()
    )
    form = f'<form action="/agreed">{fields}<button>Log in as ann</button></form>'
    return f'<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>{form}'.encode()
