"""Labelled log lines: a file of them, or the project's own from its corpus.

A file has one JSON object a line (gz too): `text`, `kind`, the substrings `must_mask` that must not survive and those
`must_keep` that must; a positive (with must_mask) may have a `strength`, a negative a `neg` (`hard` counts).
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from streams.corpus import generate

__all__ = ["WRAPS", "Case", "Wrap", "line_of", "own", "read"]

#: How a text becomes a line: as it is, in a neutral message, or in a field of the name that such values have.
Wrap = Literal["raw", "message", "field"]
WRAPS: tuple[Wrap, ...] = ("raw", "message", "field")

#: Lines of the project's own set and the seed that no other test or bench uses.
_OWN_LINES = 5_000
_OWN_SEED = 7_001

_FIELD = {
    "EMAIL": "email", "PHONE": "phone", "CREDIT_CARD": "card_number", "IBAN": "iban", "IP_ADDRESS": "client_ip",
    "MAC_ADDRESS": "mac", "US_SSN": "ssn", "US_PASSPORT": "passport_number", "PASSPORT": "passport_number",
    "US_DRIVER_LICENSE": "driver_license", "UK_NHS": "nhs_number", "UK_NINO": "national_insurance_number",
    "IN_AADHAAR": "aadhaar", "IN_PAN": "pan", "AU_TFN": "tfn", "AU_MEDICARE": "medicare", "SG_NRIC_FIN": "nric",
    "JWT": "token", "JWE": "token", "SECRET": "secret", "PERSON": "full_name", "USERNAME": "username",
    "PASSWORD": "password", "DATE_OF_BIRTH": "date_of_birth", "CRYPTO_ADDRESS": "wallet_address", "ADDRESS": "address",
}  # fmt: skip


class Case(NamedTuple):
    """A text and what is known about it."""

    text: str
    kind: str
    must_mask: tuple[str, ...]
    must_keep: tuple[str, ...]
    strength: str
    hard: bool


def read(path: Path) -> Iterator[Case]:
    """The cases of a file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            masked = tuple(one for one in row["must_mask"] if not _loopback(one))
            if masked or not row["must_mask"]:
                yield Case(
                    row["text"],
                    row["kind"],
                    masked,
                    tuple(row["must_keep"]),
                    str(row.get("strength")),
                    row.get("neg") == "hard",
                )


def own() -> Iterator[Case]:
    """Lines of the project's corpus: JSON, logfmt, access logs, traces; a third of them about nobody."""
    for line in generate("demo", seed=_OWN_SEED, count=_OWN_LINES):
        if line.unmaskable is None:
            text = line.value.decode()
            yield Case(text, line.service, line.personal, line.kept, "None", hard=not line.personal)


def line_of(case: Case, wrap: Wrap) -> str:
    """The log line that a masker is given; never with a line break in it."""
    if wrap == "raw" and not set(case.text) & set("\n\r"):
        return case.text
    name = "message"
    if wrap == "field":
        name = _FIELD.get(case.kind, "national_id" if ":" in case.kind else case.kind.lower())
    return json.dumps({"ts": "2024-05-01T10:00:00Z", "level": "INFO", name: case.text}, ensure_ascii=False)


def _loopback(text: str) -> bool:
    return text.startswith("127.") or text in ("::1", "localhost")
