"""Files through masking: layout, compression, ends of lines and everything that goes wrong with them."""

import gzip
import io
import os
import re
import stat
import tarfile
from pathlib import Path

import pytest

from streams.errors import GuardError, UsageError
from streams.replay.files.listing import entries
from streams.replay.files.naming import masked_names
from streams.replay.files.options import Limits, ReadOptions
from streams.replay.files.target import TargetFolder, refuse_overlap
from tests.support.files import PACK, PERSON, TOKEN, UNPACK, archive, mask_files, masker

LINES = b'first %b\r\nsecond\n\n{"user":{"email":"%b"}}\nlast without end %b' % (PERSON, PERSON, PERSON)
MASKED = LINES.replace(PERSON, TOKEN)


def written(target: Path) -> dict[str, bytes]:
    return {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("content", [LINES, b"", b"\n", b"x", b"\r\n", b"\n" * 10_001, b"no person\n" * 20_000])
def test_a_file_keeps_compression_lines_and_ends(tmp_path: Path, kind: str, content: bytes) -> None:
    """Whatever a file is packed with and called, the masked one is packed alike and differs in the person only."""
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "app.log").write_bytes(PACK[kind](content))
    [result] = mask_files(source, target)
    assert result.status == "done", result.trouble
    assert result.tally.reconciles
    assert UNPACK[kind]((target / "app.log").read_bytes()) == content.replace(PERSON, TOKEN)
    assert [*written(target)] == ["app.log"]


def test_streams_one_behind_the_other_are_read_to_the_end(tmp_path: Path) -> None:
    """What `cat a.gz b.gz` makes is read whole, zeros behind it are padding."""
    for kind in ("gz", "bz2", "xz", "zst"):
        (tmp_path / "a.log").write_bytes(PACK[kind](b"one\n") + PACK[kind](b"two %b\n" % PERSON) + bytes(8))
        target = tmp_path / f"out-{kind}"
        [result] = mask_files(tmp_path / "a.log", target)
        assert (result.status, result.tally.read) == ("done", 2), kind
        assert UNPACK[kind]((target / "a.log").read_bytes()) == b"one\ntwo %b\n" % TOKEN


def test_layers_in_layers_are_put_back(tmp_path: Path) -> None:
    """A file that was packed twice is packed twice again; four times is refused."""
    (tmp_path / "a.log").write_bytes(PACK["zst"](PACK["gz"](LINES)))
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert result.status == "done"
    assert gzip.decompress(UNPACK["zst"]((tmp_path / "out/a.log").read_bytes())) == MASKED
    (tmp_path / "a.log").write_bytes(PACK["gz"](PACK["gz"](PACK["gz"](PACK["gz"](LINES)))))
    [result] = mask_files(tmp_path / "a.log", tmp_path / "other")
    assert "packed more than 3 times" in (result.trouble or "")


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_a_file_that_is_cut_off_keeps_what_came_before(tmp_path: Path, kind: str) -> None:
    """The whole lines before the break are written, readable, and the place is told; half a line is not."""
    lines = [b"%d %b %b" % (number, os.urandom(40).hex().encode(), PERSON) for number in range(15_000)]
    packed = PACK[kind](b"\n".join(lines))
    (tmp_path / "a.log").write_bytes(packed[: len(packed) * 3 // 4])
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert result.status == "incomplete"
    assert re.search(
        r"cut off in the middle of its \w+ data \(at byte \d+\); \d+ records before it", result.trouble or ""
    )
    kept = UNPACK[kind]((tmp_path / "out/a.log").read_bytes()).splitlines()
    assert kept == [line.replace(PERSON, TOKEN) for line in lines[: len(kept)]]
    assert result.tally.read == len(kept) > 0


def test_damaged_data_are_told_with_their_place(tmp_path: Path) -> None:
    """A flipped byte and something foreign behind the data end the file with the lines before it."""
    packed = bytearray(PACK["gz"](b"%b\n" % PERSON * 100_000))
    packed[-5] ^= 1
    (tmp_path / "a.log").write_bytes(packed)
    (tmp_path / "b.log").write_bytes(PACK["gz"](b"%b\n" % PERSON) + b"hello %b" % PERSON)
    one, other = mask_files([str(tmp_path / "a.log"), str(tmp_path / "b.log")], tmp_path / "out")
    assert one.status == other.status == "incomplete"
    assert "damaged" in (one.trouble or "")
    assert "something else behind its gz data" in (other.trouble or "")
    assert gzip.decompress((tmp_path / "out/b.log").read_bytes()) == TOKEN + b"\n"


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_bombs_are_defused(tmp_path: Path, kind: str) -> None:
    """What unpacks to far more than its size ends as a failure, and nothing of it is left in the target."""
    zeros = bytes(100 << 20)
    bomb = PACK[kind](zeros) if kind != "gz" else gzip.compress(gzip.compress(zeros))
    (tmp_path / "a.log").write_bytes(bomb)
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out", ReadOptions(limits=Limits(max_ratio=200)))
    assert result.status == "failed"
    assert "200 times its size" in (result.trouble or "")
    assert written(tmp_path / "out") == {}
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out", ReadOptions(limits=Limits(max_unpacked=1 << 20)))
    assert "more than 1048576 bytes" in (result.trouble or "")


def test_a_line_over_the_limit_is_one_failure(tmp_path: Path) -> None:
    """It becomes the notice and is never held; its neighbours are masked, ends of lines stay."""
    limit = 1000
    for end in (b"\n", b"\r\n"):
        lines = [b"a " + PERSON, b"x" * limit, b"x" * (limit + 1), b"x" * 3_000_000 + PERSON, b"z " + PERSON]
        (tmp_path / "a.log").write_bytes(end.join(lines) + end)
        [result] = mask_files(tmp_path / "a.log", tmp_path / "out", ReadOptions(limits=Limits(max_record=limit)))
        notice = b'{"maskstream":"quarantined","reason":"too_large"}'
        wanted = [b"a " + TOKEN, b"x" * limit, notice, notice, b"z " + TOKEN]
        assert (tmp_path / "out/a.log").read_bytes() == end.join(wanted) + end
        assert result.tally.reasons == {"too_large": 2}
        assert (result.tally.read, result.tally.written, result.tally.quarantined) == (5, 3, 2)


def test_what_is_no_utf8_is_decided_by_the_masker(tmp_path: Path) -> None:
    """Latin-1 becomes the notice line by line; nothing of it is written."""
    (tmp_path / "a.log").write_bytes(b"fine\nMot de passe oubli\xe9 %b\nfine\n" % PERSON)
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert result.tally.reasons == {"invalid_encoding": 1}
    assert (tmp_path / "out/a.log").read_bytes().splitlines()[1] == (
        b'{"maskstream":"quarantined","reason":"invalid_encoding"}'
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_wide_texts_stay_what_they_were(tmp_path: Path, encoding: str) -> None:
    """A text in UTF-16 or UTF-32 is masked line by line and written in its own encoding, mark included."""
    text = "\ufeff" * (encoding == "utf-16-be") + LINES.decode() + " Ж\U0001f600"
    (tmp_path / "a.log").write_bytes(text.encode(encoding))
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert result.status == "done"
    assert (tmp_path / "out/a.log").read_bytes() == text.replace(PERSON.decode(), TOKEN.decode()).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_wide_texts_without_a_mark_leak_nothing(tmp_path: Path, encoding: str) -> None:
    """Without a byte order mark lines are cut at the byte 0A; whatever becomes of them, nobody can be read in it."""
    (tmp_path / "a.log").write_bytes(LINES.decode().encode(encoding))
    mask_files(tmp_path / "a.log", tmp_path / "out")
    left = (tmp_path / "out/a.log").read_bytes()
    assert b"zq9canary" not in left.replace(b"\0", b"")


def test_containers_that_are_not_read_are_named(tmp_path: Path) -> None:
    """A zip archive and its like fail with a sentence instead of ending in quarantine line by line."""
    for number, magic in enumerate((b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x04\x22\x4d\x18")):
        (tmp_path / f"{number}.log").write_bytes(magic + bytes(600))
    results = mask_files([str(tmp_path / f"{number}.log") for number in range(3)], tmp_path / "out")
    assert [result.status for result in results] == ["failed"] * 3
    assert all("unpack it first" in (result.trouble or "") for result in results)


def test_a_text_that_begins_like_bzip2_is_a_text(tmp_path: Path) -> None:
    """Three letters of a magic make no archive."""
    (tmp_path / "a.log").write_bytes(b"BZh9 is a word, ann is %b\n" % PERSON)
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert (tmp_path / "out/a.log").read_bytes() == b"BZh9 is a word, ann is %b\n" % TOKEN
    assert result.status == "done"


def test_records_of_several_lines(tmp_path: Path) -> None:
    """A record reaches from a line that fits the start pattern to the next; inside it line ends stay."""
    text = (
        b"before %b\n2026-01-02 error for %b\r\n  at one\n  at two %b\n2026-01-03 fine\n\n2026-01-04 %b\n  at end"
        % (PERSON, PERSON, PERSON, PERSON)
    )
    (tmp_path / "a.log").write_bytes(text)
    read = ReadOptions("multiline", r"\d{4}-\d\d-\d\d ")
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out", read)
    assert (tmp_path / "out/a.log").read_bytes() == text.replace(PERSON, TOKEN)
    assert result.tally.read == 4


def test_a_record_of_too_many_lines_is_one_failure(tmp_path: Path) -> None:
    """A record over the limit becomes one notice, with the end of its last line."""
    text = b"2026-01-02 a\n" + b"  at %b\n" % PERSON * 1000 + b"2026-01-03 b\r\n"
    (tmp_path / "a.log").write_bytes(text)
    read = ReadOptions("multiline", r"\d{4}-", limits=Limits(max_record=2000))
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out", read)
    notice = b'{"maskstream":"quarantined","reason":"too_large"}'
    assert (tmp_path / "out/a.log").read_bytes() == notice + b"\n2026-01-03 b\r\n"
    assert result.tally.reasons == {"too_large": 1}


@pytest.mark.parametrize("pattern", ["(a+)+$", "^x", "a*", "(?=x)", "[", "(a", r"\1"])
def test_start_patterns_that_could_backtrack_are_refused(tmp_path: Path, pattern: str) -> None:
    """Only the bounded syntax of a policy's patterns is taken, and the refusal is a sentence."""
    (tmp_path / "a.log").write_bytes(b"a\n")
    with pytest.raises(UsageError, match="start pattern"):
        mask_files(tmp_path / "a.log", tmp_path / "out", ReadOptions("multiline", pattern))


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("outer", ["plain", "gz", "zst"])
def test_an_archive_keeps_its_members(tmp_path: Path, kind: int, outer: str) -> None:
    """Members stay in their order, packed as they were, under masked names and without their owner's name."""
    long_name = "deep/" * 19 + "app.log"
    members = {
        "logs/": b"",
        "logs/app.log": LINES,
        "logs/app.log.1.gz": gzip.compress(LINES),
        f"mail/{PERSON.decode()}.log": b"x\n",
        long_name: b"empty next\n",
        "empty.log": b"",
    }
    (tmp_path / "all.tar").write_bytes(PACK[outer](archive(members, kind)))
    [result] = mask_files(tmp_path / "all.tar", tmp_path / "out")
    assert result.status == "done", result.trouble
    plain = UNPACK[outer]((tmp_path / "out/all.tar").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(plain)) as opened:
        infos = opened.getmembers()
        contents = [b"" if info.isdir() else opened.extractfile(info).read() for info in infos]  # type: ignore[union-attr]
    assert [info.name for info in infos] == [
        "logs", "logs/app.log", "logs/app.log.1.gz", f"mail/{TOKEN.decode()}.log", long_name, "empty.log",
    ]  # fmt: skip
    assert contents[1] == MASKED
    assert gzip.decompress(contents[2]) == MASKED
    assert contents[3:] == [b"x\n", b"empty next\n", b""]
    assert {(info.uname, info.mtime, info.mode) for info in infos} == {("", 1_700_000_000, 0o640)}


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("../../etc/cron.d/x", tarfile.REGTYPE, "leads out"),
        ("/etc/passwd", tarfile.REGTYPE, "leads out"),
        ("a/../../b", tarfile.REGTYPE, "leads out"),
        ("a\\..\\b", tarfile.REGTYPE, "leads out"),
        ("x", tarfile.SYMTYPE, "symbolic link"),
        ("x", tarfile.LNKTYPE, "hard link"),
        ("x", tarfile.CHRTYPE, "device"),
        ("x", tarfile.BLKTYPE, "device"),
        ("x", tarfile.FIFOTYPE, "pipe"),
        ("x", b"S", "sparse"),
        ("x", b"Q", "unknown kind"),
    ],
)
def test_members_that_lead_elsewhere_are_refused(tmp_path: Path, name: str, kind: bytes, said: str) -> None:
    """Traversal, links and devices fail the whole archive in one sentence, and nothing is written."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    (tmp_path / "a.tar").write_bytes(
        archive({"fine.log": b"x\n"})[:1024] + info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)
    )
    [result] = mask_files(tmp_path / "a.tar", tmp_path / "out")
    assert result.status == "failed"
    assert said in (result.trouble or "")
    assert written(tmp_path / "out") == {}


def test_heads_of_an_archive_that_claim_gigabytes_are_refused(tmp_path: Path) -> None:
    """An extended head is held in memory, so one of many megabytes is refused before it is read."""
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        info = tarfile.TarInfo("x")
        info.type, info.size = kind, 1 << 33
        (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"9" * 100_000)
        [result] = mask_files(tmp_path / "a.tar", tmp_path / "out")
        assert "far too long" in (result.trouble or "")


def test_an_archive_that_is_cut_off_is_a_whole_one_of_what_came_before(tmp_path: Path) -> None:
    """The member in which it breaks off has its whole lines, and the archive that is written can be read."""
    plain = archive({"a.log": LINES, "b.log": b"%b\n" % PERSON * 50_000})
    (tmp_path / "a.tar").write_bytes(plain[: len(plain) // 2 + 5])
    [result] = mask_files(tmp_path / "a.tar", tmp_path / "out")
    assert result.status == "incomplete"
    assert "tar archive that is cut off" in (result.trouble or "")
    with tarfile.open(tmp_path / "out/a.tar") as opened:
        assert opened.getnames() == ["a.log", "b.log"]
        assert set(opened.extractfile("b.log").read().splitlines()) == {TOKEN}  # type: ignore[union-attr]


def test_a_damaged_member_does_not_take_the_others_along(tmp_path: Path) -> None:
    """The members behind one whose own compression is broken are read."""
    members = {"a.gz": gzip.compress(b"one\n" * 10_000)[:-9], "b.log": b"two %b\n" % PERSON}
    (tmp_path / "a.tar").write_bytes(archive(members))
    [result] = mask_files(tmp_path / "a.tar", tmp_path / "out")
    assert result.status == "incomplete"
    with tarfile.open(tmp_path / "out/a.tar") as opened:
        assert opened.extractfile("b.log").read() == b"two %b\n" % TOKEN  # type: ignore[union-attr]
        assert set(gzip.decompress(opened.extractfile("a.gz").read()).splitlines()) == {b"one"}  # type: ignore[union-attr]


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    """Its masked heads would no longer fit its members."""
    (tmp_path / "a.tar").write_bytes(archive({"b.tar": archive({"c": b"x\n"})}))
    [result] = mask_files(tmp_path / "a.tar", tmp_path / "out")
    assert "Member 0 of the archive: The file is an archive in an archive" in (result.trouble or "")


def test_a_file_that_changes_while_it_is_read_fails(tmp_path: Path) -> None:
    """Nothing is written of a file that grew, shrank or was replaced after it was listed."""
    path = tmp_path / "a.log"
    path.write_bytes(b"x\n" * 1000)
    [entry] = entries([str(path)])
    path.write_bytes(b"x\n" * 1001)
    assert entry.size == 2000
    [result] = _changed(tmp_path, entry.path)
    assert result is not None
    assert "changed while it was read" in result
    assert written(tmp_path / "out") == {}


def _changed(tmp_path: Path, path: str) -> list[str | None]:
    """Masks a file to which a line is written after each portion."""
    from streams.replay.files.quarantine import NoQuarantine  # noqa: PLC0415
    from streams.replay.files.work import FileWorker, Surroundings  # noqa: PLC0415

    around = Surroundings(masker(), ReadOptions(), TargetFolder(str(tmp_path / "out")), NoQuarantine(), "job")

    def progress(_records: int, _bytes: int) -> None:
        with Path(path).open("ab") as opened:
            opened.write(b"more\n")

    [entry] = entries([path])
    Path(path).write_bytes(b"x\n" * 20_000)
    [entry] = entries([path])
    return [FileWorker(around).run(entry, "a.log", progress).trouble]


def test_names_of_files_are_masked(tmp_path: Path) -> None:
    """People stand in paths: the target and whatever is told have their tokens."""
    folder = tmp_path / "in" / "home" / PERSON.decode()
    folder.mkdir(parents=True)
    (folder / "app-2026-01-02.log").write_bytes(b"x\n")
    mask_files(tmp_path / "in", tmp_path / "out")
    assert [*written(tmp_path / "out")] == [f"home/{TOKEN.decode()}/app-2026-01-02.log"]
    shown = masked_names(masker(), ["10.0.0.5.log", "app.log.1.gz", "app.log-20260102.xz", f"{PERSON.decode()}.log-1"])
    assert shown[1:] == ["app.log.1.gz", "app.log-20260102.xz", f"{TOKEN.decode()}.log-1"]
    assert shown[0].startswith("tok_ip_")
    assert shown[0].endswith(".log")
    with pytest.raises(GuardError, match="both be written"):
        masked_names(masker(), ["a//b.log", "a/b.log"])
    with pytest.raises(GuardError, match="both be written"):
        masked_names(masker(), ["ann@example.org.log", "ANN@example.org.log"])


def test_folders_and_globs_keep_their_layout(tmp_path: Path) -> None:
    """Links, pipes and our own unfinished files are passed over; what a path names must be there."""
    for name in ("a/one.log", "a/b/two.log", "a/b/three.txt", ".maskstream-x.part"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x\n")
    (tmp_path / "a/link.log").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "a/pipe.log")
    assert [entry.relative for entry in entries([str(tmp_path)])] == ["a/one.log", "a/b/three.txt", "a/b/two.log"]
    assert [entry.relative for entry in entries([f"{tmp_path}/**/*.txt"])] == ["a/b/three.txt"]
    assert [entry.relative for entry in entries([f"{tmp_path}/a/one.log", f"{tmp_path}/a/*.log"])][:1] == ["one.log"]
    with pytest.raises(UsageError, match="No file is found"):
        entries([f"{tmp_path}/*.nothing"])
    with pytest.raises(UsageError, match="devices and pipes"):
        entries([f"{tmp_path}/a/pipe.log"])


def test_the_target_is_apart_from_the_source(tmp_path: Path) -> None:
    """Neither may hold the other, whatever links lead there."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.log").write_bytes(b"x\n")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    found = entries([str(tmp_path / "in")])
    for target in ("in", "in/masked", "link", "link/masked", "."):
        with pytest.raises(GuardError, match="lie"):
            refuse_overlap(tmp_path / target, found, [str(tmp_path / "in")])
    refuse_overlap(tmp_path / "out", found, [str(tmp_path / "in")])


def test_no_link_leads_out_of_the_target(tmp_path: Path) -> None:
    """A link on the way to a file is not followed, one in the place of a file is replaced."""
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/a.log").write_bytes(b"x\n")
    (tmp_path / "in/b.log").write_bytes(b"x\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/victim").write_bytes(b"as it was")
    (tmp_path / "out/sub").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out/b.log").symlink_to(tmp_path / "elsewhere/victim")
    by_name = dict(zip(["b", "a"], mask_files(tmp_path / "in", tmp_path / "out"), strict=True))
    assert "link" in (by_name["a"].trouble or "")
    assert by_name["b"].status == "done"
    assert written(tmp_path / "elsewhere") == {"victim": b"as it was"}
    assert (tmp_path / "out/b.log").read_bytes() == b"x\n"


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """/dev/full stands for the disk: the file fails, nothing of it is there, the next one is tried."""
    (tmp_path / "a.log").write_bytes(os.urandom(1 << 12).hex().encode() * 400)
    folder = TargetFolder(str(tmp_path / "out"))
    draft = folder.draft("a.log", "job-0")
    os.dup2(os.open("/dev/full", os.O_WRONLY), draft._handle)
    with pytest.raises(Exception, match="disk of the target is full: make room and resume"):
        draft.write(b"x" * (1 << 21))
    draft.discard()
    assert written(tmp_path / "out") == {}


def test_a_target_that_may_not_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    """A folder below /proc stands for a read-only file system: nobody may write there, root included."""
    with pytest.raises(Exception, match="target"):
        TargetFolder("/proc/self/fd/out")


def test_a_temporary_file_of_a_dead_job_is_replaced(tmp_path: Path) -> None:
    """What `kill -9` left under the temporary name is written anew, and only the whole file has the name."""
    (tmp_path / "a.log").write_bytes(b"x %b\n" % PERSON)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.maskstream-job-0.part").write_bytes(b"half of something")
    mask_files(tmp_path / "a.log", tmp_path / "out")
    assert written(tmp_path / "out") == {"a.log": b"x %b\n" % TOKEN}
    assert stat.S_ISREG((tmp_path / "out/a.log").lstat().st_mode)


def test_a_window_that_needs_gigabytes_is_refused(tmp_path: Path) -> None:
    """A Zstandard frame that asks for 2 GiB of memory is not given it."""
    # Magic, no size of the content, a window of 2**31 bytes; then a block of two bytes, which is the last.
    (tmp_path / "a.log").write_bytes(b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x11\0\0x\n")
    [result] = mask_files(tmp_path / "a.log", tmp_path / "out")
    assert "more than the allowed memory" in (result.trouble or "")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """Without a target everything is read and counted."""
    (tmp_path / "a.log").write_bytes(gzip.compress(LINES))
    (tmp_path / "b.tar").write_bytes(archive({"a": LINES}))
    one, other = mask_files([str(tmp_path / "a.log"), str(tmp_path / "b.tar")], None)
    assert one.tally.findings["email"] == other.tally.findings["email"] == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "b.tar"]
