"""What a policy may not say although it is well-formed: contradictions, holes, and patterns that cost too much."""

import ipaddress
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from streams.errors import PolicyError
from streams.masking.kinds import Action, Kind
from streams.masking.own import detector_of
from streams.masking.paths import parts_of
from streams.masking.policy import OwnDetector, Policy
from streams.policies.model import AllowEntry, DetectorEntry, FieldEntry, PolicyFile, Section, TrialEntry
from streams.policies.source import Place, Source

__all__ = ["check_file", "check_whole"]

#: Top-level names that nobody else has: RFC 2606, RFC 6761, RFC 6762 (appendix G), RFC 8375, and ICANN's `internal`.
_PRIVATE_ENDS: Final = frozenset({
    "corp", "example", "home", "home.arpa", "internal", "intranet", "invalid", "lan", "local", "localdomain",
    "localhost", "onion", "private", "test",
})  # fmt: skip
#: `co.uk` and its like, under which everybody registers.
_SECOND_LEVEL: Final = re.compile(r"(?:ac|co|com|edu|gob|gov|go|ne|net|or|org)\.[a-z]{2}")
#: The widest networks that may be allowed, in bits, but for those that are private anyway: a /8 was given to one owner.
_IPV4_BITS_MIN: Final = 8
_IPV6_BITS_MIN: Final = 16

#: For these kinds alone: a JWT's surrogate, and the network of an address.
_ONLY_FOR: Final[dict[Action, Kind]] = {"surrogate": "jwt", "generalise": "ip"}
_WILD: Final = frozenset({"*", "**"})


def check_file(model: PolicyFile, source: Source) -> None:
    """Checks one file by itself; PolicyError with the line."""
    sections: list[tuple[Section, Place]] = [(model, ()), *((one, ("topics", i)) for i, one in enumerate(model.topics))]
    for section, place in sections:
        _check_section(section, source, place)
    for i, test in enumerate(model.tests):
        _check_test(test, source, ("tests", i))
    _check_topics(model, source)


def check_whole(policy: Policy, source: Source) -> None:
    """Checks what the files say together."""
    for rules in (policy, *(rules for _, rules in policy.topics)):
        if set(rules.actions.values()) == {"keep"}:
            raise source.wrong(("actions",), "every kind is kept, so nothing would be masked.")


def _check_section(section: Section, source: Source, place: Place) -> None:
    for kind, action in section.actions.items():
        _check_action(source, (*place, "actions", kind), action, kind)
    for i, allow in enumerate(section.allow):
        _check_allow(allow, source, (*place, "allow", i))
    for i, rule in enumerate(section.fields):
        _check_field(rule, source, (*place, "fields", i))
    for i, detector in enumerate(section.detectors):
        _check_detector(detector, source, (*place, "detectors", i))
    _check_once([one.name for one in section.detectors], source, (*place, "detectors"), "a detector of that name")
    _check_contradictions(section, source, place)


def _check_action(source: Source, place: Place, action: Action, kind: Kind | None) -> None:
    wanted = _ONLY_FOR.get(action)
    if wanted is not None and kind != wanted:
        raise source.wrong(
            place, f"the action {action} is for the kind {wanted} alone; take token, redact, truncate or keep."
        )


def _check_allow(entry: AllowEntry, source: Source, place: Place) -> None:
    if entry.exact is None and entry.suffix is None and entry.cidr is None and entry.path is None:
        raise source.wrong(place, "an entry of the allow-list says exact, suffix, cidr or path.")
    if entry.exact is not None and not entry.exact.strip():
        raise source.wrong((*place, "exact"), "exact is blank.")
    if entry.suffix is not None:
        _check_suffix(entry.suffix, source, (*place, "suffix"))
    if entry.cidr is not None:
        _check_network(entry.cidr, source, (*place, "cidr"))
    if entry.path is not None:
        parts = _parts(entry.path, source, (*place, "path"))
        if _WILD.issuperset(parts) and not (entry.exact or entry.suffix or entry.cidr or entry.kinds):
            raise source.wrong((*place, "path"), "this path is every field: it would let everything through.")


def _check_suffix(suffix: str, source: Source, place: Place) -> None:
    bare = suffix.lstrip("@.").lower()
    if not re.search(r"[^\W_]", bare) or suffix.strip() != suffix:
        raise source.wrong(place, "a suffix of signs alone would let everything through.")
    single = "." not in bare and not suffix.startswith("@")
    if (single and bare not in _PRIVATE_ENDS) or _SECOND_LEVEL.fullmatch(bare):
        raise source.wrong(place, "this suffix belongs to everybody: name your own domain, such as @example.com.")


def _check_network(text: str, source: Source, place: Place) -> None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise source.wrong(
            place, "this is no network such as 10.0.0.0/8: the bits behind its length have to be 0."
        ) from None
    least = _IPV4_BITS_MIN if network.version == 4 else _IPV6_BITS_MIN  # noqa: PLR2004 - versions of IP
    if network.prefixlen < least and not (network.is_private and network.prefixlen):
        raise source.wrong(place, f"this network is wider than /{least}: it would let the whole Internet through.")


def _check_field(rule: FieldEntry, source: Source, place: Place) -> None:
    include, exclude = _listed(rule.include), _listed(rule.exclude)
    if not include:
        raise source.wrong((*place, "include"), "a rule for fields names at least one path.")
    parts = [_parts(path, source, (*place, "include", i)) for i, path in enumerate(include)]
    for i, path in enumerate(exclude):
        if _parts(path, source, (*place, "exclude", i)) in parts:
            raise source.wrong((*place, "exclude", i), "the same path is included and excluded.")
    if rule.kind is not None and (rule.findings or rule.action == "keep"):
        raise source.wrong(
            (*place, "kind"), "kind is for rules that mask whole values: not with findings, not with keep."
        )
    kinds: list[Kind | None] = [*rule.findings] or [rule.kind]
    for kind in kinds:
        _check_action(source, (*place, "action"), rule.action, kind)
    if rule.action == "keep" and not rule.findings and not exclude and any(map(_WILD.issuperset, parts)):
        raise source.wrong(place, "this path is every field: it would let everything through.")


def _check_detector(entry: DetectorEntry, source: Source, place: Place) -> None:
    if any(not re.search(r"[^\W_]", word) for word in entry.words):
        raise source.wrong((*place, "words"), "a word has letters or digits.")
    try:
        detector_of(OwnDetector(entry.name, entry.kind, entry.pattern, entry.validator or "", tuple(entry.words)))
    except PolicyError as error:
        said = str(error)
        raise source.wrong((*place, "pattern"), said[:1].lower() + said[1:]) from None


def _check_contradictions(section: Section, source: Source, place: Place) -> None:
    """Two rules for the very same field that say different things: nobody could tell which one was meant."""
    said: dict[tuple[tuple[str, ...], frozenset[str]], tuple[int, Action]] = {}
    for i, rule in enumerate(section.fields):
        for path in _listed(rule.include):
            key = (parts_of(path), frozenset(rule.findings))
            before, action = said.setdefault(key, (i, rule.action))
            if before != i and (action != rule.action or not (rule.exclude or section.fields[before].exclude)):
                line = source.line((*place, "fields", before))
                raise source.wrong(
                    (*place, "fields", i),
                    f"line {line} says {action} for the same field, this one {rule.action}; keep one.",
                )
    for i, entry in enumerate(section.allow):
        alone = entry.path and not (entry.exact or entry.suffix or entry.cidr)
        first, action = (
            said.get((parts_of(entry.path), frozenset()), (0, "keep")) if alone and entry.path else (0, "keep")
        )
        if action != "keep":
            line = source.line((*place, "fields", first))
            raise source.wrong((*place, "allow", i), f"line {line} masks the same field; keep one.")


def _check_once(names: Sequence[str], source: Source, place: Place, what: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise source.wrong((*place, i), f"{what} is there already.")


def _check_test(test: TrialEntry, source: Source, place: Place) -> None:
    outcomes = test.becomes is not None or test.masked or test.kept
    if test.quarantined is None and not outcomes:
        raise source.wrong(place, "a test says becomes, masked, kept or quarantined.")
    if test.quarantined is not None and outcomes:
        raise source.wrong(place, "a line that is quarantined becomes nothing.")


def _check_topics(model: PolicyFile, source: Source) -> None:
    patterns = [(i, pattern) for i, one in enumerate(model.topics) for pattern in _listed(one.match)]
    for (i, pattern), (j, _) in pairwise(patterns):
        if pattern == "*" and j != i:
            raise source.wrong(("topics", j), "the section before it is for all topics, so this one is for none.")
    _check_once([pattern for _, pattern in patterns], source, ("topics",), "a section for these topics")


def _parts(path: str, source: Source, place: Place) -> tuple[str, ...]:
    try:
        return parts_of(path)
    except PolicyError as error:
        said = str(error)
        raise source.wrong(place, said[:1].lower() + said[1:]) from None


def _listed(paths: str | list[str]) -> list[str]:
    return [paths] if isinstance(paths, str) else paths
