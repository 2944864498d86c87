"""Shapes: anchors without a literal, found by a native pass where it has been built and by hyperscan where not.

The pass (`_shapes.c`) is an accelerator, not a second definition: `Detector.shapes` says what it looks for, and tests hold
the two against each other. It needs a C compiler when maskstream is installed; without it everything works, slower.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Final, cast

from streams.masking.beginnings import Beginning
from streams.masking.encodings.units import character_heads
from streams.masking.endings import field_endings

__all__ = ["MARGIN", "SHAPES", "native_scan"]

#: So many separators stand before and behind the texts of a scan, in bytes; the pass looks no further than that.
MARGIN: Final = 128

#: What has shapes that the pass knows, in its own order: detectors, blocks of base64, and what disguises text.
SHAPES: Final = (
    "block", "disguise", "email", "phone_international", "phone_nanp", "us_ssn", "ipv4", "ipv6", "mac", "card", "card_named",
    "iban", "iban_spaced", "wallet", "discord_bot_token", "asana_token", "uptimerobot_key", "bitwarden_machine_token",
    "vault_legacy_token", "url_userinfo", "xml_element", "national_number_alone", "phone_in_brackets", "field",
    "jwt", "track2", "bearer", "database_key", "pair_of_strings", "track1", "coin",
)  # fmt: skip

#: Raised with every change of a shape, here and in the pass: an older one would miss what it does not know.
_INTERFACE: Final = 18

_Scan = Callable[[bytes, tuple[int | None, ...], object], bytes]


def native_scan(
    idents: Mapping[str, int], words: Iterable[tuple[Beginning, int]] = ()
) -> Callable[[bytes], bytes] | None:
    """The pass over a text for the detectors named and for words, each under its identifier: its hits, packed as `loop` has them.

    None where it has not been built, or was built from an older source that knows other shapes.
    """
    try:
        native = import_module("streams.masking._shapes")
    except ImportError:
        return None
    if getattr(native, "NAMES", "").split() != [*SHAPES] or getattr(native, "INTERFACE", 0) != _INTERFACE:
        return None
    native.heads([(head, lasts[0], lasts[-1]) for head, lasts in character_heads().items()])
    native.names(*field_endings())
    scan = cast("_Scan", native.scan)
    wanted = tuple(idents.get(name) for name in SHAPES)
    table = native.words([(*word, ident) for word, ident in words])
    return lambda data: scan(data, wanted, table)
