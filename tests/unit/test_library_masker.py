"""The masker that programs use: strings, batches, explanations; entered again, copied, pickled."""

import base64
import copy
import gc
import gzip
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest

from streams.errors import KeyringError, PolicyError
from streams.integrations.loading import ephemeral_masker, load_masker
from streams.integrations.stdlib import MaskingFilter, MaskingFormatter
from streams.integrations.structlog import MaskingProcessor
from streams.keystore import load_keyring, new_keyring
from streams.masking.batch import RecordMasker
from streams.masking.engine import Masked
from streams.masking.keyring import Keyring
from streams.masking.kinds import DEFAULT_ACTIONS
from streams.masking.masker import Masker
from streams.masking.policy import Policy
from streams.masking.records import RecordColumns
from tests.support.library import EMAIL, masker, shown


def test_strings_and_bytes_are_masked_alike() -> None:
    """A string gives a string, bytes give bytes, with the same tokens and findings."""
    said, raw = masker().mask(f"an {EMAIL}"), masker().mask(f"an {EMAIL}".encode())
    assert said.text == f"an {masker().token('email', EMAIL)}" == said.safe
    assert raw.text == said.text.encode() == raw.safe
    assert said.findings == raw.findings == {"email": 1}


def test_clean_text_is_given_back() -> None:
    """Nothing found, nothing made: the very object comes back."""
    for text in ("took 12 ms", "größer", "a \udc80 surrogate"):
        assert masker().mask(text).text is text
    raw = b"took 12 ms"
    assert masker().mask(raw).text is raw


def test_lone_surrogates_do_not_keep_values() -> None:
    """A string that no encoding can write is masked all the same."""
    assert masker().mask(f"\udc80 {EMAIL}").text == f"\\udc80 {masker().token('email', EMAIL)}"


def test_other_types_are_refused() -> None:
    """A text is str or bytes; the sentence names the way for anything else and shows nothing."""
    for call in (masker().mask, masker().explain, lambda one: masker().mask_batch([one])):
        with pytest.raises(TypeError, match="mask_object") as caught:
            call({"email": EMAIL})  # type: ignore[call-overload]
        assert not shown(str(caught.value))


def test_batches_take_any_iterable() -> None:
    """Lists and generators of strings or bytes; each text is what it is alone."""
    texts = [f"{number} {EMAIL}" for number in range(5)] + ["clean", "größer ok"]
    alone = [masker().mask(text).text for text in texts]
    assert masker().mask_batch(texts).outputs == alone
    assert masker().mask_batch(text for text in texts).outputs == alone
    assert masker().mask_batch(text.encode() for text in texts).outputs == [str(text).encode() for text in alone]
    assert masker().mask_batch([]).outputs == []
    assert masker().mask_batch(texts).findings == {"email": 5}


def test_failed_texts_of_a_batch_are_not_given_back() -> None:
    """In the place of what could not be masked stands the line that says so; the others are masked."""
    secret = b"\xe9 " + EMAIL.encode()
    done = masker().mask_batch([b"ok", secret, EMAIL.encode()])
    assert done.outputs[0] == b"ok"
    assert done.outputs[1] == b'{"maskstream":"quarantined","reason":"invalid_encoding"}' == masker().mask(secret).safe
    assert done.outputs[2].startswith(b"tok_email_")
    assert set(done.failures) == {1}


def test_a_failing_engine_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the engine raises fails the text that it happens to, without a word of it."""
    own = Masker(Policy(), Keyring("k1", {"k1": bytes(32)}))
    whole = own._engine.mask

    def fails(texts: list[bytes]) -> Masked:
        if any(b"boom" in text for text in texts):
            raise MemoryError(EMAIL)
        return whole(texts)

    monkeypatch.setattr(own._engine, "mask", fails)
    done = own.mask_batch([f"boom {EMAIL}", f"fine {EMAIL}", "boom"])
    assert done.outputs[0] == done.outputs[2] == '{"maskstream":"quarantined","reason":"detector_error"}'
    assert done.outputs[1].startswith("fine tok_email_")
    assert {failure.detectors for failure in done.failures.values()} == {("MemoryError",)}
    assert own.mask_object({"boom": EMAIL}).value is None


def test_explanations_count_in_the_units_of_the_text() -> None:
    """Of a string places are characters, of bytes they are bytes."""
    text = f"für {EMAIL}"
    (row,) = masker().explain(text)
    (raw,) = masker().explain(text.encode())
    assert text[row.start : row.end] == EMAIL == text.encode()[raw.start : raw.end].decode()
    assert (row.kind, row.action, row.validator) == ("email", "token", "rfc5322")


def test_masking_may_be_entered_again() -> None:
    """What runs in the middle of a scan, as finalizers and signal handlers do, can mask, and neither result suffers."""
    texts = [f"{number} of {EMAIL}" for number in range(50)]
    alone = masker().mask_batch(texts).outputs
    inside: list[Any] = []
    apart: set[str] = set()

    def collecting(phase: str, _: dict[str, int]) -> None:
        if phase == "start" and len(inside) < 5 and getattr(masker()._thread, "inside", False):
            inside.append(masker().mask_batch(texts[:3]).outputs)

    def watched(call: Any) -> Any:
        def run(given: Any) -> Any:
            apart.add(threading.current_thread().name)
            return call(given)

        return run

    engine = masker()._engine
    before, plain = gc.get_threshold(), engine.mask
    engine.mask = watched(plain)  # type: ignore[method-assign]
    gc.callbacks.append(collecting)
    gc.set_threshold(1, 1, 1)
    try:
        done = masker().mask_batch(texts).outputs
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(collecting)
        del engine.mask
    assert done == alone
    assert inside
    assert all(one == alone[:3] for one in inside)
    assert "maskstream" in apart


def test_keys_do_not_leave_the_process() -> None:
    """Neither the masker nor what holds one is pickled; copies share it, and its print shows no secret."""
    for one in (masker(), MaskingFilter(masker()), MaskingFormatter(masker=masker()), MaskingProcessor(masker())):
        with pytest.raises(TypeError, match="holds keys"):
            pickle.dumps(one)
    assert copy.copy(masker()) is masker() is copy.deepcopy({"masker": masker()})["masker"]
    assert "policy=" in repr(masker())
    assert bytes(range(32)).hex() not in repr(masker())


def test_tokens_are_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the same keyring file and policy, by argument or by settings, tokens are those of the service's records."""
    path, policy = tmp_path / "keyring.json", tmp_path / "policy.yaml"
    new_keyring(path)
    policy.write_text("actions: {ip: redact}\n")
    line = f"an {EMAIL} from 203.0.113.9".encode()
    rules = Policy(actions={**DEFAULT_ACTIONS, "ip": "redact"})
    service = RecordMasker(rules, load_keyring(path))(RecordColumns([None], [line], [None])).values[0]
    assert load_masker(path, policy).mask(line).text == service
    monkeypatch.setenv("MASKSTREAM_KEYRING", str(path))
    monkeypatch.setenv("MASKSTREAM_POLICY", str(policy))
    assert load_masker() is load_masker(str(path)) is load_masker(path, policy)


def test_missing_files_are_told(tmp_path: Path) -> None:
    """No keyring, no masker: one sentence that names the command."""
    with pytest.raises(KeyringError, match="maskstream keys new"):
        load_masker(tmp_path / "none.json")
    with pytest.raises(PolicyError, match="cannot be read"):
        ephemeral_masker(tmp_path / "none.yaml")


def test_ephemeral_tokens_say_so() -> None:
    """A masker without a keyring has tokens with a key id of their own, and no two of them agree."""
    one, other = ephemeral_masker(), ephemeral_masker()
    assert str(one.mask(EMAIL).text).startswith("tok_email_tmp_")
    assert one.mask(EMAIL).text != other.mask(EMAIL).text


def test_a_text_that_fails_has_no_explanation() -> None:
    """Neither one that cannot be opened, nor one whose output could not be opened any more."""
    packed = base64.b64encode(gzip.compress(b"a" * (5 << 20))).decode()
    assert masker().mask(packed).failure is not None
    assert masker().explain(packed) == []
    line = b"{dT0KInRzIjogMS4xLCAiaWJhbmRTQWlPaUE7HclIJ3Qgb2YgaXQ=tok_eH4sIAAAAAAAACA8vLL0lVyE3MzInPNoxPTEpOsU11SE;"
    assert all(row.end <= len(line) for row in masker().explain(line))
