"""What a policy says of each finding: which rule holds for it, and what that rule does; pure, like all that it looks at.

In this order: the last field rule that selects the finding's field, the allow-list, the level, the action for the kind.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.masking.canonical import canonical
from streams.masking.found import Detector, Found
from streams.masking.kinds import KINDS, Action
from streams.masking.paths import Leaf, Paths, Selector, State, leaves, trigger_of
from streams.masking.policy import Allow, FieldRule, Policy

__all__ = ["FIELD_RULE", "PROVEN", "Decision", "Rules", "field_detectors", "plain_text"]

#: Name of the detector of whole values that a field rule names.
FIELD_RULE: Final = "field_rule"
#: What stands for "a field may be here" until the text was read; it never leaves this module.
_MARK: Final = "field_rule_mark"

#: From this rank on (`Found.certain`) a value proves itself: by a checksum, a grammar, or ranges that are given out.
PROVEN: Final = 65

#: Credentials are never left for want of certainty: what looks like one is one until proven otherwise.
_ALWAYS: Final = frozenset({"secret", "jwt", "session", "opaque"})

#: Rank of a whole value: beneath all where detectors may say what it is, above all where the rule says it.
_WHOLE: Final = 1
_WHOLE_AS_KIND: Final = 89

#: Escapes that keep the nesting of strings; a value is the same person's with or without them.
_NESTING: Final = re.compile(rb"\\+([\"'/\\])")
_NOTHING: Final = frozenset({b"", b"null", b"None", b"nil", b"undefined"})

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Decision(NamedTuple):
    """What is done with a finding, and the rule of the policy that says so ("" for a kind's default action)."""

    action: Action
    rule: str


def plain_text(text: bytes) -> str:
    """A value as it was before it was put into strings."""
    bare = _NESTING.sub(rb"\1", text) if b"\\" in text else text
    return bare.decode("utf-8", "surrogateescape")


class _Allowed:
    """One entry of the allow-list, prepared."""

    def __init__(self, allow: Allow, region: str | None) -> None:
        self.rule = allow.rule
        self.path = bool(allow.path)
        self._kinds = frozenset(allow.kinds or KINDS)
        self._exact = {kind: canonical(kind, allow.exact, region) for kind in self._kinds} if allow.exact else {}
        self._suffix = allow.suffix.lower()
        self._network: _Network | None = ipaddress.ip_network(allow.network, strict=False) if allow.network else None
        self._region = region

    def holds(self, found: Found, text: str) -> bool:
        """Whether every condition but the path holds for a finding."""
        if found.kind not in self._kinds:
            return False
        if self._exact and canonical(found.kind, text, self._region) != self._exact[found.kind]:
            return False
        if self._suffix and not _ends(text.strip().lower(), self._suffix):
            return False
        return self._network is None or (found.kind == "ip" and _inside(text, self._network))


def _ends(text: str, suffix: str) -> bool:
    """Whether a text ends with a suffix at a dot or an @."""
    if not text.endswith(suffix):
        return False
    before = text[: len(text) - len(suffix)]
    return not before or suffix[0] in ".@" or before[-1] in ".@"


def _inside(text: str, network: _Network) -> bool:
    try:
        return ipaddress.ip_address(canonical("ip", text)) in network
    except ValueError:
        return False


class Rules:
    """The rules of a policy that has any; threads may share it."""

    def __init__(self, policy: Policy) -> None:
        self._actions = policy.actions
        self._origins = {kind: policy.origins.get(f"actions.{kind}", "") for kind in KINDS}
        self._fields = policy.fields
        self._allowed = [_Allowed(one, policy.default_region) for one in policy.allow]
        self._precise = policy.level == "precise"
        self._level_rule = policy.origins.get("level", "level: precise")
        selectors = [Selector(rule.include, rule.exclude) for rule in policy.fields]
        selectors += [Selector((one.path,)) if one.path else Selector(()) for one in policy.allow]
        drops = "drop_field" in policy.actions.values() or any(rule.action == "drop_field" for rule in policy.fields)
        located = drops or any(selector.include for selector in selectors)
        self._paths = Paths(selectors) if located else None
        self.drops = drops
        triggers = [trigger_of(pattern).lower() for selector in selectors for pattern in selector.include]
        #: What stands in a text wherever a path selects anything; none where every text has to be read.
        self._triggers = () if drops or b"" in triggers else tuple(set(triggers))

    @classmethod
    def of(cls, policy: Policy) -> "Rules | None":
        """The rules of a policy, or None where its actions by kind are all that it says."""
        plain = policy.level != "precise" and not policy.allow and not policy.fields
        return None if plain and not {"keep", "drop_field"} & set(policy.actions.values()) else cls(policy)

    def decide(self, found: Found, text: bytes, state: State | None) -> Decision:
        """What is done with a finding; `text` is its value, `state` the field that it stands in, where that is known."""
        selected = state.selected if state is not None else ()
        for index in selected:
            if index < len(self._fields):
                rule = self._fields[index]
                if not rule.findings or found.kind in rule.findings:
                    return Decision(rule.action, rule.rule)
        if found.replacement is not None:
            return Decision(self._actions[found.kind], "")
        value = plain_text(text) if self._allowed else ""
        for index, allowed in enumerate(self._allowed, len(self._fields)):
            if (not allowed.path or index in selected) and allowed.holds(found, value):
                return Decision("keep", allowed.rule)
        if self._precise and not _proven(found):
            return Decision("keep", self._level_rule)
        return Decision(self._actions[found.kind], self._origins[found.kind])

    def applied(self, found: list[Found], text: bytes, released: list[Found] | None = None) -> list[Found]:
        """The findings that stay findings, each with its action, and the whole values that field rules name.

        What the policy keeps is left out, so that it covers nothing else; it goes to `released` where somebody asks.
        """
        places = self._places(text)
        left: list[Found] = []
        findings = [one for one in found if one.detector != _MARK]
        for one, place in zip(findings, _placed(findings, places), strict=True):
            state = place.state if place else None
            action, rule = self.decide(one, text[one.start : one.end], state)
            if one.replacement is not None and action != "keep" and state is not None and self._masks_whole(state):
                # What was masked inside a block is masked with it.
                continue
            if action == "drop_field" and not (place and _is_whole(one, place)):
                action = "redact"
            decided = one._replace(action=action, rule=rule)
            if action != "keep":
                left.append(decided)
            elif released is not None:
                released.append(decided)
        return left + self._whole(places, text) if self._fields else left

    def _places(self, text: bytes) -> list[Leaf]:
        """The fields of a text, read only if one of them can be selected."""
        if self._paths is None:
            return []
        if self._triggers:
            lower = text.lower()
            if not any(trigger in lower for trigger in self._triggers):
                return []
        return leaves(text, self._paths, every=self.drops)

    def _whole(self, places: Sequence[Leaf], text: bytes) -> list[Found]:
        """The values of fields that rules name as a whole; of objects only those that are dropped."""
        found = []
        for place in places:
            rule = self._rule_for(place.state)
            if rule is None or not rule.whole:
                continue
            dropped = rule.action == "drop_field"
            if place.form == "object" and not (dropped and self._means(place.state, rule) and place.member >= 0):
                continue
            if text[place.start : place.end] in _NOTHING and not dropped:
                continue
            quote = place.quote if place.form == "bare" else b""
            action: Action = "redact" if dropped and place.member < 0 else rule.action
            certain = _WHOLE_AS_KIND if rule.kind else _WHOLE
            found.append(
                Found(
                    place.start,
                    place.end,
                    rule.kind or "opaque",
                    FIELD_RULE,
                    "path",
                    certain,
                    quote,
                    action=action,
                    rule=rule.rule,
                )
            )
        return found

    def _rule_for(self, state: State) -> FieldRule | None:
        """The last rule for a field; one for some kinds of findings leaves the whole value to those before it."""
        for index in state.selected:
            if index < len(self._fields) and not self._fields[index].findings:
                return self._fields[index]
        return None

    def _masks_whole(self, state: State) -> bool:
        rule = self._rule_for(state)
        return rule is not None and rule.whole

    def _means(self, state: State, rule: FieldRule) -> bool:
        return any(self._fields[index] is rule for index in state.exact if index < len(self._fields))

    def widened(self, found: list[Found], text: bytes) -> list[Found]:
        """The findings, where a field is dropped the whole field with one of the signs beside it; in order, none over another."""
        fields = leaves(text, self._paths) if self._paths is not None else []
        places = {(place.start, place.end): place for place in fields if place.member >= 0}
        result: list[Found] = []
        mark = 0
        for one in found:
            if one.start < mark:
                continue
            place = places.get((one.start, one.end)) if one.action == "drop_field" else None
            if place is not None:
                while result and result[-1].end > place.member:
                    result.pop()
                start, end = _member(text, place, result[-1].end if result else 0)
                one = one._replace(start=start, end=end, quote=b"", replacement=b"")  # noqa: PLW2901 - it grows
            result.append(one)
            mark = one.end
        return result


def _proven(found: Found) -> bool:
    """Whether the value proves itself or its field names it; credentials count as proven."""
    return found.certain >= PROVEN or found.kind in _ALWAYS or found.detector.startswith(("field_", "own_"))


def _placed(findings: Sequence[Found], places: Sequence[Leaf]) -> list[Leaf | None]:
    """The innermost field around each finding, in one sweep over both."""
    order = sorted(range(len(findings)), key=lambda index: findings[index].start)
    result: list[Leaf | None] = [None] * len(findings)
    around: list[Leaf] = []
    upcoming = 0
    for index in order:
        one = findings[index]
        while upcoming < len(places) and places[upcoming].start <= one.start:
            while around and around[-1].end <= places[upcoming].start:
                around.pop()
            around.append(places[upcoming])
            upcoming += 1
        while around and around[-1].end <= one.start:
            around.pop()
        result[index] = next((place for place in reversed(around) if one.end <= place.end), None)
    return result


def _is_whole(found: Found, place: Leaf) -> bool:
    return place.form != "object" and place.member >= 0 and (found.start, found.end) == (place.start, place.end)


_AFTER: Final = re.compile(rb"\s{0,64}[,&;]?\s{0,64}")


def _member(text: bytes, place: Leaf, mark: int) -> tuple[int, int]:
    """The span of a field with the comma before it, or else the one behind it; `mark` is where the last dropped one ended."""
    start, end = place.member, place.stop
    before = start - (len(text[max(0, start - 64) : start]) - len(text[max(0, start - 64) : start].rstrip()))
    if before > mark and text[before - 1 : before] in (b",", b"&", b";"):
        return before - 1, end
    if place.form == "pair" and mark < before < start:
        return before, end
    after = _AFTER.match(text, end)
    return start, after.end() if after else end


def field_detectors(policy: Policy) -> list[Detector]:
    """The rows that have a text read for the fields whose whole values the policy names."""
    patterns = {pattern for rule in policy.fields if rule.whole for pattern in rule.include}
    triggers = sorted({trigger_of(pattern) for pattern in patterns})
    return [Detector(_MARK, (_expression(trigger),), _Mark(trigger), source="policy") for trigger in triggers]


def _expression(trigger: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in trigger) or "[:=]"


class _Mark:
    """Says that a text has to be read for fields, where part of a key stands, or any sign of a field."""

    def __init__(self, trigger: bytes) -> None:
        self._trigger = trigger.lower()

    def __call__(self, data: bytes, end: int) -> tuple[Found, ...] | str:
        size = len(self._trigger)
        if data[max(0, end - size) : end].lower() == self._trigger if size else data[end - 1 : end] in (b":", b"="):
            return (Found(end - 1, end, "opaque", _MARK, "path"),)
        return "no_field"
