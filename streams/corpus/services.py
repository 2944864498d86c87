"""JSON logs of the services a customer meets: accounts, orders, payments, recommendations."""

import json
from typing import Final

from streams.corpus.line import Line
from streams.corpus.scene import AGENTS, Scene

__all__ = ["SERVICE_SHAPES", "claims", "login", "order", "payout", "profile", "recommendation", "registration"]


def login(scene: Scene) -> Line:
    dice, person, clock = scene.dice, scene.person, scene.clock
    took = dice.digits(3)
    text = (
        f'{{"ts":"{clock.iso}","level":"INFO","service":"accounts","version":"4.11.2","trace_id":"{scene.trace}",'
        f'"event":"login.succeeded","user":{{"id":"{person.user_id}","email":"{person.email}","name":"{person.name}"}},'
        f'"client_ip":"{person.ip}","mfa":true,"duration_ms":{took},"epoch_ms":{clock.ms}}}'
    )
    personal = (person.user_id, person.email, person.name, person.ip)
    return Line("accounts", text.encode(), personal, (scene.trace, str(clock.ms), "4.11.2", clock.iso), person.number)


def registration(scene: Scene) -> Line:
    """A request logged whole: headers, cookies, and a JSON body inside a string."""
    dice, person, clock = scene.dice, scene.person, scene.clock
    rid = dice.uuid()
    body = (
        f'{{\\"email\\":\\"{person.email}\\",\\"password\\":\\"{person.password}\\",\\"phone\\":\\"{person.phone}\\",'
        f'\\"birth_date\\":\\"{person.birth_date}\\",\\"newsletter\\":false}}'
    )
    text = (
        f'{{"ts":"{clock.iso}","level":"DEBUG","service":"accounts","request_id":"{rid}","request":{{"method":"POST",'
        f'"path":"/v1/customers","headers":{{"authorization":"Bearer {person.jwt}","cookie":"sid={person.session}; lang='
        f'{person.language}","user-agent":"{dice.pick(AGENTS)}"}},"body":"{body}"}},"status":201}}'
    )
    personal = (
        person.email, person.password, person.phone, person.birth_date, person.jwt, person.jwt_payload, person.session,
    )  # fmt: skip
    return Line(
        "accounts", text.encode(), personal, (rid, clock.iso), person.number,
        headers=(("x-user-email", person.email.encode()), ("content-type", b"application/json")),
    )  # fmt: skip


def claims(scene: Scene) -> Line:
    """The claims of a token, decoded and logged: as personal as the token."""
    dice, person, clock = scene.dice, scene.person, scene.clock
    issued = clock.second - dice.below(600)
    text = (
        f'{{"ts":"{clock.iso}","level":"INFO","service":"accounts","trace_id":"{scene.trace}","msg":"access token accepted",'
        f'"claims":{{"iss":"https://id.shop.example","aud":"orders","sub":"{person.user_id}","email":"{person.email}",'
        f'"preferred_username":"{person.username}","name":"{person.name}","iat":{issued},"exp":{issued + 900},'
        f'"scope":"openid orders:read"}}}}'
    )
    personal = (person.user_id, person.email, person.username, person.name)
    return Line("accounts", text.encode(), personal, (str(issued), scene.trace), person.number)


def profile(scene: Scene) -> Line:
    person, clock, dice = scene.person, scene.clock, scene.dice
    ssn = f',"ssn":"{person.ssn}"' if person.ssn else ""
    revision = dice.digits(6)
    text = (
        f'{{"ts":"{clock.iso}","level":"INFO","service":"accounts","event":"profile.updated","customer_id":"{person.customer_id}",'
        f'"changes":{{"full_name":"{person.name}","phone":"{person.phone_spaced}","date_of_birth":"{person.birth_date}"{ssn},'
        f'"address":{{"street":"{person.street}","city":"{person.city}","country":"{person.country}"}}}},'
        f'"revision":{revision},"trace_id":"{scene.trace}"}}'
    )
    personal: tuple[str, ...] = (person.customer_id, person.name, person.phone_spaced, person.birth_date, person.street)
    if person.ssn:
        personal = (*personal, person.ssn)
    return Line("accounts", text.encode(), personal, (scene.trace, revision), person.number)


def order(scene: Scene) -> Line:
    dice, person, clock = scene.dice, scene.person, scene.clock
    number, sku, price = f"ord_{dice.hex(12)}", f"SKU-{dice.digits(6)}", f"{dice.between(5, 899)}.90"
    text = (
        f'{{"@timestamp":"{clock.iso}","log.level":"info","service":"orders","trace_id":"{scene.trace}",'
        f'"message":"order placed","order_id":"{number}","user_id":"{person.user_id}","customer_id":"{person.customer_id}",'
        f'"total":{price},"currency":"EUR","items":[{{"sku":"{sku}","qty":{dice.between(1, 4)},"price":{price}}}],'
        f'"shipping":{{"recipient_name":"{person.name}","street":"{person.street}","phone":"{person.phone}"}}}}'
    )
    personal = (person.user_id, person.customer_id, person.name, person.street, person.phone)
    return Line("orders", text.encode(), personal, (number, sku, price, scene.trace), person.number)


def payout(scene: Scene) -> Line:
    dice, person, clock = scene.dice, scene.person, scene.clock
    account = f'"iban":"{person.iban}"' if person.iban else f'"card_number":"{person.card}","cvv":"{dice.digits(3)}"'
    shown = (person.iban,) if person.iban else (person.card,)
    digest = dice.hex(64)
    text = (
        f'{{"ts":{clock.ms},"lvl":"info","service":"payments","evt":"payout.sent","amount":"{dice.between(20, 900)}.00",'
        f'{account},"account_holder":"{person.name}","user_id":"{person.user_id}","idempotency_hash":"{digest}",'
        f'"trace_id":"{scene.trace}","attempt":1}}'
    )
    personal = (*shown, person.name, person.user_id)
    return Line("payments", text.encode(), personal, (digest, str(clock.ms), scene.trace), person.number)


def recommendation(scene: Scene) -> Line:
    """A Python service that writes JSON as the standard library does: everything beyond ASCII escaped, with spaces."""
    dice, person, clock = scene.dice, scene.person, scene.clock
    score = f"0.{dice.digits(6)}"
    name = json.dumps(person.name)[1:-1]
    text = (
        f'{{"asctime": "{clock.spaced}", "levelname": "INFO", "service": "recommendations", "message": "profile scored", '
        f'"userEmail": "{person.email}", "display_name": "{name}", "score": {score}, "model": "als-v3.2.1", '
        f'"trace_id": "{scene.trace}"}}'
    )
    return Line("orders", text.encode(), (person.email, name), (score, "als-v3.2.1", scene.trace), person.number)


SERVICE_SHAPES: Final = (login, registration, claims, profile, order, payout, recommendation)
