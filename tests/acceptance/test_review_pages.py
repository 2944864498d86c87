"""People in front of the real pages: real Kafka, real masking, real redrive, real Chromium."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect

from tests.support.installation import CANARY, Installation, Person, pictured
from tests.support.kafka import KafkaBroker
from tests.support.pipeline import read_topic

pytestmark = [pytest.mark.xdist_group("review-pages"), pytest.mark.timeout(600)]

NARROW = {"width": 390, "height": 844}
#: Plain text, which the policy in use refuses and the one that is tried lets pass.
PLAIN = 12
PAYMENT = "msg="
RETRY = "x /x/0"
OTHER_POLICY = "require_json: false\n"


@pytest.fixture(scope="module")
def review(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with records of three reasons in quarantine."""
    made = Installation(kafka, tmp_path_factory.mktemp("review"))
    made.prepare()
    for number in range(PLAIN):
        made.put(b'level=error service=checkout user=%s msg="payment %d failed"' % (CANARY.encode(), number))
    for number in range(4):
        made.put(b"GET /cart/%d of %s took 12 ms" % (number, CANARY.encode()), partition=1)
    for number in range(6):
        made.put(
            b'{"level":"warn","user":"%s","step":%d,"detail":"caf\xff\xfe"}' % (CANARY.encode(), number), partition=2
        )
    for number in range(8):
        made.put(b'{"level":"info","step":%d}' % number)
    made.launch("mask", "run")
    made.launch("redrive", "run", MASKSTREAM_ROLE="redrive", MASKSTREAM_HTTP_PORT=str(made.ports[0] + 40))
    made.launch("review", "review")
    try:
        made.wait(made.ready, "the review service is not ready")
        read_topic(kafka.bootstrap, f"{made.raw}.quarantine", count=PLAIN + 10)
        made.wait(lambda: made.waiting() == PLAIN + 10, "the view does not have all records")
        yield made
    finally:
        made.end()


@pytest.fixture
def ann(review: Installation, chromium: Browser) -> Iterator[Person]:
    """Somebody with all roles."""
    with review.person(chromium) as person:
        yield person


def group(page: Page, shape: str) -> None:
    """Opens the group whose shape has this in it."""
    page.goto("/?status=all")
    page.locator("tr[data-group]").filter(has_text=shape).locator("[data-row-link]").click()
    expect(page.locator("h1")).to_contain_text("Group")


def record(page: Page, shape: str, number: int = 0) -> str:
    """Opens a record of that group which needs a decision; its address."""
    group(page, shape)
    page.locator("tr[data-record] [data-row-link]").nth(number).click()
    expect(page.locator("h1")).to_contain_text("Record")
    return page.url


def test_a_night_alarm(review: Installation, ann: Person) -> None:
    """From the inbox to the clean topic: a group is found, a policy tried, all of it released, each record written."""
    page = ann.page
    expect(page.locator("[data-live-word]")).to_have_text("live")
    pictured(page, "inbox")
    group(page, PAYMENT)
    expect(page.locator("#why + p")).to_contain_text("The policy wants JSON")
    pictured(page, "group")
    page.get_by_role("button", name="Try on this group").click()
    expect(page.locator("#trial")).to_contain_text(f"0 of {PLAIN} would pass; {PLAIN} fail with policy_requires_json")
    page.get_by_role("link", name="To the group").click()
    page.get_by_text("Another policy than the one in use").click()
    page.get_by_label("Policy YAML").fill(OTHER_POLICY)
    page.get_by_role("button", name="Try on this group").click()
    expect(page.locator("#trial")).to_contain_text(f"{PLAIN} of {PLAIN} would pass")
    pictured(page, "trial")
    review.use_policy(OTHER_POLICY)
    page.get_by_role("link", name="To the group").click()
    page.get_by_role("button", name=f"Release {PLAIN}").click()
    page.get_by_label("Why").fill("ticket 4711: plain text is all right")
    page.get_by_role("button", name=f"Yes, release {PLAIN}").click()
    expect(page.locator("[data-count=done]")).to_have_text(str(PLAIN))
    expect(page.locator("h2").first).to_have_text("Done")
    values = review.clean(8 + PLAIN)
    released = [value for value in values if b"payment" in value]
    assert len(released) == PLAIN
    masked = re.compile(rb'level=error service=checkout user=tok_email_k1_[a-p]{20} msg="payment \d+ failed"')
    assert all(map(masked.fullmatch, released))
    assert len(set(released)) == PLAIN
    page.goto("/records?status=released")
    page.locator("[data-row-link]").first.click()
    review.wait(lambda: page.reload() and page.get_by_text("Written to its clean topic").count(), "not redriven")
    page.get_by_role("link", name="Show them").click()
    expect(page.locator("#near")).to_contain_text('"level":"info"')
    pictured(page, "record")


def test_a_look_is_written_down_and_ends(ann: Person, review: Installation, chromium: Browser) -> None:
    """An original is shown once, for a reason, on the answer to the form alone; everybody sees who looked."""
    page = ann.page
    address = record(page, "?")
    page.get_by_text("Look at the original").click()
    page.get_by_role("link", name="Ask for the original").click()
    page.get_by_label("Why it has to be seen").fill("ticket 4712: which encoding is it")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Show the original once").click()
    assert answered.value.headers["cache-control"] == "no-store"
    expect(page.locator("[data-original]")).to_contain_text(CANARY)
    expect(page.locator("[data-timer]")).to_contain_text("It goes away in")
    assert CANARY not in page.url + page.title()
    hide(page)
    expect(page.locator("[data-gone]")).to_be_visible()
    assert CANARY not in page.content()
    page.goto(address)
    expect(page.locator(".history")).to_contain_text("Looked at the original by ann@example.com")
    # The browser has not kept the answer, and would have to send the form again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    with review.person(chromium, "viewer", subject="officer@example.com") as officer:
        officer.page.goto("/audit")
        officer.page.get_by_role("link", name="Looks at originals only").click()
        row = officer.page.locator("tr").filter(has_text="looked at the original").first
        expect(row).to_contain_text("ticket 4712: which encoding is it")
        pictured(officer.page, "audit")


def test_two_browsers_race(ann: Person, review: Installation, chromium: Browser) -> None:
    """Two people press at once: one wins, the other reads who it was, and the record has one state."""
    address = record(ann.page, RETRY)
    with review.person(chromium, subject="ben@example.com") as ben:
        ben.page.goto(address)
        ben.page.locator("#discard > summary").click()
        ben.page.locator("#why-discard").fill("garbage")
        ann.page.locator("#release button").click()
        expect(ann.page.locator("#notice")).to_contain_text("Released.")
        ben.page.locator("#discard button").click()
        expect(ben.page.locator("#notice")).to_contain_text("Too late: it was released already by ann@example.com")
        expect(ben.page.locator(".history .lost")).to_contain_text("Wanted to discard it by ben@example.com")
        pictured(ben.page, "too-late")


def test_somebody_else_is_seen_at_once(ann: Person, review: Installation, chromium: Browser) -> None:
    """Whoever has a record open is told when another one decides on it."""
    address = record(ann.page, "?", 1)
    with review.person(chromium, subject="ben@example.com") as ben:
        ben.page.goto(address)
        ben.page.get_by_role("button", name="Claim it").click()
        expect(ben.page.locator("#notice")).to_contain_text("Claimed.")
        expect(ann.page.get_by_text("Somebody has just decided on this record.")).to_be_visible()
        ann.page.reload()
        expect(ann.page.locator("h1")).to_contain_text("claimed")
        expect(ann.page.get_by_role("button", name="Take it over")).to_be_visible()
        ben.page.get_by_role("button", name="Give it back").click()
        expect(ben.page.locator("h1")).to_contain_text("open")


def test_masking_by_hand(ann: Person, review: Installation) -> None:
    """What is selected on the shape is hidden, its result is seen before, and the clean record has nothing of it."""
    page = ann.page
    record(page, "?", 2)
    page.get_by_text("Mask by hand").click()
    page.get_by_role("link", name="Choose what to hide").click()
    select(page, "?")
    page.get_by_role("button", name="Hide the selection").click()
    expect(page.locator("#chosen li")).to_have_count(1)
    page.get_by_role("button", name="See the result").click()
    expect(page.locator("#trial")).to_contain_text("It would pass like this.")
    expect(page.locator("#trial")).to_contain_text("***")
    pictured(page, "by-hand")
    page.get_by_role("button", name="Hide and release").click()
    expect(page.locator("#notice")).to_contain_text("Masked by hand.")
    review.wait(lambda: any(b"caf***" in value for value in review.clean_now()), "not redriven")
    masked = next(value for value in review.clean_now() if b"caf***" in value)
    form = rb'\{"level":"warn","user":"tok_email_k1_[a-p]{20}","step":\d,"detail":"caf\*\*\*"\}'
    assert re.fullmatch(form, masked)


def test_everything_works_by_keys(ann: Person) -> None:
    """j and k move, Enter opens, r and d lead to the forms, ? explains, and all of it can be switched off."""
    page = ann.page
    rows = page.locator("[data-row-link]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Group")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#why-discard")).to_be_focused()
    page.keyboard.type("jkrd?")
    expect(page.locator("#why-discard")).to_have_value("jkrd?")
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.locator("#release button")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("d")
    expect(page.locator("#why-discard")).not_to_be_focused()


def test_everything_works_without_a_script(review: Installation, chromium: Browser) -> None:
    """Find, try, mask by numbered pieces, discard, undo, look: forms and links do all of it."""
    with review.person(chromium, java_script_enabled=False) as person:
        page = person.page
        page.get_by_label("Search").fill("invalid_encoding")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tr[data-group]")).to_have_count(1)
        record(page, "?", 3)
        page.get_by_role("button", name="Try on this record").click()
        expect(page.locator("#trial")).to_contain_text("It would fail again with invalid_encoding")
        page.get_by_text("Mask by hand").click()
        page.get_by_role("link", name="Choose what to hide").click()
        expect(page.get_by_role("button", name="Hide the selection")).to_be_hidden()
        page.locator(".pieces label", has_text="?").click()
        page.get_by_role("button", name="See the result").click()
        expect(page.locator("#trial")).to_contain_text("It would pass like this.")
        page.get_by_role("link", name=re.compile("Record ")).click()
        page.locator("#discard > summary").click()
        page.locator("#why-discard").fill("garbage of a broken producer")
        page.locator("#discard button").click()
        expect(page.locator("h1")).to_contain_text("discarded")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("h1")).to_contain_text("open")
        page.get_by_text("Look at the original").click()
        page.get_by_role("link", name="Ask for the original").click()
        page.get_by_label("Why it has to be seen").fill("ticket 4713")
        page.get_by_role("button", name="Show the original once").click()
        expect(page.locator("[data-original]")).to_contain_text(CANARY)
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("h1")).to_contain_text("Log in")


@pytest.mark.parametrize("looks", ["light", "dark", "narrow"])
def test_pages_are_accessible(looks: str, review: Installation, chromium: Browser) -> None:
    """axe finds nothing to say about any page, light, dark or narrow, and nothing is wider than the window."""
    scheme = "dark" if looks == "dark" else "light"
    options = {"viewport": NARROW} if looks == "narrow" else {}
    with review.person(chromium, color_scheme=scheme, **options) as person:
        page = person.page
        pages = addresses(page)
        for number, address in enumerate([*pages, f"{pages[2]}/reveal", f"{pages[2]}?near=1"]):
            page.goto(address)
            found = Axe().run(page).response["violations"]
            assert not found, [(address, one["id"], one["nodes"][0]["html"][:200]) for one in found]
            width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert width[0] <= width[1], address
            if (looks, number) in {("dark", 0), ("narrow", 2)}:
                pictured(page, f"{'inbox' if number == 0 else 'record'}-{looks}")


def test_nothing_of_a_record_is_shown_to_who_may_not_reveal(review: Installation, chromium: Browser) -> None:
    """No page, address, title, log or file of the view has anything of what went to quarantine."""
    with review.person(chromium, "operator", subject="op@example.com") as person:
        page = person.page
        for address in addresses(page):
            answer = page.goto(address)
            assert answer is not None
            assert CANARY not in answer.text() + str(answer.all_headers()) + page.url
        assert page.goto(f"{addresses(page)[2]}/reveal").status == 403  # type: ignore[union-attr]
    assert CANARY not in review.logs()
    kept = [path for path in (review.folder / "state").rglob("*") if path.is_file()]
    assert any("sqlite" in path.name for path in kept)
    assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def addresses(page: Page) -> list[str]:
    """One page of each kind."""
    opened = record(page, "?", 3)
    path = opened.partition("//")[2].partition("/")[2].partition("?")[0]
    page.goto("/?status=all")
    of_group = page.locator("[data-row-link]").first.get_attribute("href")
    assert of_group is not None
    return [
        "/?status=all",
        of_group,
        f"/{path}",
        f"/{path}/mask",
        "/records?status=all",
        "/audit",
        "/bulk",
        "/records/0/999",
    ]


def select(page: Page, text: str) -> None:
    """Selects a text of the shape, as a mouse would."""
    page.locator("#preview").evaluate(
        """(shape, text) => {
            const nodes = document.createTreeWalker(shape, NodeFilter.SHOW_TEXT);
            for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
                const at = node.data.indexOf(text);
                if (at >= 0) { getSelection().setBaseAndExtent(node, at, node, at + text.length); return; }
            }
            throw new Error("it is not there");
        }""",
        text,
    )


def hide(page: Page) -> None:
    """What a page is told when its tab is left."""
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
