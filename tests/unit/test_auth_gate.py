"""The gate in front of real routes: who passes, what strangers learn, cookies, forms, headers, limits."""

import base64
import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from streams.errors import RunError, SettingsError
from streams.review.auth.access import open_access
from streams.review.auth.devtoken import make_dev_token
from streams.review.auth.limits import Buckets, client_address, network_of
from streams.review.auth.once import mint_once
from streams.review.auth.sessions import Sessions
from streams.review.auth.signing import Signer
from streams.settings import load
from streams.telemetry import log
from tests.support.access import BROWSER, House, browser, house, secret, settings_of
from tests.support.oidc import Issuer, SigningKey, claims_of

SESSION = "maskstream-session"


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[House]:
    with house(settings_of(tmp_path)) as made:
        yield made


def token_of(made: House, *roles: str, **more: Any) -> str:
    return make_dev_token(made.access.settings, more.get("sub", "ann"), roles or ("operator",), None, 600)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def log_in(made: House, *roles: str, **options: Any) -> httpx2.Client:
    client = browser(made, **options)
    token = token_of(made, *roles, **({"sub": options["sub"]} if "sub" in options else {}))
    answer = client.post("/login", data={"token": token}, headers=BROWSER)
    assert answer.status_code == 200
    return client


def test_gate_is_shut_for_strangers_whatever_the_path(dev: House) -> None:
    """Each path, there or not, says the same to whoever has no token; bad bodies and methods change nothing."""
    client = dev.client()
    answers = [
        client.request(method, path, **more)
        for method, path, more in (
            ("GET", "/see", {}), ("GET", "/open", {}), ("GET", "/nothing", {}), ("GET", "/openapi.json", {}),
            ("GET", "/docs", {}), ("DELETE", "/see", {"headers": BROWSER}), ("GET", "/", {}), ("GET", "//see", {}),
            ("POST", "/json", {"content": b"{", "headers": BROWSER}), ("PUT", "/login", {"headers": BROWSER}),
            ("GET", "/Login/../see", {}), ("GET", "/login/", {}), ("GET", "/livez/", {}), ("GET", "/static", {}),
            ("GET", "/see%2f..", {}), ("GET", "/login/callback/x", {}),
        )
    ]  # fmt: skip
    bodies = {(answer.status_code, answer.content) for answer in answers if answer.status_code == 401}
    assert len(bodies) == 1
    assert [answer.status_code for answer in answers].count(401) == len(answers) - 1
    assert client.put("/login", headers=BROWSER).status_code == 405
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_gate_lets_probes_and_the_log_in_page_through(dev: House) -> None:
    """Probes come by any host; the log-in page and files of pages need nobody."""
    assert dev.client(base_url="http://10.0.0.7").get("/livez").status_code == 200
    assert dev.client().get("/login").status_code == 200
    assert dev.client().get("/static/page.css").status_code == 200
    assert "no-store" not in dev.client().get("/static/page.css").headers.get("cache-control", "")


def test_gate_takes_a_bearer_token_and_asks_for_roles(dev: House) -> None:
    """By token no form's token is needed; a role that is not held is refused without a word about the record."""
    client = dev.client()
    assert client.get("/see", headers=bearer(token_of(dev, "viewer"))).json()["via"] == "token"
    assert client.post("/decide", headers=bearer(token_of(dev, "operator"))).status_code == 200
    refused = client.post("/decide", headers=bearer(token_of(dev, "viewer", "revealer")))
    assert (refused.status_code, refused.json()) == (403, {"detail": "You may not do this."})
    assert client.get("/original", headers=bearer(token_of(dev, "operator"))).status_code == 403
    nobody = jwt.encode(claims_of("maskstream-dev", roles=["other"]), _secret_of(dev), algorithm="HS256")
    assert client.get("/see", headers=bearer(nobody)).status_code == 403
    assert client.get("/see", headers={"authorization": f"bearer  {token_of(dev, 'viewer')}"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer ", "", "Token x", "Bearer a b", "Bearer é".encode("latin-1")]
)
def test_gate_takes_nothing_else_for_a_token(dev: House, header: str | bytes) -> None:
    """Other schemes and nonsense are refused, and a session beside them does not help."""
    client = log_in(dev)
    assert client.get("/see").status_code == 200
    assert client.get("/see", headers={"authorization": header}).status_code == 401  # type: ignore[dict-item]


def test_gate_bad_token_beside_a_good_session_is_refused(dev: House) -> None:
    """Who sends a token means it: there is no falling back to the cookie."""
    client = log_in(dev)
    assert client.get("/see", headers=bearer(token_of(dev) + "x")).status_code == 401
    twice = [("authorization", f"Bearer {token_of(dev)}")] * 2
    assert client.get("/see", headers=httpx2.Headers(twice)).status_code == 401


def test_gate_leads_browsers_to_the_log_in(dev: House) -> None:
    """A browser's page request goes to the log-in page with the path, and never with a query or another host."""
    client = browser(dev)
    assert client.get("/records/0/17?q=canary").headers["location"] == "/login?next=/records/0/17"
    assert client.get("/").headers["location"] == "/login"
    for path in ("//evil.example", "/\\evil.example", "/a//b", "/%0d%0aset-cookie:x", "/login/start", "/" + "a" * 600):
        assert client.get(f"http://localhost:8464{path}").headers.get("location", "/login") == "/login"
    assert client.get("/see", headers={"accept": "application/json"}).status_code == 401


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil",
        "javascript:alert(1)",
        "/x?y=z",
        "/logout",
        "/a\nb",
        '/"><script>',
    ],
)
def test_login_goes_on_to_paths_of_ours_only(dev: House, wanted: str) -> None:
    """Whatever stands in `next`, the way leads to a path of this service."""
    client = browser(dev)
    answer = client.post("/login", data={"token": token_of(dev), "next": wanted}, headers=BROWSER)
    assert re.findall(r'url=([^"]*)"', answer.text) == ["/"]
    assert client.get("/login", params={"next": wanted}).headers["location"] == "/"
    page = browser(dev).get("/login", params={"next": wanted}).text
    assert 'name=next value="/"' in page
    assert "<script" not in page


def test_session_cookie_is_strict_and_holds_no_token(dev: House) -> None:
    """HttpOnly, SameSite=Strict, no token in it, no longer than its token; and the page goes on by itself."""
    client = browser(dev)
    token = token_of(dev, "operator", "viewer")
    answer = client.post("/login", data={"token": token, "next": "/records/0/1"}, headers=BROWSER)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if SESSION in value)
    assert re.search(r"; Path=/; Max-Age=(59\d|600); HttpOnly; SameSite=Strict$", cookie)
    body = base64.urlsafe_b64decode(cookie.split("=", 1)[1].split(".")[0] + "==")
    assert token not in cookie
    assert json.loads(body)["sub"] == "ann"
    assert 'content="0; url=/records/0/1"' in answer.text
    seen = client.get("/see").json()
    assert (seen["subject"], seen["roles"], seen["topics"], seen["via"]) == (
        "ann", ["operator", "viewer"], ["*"], "session",
    )  # fmt: skip
    assert dev.written() == [("login", "ann", None)]


def test_session_cookie_over_https_is_of_this_host_alone(tmp_path: Path) -> None:
    """With a public https address cookies are __Host- and Secure, and browsers are told to stay with https."""
    settings = settings_of(tmp_path, REVIEW_PUBLIC_URL="https://review.example.com")
    with house(settings) as made:
        client = browser(made, base_url="https://review.example.com")
        answer = client.post(
            "/login",
            data={"token": token_of(made)},
            headers={"sec-fetch-site": "same-origin", "origin": "https://review.example.com"},
        )
        cookie = next(value for value in answer.headers.get_list("set-cookie") if "session" in value)
        assert cookie.startswith("__Host-maskstream-session=")
        assert cookie.endswith("; HttpOnly; SameSite=Strict; Secure")
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"]
        assert client.get("/see").status_code == 200
        assert browser(made, base_url="https://evil.example").get("/login").status_code == 400
        bare = made.client(base_url="http://10.1.2.3:8464")
        assert bare.get("/see", headers=bearer(token_of(made))).status_code == 200


def test_session_changed_in_any_letter_is_none(dev: House) -> None:
    """A cookie with one letter changed, cut, swapped or of another purpose lets nobody in."""
    client = log_in(dev, "viewer")
    text = client.cookies[SESSION]
    body, signature = text.split(".")
    richer = (
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + "==").replace(b'["viewer"]', b'["revealer"]'))
        .rstrip(b"=")
        .decode()
    )
    signer = Signer(dev.access.settings.review_session_key)
    content = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = [f"{richer}.{signature}", body, f".{signature}", f"{body}.", text[:-1], text + "A", "", "é", "x" * 5000]
    forged += [signer.sign("login", content), Signer().sign("session", content)]
    forged += [text[:spot] + ("A" if text[spot] != "A" else "B") + text[spot + 1 :] for spot in range(0, len(text), 7)]
    for wrong in forged:
        stranger = dev.client()
        cookie = f"{SESSION}={wrong}".encode()
        assert stranger.get("/see", headers={"cookie": cookie}).status_code == 401  # type: ignore[dict-item]
    assert dev.client().get("/see", headers={"cookie": f"{SESSION}={text}"}).status_code == 200
    odd = [{**content, "v": 2}, {**content, "roles": 7}, {**content, "exp": "x"}, {"v": 1}, {**content, "exp": None}]
    for other in odd:
        cookie = f"{SESSION}={signer.sign('session', other)}"
        assert dev.client().get("/see", headers={"cookie": cookie}).status_code == 401


def test_session_ends_with_time_revocation_and_log_out(tmp_path: Path) -> None:
    """By its own age, by its token's end, by a revoked id, and by logging out, with the cookie kept."""
    revoked = tmp_path / "revoked"
    revoked.touch()
    with house(settings_of(tmp_path, REVIEW_REVOKED=str(revoked))) as made:
        client = log_in(made)
        kept = {"cookie": f"{SESSION}={client.cookies[SESSION]}"}
        csrf = client.get("/see").json()["csrf"]
        assert client.post("/logout", headers=BROWSER).status_code == 403
        gone = client.post("/logout", data={"csrf": csrf}, headers=BROWSER)
        assert (gone.status_code, gone.headers["location"]) == (303, "/login")
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert made.client().get("/see", headers=kept).status_code == 401
        other = log_in(made, "viewer")
        body = other.cookies[SESSION].split(".")[0]
        revoked.write_text(json.loads(base64.urlsafe_b64decode(body + "=="))["jti"] + "\n")
        assert other.get("/see", headers={"accept": "*/*"}).status_code == 401
        assert [action for action, _, _ in made.written()] == ["login", "logout", "login"]
    now = [1000.0]
    sessions = Sessions(Signer(), 3600, lambda _: False, lambda: now[0])
    person = made.access.verifier.principal(token_of(made))
    (long, age), (short, brief) = sessions.begin(person), sessions.begin(person, 1060)
    assert (age, brief) == (3600, 60)
    now[0] = 1060
    assert sessions.read(long) is not None
    assert sessions.read(short) is None
    now[0] = 4600
    assert sessions.read(long) is None


def test_session_keys_rotate(tmp_path: Path) -> None:
    """A new first key signs, the old one still verifies, and what was signed by a key that is gone ends."""
    path = secret(tmp_path / "session.key")
    with house(settings_of(tmp_path)) as made:
        client = log_in(made)
        old = path.read_text()
        secret(path, "y" * 40 + "\n" + old)
        assert client.get("/see").status_code == 200
        newer = log_in(made)
        secret(path, "y" * 40)
        assert client.get("/see", headers={"accept": "*/*"}).status_code == 401
        assert newer.get("/see").status_code == 200
        secret(path, "short")
        assert newer.get("/see").status_code == 200


def test_form_needs_the_sessions_token(dev: House) -> None:
    """In the field or the header, of this very session; GET needs none."""
    client, other = log_in(dev), log_in(dev)
    csrf, foreign = client.get("/see").json()["csrf"], other.get("/see").json()["csrf"]
    assert csrf != foreign
    for data, headers in (
        ({}, {}), ({"csrf": foreign}, {}), ({"csrf": ""}, {}), ({}, {"x-csrf-token": foreign}),
        ({}, {"x-csrf-token": ""}), ({"csrf": csrf}, {"x-csrf-token": "x"}), ({"csrf": "é"}, {}),
    ):  # fmt: skip
        assert client.post("/decide", data=data, headers=BROWSER | headers).status_code == 403
    assert client.post("/decide", data={"csrf": csrf, "reason": "INC-7"}, headers=BROWSER).text == '"ann INC-7"'
    files = {"policy": ("p.yaml", b"x")}
    assert client.post("/decide", data={"csrf": csrf}, files=files, headers=BROWSER).status_code == 200
    assert client.post("/json", json={"a": 1}, headers=BROWSER | {"x-csrf-token": csrf}).status_code == 200
    assert client.post("/json", json={"a": 1, "csrf": csrf}, headers=BROWSER).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {},
        {"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, {"origin": "http://localhost"},
        {"origin": "null"}, {"origin": "https://localhost:8464"}, {"sec-fetch-site": "", "origin": "http://localhost:8464"},
    ],
)  # fmt: skip
def test_form_must_be_sent_by_a_page_of_ours(dev: House, headers: dict[str, str]) -> None:
    """A form from another site is refused although session and token are right; the log-in's form too."""
    client = log_in(dev)
    csrf = client.get("/see").json()["csrf"]
    del client.headers["sec-fetch-site"]
    assert client.post("/decide", data={"csrf": csrf}, headers=headers).status_code == 403
    assert client.post("/login", data={"token": token_of(dev)}, headers=headers).status_code == 403
    good = {"origin": "http://localhost:8464"}
    assert client.post("/decide", data={"csrf": csrf}, headers=good).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "[::1", "a@localhost:x", ""]
)
def test_gate_answers_to_its_own_hosts_only(dev: House, host: str) -> None:
    """A foreign name that points here (DNS rebinding) gets nothing, with or without a session."""
    client = log_in(dev)
    assert client.get("/see", headers={"host": host}).status_code == 400
    assert client.get("/login", headers={"host": host}).status_code == 400
    for own in ("localhost:1", "127.0.0.1:8464", "[::1]:8464"):
        assert dev.client().get("/login", headers={"host": own}).status_code == 200


def test_shield_headers_stand_on_every_answer(dev: House) -> None:
    """Refusals, pages, errors: strict CSP, no frame, no sniffing, no referrer, no cache; and no name of a server."""
    client = log_in(dev)
    for answer in (
        dev.client().get("/see"), client.get("/see"), client.get("/login"), client.get("/fails"),
        client.get("/nothing"), dev.client().get("/login"), dev.client().get("/livez"),
        client.post("/decide", headers=BROWSER),
        client.get("/see", headers={"host": "evil.example"}),
    ):  # fmt: skip
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;")
        assert "unsafe" not in policy
        for part in ("frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert part in policy
        expected = {
            "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
        }  # fmt: skip
        assert {name: answer.headers[name] for name in expected} == expected
        assert "etag" not in answer.headers
        assert "server" not in answer.headers


def test_shield_tells_nothing_of_an_error(
    dev: House,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exception's words go nowhere: not into the answer, a log or standard error."""
    monkeypatch.setattr(log._process, "logger", None)
    client = log_in(dev)
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/fails")
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    shown = capfd.readouterr()
    assert "canary" not in answer.text + caplog.text + shown.out + shown.err
    assert "review_failed" in shown.err
    assert "ValueError" in shown.err


def test_shield_limits_bodies(dev: House) -> None:
    """Too long by its own word or in pieces: 413, and the route gets nothing of it."""
    client = dev.client()
    auth = bearer(token_of(dev))
    assert client.post("/json", json={"a": "x" * (1 << 20)}, headers=auth).status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b'{"a":"'
        for _ in range(200):
            yield b"x" * 10_000
        yield b'"}'

    assert (
        client.post("/json", content=pieces(), headers=auth | {"content-type": "application/json"}).status_code == 413
    )
    assert client.post("/json", json={"a": "x" * 1000}, headers=auth).status_code == 200
    assert client.post("/json", content=b"x", headers=auth | {"content-length": "9" * 30}).status_code == 413


def test_failures_are_written_down_and_limited(dev: House) -> None:
    """Ten at once from one network, then 429 and silence; good tokens and other networks pass all the same."""
    client, elsewhere = dev.client("2001:db8::1"), dev.client("192.0.2.7")
    bad = bearer(token_of(dev) + "x")
    answers = [client.get("/see", headers=bad) for _ in range(15)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 5
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 11
    assert dev.client("2001:db8::ffff").get("/see", headers=bad).status_code == 429
    assert client.get("/see", headers=bearer(token_of(dev))).status_code == 200
    assert elsewhere.get("/see", headers=bad).status_code == 401
    assert browser(dev).post("/login", data={"token": "x"}, headers=BROWSER).status_code == 401
    assert dev.written() == [("login_failed", "-", "signature")] * 11 + [("login_failed", "-", "malformed")]
    assert dev.events[0].address == "2001:db8::1"


def test_failure_names_whom_a_right_signature_names(dev: House) -> None:
    """Who comes with an expired token of ours is known; what an unsigned one says of itself is not written down."""
    now = int(time.time())
    late = jwt.encode(claims_of("maskstream-dev", exp=now - 100, jti="t-1"), _secret_of(dev), algorithm="HS256")
    forged = jwt.encode(claims_of("maskstream-dev", sub="canary"), "x" * 40, algorithm="HS256")
    assert dev.client().get("/see", headers=bearer(late)).status_code == 401
    assert dev.client().get("/see", headers=bearer(forged)).status_code == 401
    assert dev.written() == [("login_failed", "ann", "expired"), ("login_failed", "-", "signature")]
    assert dev.events[0].token == "t-1"


def test_reveals_are_limited_by_person_and_network(tmp_path: Path) -> None:
    """A person has so many looks, from wherever; a network has more, of whomever."""
    with house(settings_of(tmp_path, REVIEW_REVEALS_PER_HOUR="4")) as made:
        ann = bearer(token_of(made, "revealer"))
        client, elsewhere = made.client("192.0.2.1"), made.client("192.0.2.2")
        answers = [
            each.post("/reveal", headers=ann) for each in (client, elsewhere, client, elsewhere, client, elsewhere)
        ]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) > 60
        assert client.post("/reveal", headers=bearer(token_of(made, "operator"))).status_code == 403
        many = [
            client.post("/reveal", headers=bearer(token_of(made, "revealer", sub=f"p{number}"))).status_code
            for number in range(60)
        ]
        assert many.count(429) == 60 - 48


def test_buckets_refill_with_time_and_stay_small() -> None:
    """A burst, then one by one as the clock goes on; names beyond the limit push the oldest out."""
    now = [0.0]
    buckets = Buckets(3, 0.5, lambda: now[0], names_max=100)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2.0]
    now[0] = 1.0
    assert buckets.take("a") == 1.0
    now[0] = 2.0
    assert buckets.take("a") == 0
    now[0] = 1000.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2.0]
    for number in range(1000):
        buckets.take(f"n{number}")
    assert len(buckets) == 100
    now[0] = 0.0
    assert buckets.take("n999") == 0


def test_network_of_an_address() -> None:
    """IPv4 is itself, IPv6 its /64, mapped addresses are IPv4, and what is no address is one name."""
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1:1:1") == "2001:db8::/64"
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("testclient") == network_of("") == "unknown"
    assert client_address({"client": ("x", 1)}) is None
    assert client_address({"client": None}) is None


def test_once_link_lets_in_once(dev: House) -> None:
    """From this machine, within ten minutes, once; in development only."""
    state = dev.access.settings.state_dir
    code = mint_once(state, "ann", ("operator",), ("shop.*",))
    assert (state / "once").stat().st_mode & 0o777 == 0o700
    assert code not in "".join(path.name + path.read_text() for path in (state / "once").iterdir())
    client = browser(dev)
    for wrong in ("x", code[:-1], "../../etc/passwd", code + "x"):
        assert client.get(f"/login/once/{wrong}").status_code in {401, 404, 303}
    assert dev.client("192.0.2.1").get(f"/login/once/{code}").status_code == 401
    assert browser(dev).get(f"/login/once/{code}", headers={"sec-fetch-site": "cross-site"}).status_code == 401
    assert client.get(f"/login/once/{code}").status_code == 200
    assert client.get("/see").json()["topics"] == ["shop.*"]
    assert browser(dev).get(f"/login/once/{code}").status_code == 401
    old = mint_once(state, "ann", now=time.time() - 700)
    assert browser(dev).get(f"/login/once/{old}").status_code == 401


def test_once_link_is_dead_beside_an_issuer(tmp_path: Path) -> None:
    """Where there is an issuer no link and no pasted token lets anybody in by a browser."""
    with Issuer() as issuer, house(settings_of(tmp_path, issuer)) as made:
        code = mint_once(made.access.settings.state_dir, "ann")
        assert browser(made).get(f"/login/once/{code}").status_code == 401
        assert browser(made).post("/login", data={"token": issuer.token()}, headers=BROWSER).status_code == 403


def test_tokens_and_cookies_are_nowhere_to_be_seen(
    dev: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Good and bad tokens, sessions and form tokens are in no log line, event, answer, address or representation."""
    with caplog.at_level(logging.DEBUG):
        good, bad = token_of(dev), token_of(dev, "revealer") + "x"
        client = log_in(dev)
        answers = [
            client.get("/see", headers=bearer(good)), client.get("/see", headers=bearer(bad)),
            client.post("/login", data={"token": bad}, headers=BROWSER), client.get("/login", params={"next": bad}),
            client.get("/login", params={"token": good}), client.get("/fails", headers=bearer(good)),
        ]  # fmt: skip
    session = client.cookies[SESSION]
    dev.written()
    shown = capfd.readouterr()
    # The client of the test says in its log which address it asked for.
    logged = [record.getMessage() for record in caplog.records if record.name != "httpx2"]
    said = [answer.text + str(answer.headers.get("location")) for answer in answers]
    everything = "".join([*logged, *said, shown.out, shown.err, repr(dev.access), repr(dev.events)])
    for secret_text in (good, bad, session, _secret_of(dev), good.split(".")[2]):
        assert secret_text not in everything


def test_login_that_cannot_be_written_down_does_not_happen(dev: House) -> None:
    """Without the audit there is no session: 503, a sentence, no cookie."""
    dev.fails = RunError("The topic does not answer.")
    answer = browser(dev).post("/login", data={"token": token_of(dev)}, headers=BROWSER)
    assert answer.status_code == 503
    assert "could not be written down" in answer.text
    assert "set-cookie" not in answer.headers


def test_issuer_away_is_no_refusal(tmp_path: Path) -> None:
    """While keys cannot be asked for, tokens of unknown keys get 503; sessions and known keys go on."""
    with Issuer(SigningKey("k1")) as issuer, house(settings_of(tmp_path, issuer)) as made:
        client = made.client()
        assert client.get("/see", headers=bearer(issuer.token())).status_code == 200
        issuer.down = True
        made.access.verifier.ready()
        assert client.get("/see", headers=bearer(issuer.token())).status_code == 200
        assert made.access.ready()
    with Issuer(SigningKey("k1")) as issuer, house(settings_of(tmp_path, issuer)) as made:
        issuer.down = True
        answer = made.client().get("/see", headers=bearer(issuer.token()))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "6")
        assert not made.access.ready()
        assert made.written() == []


def test_access_without_anybody_to_trust_is_refused() -> None:
    """Nothing set, or half of it: a sentence for each, and the review does not start."""
    for environ, count in (({}, 2), ({"MASKSTREAM_REVIEW_ISSUER": "https://i"}, 1)):
        with pytest.raises(SettingsError, match="nobody could get in") as refused:
            open_access(load(environ=environ), lambda _: None)
        assert len(refused.value.problems) == count


def _secret_of(made: House) -> str:
    path = made.access.settings.review_dev_secret
    assert path is not None
    return path.read_text().strip()
