"""Access logs of the edge: nginx and Apache in the combined format, and nginx's JSON."""

from typing import Final
from urllib.parse import quote

from streams.corpus.line import Line
from streams.corpus.scene import AGENTS, Scene

__all__ = ["EDGE_SHAPES", "apache_reset", "nginx_combined", "nginx_json"]

_PATHS: Final = ("/account/orders", "/account/profile", "/newsletter/confirm", "/checkout/review", "/api/v2/customers")


def nginx_combined(scene: Scene) -> Line:
    """The address of the client, and an email in the query string as browsers encode it."""
    dice, person = scene.dice, scene.person
    email = quote(person.email, safe="")
    size, page, agent = dice.digits(5), dice.between(1, 9), dice.pick(AGENTS)
    ip = person.ip6 if dice.chance(0.2) else person.ip
    text = (
        f'{ip} - - [{scene.clock.clf}] "GET {dice.pick(_PATHS)}?email={email}&page={page} HTTP/1.1" '
        f'200 {size} "https://shop.example/cart" "{agent}" rt=0.{dice.digits(3)} rid={scene.trace}'
    )
    return Line("edge", text.encode(), (ip, email), (agent, scene.trace, size, scene.clock.clf), person.number)


def apache_reset(scene: Scene) -> Line:
    """A signed link in the referer: the token in it is a JWT."""
    dice, person = scene.dice, scene.person
    size = dice.digits(4)
    text = (
        f'{person.ip} - - [{scene.clock.clf}] "POST /password/new HTTP/2.0" 303 {size} '
        f'"https://shop.example/password/reset?lang={person.language}&token={person.jwt}" "{dice.pick(AGENTS)}"'
    )
    return Line("edge", text.encode(), (person.ip, person.jwt, person.jwt_payload), (scene.clock.clf,), person.number)


def nginx_json(scene: Scene) -> Line:
    """Request headers as the edge logs them: authorization, cookie, the chain of forwarding proxies."""
    dice, person = scene.dice, scene.person
    took, size = f"0.{dice.digits(3)}", dice.digits(5)
    text = (
        f'{{"time":"{scene.clock.iso}","remote_addr":"{person.ip}","request":"GET /api/v2/orders?limit=20 HTTP/1.1",'
        f'"status":200,"body_bytes_sent":{size},"request_time":{took},"request_id":"{scene.trace}",'
        f'"http_x_forwarded_for":"{person.ip6}, {person.ip}","http_authorization":"Bearer {person.jwt}",'
        f'"http_cookie":"session={person.session}; theme=dark","http_user_agent":"{dice.pick(AGENTS)}"}}'
    )
    personal = (person.ip, person.ip6, person.jwt, person.jwt_payload, person.session)
    return Line(
        "edge", text.encode(), personal, (scene.trace, took, scene.clock.iso), person.number,
        headers=(("x-forwarded-for", person.ip.encode()), ("traceparent", f"00-{scene.trace}-{scene.trace[:16]}-01".encode())),
    )  # fmt: skip


EDGE_SHAPES: Final = (nginx_combined, apache_reset, nginx_json)
