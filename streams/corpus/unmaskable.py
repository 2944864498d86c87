"""Records that nothing can mask with certainty: they belong into quarantine, each for another reason."""

from collections.abc import Callable
from typing import Final

from streams.corpus.line import Line
from streams.corpus.scene import Scene

__all__ = ["DEFAULT_OVERSIZE_BYTES", "UNMASKABLE_SHAPES", "framed", "latin_1", "oversize", "too_deep"]

#: Levels of the deep record; the limit is 1 024.
_DEEP_LEVELS: Final = 1_400
#: Bytes of the record that is too large: under the million that producers send by default, so that a raw topic holds it.
DEFAULT_OVERSIZE_BYTES: Final = 960_000


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
    """A block list logged whole, one short address after the other: their tokens are four times as long.

    Topics for masked records leave room for three times the size, so this record fits the raw topic and no other.
    """
    dice = scene.dice
    head = f'{{"ts":"{scene.clock.iso}","service":"edge","msg":"block list reloaded","clients":"'
    addresses = [".".join(str(dice.between(1, 9)) for _ in range(4)) for _ in range(1000)]
    body = ",".join(addresses * (size // (8 * len(addresses))))
    return Line("edge", f'{head}{body}"}}'.encode(), tuple(addresses[:90]), (), None, "too_large")


#: One of each; the oversize record is not among them, because a corpus needs one and not many.
UNMASKABLE_SHAPES: Final[tuple[Callable[[Scene], Line], ...]] = (latin_1, too_deep, framed)
