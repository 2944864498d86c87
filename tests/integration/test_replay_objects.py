"""Files in an object store, on a local S3 server: read, masked, written, and no half-written object is ever seen."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from streams.errors import UsageError
from streams.replay.files.listing import entries, mark_of
from streams.replay.files.options import ReadOptions
from streams.replay.files.quarantine import NoQuarantine
from streams.replay.files.storing import TargetStore
from streams.replay.files.work import FileWorker, Surroundings
from tests.support.files import PERSON, TOKEN, mask_files, masker

LINES = b"first %b\nsecond\n" % PERSON


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[s3fs.S3FileSystem]:
    """An empty bucket `logs`; the environment says where it is, as it does in a job."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.mkdir("logs")
    yield system
    system.rm("logs", recursive=True)  # The server keeps its buckets as long as the process lives.
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def around(target: str) -> Surroundings:
    return Surroundings(masker(), ReadOptions(), TargetStore(target), NoQuarantine(), "job", "files")


def test_objects_are_masked_into_a_folder_and_into_a_bucket(bucket: s3fs.S3FileSystem, tmp_path: Path) -> None:
    """Whatever the path names is found, its layout below is kept, and what is packed is packed again."""
    bucket.pipe({"logs/app/2026/a.log.gz": gzip.compress(LINES), "logs/app/b.log": LINES, "logs/other.txt": b"x"})
    for path, wanted in {
        "s3://logs/app": ["2026/a.log.gz", "b.log"],
        "s3://logs/app/**/*.gz": ["2026/a.log.gz"],
        "s3://logs/app/b.log": ["b.log"],
    }.items():
        assert [entry.relative for entry in entries([path])] == wanted
    results = mask_files("s3://logs/app", tmp_path / "out")
    assert [result.status for result in results] == ["done", "done"]
    assert (tmp_path / "out/b.log").read_bytes() == LINES.replace(PERSON, TOKEN)
    worker = FileWorker(around("s3://logs/masked"))
    for entry in entries(["s3://logs/app"]):
        assert worker.run(entry, entry.relative, lambda _, __: None).confirmed
    bucket.invalidate_cache()
    assert gzip.decompress(bucket.cat("logs/masked/2026/a.log.gz")) == LINES.replace(PERSON, TOKEN)


def test_an_object_that_changes_fails(bucket: s3fs.S3FileSystem) -> None:
    """One that was replaced after it was listed is not read as if it were the same, and nothing is written for it."""
    bucket.pipe("logs/in/a.log", LINES)
    [entry] = entries(["s3://logs/in"])
    bucket.pipe("logs/in/a.log", LINES.upper())
    assert mark_of(entry) != entry.mark
    result = FileWorker(around("s3://logs/masked")).run(entry, "a.log", lambda _, __: None)
    assert (result.status, "changed" in (result.trouble or "")) == ("failed", True)
    bucket.rm("logs/in/a.log")
    result = FileWorker(around("s3://logs/masked")).run(entry, "a.log", lambda _, __: None)
    assert "gone" in (result.trouble or "")
    bucket.invalidate_cache()
    assert not bucket.exists("logs/masked/a.log")


def test_an_upload_is_there_when_it_is_whole(bucket: s3fs.S3FileSystem) -> None:
    """Neither while it is written nor after it was given up is there an object."""
    target = TargetStore("s3://logs/masked")
    draft = target.draft("a.log", "job-0")
    draft.write(b"x" * (70 << 20))
    bucket.invalidate_cache()
    assert not target.exists("a.log")
    draft.discard()
    assert not target.exists("a.log")
    draft = target.draft("a.log", "job-0")
    draft.write(b"whole")
    assert not target.exists("a.log")
    draft.commit()
    assert target.exists("a.log")
    assert target.checksum("a.log") == draft.checksum


def test_what_a_store_says_is_not_passed_on(bucket: s3fs.S3FileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing bucket, chained protocols and protocols without a library are one sentence each."""
    for path, said in {
        "s3://nothing/here": "No file is found|object store failed|gone",
        "simplecache::s3://logs": "without a chain",
        "nonsense://logs": "knows no such protocol",
        "gs://logs": "library for it|object store failed",
    }.items():
        with pytest.raises((UsageError, Exception), match=said):
            entries([path])
