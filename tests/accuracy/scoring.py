"""What a masker got right: recall on positives, and how many hard negatives it left alone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.accuracy.cases import Case, Wrap

__all__ = ["Score", "gated", "score"]

#: Strengths that a masker without a dictionary of names can be held to.
_GATED = {"strong", "checksum", "structured", "None"}

#: Kinds whose values show by themselves what they are; others prove nothing without a name or a word beside them.
_EVIDENT = {
    "EMAIL", "CREDIT_CARD", "IBAN", "IP_ADDRESS", "MAC_ADDRESS", "JWT", "JWE", "SECRET", "PRIVATE_KEY",
    "BASIC_AUTH_URL", "CRYPTO_ADDRESS",
}  # fmt: skip

#: Kinds of persons; numbers of companies and things are not counted.
_PERSONAL = _EVIDENT | {
    "PHONE", "PASSWORD", "PERSON", "USERNAME", "ADDRESS", "DATE_OF_BIRTH", "PASSPORT", "SOCIAL_HANDLE", "IMEI",
    "IMSI", "MEID", "US_SSN", "US_ITIN", "US_ATIN", "US_TIN", "US_PTIN", "US_PASSPORT", "US_DRIVER_LICENSE",
    "US_MBI", "US_BANK_NUMBER", "US_DEA", "MEDICAL_LICENSE", "UK_NHS", "UK_NINO", "UK_PASSPORT", "UK_UTR",
    "UK_DRIVING_LICENCE", "UK_UPN", "CA_SIN", "AU_TFN", "AU_MEDICARE", "IN_AADHAAR", "IN_PAN", "IN_PASSPORT",
    "IN_VOTER", "SG_NRIC_FIN", "MY_NRIC", "TH_TNIN", "TW_ID", "CN_ID", "JP_MY_NUMBER", "KR_RRN", "KR_FRN",
    "KR_DRIVER_LICENSE", "KR_PASSPORT", "IL_ID", "TR_NATIONAL_ID", "ZA_ID_NUMBER", "BR_CPF", "AR_DNI", "CL_RUT",
    "MX_CURP", "MX_RFC", "PH_TIN", "AT_SSN", "BE_NATIONAL_REGISTER", "BG_EGN", "CH_AHV", "CZ_RODNE_CISLO",
    "DE_FUEHRERSCHEIN", "DE_HEALTH_INSURANCE", "DE_ID_CARD", "DE_ID_OR_PASSPORT", "DE_PASSPORT",
    "DE_SOCIAL_SECURITY", "DE_TAX_ID", "DK_CPR", "EE_PERSONAL_CODE", "ES_NIE", "ES_NIF", "ES_NUSS", "ES_PASSPORT",
    "FI_PERSONAL_IDENTITY_CODE", "FR_NIF", "FR_NIR", "GR_AMKA", "HR_OIB", "IE_PPS", "IT_DRIVER_LICENSE",
    "IT_FISCAL_CODE", "IT_IDENTITY_CARD", "IT_PASSPORT", "LT_PERSONAL_CODE", "LU_NIN", "LV_NATIONAL_ID", "NL_BSN",
    "NL_PASSPORT", "NO_FODSELSNUMMER", "PL_ID_CARD", "PL_PESEL", "PT_CC", "RO_CNP", "SE_COORDINATION_NUMBER",
    "SE_PERSONNUMMER", "SI_EMSO",
    "NATIONAL_ID:be.bis", "NATIONAL_ID:be.eid", "NATIONAL_ID:be.ssn", "NATIONAL_ID:bg.pnf", "NATIONAL_ID:ca.bc_phn",
    "NATIONAL_ID:cr.cpf", "NATIONAL_ID:cr.cr", "NATIONAL_ID:cu.ni", "NATIONAL_ID:do.cedula", "NATIONAL_ID:ec.ci",
    "NATIONAL_ID:id.nik", "NATIONAL_ID:in_.vid", "NATIONAL_ID:is_.kennitala", "NATIONAL_ID:mu.nid",
    "NATIONAL_ID:nl.identiteitskaartnummer", "NATIONAL_ID:nl.onderwijsnummer", "NATIONAL_ID:pe.cui",
    "NATIONAL_ID:pk.cnic", "NATIONAL_ID:si.emso", "NATIONAL_ID:sk.rc", "NATIONAL_ID:ua.rntrc",
}  # fmt: skip

#: How deep JSON in strings of JSON is read in search of what is left.
_VIEWS = 3


@dataclass(slots=True)
class Score:
    """Counts over the cases of one set in one wrapping."""

    positives: int = 0
    caught: int = 0
    hard: int = 0
    hard_kept: int = 0
    #: Lines that were JSON before and are not any more.
    broken: int = 0
    #: Lines that were held back, because nothing can be said of them with certainty.
    quarantined: int = 0

    @property
    def recall(self) -> float:
        """Per cent of positives of which nothing is left."""
        return 100 * self.caught / max(1, self.positives)

    @property
    def kept(self) -> float:
        """Per cent of hard negatives left alone."""
        return 100 * self.hard_kept / max(1, self.hard)


def gated(case: Case, wrap: Wrap) -> bool:
    """Whether a case counts: every hard negative, and positives that are evident in the way they are shown."""
    if not case.must_mask:
        return case.hard
    if case.kind.islower():
        return True  # The project's own lines: whole records, always with their context.
    if case.strength not in _GATED or case.kind not in _PERSONAL:
        return False
    text = case.text.strip()
    alone = len(case.must_mask) == 1 and text == case.must_mask[0]
    evident = case.kind in _EVIDENT or (case.kind == "PHONE" and text.startswith("+"))
    return wrap == "field" or not alone or evident


def score(cases: Iterable[Case], lines: Iterable[str], outputs: Iterable[str]) -> Score:
    """What the outputs are worth, line by line."""
    total = Score()
    for case, line, output in zip(cases, lines, outputs, strict=True):
        seen = list(_views(output))
        total.quarantined += not output
        total.broken += bool(output) and _parsed(line) is not None and _parsed(output) is None
        if case.must_mask:
            total.positives += 1
            total.caught += not any(_in(one, seen) for one in case.must_mask)
        elif case.must_keep:
            total.hard += 1
            total.hard_kept += all(_in(one, seen) for one in case.must_keep)
    return total


def _in(text: str, seen: Sequence[str]) -> bool:
    return any(text in view for view in seen)


def _views(output: str) -> Iterator[str]:
    """A line as a reader could see it: as it is, and as decoded JSON, JSON in its strings included."""
    yield output
    waiting = [output]
    for _ in range(_VIEWS):
        waiting = [leaf for text in waiting if (node := _parsed(text)) is not None for leaf in _leaves(node)]
        yield "\n".join(waiting)
    if (node := _parsed(output)) is not None:
        yield json.dumps(node, separators=(",", ":"), ensure_ascii=False)


def _parsed(text: str) -> dict | list | None:
    try:
        node = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return node if isinstance(node, dict | list) else None


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)
    else:
        yield node if isinstance(node, str) else json.dumps(node)
