"""Log-in at a real OpenID provider on loopback: code, PKCE, state, nonce, and what a hostile way back looks like."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.access import House, browser, house, secret, settings_of
from tests.support.oidc import AUDIENCE, CLIENT, Issuer, SigningKey, claims_of


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as made:
        yield made


@pytest.fixture
def made(issuer: Issuer, tmp_path: Path) -> Iterator[House]:
    with house(settings_of(tmp_path, issuer)) as found:
        yield found


def leave(client: httpx2.Client, path: str = "/login/start") -> str:
    """To the provider, logged in there, and the address that leads back."""
    away = client.get(path)
    assert away.status_code == 303
    back = httpx2.get(away.headers["location"], trust_env=False, verify=False)
    assert back.status_code == 303
    return str(back.headers["location"])


def arrive(client: httpx2.Client, address: str) -> httpx2.Response:
    return client.get(address, headers={"sec-fetch-site": "cross-site"})


def changed(address: str, **changes: str | None) -> str:
    parts = urlsplit(address)
    query: dict[str, Any] = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return str(httpx2.URL(address, params={name: value for name, value in query.items() if value is not None}))


def test_login_by_provider(issuer: Issuer, made: House) -> None:
    """Away with PKCE, state and nonce; back with a code; a session with the provider's roles, and on to the path."""
    client = browser(made)
    assert "/login/start?next=/records/0/17" in client.get("/login?next=/records/0/17").text
    away = client.get("/login/start?next=/records/0/17")
    query = parse_qs(urlsplit(away.headers["location"]).query)
    assert set(query) == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    assert query["redirect_uri"] == ["http://localhost:8464/login/callback"]
    cookie = away.headers["set-cookie"]
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie
    for secret_text in (*query["state"], *query["nonce"]):
        assert secret_text not in cookie
    back = httpx2.get(away.headers["location"], trust_env=False, verify=False).headers["location"]
    landed = arrive(client, back)
    assert landed.status_code == 200
    assert 'url=/records/0/17"' in landed.text
    assert "maskstream-login" not in client.cookies
    seen = client.get("/see").json()
    assert (seen["subject"], seen["roles"], seen["via"]) == ("ann", ["operator"], "session")
    assert made.written() == [("login", "ann", None)]
    assert made.events[0].token
    assert client.get("/login?next=/records/0/17").headers["location"] == "/records/0/17"


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post", None])
def test_login_with_a_clients_secret(tmp_path: Path, way: str | None) -> None:
    """A confidential client proves itself as the provider says, by default in the header."""
    password = "s/e c+r:et-%-é"
    path = secret(tmp_path / "client.secret", password)
    with Issuer(client_secret=password) as issuer:
        if way is not None:
            document = issuer.discovery() | {"token_endpoint_auth_methods_supported": [way]}
            issuer.answers["/.well-known/openid-configuration"] = document
        with house(settings_of(tmp_path, issuer, REVIEW_CLIENT_SECRET=str(path))) as made:
            client = browser(made)
            assert arrive(client, leave(client)).status_code == 200
            assert issuer.proofs == ["post" if way == "client_secret_post" else "basic"]


def test_login_session_outlives_rotation_at_the_issuers(issuer: Issuer, made: House) -> None:
    """Keys rotated in mid-session: the session goes on, the next log-in and token are by the new key."""
    client = browser(made)
    assert arrive(client, leave(client)).status_code == 200
    old = issuer.token()
    issuer.rotate("k2", keep=False)
    assert client.get("/see").status_code == 200
    program = made.client()
    assert program.get("/see", headers={"authorization": f"Bearer {old}"}).status_code == 200


def test_login_callback_needs_this_browsers_own_beginning(issuer: Issuer, made: House) -> None:
    """Without the cookie, with another's, with a wrong or missing state: no session, and no code is spent on it."""
    attacker, victim = browser(made), browser(made)
    address = leave(attacker)
    tokens_asked = issuer.asked.count("/token")
    assert arrive(victim, address).status_code == 401
    leave(victim)
    assert arrive(victim, address).status_code == 401
    assert arrive(attacker, changed(address, state=None)).status_code == 401
    leave(attacker)
    other = browser(made)
    own = leave(other)
    assert arrive(other, changed(own, state="x" * 43)).status_code == 401
    assert issuer.asked.count("/token") == tokens_asked
    assert {problem for _, _, problem in made.written()} == {"state"}
    assert all("maskstream-session" not in client.cookies for client in (attacker, victim, other))


def test_login_callback_works_once(issuer: Issuer, made: House) -> None:
    """The same address again, in the same browser, begins no second session."""
    client = browser(made)
    address = leave(client)
    assert arrive(client, address).status_code == 200
    client.cookies.clear()
    assert arrive(client, address).status_code == 401


def test_login_code_of_somebody_else_is_useless(issuer: Issuer, made: House) -> None:
    """PKCE: a stolen code, put behind the thief's own state, is refused by the provider."""
    victim, thief = browser(made), browser(made)
    stolen = parse_qs(urlsplit(leave(victim)).query)["code"][0]
    assert arrive(thief, changed(leave(thief), code=stolen)).status_code == 401
    assert made.written() == [("login_failed", "-", "code")]


@pytest.mark.parametrize(
    "changes",
    [
        {"error": "access_denied", "code": None}, {"code": None}, {"code": "x" * 5000}, {"iss": "https://evil.example"},
        {"iss": None}, {"code": "nonsense"}, {"error": "<script>alert(1)</script>"},
    ],
)  # fmt: skip
def test_login_way_back_with_nonsense(made: House, changes: dict[str, str | None]) -> None:
    """Errors, missing or foreign parts: a page that says to try again, and repeats nothing."""
    client = browser(made)
    answer = arrive(client, changed(leave(client), **changes))
    assert answer.status_code == 401
    assert "try again" in answer.text or "used already" in answer.text
    for value in changes.values():
        assert value is None or value not in answer.text
    assert "maskstream-session" not in client.cookies


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"nonce": "x"}, "nonce"), ({"nonce": None}, "nonce"), ({"aud": "another-client"}, "audience"),
        ({"aud": AUDIENCE}, "audience"), ({"aud": [CLIENT, "another"]}, "audience"), ({"azp": "another"}, "audience"),
        ({"iss": "https://evil.example"}, "issuer"), ({"exp": 1}, "expired"), ({"sub": None}, "claims"),
        ({"roles": ["nothing"]}, "no_role"), ({"roles": None}, "no_role"),
    ],
)  # fmt: skip
def test_login_id_token_must_be_right(issuer: Issuer, made: House, claims: dict[str, Any], problem: str) -> None:
    """An id token is verified as strictly as any, for this client and this log-in; nobody comes in without a role."""
    issuer.id_claims = claims
    client = browser(made)
    answer = arrive(client, leave(client))
    assert answer.status_code == (403 if problem == "no_role" else 401)
    assert [found for _, _, found in made.written()] == [problem]
    assert "maskstream-session" not in client.cookies


@pytest.mark.parametrize("answer", [{}, {"id_token": 7}, {"id_token": "x.y.z"}, b"not json", b"[]"], ids=repr)
def test_login_provider_that_answers_nonsense(issuer: Issuer, made: House, answer: object) -> None:
    """Whatever the token endpoint says, there is a page and no session."""
    issuer.answers["/token"] = answer
    client = browser(made)
    assert arrive(client, leave(client)).status_code in {401, 503}
    assert "maskstream-session" not in client.cookies


def test_login_id_token_of_a_stranger(issuer: Issuer, made: House) -> None:
    """Signed by a key that the issuer does not publish, it does not count."""
    issuer.answers["/token"] = {"id_token": SigningKey("k1").sign(claims_of(issuer.url, aud=CLIENT))}
    client = browser(made)
    assert arrive(client, leave(client)).status_code == 401


def test_login_while_the_provider_is_away(issuer: Issuer, made: House) -> None:
    """A page that says so, on the way there and on the way back; nothing is written about anybody."""
    client = browser(made)
    address = leave(client)
    issuer.down = True
    assert arrive(client, address).status_code == 503
    issuer.down = False
    assert client.get("/login").status_code == 200
    assert made.written() == []


def test_login_provider_away_from_the_start(tmp_path: Path) -> None:
    """The log-in page is there, the way to the provider is not yet, and later it is."""
    with Issuer() as issuer, house(settings_of(tmp_path, issuer)) as made:
        issuer.down = True
        client = browser(made)
        assert client.get("/login").status_code == 200
        assert client.get("/login/start").status_code == 503
        issuer.down = False
        assert client.get("/login/start").status_code == 303


def test_login_attempts_are_limited(issuer: Issuer, made: House) -> None:
    """Who begins again and again is told to wait before the provider is asked."""
    client = browser(made)
    answers = [client.get("/login/start").status_code for _ in range(35)]
    assert answers[:30] == [303] * 30
    assert 429 in answers


def test_login_by_provider_is_not_there_without_one(tmp_path: Path) -> None:
    """In development there is a form, and no way to a provider."""
    with house(settings_of(tmp_path)) as made:
        client = browser(made)
        page = client.get("/login").text
        assert "/login/start" not in page
        assert "type=password" in page
        assert client.get("/login/start").status_code == 404
        assert client.get("/login/callback?code=x&state=y").status_code == 404


def test_login_page_can_be_given_looks(made: House) -> None:
    """The pages put their own page in the place of the plain one."""
    made.app.state.login_page = lambda _request, page: f"own {page.by_provider} {page.by_token} {page.start}"
    assert browser(made).get("/login").text == "own True False /login/start"
