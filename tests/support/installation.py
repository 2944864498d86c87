"""A whole installation with people in front of it: masking worker, redrive, review service and a real Chromium."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

from streams.review.auth.once import mint_once
from streams.review.auth.principal import ROLES
from tests.support.kafka import KafkaBroker, create_topic
from tests.support.pictures import write_small
from tests.support.pipeline import read_topic
from tests.support.service import Service, free_ports, page

__all__ = ["CANARY", "Installation", "Person", "pictured"]

#: Stands in every record that goes to quarantine, and must stand nowhere else.
CANARY = "zq9canary@example.com"
_DEADLINE_S = 120.0
_DESK = ViewportSize(width=1180, height=900)
_PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@dataclass
class Person:
    """Somebody in a browser of their own; `foreign` are requests to other hosts, `errors` what the console said."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Installation(Service):
    """An installation whose policy asks for JSON, so that plain text goes to quarantine until the policy changes."""

    def __init__(self, kafka: KafkaBroker, folder: Path) -> None:
        super().__init__(kafka, folder, workers=1)
        if os.environ.get("PICTURES"):
            self._call_topics(kafka, "shop.logs")
        self.kafka = kafka
        self.port = free_ports(1)[0]
        self.policy = folder / "policy.yaml"
        self.policy.write_text("require_json: true\n")
        self.environ |= {
            "MASKSTREAM_POLICY": str(self.policy),
            "MASKSTREAM_REVIEW_PORT": str(self.port),
            "MASKSTREAM_REVIEW_DEV_SECRET": str(folder / "dev-secret"),
            "MASKSTREAM_BATCH_MS": "50",
        }
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self) -> None:
        super().prepare()
        # It makes the secret of development tokens, too.
        done = self.call("dev-token", "--sub", "counter", "--role", "viewer")
        assert done.returncode == 0, done.stderr
        self.token = done.stdout.strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _call_topics(self, kafka: KafkaBroker, raw: str) -> None:
        """Gives the topics a name that a picture may show."""
        create_topic(kafka.bootstrap, raw, partitions=4)
        self.environ = {name: value.replace(self.raw, raw) for name, value in self.environ.items()}
        self.raw = raw

    def launch(self, name: str, *arguments: str, **environ: str) -> None:
        """Starts a command that runs until the end."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                self.command(*arguments), env=self.environ | environ, stdout=log, stderr=log
            )

    def end(self) -> None:
        for child in self._children.values():
            child.kill()
            child.wait()

    def logs(self) -> str:
        """What all of them said."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def wait(self, holds: Callable[[], object], what: str) -> None:
        """Until it holds, while all processes run."""
        deadline = time.monotonic() + _DEADLINE_S
        while not holds():
            for name, child in self._children.items():
                assert child.poll() is None, f"{name} ended: {self.logs()[-5000:]}"
            assert time.monotonic() < deadline, f"{what}: {self.logs()[-5000:]}"
            time.sleep(0.05)

    def put(self, value: bytes, partition: int = 0) -> None:
        """Writes a line to the raw topic."""
        producer = Producer({"bootstrap.servers": self.kafka.bootstrap})
        producer.produce(self.raw, value, partition=partition)
        assert producer.flush(60) == 0

    def use_policy(self, text: str) -> None:
        """Puts another policy in use; returns when the redrive has said that it took it."""
        redrive = self.folder / "redrive.log"
        before = redrive.read_text().count("policy_loaded")
        made = self.policy.with_suffix(".new")
        made.write_text(text)
        made.replace(self.policy)
        self.wait(lambda: redrive.read_text().count("policy_loaded") > before, "the policy is not taken")

    def ready(self) -> bool:
        return page(self.port, "GET", "/readyz").startswith(b"200")

    def waiting(self) -> int:
        """Records that need a decision, as the service's API tells somebody with a token."""
        asked = urllib.request.Request(f"{self.url}/api/v1/stats", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(json.load(answer)["counts"]["waiting"])

    def clean(self, count: int) -> list[bytes]:
        """Values of the clean topic once there are so many."""
        return [
            message.value() or b"" for message in read_topic(self.kafka.bootstrap, f"{self.raw}.clean", count=count)
        ]

    def clean_now(self) -> list[bytes]:
        """Values of the clean topic as of now."""
        return [message.value() or b"" for message in read_topic(self.kafka.bootstrap, f"{self.raw}.clean")]

    @contextmanager
    def person(
        self,
        browser: Browser,
        *roles: Any,
        subject: str = "ann@example.com",
        **options: Any,
    ) -> Iterator[Person]:
        """Somebody who has just logged in by a link for once."""
        context = browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(30_000)
        person = Person(context.new_page())
        self._watch(context, person)
        code = mint_once(Path(self.environ["MASKSTREAM_STATE_DIR"]), subject, roles or ROLES)
        person.page.goto(f"/login/once/{code}")
        person.page.wait_for_url(f"{self.url}/")
        try:
            yield person
        finally:
            context.close()
        assert person.foreign == []
        assert person.errors == []

    def _watch(self, context: BrowserContext, person: Person) -> None:
        def asked(request: Request) -> None:
            if not request.url.startswith((self.url + "/", "data:")):
                person.foreign.append(request.url)

        def said(message: ConsoleMessage) -> None:
            # Pages that are refused or not there are asked for on purpose.
            if message.type == "error" and "the server responded with a status of 4" not in message.text:
                person.errors.append(message.text)

        context.on("request", asked)
        context.on("weberror", lambda error: person.errors.append(str(error.error)))
        context.on("console", said)


def pictured(page: Page, name: str) -> None:
    """With PICTURES=1 in the environment, the page as it is becomes a picture of the documents."""
    if os.environ.get("PICTURES"):
        before = page.viewport_size or _DESK
        if before["width"] >= _DESK["width"]:
            page.set_viewport_size(_DESK)
        page.evaluate("scrollTo(0, 0)")
        bottom = page.locator(".foot").bounding_box() or {"y": before["height"], "height": 0}
        height = min(page.viewport_size["height"], bottom["y"] + bottom["height"]) if page.viewport_size else 0
        shot = page.screenshot(clip={"x": 0, "y": 0, "width": page.evaluate("innerWidth"), "height": height})
        write_small(shot, _PICTURES / f"review-{name}.png")
        page.set_viewport_size(before)
