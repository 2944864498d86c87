"""Who opens the private review key: the redrive's slot, and no masking worker."""

import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.main import invoke

ROOT = Path(__file__).parents[2]
#: Loads what a slot of a role loads, and prints the files of keys that were opened on the way.
LOADS = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from streams.settings import load
settings = load(environ=dict(line.split("=", 1) for line in sys.argv[2:]))
if sys.argv[1] == "redrive":
    from streams.agents.redrive.loading import load_redriving as loads
else:
    from streams.agents.masking import load_masking as loads
loads(settings)
print("private" if any(name.endswith("private.pem") for name in opened) else "no private")
print("public" if any(name.endswith("public.pem") for name in opened) else "no public")
print("redrive" if "streams.agents.redrive.worker" in sys.modules else "no redrive")
"""


@pytest.mark.parametrize(
    ("role", "said"),
    [("mask", ["no private", "public", "no redrive"]), ("redrive", ["private", "no public", "redrive"])],
)
def test_only_the_redrive_opens_the_private_key(
    tmp_path: Path, role: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A masking worker never touches the file, although it is there and the setting names it."""
    places = {
        "MASKSTREAM_KEYRING": tmp_path / "ring.json",
        "MASKSTREAM_REVIEW_PUBLIC_KEY": tmp_path / "public.pem",
        "MASKSTREAM_REVIEW_PRIVATE_KEY": tmp_path / "private.pem",
    }
    for name, path in places.items():
        monkeypatch.setenv(name, str(path))
    assert invoke(["keys", "new"]) == 0
    assert invoke(["keys", "review", "new"]) == 0
    done = subprocess.run(
        [sys.executable, "-c", LOADS, role, *(f"{name}={path}" for name, path in places.items())],
        capture_output=True, text=True, timeout=120, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.split("\n")[:3] == said
