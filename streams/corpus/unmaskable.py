"""Records that nothing can mask with certainty: they belong into quarantine, each for another reason."""

from collections.abc import Callable
from typing import Final

from streams.corpus.line import Line
from streams.corpus.scene import Scene

__all__ = ["DEFAULT_OVERSIZE_BYTES", "UNMASKABLE_SHAPES", "framed", "latin_1", "oversize", "too_deep"]

#: Levels of the deep record; the limit is 1 024.
_DEEP_LEVELS: Final = 1_400
#: Bytes of the record that is too large: under the 1 048 588 bytes a topic takes by default, so that a raw topic holds it.
DEFAULT_OVERSIZE_BYTES: Final = 900_000


def latin_1(scene: Scene) -> Line:
    """An old application that writes ISO 8859-1: bytes that are not UTF-8."""
    person = scene.person
    text = f"{scene.clock.syslog} kasse03 pos[4711]: Rückgabe für Käufer {person.email} gebucht, Filiale Köln-Süd"
    return Line("data", text.encode("latin-1"), (person.email,), (), person.number, "invalid_encoding")


def too_deep(scene: Scene) -> Line:
    person = scene.person
    text = '{"next":' * _DEEP_LEVELS + f'{{"email":"{person.email}"}}' + "}" * _DEEP_LEVELS
    return Line("orders", text.encode(), (person.email,), (), person.number, "too_deep")


def framed(scene: Scene) -> Line:
    """A record in the frame of a schema registry: magic byte 0, the schema's number, then Avro."""
    person = scene.person
    email, name = person.email.encode(), person.name.encode()
    fields = b"".join(bytes((len(text) << 1 & 0x7F,)) + text for text in (email, name))
    value = b"\x00\x00\x00\x10" + bytes((scene.dice.between(16, 99),)) + fields
    return Line("payments", value, (person.email, person.name), (), person.number, "unsupported_format")


def oversize(scene: Scene, size: int = DEFAULT_OVERSIZE_BYTES) -> Line:
    """An export logged whole, one short address after the other: the tokens for them are several times as long."""
    dice = scene.dice
    head = f'{{"ts":"{scene.clock.iso}","service":"edge","msg":"block list reloaded","clients":["'
    one = [f"192.0.2.{last}" for last in range(10, 100)] + [
        f"10.{dice.below(9)}.{dice.below(9)}.{i}" for i in range(10)
    ]
    body = '","'.join(one * (size // (len('","'.join(one)) + 3)))
    return Line("edge", f'{head}{body}"]}}'.encode(), tuple(one[:90]), (), None, "too_large")


#: One of each; the oversize record is not among them, because a corpus needs one and not many.
UNMASKABLE_SHAPES: Final[tuple[Callable[[Scene], Line], ...]] = (latin_1, too_deep, framed)
