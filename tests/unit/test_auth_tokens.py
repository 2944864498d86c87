"""What a JWT must be to count: attacks on algorithms, keys, headers, claims and spelling, with real keys."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from streams.errors import KeyringError
from streams.review.auth.access import open_access
from streams.review.auth.principal import Principal
from streams.review.auth.problems import RefusedError
from streams.review.auth.verifier import Verifier
from streams.settings import load
from tests.support.oidc import AUDIENCE, Issuer, SigningKey, claims_of, public_pem

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SECRET = "a-development-secret-of-sixty-eight-characters-which-is-plenty-of-it"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    keys = [SigningKey(name, name) for name in ("RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA")]
    with Issuer(*keys) as made:
        yield made


def verifier_of(**settings: str) -> Verifier:
    environ = {f"MASKSTREAM_REVIEW_{name.upper()}": value for name, value in settings.items()}
    return open_access(load(environ=environ), lambda _: None).verifier


@pytest.fixture(scope="module")
def verifier(issuer: Issuer) -> Verifier:
    return verifier_of(issuer=issuer.url, audience=AUDIENCE, jwks_url=issuer.jwks_url)


def problem_of(verifier: Verifier, token: str) -> str:
    with pytest.raises(RefusedError) as refused:
        verifier.principal(token)
    assert token == "" or token not in str(refused.value)
    return refused.value.problem


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(key: SigningKey, header: object, claims: object) -> str:
    """A token with these very parts and a right signature of an ES256 key."""
    signing = f"{encoded(header)}.{encoded(claims)}"
    signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(signing.encode(), key.private)
    return f"{signing}.{encoded(signature)}"


def key_named(issuer: Issuer, kid: str) -> SigningKey:
    return next(key for key in issuer.keys if key.kid == kid)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_auth_algorithm_of_each_key_is_taken(algorithm: str, tmp_path: Path) -> None:
    """RSA keys verify RS and PS, curves their ES, Ed25519 EdDSA, from a set and from a file alike."""
    key = SigningKey("k", algorithm)
    path = tmp_path / "key.pem"
    path.write_bytes(public_pem(key))
    by_file = verifier_of(issuer="https://issuer", audience=AUDIENCE, jwt_key=str(path))
    assert by_file.principal(key.sign(claims_of("https://issuer"))).subject == "ann"
    with Issuer(key) as issuer:
        by_set = verifier_of(issuer=issuer.url, audience=AUDIENCE, jwks_url=issuer.jwks_url)
        assert by_set.principal(issuer.token()).may("viewer")


def test_auth_principal_has_what_the_token_says(issuer: Issuer, verifier: Verifier) -> None:
    """Subject, roles, scopes and id come from claims; without topics all of them are seen."""
    token = issuer.token(sub="ann@example.com", roles=["operator", "nonsense"], topics=["shop.*", "x["], jti="t-1")
    assert verifier.principal(token) == Principal(
        "ann@example.com", frozenset({"operator"}), ("shop.*",), "t-1", "token"
    )
    person = verifier.principal(issuer.token(topics=None))
    assert person.topics == ("*",)
    assert person.sees("anything")
    assert verifier.principal(issuer.token(topics=[])).topics == ()
    assert not verifier.principal(issuer.token(topics=7)).sees("anything")


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "aud", "iss"])
@pytest.mark.parametrize("value", [None, "", [], {}, True, 10**400, -1.5, "x\ny"], ids=repr)
def test_auth_required_claims_must_be_there_and_right(
    issuer: Issuer, verifier: Verifier, claim: str, value: object
) -> None:
    """A token without one of the required claims, or with one of another type, does not count."""
    claims = {name: each for name, each in claims_of(issuer.url).items() if name != claim}
    if value is not None:
        claims[claim] = value
    key = key_named(issuer, "ES256")
    assert problem_of(verifier, forged(key, {"alg": "ES256", "kid": "ES256"}, claims)) in {
        "claims", "issuer", "audience", "expired", "too_old", "malformed",
    }  # fmt: skip


def test_auth_times_have_a_leeway_and_no_more(issuer: Issuer, verifier: Verifier) -> None:
    """Expired, not yet valid, from the future or too old, each with a minute of leeway."""
    now = int(time.time())
    for changes in ({"exp": now - 30}, {"nbf": now + 30}, {"iat": now + 30}, {"iat": now - 86_400 - 30}):
        assert verifier.principal(issuer.token(**changes)).subject == "ann"
    for changes, problem in (
        ({"exp": now - 90}, "expired"),
        ({"nbf": now + 90}, "not_yet"),
        ({"iat": now + 90}, "not_yet"),
        ({"iat": now - 86_400 - 90}, "too_old"),
        ({"exp": 1e30}, "claims"),
        ({"nbf": "soon"}, "claims"),
        ({"exp": now * 1000, "iat": now * 1000}, "claims"),
    ):
        assert problem_of(verifier, issuer.token(**changes)) == problem


def test_auth_wrong_issuer_and_audience_are_refused(issuer: Issuer, verifier: Verifier) -> None:
    """Another's token does not count here, nor does one for somebody else; one for several does."""
    assert problem_of(verifier, issuer.token(iss=issuer.url + "/")) == "issuer"
    assert problem_of(verifier, issuer.token(aud="somebody-else")) == "audience"
    assert problem_of(verifier, issuer.token(aud=[AUDIENCE + "x", None])) == "audience"
    assert problem_of(verifier, issuer.token(aud={AUDIENCE: 1})) == "audience"
    assert verifier.principal(issuer.token(aud=["somebody-else", AUDIENCE])).subject == "ann"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_auth_algorithm_none_is_refused(issuer: Issuer, verifier: Verifier, algorithm: str) -> None:
    """No signature is no signature, however none is spelt, with and without a signature behind it."""
    key = key_named(issuer, "ES256")
    claims = claims_of(issuer.url)
    for kid in ({}, {"kid": "ES256"}):
        header = {"alg": algorithm, "typ": "JWT", **kid}
        assert problem_of(verifier, forged(key, header, claims)) in {"algorithm", "key_unknown"}
        assert problem_of(verifier, f"{encoded(header)}.{encoded(claims)}.") in {"algorithm", "key_unknown"}


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", ["pem", "der", "jwk", "n"])
def test_auth_public_key_is_no_secret(
    issuer: Issuer, verifier: Verifier, tmp_path: Path, algorithm: str, form: str
) -> None:
    """RS/HS confusion: a token signed by HMAC with any spelling of the public key does not count, by set or by file."""
    key = key_named(issuer, "RS256")
    pem = public_pem(key)
    secret = {
        "pem": pem,
        "der": base64.b64decode(b"".join(pem.splitlines()[1:-1])),
        "jwk": json.dumps(key.jwk()).encode(),
        "n": key.jwk()["n"].encode(),
    }[form]
    signing = f"{encoded({'alg': algorithm, 'kid': 'RS256'})}.{encoded(claims_of(issuer.url))}"
    digest = hmac.digest(secret, signing.encode(), getattr(hashlib, f"sha{algorithm[2:]}"))
    token = f"{signing}.{encoded(digest)}"
    assert problem_of(verifier, token) == "algorithm"
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    assert problem_of(verifier_of(issuer=issuer.url, audience=AUDIENCE, jwt_key=str(path)), token) == "algorithm"


def test_auth_algorithm_of_another_key_type_is_refused(issuer: Issuer, verifier: Verifier) -> None:
    """The header cannot choose an algorithm that the key of its id is not for, even with that key's own signature."""
    claims = claims_of(issuer.url)
    for kid, algorithm in (("RS256", "ES256"), ("ES256", "RS256"), ("ES256", "ES384"), ("ES384", "ES256"),
                           ("EdDSA", "ES256"), ("ES256", "EdDSA"), ("ES256", "ES256K")):  # fmt: skip
        header = {"alg": algorithm, "kid": kid}
        assert problem_of(verifier, forged(key_named(issuer, "ES256"), header, claims)) in {"algorithm", "signature"}
    only_ps = SigningKey("only-ps", "RS256")
    with Issuer(only_ps) as other:
        other.answers["/jwks"] = {"keys": [only_ps.jwk(alg="PS256")]}
        asked = verifier_of(issuer=other.url, audience=AUDIENCE, jwks_url=other.jwks_url)
        assert problem_of(asked, other.token()) == "algorithm"


def test_auth_signature_must_be_right(issuer: Issuer, verifier: Verifier) -> None:
    """A foreign key's signature, a changed claim, a cut, emptied or zero signature do not count."""
    good = issuer.token(key_named(issuer, "ES256"))
    header, claims, signature = good.split(".")
    stranger = SigningKey("ES256")
    other = encoded(claims_of(issuer.url, roles=["revealer"]))
    for token in (
        issuer.token(stranger),
        f"{header}.{other}.{signature}",
        f"{header}.{claims}.",
        f"{header}.{claims}.{encoded(bytes(64))}",
        f"{header}.{claims}.{signature[:-8]}",
        f"{encoded({'alg': 'ES256', 'kid': 'ES256', 'x': 1})}.{claims}.{signature}",
    ):
        assert problem_of(verifier, token) == "signature"
    assert verifier.principal(good).subject == "ann"


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null", "/dev/null", "k1' UNION SELECT 'x", "x" * 200, "x" * 5000, "%00", "\x00", "http://evil/",
        "|/bin/sh", "🔑", "",
    ],
)  # fmt: skip
def test_auth_kid_is_a_name_and_nothing_else(issuer: Issuer, verifier: Verifier, kid: str) -> None:
    """An id that is a path, SQL, a command or an address names no key; an empty secret signs nothing."""
    claims = claims_of(issuer.url)
    header = {"alg": "HS256", "kid": kid}
    signing = f"{encoded(header)}.{encoded(claims)}"
    token = f"{signing}.{encoded(hmac.digest(b'', signing.encode(), hashlib.sha256))}"
    assert problem_of(verifier, token) == "key_unknown"
    assert (
        problem_of(verifier, forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": kid}, claims)) == "key_unknown"
    )


@pytest.mark.parametrize("kid", [7, None, ["ES256"], {"kid": "ES256"}, True])
def test_auth_kid_of_another_type_names_no_key(issuer: Issuer, verifier: Verifier, kid: object) -> None:
    """Only text is an id; without one a key must be the only one of its kind."""
    token = forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": kid}, claims_of(issuer.url))
    assert problem_of(verifier, token) == "key_unknown"


def test_auth_token_without_kid_needs_the_only_key_of_its_kind(issuer: Issuer, verifier: Verifier) -> None:
    """One ES256 key is the one that is meant; of two RSA keys neither is."""
    claims = claims_of(issuer.url)
    assert verifier.principal(forged(key_named(issuer, "ES256"), {"alg": "ES256"}, claims)).subject == "ann"
    nameless = SigningKey(None, "RS256").sign(claims)
    assert problem_of(verifier, nameless) == "key_unknown"


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"])
def test_auth_header_brings_no_key(issuer: Issuer, verifier: Verifier, name: str) -> None:
    """A key, certificate or address in the header is never used nor asked: the token is refused."""
    stranger = SigningKey("evil")
    with Issuer(stranger) as evil:
        value: Any = {"jku": evil.jwks_url, "x5u": evil.jwks_url, "jwk": stranger.jwk(), "x5c": ["MIIB"]}.get(
            name, ["exp"]
        )
        if name == "b64":
            value = False
        for kid in ("evil", "ES256"):
            token = forged(stranger, {"alg": "ES256", "kid": kid, name: value}, claims_of(issuer.url))
            assert problem_of(verifier, token) == "header"
        own = forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": "ES256", name: value}, claims_of(issuer.url))
        assert problem_of(verifier, own) == "header"
        assert evil.asked == []


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", 7, None, ["JWT"]])
def test_auth_other_types_are_refused(issuer: Issuer, verifier: Verifier, kind: object) -> None:
    """What the same key signed for another purpose is no access token."""
    token = forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": "ES256", "typ": kind}, claims_of(issuer.url))
    assert problem_of(verifier, token) == "type"
    for good in ("JWT", "at+jwt", "application/at+jwt"):
        header = {"alg": "ES256", "kid": "ES256", "typ": good}
        assert verifier.principal(forged(key_named(issuer, "ES256"), header, claims_of(issuer.url))).subject == "ann"


@pytest.mark.parametrize(
    "part",
    [
        b'{"alg":"ES256","alg":"none","kid":"ES256"}', b'{"alg":"none","alg":"ES256","kid":"ES256"}',
        b'{"alg":"ES256","kid":"ES256","\\u006bid":"x"}',
    ],
)  # fmt: skip
def test_auth_duplicate_header_names_are_refused(issuer: Issuer, verifier: Verifier, part: bytes) -> None:
    """What two readers could read differently is refused, escapes included."""
    assert problem_of(verifier, forged(key_named(issuer, "ES256"), part, claims_of(issuer.url))) == "duplicate"


@pytest.mark.parametrize(
    "extra", [b'"sub":"root"', b'"\\u0073ub":"root"', b'"roles":["revealer"]', b'"realm_access":{"a":1,"a":2}']
)
def test_auth_duplicate_claims_are_refused(issuer: Issuer, verifier: Verifier, extra: bytes) -> None:
    """A signed token that says a claim twice, at any depth, does not count."""
    claims = json.dumps(claims_of(issuer.url)).encode()[:-1] + b"," + extra + b"}"
    token = forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": "ES256"}, claims)
    assert problem_of(verifier, token) == "duplicate"


@pytest.mark.parametrize(
    "claims",
    [
        b"[]", b"7", b"null", b'"x"', b"", b"{", b"\xff{}", '{"sub":"x"}'.encode("utf-16"), b"[" * 5000 + b"]" * 5000,
        b'{"exp":NaN}', b'{"exp":Infinity}', b'{"exp":' + b"9" * 5000 + b"}", b'{"a":' * 900 + b"1" + b"}" * 900,
    ],
    ids=range(13),
)  # fmt: skip
def test_auth_claims_that_are_no_object_are_refused(issuer: Issuer, verifier: Verifier, claims: bytes) -> None:
    """Signed nonsense does not count and breaks nothing."""
    token = forged(key_named(issuer, "ES256"), {"alg": "ES256", "kid": "ES256"}, claims)
    assert problem_of(verifier, token) in {"malformed", "claims", "too_large"}


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token + ".x",
        lambda token: token + "=",
        lambda token: token.replace(".", "=.", 1),
        lambda token: " " + token,
        lambda token: token.replace(".", "\n.", 1),
        lambda token: token.rsplit(".", 1)[0],
        lambda token: "",
        lambda token: "..",
        lambda token: token.replace("e", "é", 1),
        lambda token: json.dumps({"payload": token}),
        lambda token: "x" * 8193,
        lambda token: token + "A" * 9000,
    ],
)
def test_auth_only_the_compact_form_is_a_token(
    issuer: Issuer, verifier: Verifier, change: Callable[[str], str]
) -> None:
    """Padding, white space, more or fewer parts, other letters, JSON forms and huge tokens do not count."""
    assert problem_of(verifier, change(issuer.token())) in {"malformed", "too_large"}


def test_auth_token_has_one_spelling(issuer: Issuer, verifier: Verifier) -> None:
    """Bits behind the last byte of a part make no second text of the same token."""
    key = key_named(issuer, "ES256")
    spellings = 0
    for number in range(3):
        token = forged(key, {"alg": "ES256", "kid": "ES256"}, claims_of(issuer.url, x="x" * number))
        header, claims, signature = token.split(".")
        if len(claims) % 4:
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            last = alphabet[alphabet.index(claims[-1]) ^ 1]
            assert problem_of(verifier, f"{header}.{claims[:-1]}{last}.{signature}") == "malformed"
            spellings += 1
    assert spellings == 2


def test_auth_revoked_ids_end_at_once(issuer: Issuer, tmp_path: Path) -> None:
    """A line in the file ends a token, with a `jti` or by the digest that stands for one; the file is read anew."""
    path = tmp_path / "revoked"
    path.write_text("# nobody yet\n\n")
    verifier = verifier_of(issuer=issuer.url, audience=AUDIENCE, jwks_url=issuer.jwks_url, revoked=str(path))
    named, nameless = issuer.token(jti="t 1"), issuer.token(jti=None)
    token_id = verifier.principal(nameless).token_id
    assert len(token_id) == 32
    assert verifier.principal(named).token_id == "t 1"
    path.write_text(f"other\nt 1\n{token_id}\n")
    assert problem_of(verifier, named) == "revoked"
    assert problem_of(verifier, nameless) == "revoked"
    path.unlink()
    assert problem_of(verifier, named) == "revoked"
    path.write_text("other\n")
    assert verifier.principal(named).subject == "ann"


def test_auth_roles_come_from_any_claim_in_the_issuers_words(issuer: Issuer) -> None:
    """A dotted path, a claim whose name has dots, a list or a text; names are mapped, others mean nothing."""
    common = {"issuer": issuer.url, "audience": AUDIENCE, "jwks_url": issuer.jwks_url}
    nested = verifier_of(**common, roles_claim="realm_access.roles", operator_roles="sre, on-call", topics_claim="a.b")
    token = issuer.token(realm_access={"roles": ["on-call", "viewer"]}, roles=["revealer"], a={"b": "shop.* pay"})
    person = nested.principal(token)
    assert person.roles == {"operator", "viewer"}
    assert person.topics == ("shop.*", "pay")
    assert nested.principal(issuer.token(realm_access="viewer")).roles == frozenset()
    assert nested.principal(issuer.token(realm_access={"roles": {"viewer": 1}})).roles == frozenset()
    url = verifier_of(**common, roles_claim="https://example.com/roles")
    assert url.principal(issuer.token(**{"https://example.com/roles": "viewer revealer"})).roles == {
        "viewer",
        "revealer",
    }


def test_auth_roles_include_looking_and_not_each_other() -> None:
    """Operators and revealers may look; neither may do what the other may; nobody without a role may look."""

    def who(*roles: str) -> Principal:
        return Principal("ann", frozenset(roles), ("shop.*", "pay-?"), "t", "token")  # type: ignore[arg-type]

    assert [who("operator").may(role) for role in ("viewer", "operator", "revealer")] == [True, True, False]
    assert [who("revealer").may(role) for role in ("viewer", "operator", "revealer")] == [True, False, True]
    assert [who().may(role) for role in ("viewer", "operator", "revealer")] == [False, False, False]
    assert [who().sees(topic) for topic in ("shop.a", "pay-1", "pay-12", "Shop.a", "other")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_auth_development_secret_stands_alone(tmp_path: Path) -> None:
    """HS256 counts with the secret of development, and asymmetric tokens do not; a short secret is refused."""
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    verifier = verifier_of(dev_secret=str(path))
    claims = claims_of("maskstream-dev")
    assert verifier.principal(jwt.encode(claims, SECRET, algorithm="HS256")).subject == "ann"
    assert problem_of(verifier, jwt.encode(claims, SECRET, algorithm="HS512")) == "algorithm"
    assert problem_of(verifier, jwt.encode(claims, SECRET + "x", algorithm="HS256")) == "signature"
    assert problem_of(verifier, SigningKey("k").sign(claims)) == "algorithm"
    path.write_text("x" * 31)
    with pytest.raises(KeyringError, match="shorter than 32"):
        verifier_of(dev_secret=str(path))


@pytest.mark.parametrize("bits", [1024, 512])
def test_auth_weak_and_foreign_keys_of_a_set_are_passed_over(bits: int) -> None:
    """Short RSA keys, shared secrets, published private halves, keys for encryption, ids that two keys have."""
    weak = SigningKey("weak", "RS256", rsa.generate_private_key(65_537, max(bits, 1024)))
    good, twin, private = SigningKey("good"), SigningKey("twin"), SigningKey("private")
    with Issuer(good) as issuer:
        issuer.answers["/jwks"] = {
            "keys": [
                weak.jwk(), good.jwk(), twin.jwk(), twin.jwk(), private.jwk(d="AQAB"),
                {"kty": "oct", "kid": "oct", "k": encoded(b"x" * 32)}, 7, None, [], {"kty": "EC"}, {"kty": ["EC"]},
                SigningKey("enc").jwk(use="enc"), SigningKey("ops").jwk(key_ops=["sign"]), {**good.jwk(), "kid": 7},
                {**SigningKey("curve").jwk(), "crv": "secp256k1"}, {**SigningKey("point").jwk(), "x": "AAAA"},
            ]
        }  # fmt: skip
        verifier = verifier_of(issuer=issuer.url, audience=AUDIENCE, jwks_url=issuer.jwks_url)
        assert verifier.principal(issuer.token()).subject == "ann"
        for key in (twin, private):
            assert problem_of(verifier, issuer.token(key)) == "key_unknown"
        signing = f"{encoded({'alg': 'RS256', 'kid': 'weak'})}.{encoded(claims_of(issuer.url))}"
        assert problem_of(verifier, f"{signing}.{encoded(bytes(128))}") == "key_unknown"
        secret = jwt.encode(claims_of(issuer.url), "x" * 32, algorithm="HS256", headers={"kid": "oct"})
        assert problem_of(verifier, secret) == "key_unknown"


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_auth_key_file_must_be_a_public_key(tmp_path: Path, content: bytes) -> None:
    """What is no public key, a private one, or one that others may write, is refused at the start in a sentence."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    settings = {"issuer": "https://issuer", "audience": AUDIENCE, "jwt_key": str(path)}
    with pytest.raises(KeyringError, match="no public key"):
        verifier_of(**settings)
    path.write_bytes(SigningKey("k").pem())
    with pytest.raises(KeyringError, match="no public key"):
        verifier_of(**settings)
    path.write_bytes(public_pem(SigningKey("k")))
    path.chmod(0o666)
    with pytest.raises(KeyringError, match="open to others"):
        verifier_of(**settings)


def test_auth_key_file_may_be_exchanged(tmp_path: Path) -> None:
    """A new key in the file counts at once and the old one no more; nonsense in it leaves the last key in force."""
    old, new = SigningKey(None), SigningKey(None)
    path = tmp_path / "key.pem"
    path.write_bytes(public_pem(old))
    verifier = verifier_of(issuer="https://issuer", audience=AUDIENCE, jwt_key=str(path))
    assert verifier.principal(old.sign(claims_of("https://issuer"))).subject == "ann"
    other = tmp_path / "new.pem"
    other.write_bytes(public_pem(new))
    other.replace(path)
    assert verifier.principal(new.sign(claims_of("https://issuer"))).subject == "ann"
    assert problem_of(verifier, old.sign(claims_of("https://issuer"))) == "signature"
    path.write_text("half a fi")
    assert verifier.principal(new.sign(claims_of("https://issuer"))).subject == "ann"
