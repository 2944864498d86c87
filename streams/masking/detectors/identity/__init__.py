"""Numbers that states give to persons (identity, tax, health, passports, licences), and those of their accounts."""

from typing import Final

from streams.masking.detectors.identity import americas, asia, banks, europe, papers, ssn
from streams.masking.detectors.identity.alone import Alone
from streams.masking.detectors.identity.beside import Beside
from streams.masking.detectors.identity.rows import Row, alone_anchor
from streams.masking.detectors.identity.words import Vocabulary
from streams.masking.found import Detector

__all__ = ["DETECTORS", "ROWS", "judge_number"]

ROWS: Final[tuple[Row, ...]] = (*europe.ROWS, *americas.ROWS, *asia.ROWS, *banks.ROWS, *papers.ROWS)

_WORDS: Final = Vocabulary(row.words for row in ROWS)
_ALONE: Final = tuple(row for row in ROWS if row.alone)
#: Those that hold nothing but classes and a common sign, which the native pass finds.
_SHAPED: Final = frozenset({"us_mbi", "br_cpf", "cl_rut", "cn_id", "hk_id", "gb_nino", "mx_curp", "fr_nir"})

#: Finds a number of a person by the word that ends at a position.
judge_number: Final = Beside(ROWS, _WORDS).judge

DETECTORS: Final = (
    *ssn.DETECTORS,
    Detector(
        "national_number",
        _WORDS.anchors(),
        judge_number,
        tuple(text for row in ROWS for text in row.examples),
        source="the registers that the rows name",
    ),
    Detector(
        "national_number_alone",
        tuple(alone_anchor(row) for row in _ALONE if row.name not in _SHAPED),
        Alone(_ALONE).judge,
        tuple(text for row in _ALONE for text in row.bare),
        source="the registers that the rows name",
        shapes=tuple(sorted({alone_anchor(row) for row in _ALONE if row.name in _SHAPED})),
    ),
)
