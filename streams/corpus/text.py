"""Logs that are no JSON: logfmt, driver errors of databases, stack traces, mail and SSH servers, text people write."""

from typing import Final

from streams.corpus.credentials import api_key, basic, private_key
from streams.corpus.line import Line
from streams.corpus.scene import Scene

__all__ = [
    "TEXT_SHAPES", "captured", "chat", "configuration", "duplicate_key", "java_trace", "leaked_key", "lease", "mail", "mysql",
    "python_trace", "slow_query", "sms", "ssh", "webhook",
]  # fmt: skip


def captured(scene: Scene) -> Line:
    dice, person = scene.dice, scene.person
    amount, charge = f"{dice.between(5, 899)}.{dice.digits(2)}", f"ch_{dice.hex(16)}"
    text = (
        f'ts={scene.clock.iso} level=info svc=payments msg="charge captured" charge={charge} user_id={person.user_id} '
        f"card={person.card} amount={amount} currency=EUR attempt=1 trace_id={scene.trace} dur={dice.digits(3)}ms"
    )
    return Line("payments", text.encode(), (person.user_id, person.card), (charge, amount, scene.trace), person.number)


def duplicate_key(scene: Scene) -> Line:
    person, pid = scene.person, scene.dice.digits(5)
    text = (
        f"{scene.clock.spaced} UTC [{pid}] accounts@shop ERROR:  duplicate key value violates unique constraint "
        f'"customers_email_key" DETAIL:  Key (email)=({person.email}) already exists. STATEMENT:  INSERT INTO customers '
        f"(email, phone, plan) VALUES ('{person.email}', '{person.phone}', 'basic')"
    )
    return Line("data", text.encode(), (person.email, person.phone), (pid, "customers_email_key"), person.number)


def mysql(scene: Scene) -> Line:
    person, dice = scene.person, scene.dice
    thread = dice.digits(4)
    text = (
        f"{scene.clock.iso} {thread} [Warning] [MY-013360] Error 1062 (23000): Duplicate entry '{person.email}' for key "
        f"'users.uq_email' on replica at position {dice.digits(9)}"
    )
    return Line("data", text.encode(), (person.email,), (thread, "MY-013360"), person.number)


def slow_query(scene: Scene) -> Line:
    person, dice = scene.person, scene.dice
    took = f"{dice.between(1000, 9000)}.{dice.digits(3)}"
    text = (
        f"{scene.clock.spaced} UTC [{dice.digits(5)}] LOG:  duration: {took} ms  statement: UPDATE customers SET phone = "
        f"'{person.phone_spaced}', last_ip = '{person.ip}' WHERE lower(email) = '{person.email}' AND shard = {dice.below(64)}"
    )
    return Line("data", text.encode(), (person.phone_spaced, person.ip, person.email), (took,), person.number)


def java_trace(scene: Scene) -> Line:
    """A stack trace in a JSON string, its lines escaped."""
    dice, person = scene.dice, scene.person
    text = (
        f'{{"@timestamp":"{scene.clock.iso}","level":"ERROR","logger":"com.shop.orders.ConsentGuard","service":"orders",'
        f'"thread":"http-nio-8080-exec-{dice.between(1, 99)}","trace_id":"{scene.trace}","stack_trace":"java.lang.'
        f"IllegalStateException: no consent recorded for {person.email} (user_id={person.user_id})\\n\\tat com.shop.orders."
        f"ConsentGuard.check(ConsentGuard.java:{dice.between(20, 400)})\\n\\tat com.shop.orders.OrderService.place("
        f'OrderService.java:118)\\n\\tat java.base/java.lang.Thread.run(Thread.java:1583)"}}'
    )
    return Line(
        "orders", text.encode(), (person.email, person.user_id), (scene.trace, "Thread.java:1583"), person.number
    )


def python_trace(scene: Scene) -> Line:
    """A traceback as rsyslog folds it: #012 for a line end."""
    dice, person = scene.dice, scene.person
    text = (
        f"{scene.clock.syslog} app-{dice.between(1, 9)} accounts[{dice.digits(5)}]: Traceback (most recent call last):#012  "
        f'File "/srv/accounts/store.py", line {dice.between(20, 900)}, in save#012    cursor.execute(INSERT, row)#012psycopg.'
        f'errors.UniqueViolation: duplicate key value violates unique constraint "users_phone_key"#012DETAIL:  Key (phone)='
        f"({person.phone}) already exists."
    )
    return Line("data", text.encode(), (person.phone,), ("users_phone_key", "/srv/accounts/store.py"), person.number)


def mail(scene: Scene) -> Line:
    dice, person = scene.dice, scene.person
    queue = dice.hex(10).upper()
    text = (
        f"{scene.clock.syslog} mx2 postfix/smtp[{dice.digits(5)}]: {queue}: to=<{person.email}>, relay=mx1.mail.example"
        f"[{person.ip}]:25, delay=0.{dice.digits(2)}, delays=0.02/0/0.1/0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
    )
    return Line(
        "notify",
        text.encode(),
        (person.email, person.ip),
        (queue, "dsn=2.0.0"),
        person.number,
        key=person.email.encode(),
    )


def sms(scene: Scene) -> Line:
    dice, person = scene.dice, scene.person
    message = dice.uuid()
    text = (
        f"[{scene.clock.spaced}] INFO  sms.Gateway - delivered to {person.phone_spaced} in {dice.digits(3)} ms "
        f"(message {message}, user_id={person.user_id}, segments 1, price 0.0745)"
    )
    return Line("notify", text.encode(), (person.phone_spaced, person.user_id), (message, "0.0745"), person.number)


def chat(scene: Scene) -> Line:
    """What a customer writes, in the customer's language."""
    dice, person = scene.dice, scene.person
    ticket = f"T-{dice.digits(7)}"
    text = (
        f'{{"ts":"{scene.clock.iso}","service":"support","ticket":"{ticket}","lang":"{person.language}","author_name":'
        f'"{person.name}","text":"{person.sentence}","user_id":"{person.user_id}"}}'
    )
    personal = (person.name, person.phone_spaced, person.email, person.user_id)
    return Line("notify", text.encode(), personal, (ticket, scene.clock.iso), person.number)


def ssh(scene: Scene) -> Line:
    dice, person = scene.dice, scene.person
    port, digest = dice.between(30000, 60000), dice.letters(43, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz")
    text = (
        f"{scene.clock.syslog} bastion sshd[{dice.digits(5)}]: Accepted publickey for deploy from {person.ip} port {port} "
        f"ssh2: ED25519 SHA256:{digest}"
    )
    return Line("data", text.encode(), (person.ip,), (str(port),), person.number)


def lease(scene: Scene) -> Line:
    person, dice = scene.person, scene.dice
    xid = dice.hex(8)
    text = (
        f"{scene.clock.syslog} gw1 dhcpd[{dice.digits(4)}]: DHCPACK on {person.ip} to {person.mac} via eth1 xid 0x{xid}"
    )
    return Line("data", text.encode(), (person.ip, person.mac), (xid,), person.number)


def configuration(scene: Scene) -> Line:
    """A service that prints its configuration when it starts: passwords and keys in clear."""
    dice, person = scene.dice, scene.person
    key = api_key(dice)
    text = (
        f"{scene.clock.iso} INFO config loaded db.url=postgres://shop:{person.password}@db.internal:5432/shop "
        f"smtp.password={person.password} payment.api_key={key} cache.ttl=300s build=2024.4.{dice.below(30)}"
    )
    return Line("data", text.encode(), (person.password, key), ("cache.ttl=300s",), None)


def leaked_key(scene: Scene) -> Line:
    pem, body = private_key(scene.dice)
    text = (
        f'{{"ts":"{scene.clock.iso}","level":"WARN","service":"gateway","msg":"certificate reload failed, material follows",'
        f'"pem":"{pem}","trace_id":"{scene.trace}"}}'
    )
    return Line("edge", text.encode(), (body,), (scene.trace,), None)


def webhook(scene: Scene) -> Line:
    dice, person = scene.dice, scene.person
    credentials = basic(person.username, person.password)
    text = (
        f'time={scene.clock.iso} level=warn svc=notify msg="webhook refused" url=https://hooks.partner.example/v1/events '
        f'status=401 header.Authorization="Basic {credentials}" retry_in=30s delivery={dice.uuid()} email={person.email}'
    )
    return Line("notify", text.encode(), (credentials, person.email), ("retry_in=30s",), person.number)


TEXT_SHAPES: Final = (
    captured, duplicate_key, mysql, slow_query, java_trace, python_trace, mail, sms, chat, ssh, lease, configuration,
    leaked_key, webhook,
)  # fmt: skip
