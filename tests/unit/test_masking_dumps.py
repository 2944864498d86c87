"""What is logged in hexadecimal, and hashes, identifiers and digests, which hold nothing."""

import base64
import gzip
import hashlib

import pytest

from streams.masking.masker import Masker
from streams.masking.policy import Policy
from tests.support.disguise import masker_keyring

_MASKER = Masker(Policy(), masker_keyring())
_JSON = '{"email":"jane.doe@example.org","n":1}'


def _inside(dump: str, encoding: str = "utf-8") -> str:
    return bytes.fromhex(dump).decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("frame", ["payload=%s", '{"raw":"%s"}', "0x%s", "X'%s'", "dump: %s ok", "a %s\n"])
def test_a_dump_of_json_is_masked_inside(encoding: str, frame: str) -> None:
    """The mail address in a dump becomes a token in the same dump, and masking again changes nothing."""
    masked = _MASKER.mask(frame % _JSON.encode(encoding).hex()).text
    assert masked is not None
    before, _, behind = frame.partition("%s")
    dump = masked.removeprefix(before)[: len(masked) - len(before) - len(behind)]
    assert _inside(dump, encoding).startswith('{"email":"tok_email_k1_')
    assert _inside(dump, encoding).endswith('","n":1}')
    assert _MASKER.mask(masked).text == masked


def test_capitals_stay_capitals() -> None:
    """A dump in capitals is written in capitals again."""
    masked = _MASKER.mask(_JSON.encode().hex().upper() + " end").text
    assert masked is not None
    assert masked == masked.upper().replace("END", "end")
    assert "jane" not in _inside(masked.removesuffix(" end"))


def test_compressed_dumps_are_opened() -> None:
    """A gzip member in hexadecimal is masked inside."""
    masked = _MASKER.mask("body=" + gzip.compress(_JSON.encode(), mtime=0).hex()).text
    assert masked is not None
    assert b"tok_email" in gzip.decompress(bytes.fromhex(masked.removeprefix("body=")))


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2xQ9",
        "https://ann:hunter2xQ9@db.example.com/",
        "Bearer hunter2xQ9abcd",
        "x ghp_hunter2xQ9abcdEFGH1234abcdEFGH1234ab",
        '{"token":"hunter2xQ9"',
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_words_of_credentials_open_a_dump(text: str, cut: int) -> None:
    """A dump of a text with a telling word is masked, cut in the middle of a byte too."""
    dump = (text + ".....").encode().hex()
    masked = _MASKER.mask(f"raw={dump[: len(dump) - cut]}").text
    assert masked is not None
    assert b"hunter2xQ9".hex() not in masked


def test_hashes_stay() -> None:
    """Of 5000 digests none is taken for a dump."""
    lines = [f"commit {hashlib.sha256(bytes([n % 256, n // 256])).hexdigest()} pushed" for n in range(5000)]
    assert _MASKER.mask_batch(lines).outputs == lines


@pytest.mark.parametrize(
    "line",
    [
        "bytes 7b226120223a2278222c2262223a2279227d read",
        "raw=68656c6c6f20776f726c642c20746869732069732066696e65",
        "id=6e616d65616e64757365722d2d2d2d",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
    ],
)
def test_dumps_of_nothing_personal_stay(line: str) -> None:
    """What holds nothing of anybody's is left byte for byte."""
    assert _MASKER.mask(line).text == line


_BODY = ' {"email":"jane.doe@example.org","password":"hunter2xQ9","card":"4111111111111111"} and words behind it'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\\n", "\\r\\n", "\n\t"])
@pytest.mark.parametrize("width", [20, 60, 64, 72, 76])
@pytest.mark.parametrize("frame", ["%s", '{"body":"%s"}', "Content-Transfer-Encoding: base64{0}{0}%s{0}--x"])
def test_a_value_across_lines_of_base64_is_masked(end: str, width: int, frame: str) -> None:
    """Wherever the lines of wrapped base64 end, the text in them is masked as one and wrapped as it was."""
    for before in range(0, 60, 7):
        whole = base64.b64encode(("log " * 15)[:before].encode() + _BODY.encode()).decode()
        lines = end.join(whole[at : at + width] for at in range(0, len(whole), width))
        first, _, last = frame.replace("{0}", end).partition("%s")
        masked = _MASKER.mask(first + lines + last).text
        assert masked is not None
        inside = base64.b64decode(masked.removeprefix(first).removesuffix(last).replace(end, "")).decode()
        assert "tok_email_k1_" in inside
        assert not [needle for needle in ("jane.doe", "hunter2xQ9", "411111111111") if needle in inside]
        assert _MASKER.mask(masked).text == masked


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_wrapped_gzip_is_opened(end: str) -> None:
    """Compressed lines are opened as one, which no line by itself can be."""
    packed = base64.b64encode(gzip.compress((_BODY + hashlib.sha256(b"x").hexdigest() * 3).encode(), mtime=0)).decode()
    masked = _MASKER.mask(end.join(packed[at : at + 64] for at in range(0, len(packed), 64))).text
    assert masked is not None
    inside = gzip.decompress(base64.b64decode(masked.replace(end, ""))).decode()
    assert "tok_email_k1_" in inside
    assert "hunter2xQ9" not in inside


def test_wrapped_base64_of_nothing_personal_stays() -> None:
    """Lines of base64 that hold nothing of anybody's are left byte for byte."""
    whole = base64.b64encode(b"the quick brown fox jumps over the lazy dog " * 9).decode()
    text = "\n".join(whole[at : at + 76] for at in range(0, len(whole), 76)) + "\nDone"
    assert _MASKER.mask(text).text == text


@pytest.mark.parametrize("text", ["x jane.doe@example.org is here", "x^jane.doe@example.org is here"])
def test_a_text_that_begins_like_zlib_is_read(text: str) -> None:
    """Base64 of a text whose first two bytes could be a header of zlib is masked like any other."""
    masked = _MASKER.mask(f"q={base64.b64encode(text.encode()).decode()}").text
    assert masked is not None
    assert "tok_email_k1_" in base64.b64decode(masked.removeprefix("q=")).decode()
