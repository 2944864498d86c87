"""Hyperscan databases: compiled once, which takes seconds, and taken from a store afterwards, which takes a millisecond."""

import hashlib
from functools import lru_cache
from itertools import islice, product
from typing import Final, NamedTuple, Protocol

import hyperscan

__all__ = ["Anchor", "Store", "ballast", "database", "name_of"]

#: A change of it makes every kept database another one.
_FORM: Final = b"maskstream anchors 1"


class Anchor(NamedTuple):
    """An expression in the letters of Latin-1, what its hits are reported as, and hyperscan's flags."""

    expression: str
    ident: int
    flags: int


class Store(Protocol):
    """Keeps compiled databases between processes; hashable. Nothing that goes wrong in it may raise.

    `load` gives back the bytes that were saved under a name and no others, for they are run, not parsed: whoever can
    write into a store decides over what is masked and over the process. None where there are none.
    """

    def __hash__(self) -> int: ...
    def load(self, name: str) -> bytes | None: ...
    def save(self, name: str, data: bytes) -> None: ...


#: With fewer literals hyperscan looks at two bytes at once, which is made for a few and takes twice as long with a thousand (its
#: `findDesiredStride`, fdr_engine_description.cpp).
_LITERALS_MIN: Final = 5000
#: Bytes of no UTF-8 (RFC 3629, 4), but for the separator of texts.
_NEVER: Final = range(0xF8, 0xFF)
_BALLAST_BYTES: Final = 8


def ballast(last: int) -> list[Anchor]:
    """Literals that stand in no text, as many as keep a database of few anchors from becoming slower than one of all.

    Each has an identifier of its own, down from the last one: with one for all of them, hyperscan takes three seconds more.
    """
    texts = islice(product(_NEVER, repeat=_BALLAST_BYTES), _LITERALS_MIN)
    return [Anchor("".join(map(r"\x{:02x}".format, text)), last - place, 0) for place, text in enumerate(texts)]


@lru_cache(maxsize=4)
def database(anchors: tuple[Anchor, ...], store: Store | None = None) -> hyperscan.Database:
    """The database of some anchors: policies that differ in their rules alone, or from one day to the next, share it.

    What a store holds is not trusted to be whole: where hyperscan refuses it, the anchors are compiled and it is replaced.
    """
    if store is None:
        return _compiled(anchors)
    name = name_of(anchors)
    kept = store.load(name)
    if kept is not None:
        try:
            return hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error:  # of another version or CPU, or damaged
            pass
    made = _compiled(anchors)
    store.save(name, hyperscan.dumpb(made))
    return made


def name_of(anchors: tuple[Anchor, ...]) -> str:
    """64 hex digits that differ wherever the compiled database may: by the anchors, their order and hyperscan.

    A database tells hyperscan's own version and the instructions that it is compiled for.
    """
    probe = _compiled((Anchor("maskstream", 0, 0),))
    made_by = (str(vars(hyperscan)["__version__"]).encode(), repr(probe.info()).encode())
    rows = (b"%d %d %s" % (ident, flags, expression.encode("latin-1")) for expression, ident, flags in anchors)
    digest = hashlib.sha256()
    for part in (_FORM, *made_by, *rows):
        digest.update(b"%d:%s\n" % (len(part), part))
    return digest.hexdigest()


def _compiled(anchors: tuple[Anchor, ...]) -> hyperscan.Database:
    made = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    made.compile(
        expressions=[expression.encode("latin-1") for expression, _, _ in anchors],
        ids=[ident for _, ident, _ in anchors],
        flags=[flags for _, _, flags in anchors],
    )
    return made
