"""A policy file and what it extends become one policy; everything that is wrong is said with its line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import ValidationError

from streams.errors import PolicyError
from streams.masking.kinds import DEFAULT_ACTIONS, Action, Kind
from streams.masking.policy import DEFAULT_MAX_DEPTH, Allow, FieldRule, OwnDetector, Policy, QuarantineLimits
from streams.policies import checks
from streams.policies.model import AllowEntry, DetectorEntry, FieldEntry, PolicyFile, Section, TrialEntry
from streams.policies.problems import sentence_of
from streams.policies.source import Place, Source, parsed

__all__ = ["PACKS", "Loaded", "Trial", "load", "load_text"]

#: A policy of every kind and a thousand allow-list entries has 100 kB; what is larger is something else.
_MAX_FILE_BYTES: Final = 1 << 20
#: Files of one policy, and how deep they extend one another.
_FILES_MAX: Final = 20
_EXTENDS_MAX: Final = 8

#: Policies that come with maskstream, by the name that `extends` takes.
PACKS: Final = ("default",)

#: What a section says once; lists are added up.
_SCALARS: Final = ("level", "default_region", "keep_type", "truncate", "require_json", "keys", "timestamps")


@dataclass(frozen=True, slots=True)
class Trial:
    """A test of a policy file, and where it stands."""

    entry: TrialEntry
    rule: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy, the tests of its own file, and the files that it was read from."""

    policy: Policy
    trials: tuple[Trial, ...] = ()
    files: tuple[Path, ...] = ()
    name: str = ""


@dataclass(slots=True)
class _File:
    """One file, read and checked by itself."""

    source: Source
    model: PolicyFile
    label: str

    def rule(self, place: Place) -> str:
        return f"{self.label}:{self.source.line(place)}"


@dataclass(slots=True)
class _Sum:
    """What several sections say together."""

    scalars: dict[str, Any] = field(default_factory=dict)
    actions: dict[Kind, Action] = field(default_factory=dict)
    allow: list[Allow] = field(default_factory=list)
    fields: list[FieldRule] = field(default_factory=list)
    detectors: dict[str, OwnDetector] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "_Sum":
        return _Sum(
            dict(self.scalars), dict(self.actions), list(self.allow), list(self.fields), dict(self.detectors),
            dict(self.origins),
        )  # fmt: skip

    def add(self, section: Section, file: _File, place: Place) -> None:
        """What a section says, on top of what was said before."""
        for name in _SCALARS:
            if (value := getattr(section, name)) is not None:
                self.scalars[name] = value
                self.origins[name] = file.rule((*place, name))
        for kind, action in section.actions.items():
            self.actions[kind] = action
            self.origins[f"actions.{kind}"] = file.rule((*place, "actions", kind))
        self.allow += [_allow(one, file.rule((*place, "allow", i))) for i, one in enumerate(section.allow)]
        self.fields += [_field(one, file.rule((*place, "fields", i))) for i, one in enumerate(section.fields)]
        for i, one in enumerate(section.detectors):
            self.detectors[one.name] = _detector(one, file.rule((*place, "detectors", i)))

    def policy(self, max_depth: int, **more: Any) -> Policy:
        return Policy(
            actions={**DEFAULT_ACTIONS, **self.actions}, max_depth=max_depth, allow=tuple(self.allow),
            fields=tuple(self.fields), detectors=tuple(self.detectors.values()), origins=dict(self.origins),
            **self.scalars, **more,
        )  # fmt: skip


def load(path: Path | None, max_depth: int = DEFAULT_MAX_DEPTH) -> Loaded:
    """The policy in a file, or the default pack without one; PolicyError in one sentence, with the line."""
    if path is None:
        return Loaded(Policy(max_depth=max_depth), name="the default pack")
    files = list(_chain(_read(path), (), [path]))
    read = [each for _, each in files if each is not None]
    own = files[-1][0]
    trials = tuple(Trial(entry, own.rule(("tests", i))) for i, entry in enumerate(own.model.tests))
    return Loaded(_summed([file for file, _ in files], max_depth), trials, tuple(read), str(path))


def load_text(text: bytes, name: str, max_depth: int = DEFAULT_MAX_DEPTH) -> Loaded:
    """The policy in a text that somebody hands over: it has no folder, so that it extends packs only. `name` is what
    the sentences call it; PolicyError in one of them, with the line.
    """
    if len(text) > _MAX_FILE_BYTES:
        raise PolicyError(f"The policy {name} is larger than {_MAX_FILE_BYTES} bytes.")
    own = _file(text, name, name)
    names = own.model.extends
    for i, pack in enumerate([names] if isinstance(names, str) else names):
        if pack not in PACKS:
            place: Place = ("extends",) if isinstance(names, str) else ("extends", i)
            raise own.source.wrong(place, f"a policy that is handed over as text extends {', '.join(PACKS)} only.")
    packs = [_pack(pack) for pack in ([names] if isinstance(names, str) else names)]
    trials = tuple(Trial(entry, own.rule(("tests", i))) for i, entry in enumerate(own.model.tests))
    return Loaded(_summed([*packs, own], max_depth), trials, (), name)


def _summed(files: Sequence[_File], max_depth: int) -> Policy:
    whole = _Sum()
    for file in files:
        whole.add(file.model, file, ())
    sections: list[tuple[str, Policy]] = []
    # A section of the file itself goes before those of what it extends: the first that fits holds.
    for file in reversed(files):
        for i, section in enumerate(file.model.topics):
            part = whole.copy()
            part.add(section, file, ("topics", i))
            patterns = [section.match] if isinstance(section.match, str) else section.match
            sections += [(pattern, part.policy(max_depth)) for pattern in patterns]
    more: dict[str, Any] = {"topics": tuple(sections)}
    limits = next((file.model.quarantine for file in reversed(files) if file.model.quarantine), None)
    if limits is not None:
        more["quarantine"] = QuarantineLimits(limits.share, limits.records, limits.action)
    policy = whole.policy(max_depth, **more)
    checks.check_whole(policy, files[-1].source)
    return policy


def _chain(file: _File, above: tuple[Path, ...], read: list[Path]) -> Iterator[tuple[_File, Path | None]]:
    """What a file extends, each before what extends it, and the file itself; with their paths."""
    here = read[-1]
    names = file.model.extends
    for i, name in enumerate([names] if isinstance(names, str) else names):
        place: Place = ("extends",) if isinstance(names, str) else ("extends", i)
        if name in PACKS:
            yield _pack(name), None
            continue
        target = _beside(file, place, here, name)
        if target in (*above, here) or len(above) >= _EXTENDS_MAX:
            raise file.source.wrong(place, f"{name[:80]!r} extends itself, or is extended over too many files.")
        if len(read) >= _FILES_MAX:
            raise file.source.wrong(place, f"a policy is made of at most {_FILES_MAX} files.")
        read.append(target)
        yield from _chain(_read(target), (*above, here), read)
    yield file, here


def _beside(file: _File, place: Place, here: Path, name: str) -> Path:
    """The file that a name means: in the folder of the file that names it or below, since a name leads no way up."""
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts or "\0" in name:
        raise file.source.wrong(
            place, f"extends names {', '.join(PACKS)} or a file beside the policy or in a folder below it."
        )
    return here.parent / relative


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.") from None
    if len(text) > _MAX_FILE_BYTES:
        raise PolicyError(f"The policy {path} is larger than {_MAX_FILE_BYTES} bytes.")
    return _file(text, str(path), path.name)


def _pack(name: str) -> _File:
    text = resources.files("streams.policies").joinpath("packs", f"{name}.yaml").read_bytes()
    return _file(text, f"{name} (pack)", name)


def _file(text: bytes, name: str, label: str) -> _File:
    source = parsed(text, name)
    try:
        model = PolicyFile.model_validate(source.content)
    except ValidationError as error:
        raise sentence_of(error, source) from None
    checks.check_file(model, source)
    return _File(source, model, label)


def _allow(entry: AllowEntry, rule: str) -> Allow:
    return Allow(
        entry.exact or "", entry.suffix or "", entry.cidr or "", entry.path or "", tuple(entry.kinds), rule=rule
    )


def _field(entry: FieldEntry, rule: str) -> FieldRule:
    include, exclude = (
        (paths,) if isinstance(paths, str) else tuple(paths) for paths in (entry.include, entry.exclude)
    )
    return FieldRule(include, entry.action, exclude, tuple(entry.findings), entry.kind, rule=rule)


def _detector(entry: DetectorEntry, rule: str) -> OwnDetector:
    return OwnDetector(entry.name, entry.kind, entry.pattern, entry.validator or "", tuple(entry.words), rule=rule)
