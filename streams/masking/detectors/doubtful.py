"""What only a strict policy masks: whatever stands in a telling field, although it does not look like what the name says."""

import re
from dataclasses import replace
from typing import Final

from streams.masking.context import key_before, value_after
from streams.masking.fields import field_of
from streams.masking.found import Detector, Found, Verdict

__all__ = ["doubtful"]

#: What says that there is no value, and what is masked already.
_NOTHING: Final = re.compile(rb"(?:null|none|nil|undefined|unknown|true|false|n/?a|\*+|-+|0|)\Z", re.IGNORECASE)
#: Rank in an overlap: whatever a detector knows better goes before it.
_CERTAIN: Final = 5
#: A longer value is prose, in which detectors look for themselves, in bytes.
_SHORT_MAX: Final = 256


def doubtful(row: Detector) -> Detector:
    """The detector of values in telling fields, without its doubts; its anchors are the same."""
    return replace(row, judge=_Judge(row), counter=())


class _Judge:
    """Asks the detector, and where it keeps a value because of what the value is, finds it after all."""

    def __init__(self, row: Detector) -> None:
        self._judge = row.judge

    def __call__(self, data: bytes, end: int) -> Verdict:
        verdict = self._judge(data, end)
        if not isinstance(verdict, str) or not 0 < end <= len(data) or data[end - 1] not in b":=":
            return verdict
        key = key_before(data, end - 1)
        field = field_of(key.name.decode("utf-8", "replace")) if key else None
        value = value_after(data, end, key_quoted=bool(key and key.quote)) if field else None
        if key is None or field is None or value is None or value.form not in ("string", "bare"):
            return verdict
        text = data[value.start : value.end].strip()
        if len(text) > _SHORT_MAX or _NOTHING.match(text):
            return verdict
        quote = key.quote if value.form == "bare" and text.isdigit() else b""
        return [Found(value.start, value.end, field.kind, "field_doubtful", "strict", _CERTAIN, quote)]
