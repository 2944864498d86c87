"""The shape of a record without its content: what an engineer needs to see why, and nobody may mind being seen.

Letters become `x`, digits `0`, runs of them collapse (`a1b2c3` is `x0`), anything that is not printable ASCII is `?`, a
run of one sign is two of it, and what follows a secret's name is `***`. Kept are ASCII punctuation and the names of
`KEPT_KEYS`, and these only where a key stands (before `:` or `=`). No other run of letters or digits survives, whatever
the bytes are: what is not understood is shape too.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

__all__ = ["KEPT_KEYS", "Shape", "Span", "preview", "spans"]

#: Where something begins and ends (not included) in bytes.
Span = tuple[int, int]

#: What is looked at, and what is shown at most.
_INPUT_BYTES: Final = 2048
_SHOWN_CHARS: Final = 1000
_FINGERPRINT_CHARS: Final = 200

#: Names that say what a value is, and nothing about whose it is.
_KEPT_NAMES: Final = """
    account action address agent amount api app args audience body bytes cause city claims class client client_ip code
    component container content content-type context cookies correlation_id country created currency customer
    customer_id data date db debug description detail details device duration duration_ms email emails endpoint env
    environment error errors event event_id exception file first_name forwarded function headers host hostname http id
    index info input instance ip items job kind label last_name latency latency_ms level line list locale log logger
    message meta metadata method module msg name namespace node number object offset op operation order order_id output
    owner parameters params partition path payload phone pid pod port price priority process product protocol query
    queue reason ref referer region remote_addr request request_id resource response result retry role route rows scope
    sequence server service session severity size source span_id sql stack stack_trace stage started state status
    status_code stream sub subject table tags target task team tenant thread time timestamp title topic trace trace_id
    transaction ts type uid unit uri url user user-agent user_agent user_id username value values version warning worker
    zone
    """
KEPT_KEYS: Final = tuple(_KEPT_NAMES.split())

#: Names whose values are not even shown as a shape: the length and the signs of a password are part of it.
_HIDDEN_NAMES: Final = """
    access_key access_token api_key api-key apikey auth authorization client_secret cookie credential credentials cvc
    cvv id_token jwt key otp pass passphrase passwd password pin private_key proxy-authorization pwd refresh_token
    secret secret_key session_id session_token set-cookie sid signature token x-api-key
    """
_HIDDEN_KEYS: Final = tuple(_HIDDEN_NAMES.split())

# Words that stay are put into Unicode's private area until everything else has become a shape.
_PLACE: Final = 0xE000
_WORDS: Final = {word: chr(_PLACE + number) for number, word in enumerate((*KEPT_KEYS, *_HIDDEN_KEYS))}
_STARS: Final = chr(_PLACE + len(_WORDS))
_BACK: Final = {ord(place): word for word, place in _WORDS.items()} | {ord(_STARS): "***"}

_KEY: Final = r"(?<![\w.\-])(?P<key>[A-Za-z][A-Za-z0-9_\-]{0,31})"
_TO_VALUE: Final = r"(?P<to>\\{0,3}[\"']?\s{0,2}[:=]\s{0,2})"
_QUOTED_SECRET: Final = re.compile(rf"{_KEY}(?P<to>\\{{0,3}}[\"']?\s{{0,2}}[:=]\s{{0,2}}\\{{0,3}}[\"'])[^\"'\\]*")
_BARE_SECRET: Final = re.compile(
    rf"{_KEY}{_TO_VALUE}(?i:(?:bearer|basic|digest|token)\s{{1,2}})?[^\s\"',;&}}\]\\\ue000-\uf8ff]+"
)
_KEPT: Final = re.compile(rf"{_KEY}(?=\\{{0,3}}[\"']?\s{{0,2}}[:=])")
_PRIVATE: Final = re.compile(r"[\ue000-\uf8ff]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")
_MIXED: Final = re.compile(r"(?:x0|0x)[x0]+")
_ODD: Final = re.compile(r"[^\x20-\x7e\ue000-\uf8ff]+")
_REPEATED: Final = re.compile(r"([^\ue000-\uf8ff])\1{2,}")
_PHRASE: Final = re.compile(r"x(?:[ ,.'_-]{1,2}x)+")


class Shape:
    """The shape of a key, value or header. Total: any bytes have one; ten megabytes cost what two kilobytes do, because
    only the beginning is looked at.
    """

    __slots__ = ("_cut", "_marked", "_none")

    def __init__(self, data: bytes | str | None) -> None:
        text = (data or b"")[:_INPUT_BYTES]
        self._none = data is None
        self._cut = len(data or b"") > _INPUT_BYTES
        self._marked = _shape(text if isinstance(text, str) else text.decode("utf-8", "replace"))

    @property
    def preview(self) -> str | None:
        """At most about a thousand characters; None of None."""
        if self._none:
            return None
        cut = self._cut or len(self._marked) > _SHOWN_CHARS
        return self._marked[:_SHOWN_CHARS].translate(_BACK) + ("…" if cut else "")

    def fingerprint(self, reason: str, detectors: tuple[str, ...], path: str | None = None) -> str:
        """Sixteen hex digits, equal for records that fail alike: by reason, detectors, path and collapsed shape.

        What is no text has no shape: where two such records differ is chance, and each would be a group of its own.
        """
        shape = "" if reason == "unsupported_format" else self._marked
        alike = _REPEATED.sub(r"\1\1", _PHRASE.sub("x", shape)).translate(_BACK)[:_FINGERPRINT_CHARS]
        return hashlib.sha256("\0".join((reason, *detectors, path or "", alike)).encode()).hexdigest()[:16]


def preview(data: bytes | str | None) -> str | None:
    """The shape of a key, value or header, with kept words written out; None of None."""
    return Shape(data).preview


def _shape(text: str) -> str:
    text = _PRIVATE.sub("?", text)
    text = _BARE_SECRET.sub(_starred, _QUOTED_SECRET.sub(_starred, text))
    text = _KEPT.sub(_kept, text)
    text = _DIGITS.sub("0", _LETTERS.sub("x", text))
    text = _ODD.sub("?", _MIXED.sub("x0", text))
    return _REPEATED.sub(r"\1\1", text)


def _kept(match: re.Match[str]) -> str:
    return _WORDS.get(match["key"].lower(), match["key"])


def _starred(match: re.Match[str]) -> str:
    word = match["key"].lower()
    return _WORDS[word] + match["to"] + _STARS if word in _HIDDEN_KEYS else match[0]


def spans(data: bytes) -> list[Span]:
    """For each character of a value's preview the bytes that it stands for; for the mark that more follows, all the
    rest. Slower than the preview and made with its expressions step by step; a test holds the two together.
    """
    text, places = _decoded(data[:_INPUT_BYTES])
    for pattern, pieces in _STEPS:
        text, places = _traced(pattern, pieces, text, places)
    shown = [place for char, place in zip(text[:_SHOWN_CHARS], places, strict=False) for _ in char.translate(_BACK)]
    if len(text) > _SHOWN_CHARS:
        # Not where the next character begins: it may stand for the same bytes as the last one that is shown.
        return [*shown, (shown[-1][1], len(data))]
    return [*shown, (_INPUT_BYTES, len(data))] if len(data) > _INPUT_BYTES else shown


def _decoded(data: bytes) -> tuple[str, list[Span]]:
    """The text as the preview reads it, and the bytes of each character; what is no UTF-8 is one character an error."""
    text, places, at = "", list[Span](), 0
    while at < len(data):
        try:
            sound, wrong, end = data[at:].decode(), "", len(data)
        except UnicodeDecodeError as error:
            sound, wrong, end = data[at : at + error.start].decode(), "\ufffd", at + error.end
        for char in sound:
            places.append((at, at + len(char.encode())))
            at = places[-1][1]
        if wrong:
            places.append((at, end))
        text, at = text + sound + wrong, end
    return text, places


#: What a match becomes: pieces of text, and which of the match's characters each stands for, from and to.
_Pieces = Iterable[tuple[str, int, int]]


def _traced(
    pattern: re.Pattern[str], pieces: Callable[[re.Match[str]], _Pieces], text: str, places: list[Span]
) -> tuple[str, list[Span]]:
    """What `pattern.sub` gives, with the bytes of each character."""
    made, found, mark = list[str](), list[Span](), 0
    for match in pattern.finditer(text):
        made.append(text[mark : match.start()])
        found += places[mark : match.start()]
        for piece, start, end in pieces(match):
            made.append(piece)
            found += [_around(places, start, end)] * len(piece)
        mark = match.end()
    return "".join((*made, text[mark:])), found + places[mark:]


def _around(places: list[Span], start: int, end: int) -> Span:
    begun = places[start][0] if start < len(places) else places[-1][1]
    return (begun, places[end - 1][1]) if end > start else (begun, begun)


def _each(match: re.Match[str], start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The characters as they are."""
    return ((match.string[at], at, at + 1) for at in range(start, end))


def _kept_pieces(match: re.Match[str]) -> _Pieces:
    word = _WORDS.get(match["key"].lower())
    return _each(match, *match.span()) if word is None else [(word, *match.span())]


def _starred_pieces(match: re.Match[str]) -> _Pieces:
    word = match["key"].lower()
    if word not in _HIDDEN_KEYS:
        return _each(match, *match.span())
    signs = match.span("to")
    return [(_WORDS[word], *match.span("key")), *_each(match, *signs), (_STARS, signs[1], match.end())]


def _twice(match: re.Match[str]) -> _Pieces:
    start, end = match.span()
    return [(match[1], start, start + 1), (match[1], start + 1, end)]


def _as(text: str) -> Callable[[re.Match[str]], _Pieces]:
    return lambda match: [(text, *match.span())]


#: The steps of `_shape`.
_STEPS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Pieces]], ...]] = (
    (_PRIVATE, _as("?")),
    (_QUOTED_SECRET, _starred_pieces),
    (_BARE_SECRET, _starred_pieces),
    (_KEPT, _kept_pieces),
    (_LETTERS, _as("x")),
    (_DIGITS, _as("0")),
    (_MIXED, _as("x0")),
    (_ODD, _as("?")),
    (_REPEATED, _twice),
)
