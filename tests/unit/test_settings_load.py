"""Settings: precedence, origins, names, and errors that show no value."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import SettingsError
from streams.settings import Settings, load, shown
from streams.settings.names import setting_names, variable_of

CANARY = "hunter2-canary"


def problems(environ: dict[str, str] | None = None, *, config: Path | None = None, **flags: object) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(environ=environ or {}, config=config, flags=flags)
    assert raised.value.exit_status == 2
    return raised.value.problems


def written(folder: Path, text: str) -> Path:
    path = folder / "maskstream.yaml"
    path.write_text(text)
    return path


def test_defaults_are_the_published_ones() -> None:
    """What users rely on without setting anything stays as published."""
    settings = load(environ={})
    day = 86_400_000
    assert settings.clean_topic == "{topic}.clean"
    assert (settings.quarantine_topic, settings.decisions_topic, settings.audit_topic) == (
        "maskstream.quarantine",
        "maskstream.decisions",
        "maskstream.audit",
    )
    assert (settings.group_id, settings.start, settings.static_membership) == ("maskstream", "earliest", False)
    assert (settings.max_retention_ms, settings.clean_retention_ms) == (30 * day, 7 * day)
    assert (settings.quarantine_retention_ms, settings.decisions_retention_ms, settings.audit_retention_ms) == (
        14 * day,
        28 * day,
        400 * day,
    )
    assert (settings.workers, settings.role, settings.batch_records) == (1, "mask", 10_000)
    assert (settings.batch_bytes, settings.batch_ms, settings.max_depth) == (8 << 20, 200, 1024)
    assert (settings.http_host, settings.http_port, settings.review_port) == ("127.0.0.1", 9464, 8464)
    assert settings.review_roles_claim == "roles"


def test_flags_beat_environment_beats_file_beats_defaults(tmp_path: Path) -> None:
    """Each effective value comes from the strongest source and says which that was."""
    config = written(tmp_path, "workers: 2\nbatch_ms: 20\ngroup_id: from-file\nkafka: {a.b: file, c.d: file}\n")
    environ = {"MASKSTREAM_WORKERS": "3", "MASKSTREAM_BATCH_MS": "30", "MASKSTREAM_KAFKA__A_B": "environment"}
    settings = load(config=config, environ=environ, flags={"workers": 4, "kafka.e.f": "flag", "policy": None})
    assert (settings.workers, settings.batch_ms, settings.group_id) == (4, 30, "from-file")
    assert settings.kafka == {"a.b": "environment", "c.d": "file", "e.f": "flag"}
    assert [settings.origin(name) for name in ("workers", "batch_ms", "group_id", "policy", "config")] == [
        "flag",
        "environment",
        "file",
        "default",
        "flag",
    ]
    assert [settings.origin(f"kafka.{name}") for name in ("a.b", "c.d", "e.f")] == ["environment", "file", "flag"]


def test_config_is_named_by_environment_and_flag_wins(tmp_path: Path) -> None:
    """MASKSTREAM_CONFIG names the file unless --config does."""
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text("workers: 5\n")
    second.write_text("workers: 6\n")
    environ = {"MASKSTREAM_CONFIG": str(first)}
    assert load(environ=environ).workers == 5
    assert load(environ=environ, config=second).workers == 6


def test_kafka_properties_get_their_dots() -> None:
    """MASKSTREAM_KAFKA__SASL_MECHANISMS is librdkafka's sasl.mechanisms."""
    environ = {"MASKSTREAM_KAFKA__SECURITY_PROTOCOL": "SASL_SSL", "MASKSTREAM_KAFKA__SASL_MECHANISMS": "PLAIN"}
    assert load(environ=environ).kafka == {"security.protocol": "SASL_SSL", "sasl.mechanisms": "PLAIN"}


def test_yaml_booleans_and_numbers_become_librdkafka_text(tmp_path: Path) -> None:
    """YAML's true is librdkafka's "true", not Python's "True"."""
    config = written(tmp_path, "kafka:\n  socket.keepalive.enable: true\n  socket.timeout.ms: 3000\n")
    assert load(config=config, environ={}).kafka == {"socket.keepalive.enable": "true", "socket.timeout.ms": "3000"}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("30d", 2_592_000_000), ("12h", 43_200_000), ("90m", 5_400_000), ("45s", 45_000), ("7ms", 7), ("1000", 1000)],
)
def test_durations_have_units(text: str, milliseconds: int) -> None:
    """MAX_RETENTION is given as people say it, or in milliseconds."""
    assert load(environ={"MASKSTREAM_MAX_RETENTION": text}).max_retention_ms == milliseconds


@pytest.mark.parametrize("text", ["-1", "0", "0d", "1.5d", "30D", "30 days", "d", "1e9", "٣d", "99999999d", "inf"])
def test_other_durations_are_refused(text: str) -> None:
    """Unlimited, zero, fractions and foreign digits are no retention."""
    assert problems({"MASKSTREAM_MAX_RETENTION": text})[0].startswith("MASKSTREAM_MAX_RETENTION should be a duration")


@pytest.mark.parametrize(("text", "size"), [("8MiB", 8 << 20), ("500kB", 500_000), ("4 KiB", 4096), ("2048", 2048)])
def test_sizes_have_units(text: str, size: int) -> None:
    """BATCH_BYTES is given as people say it, or in bytes."""
    assert load(environ={"MASKSTREAM_BATCH_BYTES": text}).batch_bytes == size


def test_all_problems_are_told_at_once_and_none_shows_a_value(tmp_path: Path) -> None:
    """Names, values and contradictions from every source come in one error, one sentence each, without values."""
    config = written(tmp_path, f"start: {CANARY}\nbatch_recrods: {CANARY}\nkafka: {{sasl: {{password: {CANARY}}}}}\n")
    found = problems(
        {
            "MASKSTREAM_WORKERS": CANARY,
            "MASKSTREAM_QUARANTINE_TOPC": CANARY,
            "MASKSTREAM_CLEAN_RETENTION": "40d",
            "MASKSTREAM_RAW_TOPICS": f"{CANARY} with spaces",
            "MASKSTREAM_INSTANCE": f"{CANARY}/",
        },
        config=config,
        http_port=f"{CANARY}",
    )
    text = "\n".join(found)
    for part in (
        "MASKSTREAM_WORKERS should be",
        "MASKSTREAM_QUARANTINE_TOPC is no setting: did you mean MASKSTREAM_QUARANTINE_TOPIC?",
        "start in the settings file should be 'earliest' or 'latest'",
        "batch_recrods in the settings file is no setting: did you mean batch_records?",
        "kafka.sasl in the settings file should be text",
        "CLEAN_RETENTION is longer than MAX_RETENTION",
        "MASKSTREAM_RAW_TOPICS should be topic names",
        "MASKSTREAM_INSTANCE should be letters",
        "--http-port should be",
    ):
        assert part in text
    assert CANARY not in text
    assert len(found) == 9
    assert all("\n" not in sentence and sentence[-1] in ".?" for sentence in found)


@pytest.mark.parametrize(
    "text",
    [
        f"kafka:\n  sasl.password: '{CANARY}\n",
        f"- {CANARY}\n",
        f"{CANARY}\n",
        f"workers: 1\nworkers: {CANARY}\n",
        f"kafka:\n  a.b: {CANARY}\n  a.b: {CANARY}\n",
        f"kafka: {CANARY}\n",
        f"workers: [{CANARY}]\n",
        f"config: {CANARY}\n",
        f"1: {CANARY}\n",
        f"? [a]\n: {CANARY}\n",
        f"policy: !!python/object/apply:os.system [{CANARY}]\n",
    ],
)
def test_broken_files_are_refused_without_their_content(tmp_path: Path, text: str) -> None:
    """A file that is not YAML, no mapping, or says something twice is an error that shows no line of it."""
    assert CANARY not in "\n".join(problems(config=written(tmp_path, text)))


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A missing file and one that is not text are errors and never mean defaults."""
    assert "cannot be read" in problems(config=tmp_path / "missing.yaml")[0]
    (tmp_path / "bytes.yaml").write_bytes(b"workers: \xff\n")
    assert "not UTF-8" in problems(config=tmp_path / "bytes.yaml")[0]


def test_empty_variables_and_nulls_count_as_not_set(tmp_path: Path) -> None:
    """`VARIABLE=` of a compose file and `name:` of a YAML file leave the default."""
    settings = load(environ={"MASKSTREAM_POLICY": "", "MASKSTREAM_WORKERS": ""}, config=written(tmp_path, "role:\n"))
    assert (settings.policy, settings.workers, settings.role) == (None, 1, "mask")
    assert settings.origin("workers") == "default"


def test_kubernetes_service_links_are_no_settings() -> None:
    """Services called maskstream, maskstream-http and maskstream-review write variables that are not ours."""
    link = "tcp://10.0.0.7:9464"
    environ = {
        "MASKSTREAM_SERVICE_HOST": "10.0.0.7",
        "MASKSTREAM_SERVICE_PORT": "9464",
        "MASKSTREAM_SERVICE_PORT_HTTP": "9464",
        "MASKSTREAM_PORT": link,
        "MASKSTREAM_PORT_9464_TCP": link,
        "MASKSTREAM_PORT_9464_TCP_ADDR": "10.0.0.7",
        "MASKSTREAM_HTTP_PORT": link,
        "MASKSTREAM_REVIEW_PORT": link,
        "MASKSTREAM_REVIEW_SERVICE_HOST": "10.0.0.8",
    }
    settings = load(environ=environ)
    assert (settings.http_port, settings.review_port) == (9464, 8464)
    assert load(environ=environ | {"MASKSTREAM_HTTP_PORT": "9999"}).http_port == 9999


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"CLEAN_TOPIC": "clean"}, None),
        ({"CLEAN_TOPIC": "clean", "RAW_TOPICS": "raw"}, None),
        ({"CLEAN_TOPIC": "clean", "RAW_TOPICS": "a,b"}, "CLEAN_TOPIC must contain {topic}"),
        ({"CLEAN_TOPIC": "clean", "RAW_TOPICS": "^a"}, "CLEAN_TOPIC must contain {topic}"),
        ({"CLEAN_TOPIC": "raw", "RAW_TOPICS": "raw"}, "also written"),
        ({"CLEAN_TOPIC": "{topic}", "RAW_TOPICS": "^a"}, "raw topic itself"),
        ({"RAW_TOPICS": "a,a.clean"}, "also written"),
        ({"RAW_TOPICS": "a,b,a"}, "names a topic twice"),
        ({"RAW_TOPICS": "maskstream.audit"}, "AUDIT_TOPIC is also"),
        ({"RAW_TOPICS": "a", "QUARANTINE_TOPIC": "a.clean"}, "QUARANTINE_TOPIC is also"),
        ({"DECISIONS_TOPIC": "maskstream.quarantine"}, "DECISIONS_TOPIC is also"),
        ({"RAW_TOPICS": "a" * 245}, "longer than the 249"),
        ({"RAW_TOPICS": "^("}, "valid regular expression"),
        ({"RAW_TOPICS": "a b"}, "should be topic names"),
        ({"CLEAN_TOPIC": "{topic}.{x}"}, "in which {topic} stands"),
        ({"HTTP_PORT": "65535", "WORKERS": "2"}, "HTTP_PORT is too high"),
        ({"WORKERS": "0"}, "greater than or equal to 1"),
        ({"QUARANTINE_RETENTION": "15d", "DECISIONS_RETENTION": "15d"}, "DECISIONS_RETENTION is too short"),
        ({"REVIEW_JWKS_URL": "https://a/", "REVIEW_JWT_KEY": "k"}, "both set"),
        ({"REVIEW_JWKS_URL": "file:///etc/passwd"}, "must begin with https://"),
        ({"REVIEW_JWKS_URL": "http://issuer/jwks"}, "REVIEW_JWKS_URL must begin with https://"),
        ({"REVIEW_JWKS_URL": "http://127.0.0.1@issuer/"}, "REVIEW_JWKS_URL must begin with https://"),
        ({"REVIEW_JWKS_URL": "http://[::1]:8080/jwks", "REVIEW_ISSUER": "any name"}, None),
        ({"REVIEW_PUBLIC_URL": "http://review.example.com"}, "REVIEW_PUBLIC_URL must begin with https://"),
        ({"REVIEW_PUBLIC_URL": "https://review.example.com/logs"}, "must end behind the host"),
        ({"REVIEW_PUBLIC_URL": "https://review.example.com:8443/"}, None),
        ({"REVIEW_CLIENT_ID": "c", "REVIEW_ISSUER": "http://issuer"}, "REVIEW_ISSUER must begin with https://"),
        ({"REVIEW_CLIENT_SECRET": "s"}, "without REVIEW_CLIENT_ID"),
        ({"REVIEW_DEV_SECRET": "s", "REVIEW_JWT_KEY": "k"}, "REVIEW_DEV_SECRET is for development"),
        ({"REVIEW_DEV_SECRET": "s", "REVIEW_CLIENT_ID": "c"}, "REVIEW_DEV_SECRET is for development"),
        ({"REVIEW_LEEWAY": "6m"}, "REVIEW_LEEWAY is longer"),
    ],
)
def test_settings_must_not_contradict_each_other(environ: dict[str, str], sentence: str | None) -> None:
    """What would read its own output, outgrow limits or listen nowhere is refused before anything starts."""
    variables = {f"MASKSTREAM_{name}": value for name, value in environ.items()}
    if sentence is None:
        load(environ=variables)
    else:
        assert any(sentence in problem for problem in problems(variables))


def test_defaults_give_way_to_what_was_set_on_purpose() -> None:
    """Shortening MAX_RETENTION or lengthening quarantine alone is no contradiction with a default."""
    short = load(environ={"MASKSTREAM_MAX_RETENTION": "1h"})
    assert (short.clean_retention_ms, short.quarantine_retention_ms) == (3_600_000, 3_600_000)
    long = load(environ={"MASKSTREAM_QUARANTINE_RETENTION": "30d"})
    assert long.decisions_retention_ms > long.quarantine_retention_ms


def test_patterns_never_match_what_maskstream_writes() -> None:
    """A pattern that matches everything reads raw topics only; a list is taken as it stands."""
    existing = [
        "a",
        "b.clean",
        "a.clean",
        "maskstream.quarantine",
        "maskstream.decisions",
        "maskstream.audit",
        "maskstream.jobs",
        "a.clean.replay.r1",
        "__x",
    ]
    assert load(environ={"MASKSTREAM_RAW_TOPICS": "^.*"}).resolve_raw_topics(existing) == ("a",)
    assert load(environ={"MASKSTREAM_RAW_TOPICS": " b , a"}).resolve_raw_topics(existing) == ("b", "a")
    renamed = {"MASKSTREAM_RAW_TOPICS": "^.*", "MASKSTREAM_CLEAN_TOPIC": "clean.{topic}"}
    assert load(environ=renamed).resolve_raw_topics(["clean.a", "a", "a.clean"]) == ("a", "a.clean")


@given(st.from_regex(r"[A-Za-z0-9._-]{1,60}", fullmatch=True))
def test_no_output_of_a_pattern_is_ever_an_input(topic: str) -> None:
    """Whatever raw topic exists, its clean topic is not read by a pattern."""
    settings = load(environ={"MASKSTREAM_RAW_TOPICS": "^.+"})
    assert settings.clean_topic_for(topic) not in settings.resolve_raw_topics([topic, settings.clean_topic_for(topic)])


def test_secrets_are_hidden_everywhere() -> None:
    """Neither repr nor the shown table holds a password, a key or a URL's user."""
    secrets = {
        "SASL_PASSWORD": CANARY,
        "SSL_KEY_PEM": CANARY,
        "SSL_KEY_PASSWORD": CANARY,
        "SASL_OAUTHBEARER_CLIENT_SECRET": CANARY,
        "SASL_OAUTHBEARER_CONFIG": CANARY,
        "SSL_KEYSTORE_PASSWORD": CANARY,
        "HTTPS_PROXY": f"http://user:{CANARY}@proxy:3128",
    }
    environ = {f"MASKSTREAM_KAFKA__{name}": value for name, value in secrets.items()}
    settings = load(environ=environ | {"MASKSTREAM_REVIEW_JWKS_URL": f"https://user:{CANARY}@issuer/jwks"})
    assert CANARY not in repr(settings) + str(settings) + str(shown(settings))
    assert settings.kafka["sasl.password"] == CANARY


def test_every_setting_is_shown_with_its_origin() -> None:
    """The shown rows are the settings, librdkafka properties last."""
    rows = shown(load(environ={"MASKSTREAM_KAFKA__CLIENT_RACK": "r1", "MASKSTREAM_WORKERS": "2"}))
    names = [name for name in setting_names(Settings.model_fields) if name != "kafka"]
    assert [row.name for row in rows] == [*names, "kafka.client.rack"]
    assert {row.name: row.origin for row in rows if row.origin != "default"} == {
        "workers": "environment",
        "kafka.client.rack": "environment",
    }
    assert variable_of("kafka.client.rack") == "MASKSTREAM_KAFKA__CLIENT_RACK"


def test_settings_travel_to_worker_processes() -> None:
    """A pickled copy is equal and knows the origins."""
    settings = load(environ={"MASKSTREAM_WORKERS": "2", "MASKSTREAM_KAFKA__A_B": "c"})
    copy = pickle.loads(pickle.dumps(settings))
    assert copy == settings
    assert copy.origin("workers") == "environment"


def test_required_settings_are_named() -> None:
    """A command that needs Kafka says what to set, all at once."""
    with pytest.raises(SettingsError) as raised:
        load(environ={}).require("bootstrap_servers", "raw_topics")
    assert [sentence.split()[0] for sentence in raised.value.problems] == ["BOOTSTRAP_SERVERS", "RAW_TOPICS"]


@given(st.dictionaries(st.sampled_from([variable_of(n) for n in setting_names(Settings.model_fields)]), st.text()))
def test_hostile_values_give_settings_or_sentences(environ: dict[str, str]) -> None:
    """Whatever stands in the environment, loading ends with settings or with sentences."""
    environ = {name: value for name, value in environ.items() if name not in {"MASKSTREAM_KAFKA", "MASKSTREAM_CONFIG"}}
    try:
        load(environ=environ)
    except SettingsError as error:
        told = error.problems
    else:
        told = ["Fine."]
    assert told
    assert all(sentence[-1] in ".?" for sentence in told)
