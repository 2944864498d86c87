"""Keys in their providers' documented formats are found wherever they stand; nothing that every log holds is."""

import random
import re
import string
import time
import zlib
from functools import cache

import pytest

from streams.masking.detectors.providers import DETECTORS, FORMATS, checksums
from streams.masking.detectors.providers.format import Format, detector, entropy
from streams.masking.found import Found
from streams.masking.prefilter import Prefilter

#: What the letters of an example stand for.
ALPHABETS = {
    "b": string.ascii_uppercase + "234567",
    "d": string.digits,
    "h": string.digits + "ABCDEF",
    "l": string.ascii_lowercase + string.digits,
    "q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "s": string.ascii_letters + string.digits + "-_",
    "u": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits,
    "x": "0123456789abcdef",
}


def written(form: Format, seed: int = 1) -> bytes:
    """A key made here from its documented shape, so that none stands in the repository."""
    chance = random.Random(f"{form.name}{seed}")

    def run(part: re.Match[str]) -> str:
        if part[1] == "uuid":
            sizes = (8, 4, 4, 4, 12)
            return "-".join("".join(chance.choices(ALPHABETS["x"], k=size)) for size in sizes)
        alphabet, size = ALPHABETS[part[1][0]], int(part[1][1:])
        # Neither begins nor ends with a sign: `-_` at the edge would make it another key's example.
        middle = "".join(chance.choices(alphabet, k=size))
        return "".join(
            chance.choice(ALPHABETS["l"]) if sign in "-_" and at in (0, size - 1) else sign
            for at, sign in enumerate(middle)
        )

    return re.sub(r"\{(uuid|[a-z][0-9]+)\}", run, form.example).encode()


@cache
def prefilter() -> Prefilter:
    """One database for all tests: compiling it is what takes time."""
    return Prefilter(DETECTORS)


def found(by: str, text: bytes) -> list[Found]:
    """What one detector finds behind its own anchors."""
    names, judges = prefilter().names, prefilter().judges
    verdicts = [
        judge(text, end) for end, ident in prefilter().hits(text) if names[ident] == by and (judge := judges[ident])
    ]
    return [verdict for verdict in verdicts if isinstance(verdict, Found)]


#: Keys that may end with any sign, so that what follows without a space goes with them.
GREEDY = {"adyen_key"}

AROUND = (
    (b"", b""),
    (b'{"message":"', b'"}'),
    (b"GET /v1?key=", b"&x=1 200"),
    (b"using ", b", done."),
    (b'{"stack":"failed:\\n', b'\\nat x"}'),
    ("密钥是".encode(), "。".encode()),
    (b"'", b"'"),
    (b"key: ", b"\n"),
)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_documented_key_is_found_as_a_whole(form: Format) -> None:
    """Whatever stands around it, the whole secret and nothing else is the span."""
    for seed, (before, after) in enumerate(AROUND):
        key = written(form, seed)
        text = before + key + after
        spans = {(one.start, one.end) for one in found(form.name, text)}
        assert len(spans) == 1, (form.name, text)
        start, end = spans.pop()
        assert end == len(before) + len(key) or form.name in GREEDY, (form.name, text[start:end], key)
        assert (start > len(before)) if form.bare else start == len(before), (form.name, text[start:end])


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_judge_finds_nothing_without_its_anchor(form: Format) -> None:
    """Asked at every position it answers with the spans that stand behind anchors, so the prefilter hides nothing."""
    by = detector(form)
    text = b'{"a":"' + written(form) + b'"}'
    everywhere = {one for end in range(len(text) + 2) if isinstance(one := by.judge(text, end), Found)}
    assert everywhere == set(found(form.name, text))


def test_a_hundred_providers_are_known_by_name_and_source() -> None:
    """Every format says where it is documented, and no two have one name."""
    assert len({form.name for form in FORMATS}) == len(FORMATS) > 180
    assert len({form.source.partition(" docs")[0] for form in FORMATS}) >= 100
    assert all(form.source and form.example for form in FORMATS)


ORDINARY = (
    b'{"trace_id":"66ef54b1d43ad13fbaf209a13f91e618","span_id":"8adf4b1d43ad13fb"}',
    b"request 0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0 took 12ms",
    b"image registry.shop.example/checkout@sha256:04b1d8bbf171ed70bf4a484c9f7edec28e923969e5aa8e4f0f6ef32e05c55cf6",
    b"commit da39a3ee5e6b4b0d3255bfef95601890afd80709 on main",
    b"at com.example.payments.CheckoutServiceImplementation$$EnhancerBySpringCGLIB$$1a2b3c4d.handle(C.java:42)",
    b"https://shop.example/assets/main.4f1c2d3e4b5a69788796.js?v=20240501",
    b"arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-4978-8697-a5b4c3d2e1f0",
    b"task_test_integration_suite_for_checkout_service_number_twelve",
    b"skeleton sk-learn-contrib-estimators-and-transformers-2 risk-assessment-of-suppliers",
    b"hf_requiredCharacteristicTypesForDisplayMetadata",
    b"logs.someMethodNameThatIsQuiteLong roles/cloudkms.cryptoKeyEncrypterDecrypter",
    b"2024-05-01T10:00:00.000Z kafka offset=1234567890123456 partition=12|consumer-group-orders-processing",
    b"pod checkout-7d9f8b6c5d-x2x4z in namespace live_checkout_and_payment_processing_system",
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    b'ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"',
    b"key-value-store-with-replication-enabled md-editor-toolbar-button-x pat-na1-example",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_every_log_holds_is_no_key(text: bytes) -> None:
    """Ids, hashes, class names, addresses and prose are nobody's key."""
    for end, ident in prefilter().hits(text):
        judge = prefilter().judges[ident]
        assert judge is None or isinstance(judge(text, end), str), prefilter().names[ident]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_placeholder_and_the_middle_of_a_word_are_no_key(form: Format) -> None:
    """One character over and over is documentation; a key does not begin within a word."""
    plain = re.sub(r"\{(uuid|[a-z])([0-9]*)\}", lambda part: "a" * int(part[2] or 1), form.example).encode()
    if entropy(plain) < form.bits:
        assert found(form.name, plain) == []
    if form.behind != "any":
        spans = found(form.name, b"abc" + written(form))
        assert all(one.start > len("abc") for one in spans)


def test_checksums_raise_the_certainty_and_never_let_a_key_pass() -> None:
    """GitHub's and npm's CRC-32 in base 62, Grafana's in hexadecimal, GitLab's in base 36."""
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    body = written(next(form for form in FORMATS if form.name == "github_token"))[4:34]
    number, check = zlib.crc32(body), ""
    while number:
        number, digit = divmod(number, 62)
        check = digits[digit] + check
    key = b"ghp_" + body + check.rjust(6, "0").encode()
    assert checksums.base62_crc32(key)
    assert not checksums.base62_crc32(key[:-1] + b"-")
    proven, shaped = found("github_token", key)[0], found("github_token", b"ghp_" + body[::-1] + check.encode())[0]
    assert (proven.validator, shaped.validator) == ("checksum", "format")
    assert proven.certain > shaped.certain
    head = b"glsa_" + body + b"ab"
    assert checksums.grafana_crc32(head + b"_" + zlib.crc32(head).to_bytes(4, "little").hex().encode())
    assert not checksums.grafana_crc32(head)
    assert not checksums.gitlab_crc32(b"glpat-" + body)


def test_the_documented_npm_example_has_a_valid_checksum() -> None:
    """The vector that npm's announcement shows, put together here."""
    assert checksums.base62_crc32(b"npm_" + b"qkJaB6MffYVzZXWqmcoF49yrUxP3wf" + b"0LsakP")


def test_a_text_full_of_beginnings_costs_linear_time() -> None:
    """No input makes a judge search the same bytes again and again."""
    for piece in (
        b"glpat-" + b"a" * 16 + b" ",
        b"SG." + b"aB1-" * 4,
        b"xox",
        b"AQEab" + b"a1" * 12,
        b"x_key=" + b"a" * 14 + b" ",
        b"\\" * 9 + b"key=",
    ):
        text = piece * (100_000 // len(piece))
        began = time.process_time()
        for end, ident in prefilter().hits(text):
            if judge := prefilter().judges[ident]:
                judge(text, end)
        assert time.process_time() - began < 5
