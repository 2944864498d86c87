"""Compiled anchors are kept for the next process, and nothing that goes wrong with them changes what is masked."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import hyperscan
import pytest

from streams.anchorstore import KEPT_FILES, FolderStore, user_store
from streams.corpus import generate
from streams.masking import databases, detectors
from streams.masking.databases import Anchor
from streams.masking.prefilter import Prefilter
from tests.support.cli import maskstream

DATA = bytes(range(256)) * 9
_WORD = (Anchor("anchor", 7, hyperscan.HS_FLAG_CASELESS),)


def _store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "maskstream")


def _file(store: FolderStore) -> Path:
    (file,) = store.folder.iterdir()
    return file


def _fresh(store: databases.Store) -> hyperscan.Database:
    """The database of a word as a process makes it that made none before."""
    databases.database.cache_clear()
    return databases.database(_WORD, store)


def _ends(database: hyperscan.Database) -> list[int]:
    ends: list[int] = []
    database.scan(
        b"an ANCHOR, two anchors",
        match_event_handler=lambda _ident, _start, end, _flags, _context: ends.append(end),
        scratch=hyperscan.Scratch(database=database),
    )
    return ends


class _Counting:
    """A store in memory that counts."""

    def __init__(self, held: bytes | None = None) -> None:
        self.held = held
        self.saved: list[str] = []

    def load(self, _name: str) -> bytes | None:
        return self.held

    def save(self, name: str, data: bytes) -> None:
        self.held = data
        self.saved.append(name)


def test_a_store_gives_back_what_was_saved(tmp_path: Path) -> None:
    """Bytes come back under their name, under no other, and the last ones win."""
    store = _store(tmp_path)
    assert store.load("a") is None
    store.save("a", b"first")
    store.save("a", DATA)
    assert (store.load("a"), store.load("b")) == (DATA, None)


def test_folder_and_files_are_private(tmp_path: Path) -> None:
    """The folder is made with 0700, files with 0600, whatever the umask says."""
    before = os.umask(0)
    try:
        store = FolderStore(tmp_path / "made" / "maskstream")
        store.save("a", DATA)
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (store.folder.parent, store.folder, _file(store))]
    assert modes == [0o700, 0o700, 0o600]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flip(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _open_to_group(path: Path) -> None:
    path.chmod(0o620)


def _open_to_all(path: Path) -> None:
    path.chmod(0o602)


def _open_folder(path: Path) -> None:
    path.parent.chmod(0o770)


def _link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "harm",
    [
        _truncate,
        _empty,
        _flip,
        _lengthen,
        _open_to_group,
        _open_to_all,
        _open_folder,
        _link,
        _pipe,
        _a_folder,
    ],
)
def test_a_file_that_may_be_wrong_is_ignored(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """Damaged files, files that others may write, links, pipes and folders in a file's place are not loaded."""
    store = _store(tmp_path)
    store.save("a", DATA)
    harm(_file(store))
    assert store.load("a") is None


def test_a_file_under_another_name_is_ignored(tmp_path: Path) -> None:
    """A whole file that somebody renamed is not what was saved under that name."""
    store = _store(tmp_path)
    store.save("a", DATA)
    file = _file(store)
    file.rename(file.with_name(file.name.replace("a", "b", 1)))
    assert store.load("b") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can give a file away.")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_another_user_owns_is_ignored(tmp_path: Path, what: str) -> None:
    """A file of another user is not loaded, and into a folder of another user nothing is written."""
    store = _store(tmp_path)
    store.save("a", DATA)
    file = _file(store)
    os.chown(file if what == "file" else store.folder, 12_345, -1)
    assert store.load("a") is None
    store.save("a", b"new")
    assert (store.load("a") == b"new") == (what == "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can give a folder away.")
def test_nothing_is_made_in_the_home_of_another(tmp_path: Path) -> None:
    """Root with another user's HOME leaves no folder there."""
    os.chown(tmp_path, 12_345, -1)
    for folder in (tmp_path / "maskstream", tmp_path / ".cache" / "maskstream"):
        FolderStore(folder).save("a", DATA)
    assert not list(tmp_path.iterdir())


def test_a_store_without_a_place_is_empty(tmp_path: Path) -> None:
    """Where no folder can be made, saving and loading do nothing."""
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file" / "maskstream", tmp_path / "file", tmp_path / "a" / "b" / "c"):
        store = FolderStore(folder)
        store.save("a", DATA)
        assert store.load("a") is None


def test_a_full_disk_is_no_error(tmp_path: Path) -> None:
    """Where a file may not grow so large, nothing is kept and nothing is left behind."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from streams.anchorstore import FolderStore; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        f"store = FolderStore(Path({str(tmp_path / 'maskstream')!r})); store.save('a', bytes(100_000)); "
        "print(store.load('a'), len(list(store.folder.iterdir())))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "None 0\n"


def test_a_read_only_folder_is_read(tmp_path: Path) -> None:
    """What is in a folder that cannot be written to is loaded, and saving into it does nothing."""
    store = _store(tmp_path)
    store.save("a", DATA)
    _file(store).chmod(0o400)
    store.folder.chmod(0o500)
    try:
        assert store.load("a") == DATA
        store.save("b", DATA)
        assert store.load("b") in ((None, DATA) if os.geteuid() == 0 else (None,))
    finally:
        store.folder.chmod(0o700)


def test_the_last_used_files_are_kept(tmp_path: Path) -> None:
    """Of many files those remain that were saved or loaded last; leftovers of killed processes go as well."""
    store = _store(tmp_path)
    store.save("first", DATA)
    for number in range(KEPT_FILES - 1):
        store.save(f"n{number}", DATA)
    (store.folder / "new-left").write_bytes(b"half")
    for age, file in enumerate(sorted(store.folder.iterdir(), key=lambda file: file.name, reverse=True)):
        os.utime(file, (1_000 - age, 1_000 - age))
    assert store.load("first") == DATA
    store.save("last", DATA)
    names = {file.name.partition(".")[0] for file in store.folder.iterdir()}
    assert len(names) == KEPT_FILES
    assert {"first", "last"} <= names


def test_racing_writers_leave_whole_files(tmp_path: Path) -> None:
    """Whoever reads while others save under the same name sees one of their contents, whole."""
    store = _store(tmp_path)
    contents = [bytes([number]) * 300_000 for number in range(4)]
    store.save("a", contents[0])
    threads = [
        threading.Thread(target=lambda data=data: [store.save("a", data) for _ in range(20)]) for data in contents
    ]
    for thread in threads:
        thread.start()
    seen = {store.load("a") for _ in range(100)}
    for thread in threads:
        thread.join()
    assert {store.load("a"), *seen} <= set(contents)
    assert len(list(store.folder.iterdir())) == 1


def test_the_users_store_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG_CACHE_HOME decides where it is absolute, else the home; without either there is no store."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert user_store() == FolderStore(Path("/somewhere/maskstream"))
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert user_store() == FolderStore(tmp_path / ".cache" / "maskstream")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert user_store() == FolderStore(tmp_path / ".cache" / "maskstream")
    monkeypatch.delenv("HOME")
    assert user_store() is None


def test_a_database_is_compiled_once() -> None:
    """The second process loads what the first one saved, and it finds the same."""
    store = _Counting()
    compiled, loaded = _fresh(store), _fresh(store)
    assert _ends(compiled) == _ends(loaded) == [9, 21]
    assert len(store.saved) == 1


@pytest.mark.parametrize("held", [b"", b"nonsense" * 100, DATA])
def test_what_hyperscan_refuses_is_compiled_and_replaced(held: bytes) -> None:
    """A store that holds anything else than a database costs time and nothing more."""
    store = _Counting(held)
    assert _ends(_fresh(store)) == [9, 21]
    assert len(store.saved) == 1
    assert store.held != held


def test_a_database_of_other_flags_is_none() -> None:
    """Each of expression, identifier, flags and order makes another name."""
    names = {
        databases.name_of(anchors)
        for anchors in (
            _WORD,
            (Anchor("anchors", 7, hyperscan.HS_FLAG_CASELESS),),
            (Anchor("anchor", 8, hyperscan.HS_FLAG_CASELESS),),
            (Anchor("anchor", 7, 0),),
            (*_WORD, Anchor("b", 7, 0)),
            (Anchor("b", 7, 0), *_WORD),
        )
    }
    assert len(names) == 6


def test_a_name_holds_only_hex_digits() -> None:
    """A name is 64 hex digits, whatever the expressions are."""
    name = databases.name_of((Anchor("../\n\xff", 1, 0),))
    assert len(bytes.fromhex(name)) == hashlib.sha256().digest_size


def test_loaded_anchors_hit_where_compiled_ones_do(tmp_path: Path) -> None:
    """The prefilter of all detectors has the same hits on every corpus whether it was compiled or loaded."""
    store = _store(tmp_path)
    compiled = Prefilter(detectors.ALL, store=store)
    databases.database.cache_clear()
    file = _file(store)
    saved = file.stat().st_ino
    loaded = Prefilter(detectors.ALL, store=store)
    assert file.stat().st_ino == saved
    for mix in ("clean", "mixed"):
        lines = [line.value for line in generate(mix, seed=11, count=1_500)]
        hits, again = compiled.grouped(lines)[0], loaded.grouped(lines)[0]
        assert {text: hits[text] for text in hits} == {text: again[text] for text in again}


def test_commands_share_the_users_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command keeps its database in the user's cache, the next one uses it, and a damaged one is replaced."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store, line = _store(tmp_path), "login of ann@example.com\n"
    seen = []
    for _ in range(2):
        assert "tok_email_" in maskstream("mask", stdin=line).stdout
        seen.append(_file(store).stat().st_ino)
    assert seen[0] == seen[1]
    _truncate(_file(store))
    assert "tok_email_" in maskstream("mask", stdin=line).stdout
    assert store.load(_file(store).name.partition(".")[0])


def test_each_process_looks_for_the_same_anchors() -> None:
    """The anchors and their order do not depend on how a process hashes strings, or nothing kept is found again."""
    code = (
        "from streams.masking import detectors; from streams.masking.databases import Anchor, name_of; "
        "print(name_of(tuple(Anchor(one, 0, 0) for row in detectors.ALL for one in row.anchors + row.shapes)))"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(names) == 1
