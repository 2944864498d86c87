"""The compose file and the Dockerfile against their schema and the program's own names; no engine is needed."""

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streams.settings import Settings, load
from streams.settings.names import setting_names, variable_of
from tests.support.cli import maskstream

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
#: Services that run our image, with the words after `maskstream`.
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "maskstream:local"}
VARIABLES = {variable_of(name) for name in setting_names(Settings.model_fields)}


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile with continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "deploy" / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def image_environment() -> dict[str, str]:
    pairs = [pair for name, rest in instructions() if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def commands() -> list[list[str]]:
    """Every maskstream command line in both files."""
    found = [json.loads(rest) for name, rest in instructions() if name == "CMD"]
    for service in OURS.values():
        if "entrypoint" in service:
            lines = re.findall(r"maskstream (keys[a-z ]*)", service["command"][0])
            found += [line.split() for line in lines]
        else:
            found.append(service["command"])
    return found


def test_compose_file_follows_the_compose_specification() -> None:
    """The file is valid by the JSON schema of the Compose specification."""
    # Found, not imported: only its copy of the specification is wanted.
    spec = find_spec("check_jsonschema")
    assert spec is not None
    assert spec.origin is not None
    schema = Path(spec.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))


def test_compose_settings_are_settings() -> None:
    """Every MASKSTREAM_ variable exists and all of a service's together load."""
    for service in OURS.values():
        assert set(service["environment"]) <= VARIABLES
        settings = load(environ=image_environment() | service["environment"])
        settings.require("bootstrap_servers", "raw_topics")
        assert settings.resolve_raw_topics([]) == ("app.logs",)


def test_image_settings_are_settings() -> None:
    """The image listens on all interfaces and names no unknown setting."""
    own = {name for name in image_environment() if name.startswith("MASKSTREAM_")}
    assert own <= VARIABLES
    assert load(environ=image_environment()).http_host == "0.0.0.0"


def test_commands_exist() -> None:
    """Each command line in both files is one of the program's."""
    assert ["run"] in commands()
    assert ["topics", "apply"] in commands()
    assert ["keys", "review", "new"] in commands()


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_command_is_the_programs(words: list[str]) -> None:
    """The program knows the command with all its flags."""
    told = maskstream(*(word for word in words if not word.startswith("-")), "--help")
    assert told.returncode == 0
    assert all(word in told.stdout for word in words if word.startswith("-"))


def test_copied_files_exist_and_reach_the_build() -> None:
    """Every COPY source of the repository exists and is not ignored."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [rest.split() for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    sources = [source.rstrip("/") for *paths, _ in copied for source in paths]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored
    for lock in re.findall(r"requirements/\S+\.txt", str(instructions())):
        assert (ROOT / lock).is_file()


def test_image_installs_by_hash_and_runs_without_root() -> None:
    """Every pip install is pinned by hash or offline, and the last stage has a user."""
    lines = instructions()
    installs = [part for name, rest in lines if name == "RUN" for part in rest.split("&&") if "pip install" in part]
    assert installs
    assert all("--require-hashes" in part or "--no-index --no-deps" in part or "--no-deps --no-index" in part
               for part in installs)  # fmt: skip
    last_stage = max(number for number, (name, _) in enumerate(lines) if name == "FROM")
    users = [rest for name, rest in lines[last_stage:] if name == "USER"]
    assert users == ["10001:10001"]


def test_masking_workers_do_not_get_the_private_key() -> None:
    """The volume with the review key's private half is mounted where keys are made and in the redrive, nowhere else."""
    private = Path(image_environment()["MASKSTREAM_REVIEW_PRIVATE_KEY"]).parent
    holders = [
        name
        for name, service in SERVICES.items()
        if any(volume.split(":")[1] == str(private) for volume in service.get("volumes", []))
    ]
    assert holders == ["keys", "redrive"]


def test_every_slot_has_its_port_published() -> None:
    """As many ports are published as there are workers, from HTTP_PORT on."""
    settings = load(environ=OURS["maskstream"]["environment"])
    last = settings.http_port + settings.workers - 1
    assert OURS["maskstream"]["ports"] == [f"127.0.0.1:{settings.http_port}-{last}:{settings.http_port}-{last}"]


def test_compose_waits_for_what_it_needs() -> None:
    """Services wait only for services that exist, and maskstream for topics and keys."""
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(SERVICES["maskstream"]["depends_on"]) == {"topics", "keys"}
