"""A changed policy: built beside the running one, taken between batches, and refused without harm."""
# ruff: noqa: E501 - a case is easier to read on one line.

import threading
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents import reload
from streams.agents.app import AgentMask
from streams.agents.masking import load_masking
from streams.agents.reload import PolicyWatch
from streams.agents.share import QuarantineShare
from streams.agents.slot import _Handing
from streams.agents.stamp import stamp
from streams.agents.worker import Masking
from streams.errors import PolicyError
from streams.masking.policy import QuarantineLimits
from streams.masking.records import MaskedColumns, RecordColumns
from streams.settings import load
from tests.support.cli import maskstream


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def masking(version: str) -> Masking:
    def mask(columns: RecordColumns) -> MaskedColumns:
        return MaskedColumns([version.encode()], list(columns.values), list(columns.headers))

    return Masking(mask, lambda *_: None, stamp(version, "k1"))  # type: ignore[arg-type,return-value]


class Bench:
    """A watch over one file whose content is the version that is built; `bad` is refused."""

    def __init__(self, file: Path) -> None:
        self.file, self.clock = file, Clock()
        self.gate = threading.Event()
        self.gate.set()
        self.builds = 0
        file.write_text("one")
        self.watch = PolicyWatch([file], "one", self.build, self.clock)

    def build(self) -> tuple[Masking, Sequence[Path]]:
        self.builds += 1
        text = self.file.read_text()
        assert self.gate.wait(30)
        if text == "bad":
            raise PolicyError("The policy is wrong in line 7: no.")
        if text == "bug":
            raise KeyError("ann.canary@example.com")
        return masking(text), [self.file]

    def write(self, text: str) -> None:
        """As editors do: another file takes the name, so that size and time need not differ."""
        other = self.file.with_suffix(".new")
        other.write_text(text)
        other.replace(self.file)

    def polled(self) -> Masking | None:
        """What comes of looking now, once what is being built is built."""
        self.clock.now_s += reload.LOOK_S
        first = self.watch.poll()
        builder = self.watch._builder
        if first is not None or builder is None:
            return first
        assert builder.done.wait(30)
        return self.watch.poll()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "policy.yaml")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    events: list[tuple[str, dict[str, Any]]] = []

    def say(event: str, **fields: Any) -> None:
        events.append((event, fields))

    monkeypatch.setattr(reload, "_events", SimpleNamespace(info=say, error=say))
    return events


def test_a_changed_policy_is_built_and_taken(bench: Bench, told: list[tuple[str, dict[str, Any]]]) -> None:
    """Nothing happens while nothing changes; a change is one build and one new masking, and log says which."""
    assert bench.polled() is None
    bench.write("two")
    fresh = bench.polled()
    assert fresh is not None
    assert dict(fresh.stamp)["maskstream.policy"] == b"two"
    assert [bench.polled(), bench.builds] == [None, 1]
    assert told == [("policy_loaded", {"policy": "two"})]


def test_looking_does_not_wait(bench: Bench) -> None:
    """While a policy is being built, polls give nothing at once, and the file is not looked at between times."""
    bench.gate.clear()
    bench.write("two")
    bench.clock.now_s += reload.LOOK_S / 2
    assert (bench.watch.poll(), bench.builds) == (None, 0)
    bench.clock.now_s += reload.LOOK_S
    assert bench.watch.poll() is None
    assert bench.watch.poll() is None
    bench.gate.set()
    assert bench.polled() is not None
    assert bench.builds == 1


@pytest.mark.parametrize(("text", "said"), [("bad", "line 7"), ("bug", "KeyError")])
def test_a_bad_policy_changes_nothing(
    bench: Bench, told: list[tuple[str, dict[str, Any]]], text: str, said: str
) -> None:
    """The old one goes on and log says why, once for each change; a good one later is taken."""
    bench.write(text)
    assert [bench.polled(), bench.watch.rejected] == [None, True]
    assert [bench.polled(), bench.builds] == [None, 1]
    ((event, fields),) = told
    assert (event, fields["policy"]) == ("policy_rejected", "one")
    assert said in fields["sentence"]
    assert "canary" not in fields["sentence"]
    bench.write("two")
    assert bench.polled() is not None
    assert not bench.watch.rejected


def test_the_former_policy_again_ends_the_rejection(bench: Bench) -> None:
    """Whoever takes a bad change back has the running policy in the file: nothing new, nothing rejected."""
    bench.write("bad")
    bench.polled()
    bench.write("one")
    assert [bench.polled(), bench.watch.rejected] == [None, False]


def test_a_file_that_is_gone_is_refused_and_comes_back(bench: Bench) -> None:
    """Between removing and writing a file nothing is lost."""
    bench.file.unlink()
    assert [bench.polled(), bench.watch.rejected] == [None, True]
    bench.write("two")
    assert bench.polled() is not None


def test_a_change_while_building_is_built_next(bench: Bench) -> None:
    """What is saved during a build is not missed."""
    bench.gate.clear()
    bench.write("two")
    bench.clock.now_s += reload.LOOK_S
    assert bench.watch.poll() is None
    bench.write("three")
    bench.gate.set()
    assert bench.polled() is not None
    fresh = bench.polled()
    assert fresh is None or dict(fresh.stamp)["maskstream.policy"] == b"three"
    assert bench.watch._version == "three"


def test_links_are_followed(tmp_path: Path) -> None:
    """A mounted ConfigMap changes by the link of its folder."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(name)
    (tmp_path / "now").symlink_to("a")
    file = tmp_path / "now" / "policy.yaml"
    before = reload.signature([file])
    (tmp_path / "next").symlink_to("b")
    (tmp_path / "next").replace(tmp_path / "now")
    assert reload.signature([file]) != before
    assert reload.signature([tmp_path / "none"]) == (None,)


def test_the_agent_masks_by_the_new_policy(bench: Bench) -> None:
    """Handing over is one step between two batches: the agent's next batch is masked by the new policy."""
    agent = AgentMask(masking("one").mask)
    handing = _Handing(bench.watch, agent)
    batch = RecordColumns([None], [b"x"], [None])
    assert agent(batch).keys == [b"one"]
    bench.write("two")
    bench.clock.now_s += reload.LOOK_S
    assert handing.poll() is None
    assert bench.watch._builder is not None
    assert bench.watch._builder.done.wait(30)
    fresh = handing.poll()
    assert fresh is not None
    assert fresh.mask is agent
    assert agent(batch).keys == [b"two"]
    assert handing.rejected is False


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    made = {
        "KEYRING": str(tmp_path / "ring"),
        "REVIEW_PUBLIC_KEY": str(tmp_path / "pub"),
        "REVIEW_PRIVATE_KEY": str(tmp_path / "priv"),
    }
    assert maskstream("keys", "new", settings=made).returncode == 0
    assert maskstream("keys", "review", "new", settings=made).returncode == 0
    (tmp_path / "policy.yaml").write_text("extends: base.yaml\n")
    (tmp_path / "base.yaml").write_text("actions: {ip: redact}\n")
    environ = {f"MASKSTREAM_{name}": value for name, value in made.items()}
    return load(environ=environ | {"MASKSTREAM_POLICY": str(tmp_path / "policy.yaml")})


def test_what_a_policy_extends_is_watched_too(settings: Any, tmp_path: Path) -> None:
    """A change of a file that the policy only extends is a change of the policy, of its version and of what is masked."""
    first = load_masking(settings)
    assert isinstance(first.watch, PolicyWatch)
    clock = Clock()
    first.watch._clock = clock
    (tmp_path / "base.yaml").write_text("actions: {ip: generalise}\n# longer\n")
    clock.now_s = first.watch._looked_s + reload.LOOK_S
    assert first.watch.poll() is None
    assert first.watch._builder is not None
    assert first.watch._builder.done.wait(60)
    fresh = first.watch.poll()
    assert fresh is not None
    assert fresh.stamp != first.stamp
    record = RecordColumns([None], [b"from 203.0.113.9"], [None], ["t"])
    assert (first.mask(record).values, fresh.mask(record).values) == ([b"from ***"], [b"from 203.0.113.0"])


def test_without_a_policy_file_nothing_is_watched(settings: Any) -> None:
    """The default pack cannot change."""
    assert load_masking(settings.model_copy(update={"policy": None})).watch is None


@pytest.mark.parametrize(
    ("batches", "high"),
    [
        ([(100, 100)], [False]),
        ([(1000, 51)], [True]),
        ([(1000, 50)], [False]),
        ([(500, 100), (500, 0), (500, 0)], [False, True, False]),
        ([(10_000, 0), (1000, 60)], [False, True]),
    ],
)
def test_share_of_quarantine(batches: list[tuple[int, int]], high: list[bool]) -> None:
    """More than the share of the last records is too much; what lies farther back is forgotten."""
    share = QuarantineShare()
    limits = QuarantineLimits(0.05, 1000)
    assert [share.add(records, quarantined, limits) for records, quarantined in batches] == high
