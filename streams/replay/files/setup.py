"""What a job's spec and the settings mean for its files: made once in the command and once in each worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from streams.agents.masking import with_key
from streams.anchorstore import user_store
from streams.errors import UsageError
from streams.keystore import load_keyring, load_review_public
from streams.masking.batch import RecordMasker
from streams.policies.approval import approved
from streams.quarantine.envelope import EnvelopeWriter
from streams.replay.files.listing import is_address
from streams.replay.files.options import Limits, ReadOptions
from streams.replay.files.quarantine import FolderQuarantine, NoQuarantine, Quarantine, Sealing, TopicQuarantine
from streams.replay.files.selecting import selecting
from streams.replay.files.shipping import Shipper
from streams.replay.files.storing import TargetStore
from streams.replay.files.target import Target, TargetFolder
from streams.replay.files.work import Surroundings, check_form

if TYPE_CHECKING:
    from streams.replay.spec import FileSource, FileTarget, ReplaySpec
    from streams.settings import Settings

__all__ = ["JobSetup", "check_source", "paths_of", "read_options", "target_of"]

_LINES: Final = frozenset(("ndjson", "text"))


@dataclass(frozen=True, slots=True)
class JobSetup:
    """A job of files with everything that it needs, from a spec whose source is files."""

    spec: "ReplaySpec"
    settings: "Settings"

    @property
    def source(self) -> "FileSource":
        return check_source(self.spec)

    @property
    def folder(self) -> "FileTarget | None":
        """Where files are written; None for a dry run. UsageError for another target."""
        if self.spec.target.to == "nothing":
            return None
        if self.spec.target.files is None:
            raise UsageError("The job's target is no files: start it as a job of topics.")
        return self.spec.target.files

    def masker(self) -> RecordMasker:
        """PolicyError or KeyringError where a file is wrong."""
        settings = self.settings
        path = Path(self.spec.policy).expanduser() if self.spec.policy else settings.policy
        policy = approved(path, settings.max_depth).policy
        ring = with_key(load_keyring(settings.keyring), self.spec.key)
        return RecordMasker(policy, ring, store=user_store())

    def surroundings(self, mask: RecordMasker) -> Surroundings:
        """What a worker masks by."""
        target = target_of(self.folder)
        return Surroundings(
            mask,
            read_options(self.source),
            target,
            self._quarantine(mask, target),
            self.spec.id,
            self.source.topic,
            selecting(self.spec.select, self.source.topic),
        )

    def check_quarantine(self) -> None:
        """KeyringError or GuardError where originals cannot be sealed, or not be kept where they should be."""
        folder, settings = self.folder, self.settings
        if folder is not None and (folder.quarantine or settings.bootstrap_servers):
            load_review_public(settings.review_public_key)
            if not folder.quarantine:
                Shipper(settings)

    def _quarantine(self, mask: RecordMasker, target: Target | None) -> Quarantine:
        folder, settings = self.folder, self.settings
        if folder is None or target is None or not (folder.quarantine or settings.bootstrap_servers):
            return NoQuarantine()
        public = load_review_public(settings.review_public_key)
        if folder.quarantine:
            writer = EnvelopeWriter(public, mask.policy.version)
            return FolderQuarantine(_place(folder.quarantine), Sealing(writer, self.source.topic, self.spec.id))
        shipper = Shipper(settings)
        writer = EnvelopeWriter(public, mask.policy.version, shipper.max_bytes)
        return TopicQuarantine(target, Sealing(writer, self.source.topic, self.spec.id), shipper)


def check_source(spec: "ReplaySpec") -> "FileSource":
    """The files of a spec; UsageError where it has none, or they cannot be read as it says."""
    source = spec.source.files
    if source is None:
        raise UsageError("The job's source is no files: start it as a job of topics.")
    check_form(read_options(source))
    return source


def paths_of(source: "FileSource") -> tuple[str, ...]:
    return (source.url,) if source.url is not None else source.paths


def read_options(source: "FileSource") -> ReadOptions:
    limits = Limits(source.max_record, source.max_unpacked, source.max_ratio)
    columns = (source.column, *source.fields) if source.column is not None else ()
    return ReadOptions(
        "lines" if source.format in _LINES else source.format,  # type: ignore[arg-type]
        source.start,
        columns,
        source.keep,
        source.compression,
        source.encoding,
        limits,
    )


def target_of(folder: "FileTarget | None") -> Target | None:
    if folder is None:
        return None
    return _place(folder.url or folder.path or "")


def _place(path: str) -> Target:
    storage: dict[str, Any] = {}
    return TargetStore(path, storage) if is_address(path) else TargetFolder(str(Path(path).expanduser()))
