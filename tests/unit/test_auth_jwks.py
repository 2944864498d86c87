"""The issuer's keys over real HTTP: rotation, outages, hostile answers, and how often the issuer is asked."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from streams.review.auth.jwks import COOLING_S, MAX_AGE_S, Jwks
from streams.review.auth.oidc import Discovery
from streams.review.auth.problems import IssuerAwayError, RefusedError
from streams.review.auth.web import Web, WebError
from tests.support.oidc import Issuer, SigningKey


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Background:
    """Work for a thread in the background, done when the test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def run(self) -> None:
        while self.work:
            self.work.pop()()


def jwks_of(issuer: Issuer, clock: Clock, background: Background | None = None) -> Jwks:
    return Jwks(lambda: issuer.jwks_url, Web(2.0), clock, background or Background())


def test_jwks_new_key_is_asked_for_at_once() -> None:
    """A token by a key that is not known yet is verified by it after one question."""
    clock = Clock()
    with Issuer(SigningKey("k1")) as issuer:
        keys = jwks_of(issuer, clock)
        assert keys.find("k1", "ES256").kid == "k1"
        issuer.rotate("k2")
        clock.now += COOLING_S
        assert keys.find("k2", "ES256").kid == "k2"
        assert keys.find("k1", "ES256").kid == "k1"
        assert issuer.asked == ["/jwks", "/jwks"]


def test_jwks_invented_ids_are_asked_for_rarely() -> None:
    """A thousand unknown ids are one question in each period, and are refused, not taken for an outage."""
    clock = Clock()
    with Issuer(SigningKey("k1")) as issuer:
        keys = jwks_of(issuer, clock)
        for period in range(3):
            for number in range(300):
                with pytest.raises(RefusedError):
                    keys.find(f"k-{period}-{number}", "ES256")
            clock.now += COOLING_S
        assert len(issuer.asked) == 3


def test_jwks_outage_leaves_known_keys_in_force() -> None:
    """While the issuer is away its known keys go on for ever, unknown ids cannot be told, and it is asked rarely."""
    clock, background = Clock(), Background()
    with Issuer(SigningKey("k1")) as issuer:
        keys = jwks_of(issuer, clock, background)
        keys.find("k1", "ES256")
        issuer.down = True
        for _ in range(50):
            clock.now += MAX_AGE_S
            assert keys.find("k1", "ES256").kid == "k1"
            background.run()
            with pytest.raises(IssuerAwayError):
                keys.find("k2", "ES256")
        assert len(issuer.asked) == 51
        issuer.down = False
        issuer.rotate("k2", keep=False)
        clock.now += COOLING_S
        assert keys.find("k2", "ES256").kid == "k2"
        with pytest.raises(RefusedError):
            keys.find("k1", "ES256")


def test_jwks_that_was_never_there_cannot_be_told() -> None:
    """An issuer that is away at the start is asked again later, and nobody is refused for it."""
    clock = Clock()
    with Issuer(SigningKey("k1")) as issuer:
        issuer.down = True
        keys = jwks_of(issuer, clock)
        for _ in range(5):
            with pytest.raises(IssuerAwayError):
                keys.find("k1", "ES256")
        assert not keys.check()
        assert len(issuer.asked) == 1
        issuer.down = False
        clock.now += COOLING_S
        assert keys.check()
        assert keys.find("k1", "ES256").kid == "k1"


def test_jwks_key_that_was_taken_away_ends() -> None:
    """Old keys are fetched anew in the background; one that is no longer there verifies nothing."""
    clock, background = Clock(), Background()
    with Issuer(SigningKey("k1"), SigningKey("k2")) as issuer:
        keys = jwks_of(issuer, clock, background)
        keys.find("k1", "ES256")
        issuer.keys = issuer.keys[1:]
        clock.now += MAX_AGE_S
        assert keys.find("k1", "ES256").kid == "k1"
        assert keys.find("k1", "ES256").kid == "k1"
        background.run()
        assert issuer.asked == ["/jwks", "/jwks"]
        with pytest.raises(RefusedError):
            keys.find("k1", "ES256")
        assert keys.find("k2", "ES256").kid == "k2"


def test_jwks_is_fetched_by_one_of_many() -> None:
    """Twenty threads with a new key's tokens ask the issuer once."""
    clock = Clock()
    with Issuer(SigningKey("k1")) as issuer:
        keys = jwks_of(issuer, clock)
        found: list[Any] = []
        threads = [threading.Thread(target=lambda: found.append(keys.find("k1", "ES256").kid)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert found == ["k1"] * 20
        assert issuer.asked == ["/jwks"]


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"not json", b"[]", b'{"keys":7}', b'{"keys":[]}', b"\xff", b'{"keys":[],"keys":[]}', b"[" * 100_000,
        b'{"keys":["' + b"x" * 300_000 + b'"]}', "/elsewhere", "https://elsewhere.invalid/jwks", {"keys": [{}]}, None,
    ],
    ids=range(13),
)  # fmt: skip
def test_jwks_nonsense_leaves_known_keys_in_force(answer: object) -> None:
    """Broken, empty, huge and redirecting answers count as an outage; no redirect is followed."""
    clock, background = Clock(), Background()
    with Issuer(SigningKey("k1")) as issuer:
        keys = jwks_of(issuer, clock, background)
        keys.find("k1", "ES256")
        issuer.answers["/jwks"] = answer if answer is not None else b"null"
        clock.now += MAX_AGE_S
        keys.find("k1", "ES256")
        background.run()
        assert keys.find("k1", "ES256").kid == "k1"
        with pytest.raises(IssuerAwayError):
            keys.find("k2", "ES256")
        assert set(issuer.asked) == {"/jwks"}


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/jwks", "http://localhost.example.com/jwks", "http://127.0.0.1@192.0.2.1/", "file:///etc/passwd",
        "ftp://localhost/", "//localhost/", "", "https://", "http://[::1", "gopher://127.0.0.1/",
    ],
)  # fmt: skip
def test_web_asks_in_the_clear_on_this_machine_only(url: str) -> None:
    """Only https, and http to loopback; anything else is never asked."""
    with pytest.raises(WebError):
        Web(0.2).get(url)


def test_web_ends_with_an_issuer_that_does_not_answer() -> None:
    """A closed port is a failure without words."""
    with Issuer() as issuer:
        url = issuer.jwks_url
    with pytest.raises(WebError) as failed:
        Web(0.5).get(url)
    assert url not in str(failed.value)


def test_discovery_must_be_of_that_issuer() -> None:
    """A document of another issuer, or an address that may not be asked, is not used; later outages do not matter."""
    clock = Clock()
    path = "/.well-known/openid-configuration"
    with Issuer() as issuer:
        discovery = Discovery(issuer.url, Web(2.0), clock)
        issuer.answers[path] = issuer.discovery() | {"issuer": "https://elsewhere.invalid"}
        with pytest.raises(WebError):
            discovery.address("jwks_uri")
        issuer.answers[path] = issuer.discovery() | {"token_endpoint": "http://192.0.2.1/token", "jwks_uri": 7}
        for name in ("token_endpoint", "jwks_uri", "nonsense"):
            with pytest.raises(WebError):
                discovery.address(name)
        assert discovery.address("authorization_endpoint") == f"{issuer.url}/authorize"
        issuer.down = True
        clock.now += 10_000
        assert discovery.address("authorization_endpoint") == f"{issuer.url}/authorize"
