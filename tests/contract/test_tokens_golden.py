"""The golden vectors: what other programs and yesterday's logs rely on."""

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest

from streams.masking.canonical import CANONICAL_VERSION, canonical
from streams.masking.keyring import Keyring
from streams.masking.surrogate import surrogate
from streams.masking.tokens import Tokens

GOLDEN = Path(__file__).resolve().parents[2] / "schemas" / "golden"


def load(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def tokens_of(golden: dict[str, Any]) -> Tokens:
    return Tokens(Keyring(golden["active"], {k: base64.b64decode(v) for k, v in golden["keys"].items()}))


def token_by_the_book(secret: bytes, kid: str, kind: str, form: str) -> str:
    """The documented construction in plain words: HKDF, HMAC, letters."""
    prk = hmac.new(b"maskstream", secret, hashlib.sha256).digest()
    key = hmac.new(prk, f"token/1/{kind}".encode() + b"\x01", hashlib.sha256).digest()
    digits = hmac.new(key, form.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:20]
    return f"tok_{kind}_{kid}_" + "".join("abcdefghijklmnop"[int(digit, 16)] for digit in digits)


@pytest.mark.parametrize("vector", load("canonical")["vectors"], ids=lambda v: ascii(f"{v['kind']}-{v['value']}"))
def test_canonical_form_is_the_golden_one(vector: dict[str, Any]) -> None:
    """Each golden value has its golden form, and the form's own form is itself."""
    form = canonical(vector["kind"], vector["value"], vector["region"])
    assert form == vector["canonical"]
    assert canonical(vector["kind"], form, vector["region"]) == form


def test_canonical_version_is_the_golden_one() -> None:
    """The vectors belong to the version of the contract that the code names."""
    assert load("canonical")["version"] == CANONICAL_VERSION


def test_tokens_are_the_golden_ones() -> None:
    """Each golden value has its golden token under each key, hint and all."""
    golden = load("tokens")
    tokens = tokens_of(golden)
    for vector in golden["vectors"]:
        assert tokens.token(vector["kind"], vector["value"], vector["hint"]).decode() == vector["token"]
        looked_up = {kid: token.decode() for kid, token in tokens.lookup(vector["kind"], vector["value"])}
        assert looked_up == vector["lookup"]
    for vector in golden["opaque"]:
        assert tokens.opaque(base64.b64decode(vector["base64"])).decode() == vector["token"]


def test_tokens_are_made_as_documented() -> None:
    """A second, slow implementation by the documentation agrees with every golden token."""
    golden = load("tokens")
    for vector in golden["vectors"]:
        form = canonical(vector["kind"], vector["value"])
        for kid, token in vector["lookup"].items():
            expected = token_by_the_book(base64.b64decode(golden["keys"][kid]), kid, vector["kind"], form)
            assert token == expected or re.fullmatch(re.escape(expected) + "_[0-9]{4}", token)


def test_surrogates_are_the_golden_ones() -> None:
    """Each golden JWT has its golden surrogate, and what is none has none."""
    golden = load("surrogates")
    tokens = tokens_of(golden)

    def mask_text(text: bytes) -> bytes:
        return re.sub(rb"[\w.+-]+@[\w-]+\.[\w.]+", lambda match: tokens.token("email", match[0].decode()), text)

    for vector in golden["vectors"]:
        made = surrogate(vector["jwt"].encode(), tokens, mask_text)
        assert (made and made.decode()) == vector["surrogate"], vector["name"]
