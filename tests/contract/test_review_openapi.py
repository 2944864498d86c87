"""The OpenAPI document of the review: the API does what it says, for right requests and wrong ones."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.review import written
from tests.support.reviewapp import CANARY, Desk, token

DOCUMENT = "/api/v1/openapi.json"
#: Requests for each operation; enough to try each kind of wrong value, and seconds.
EXAMPLES = 12
OPERATIONS_MIN = 15


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        # The host that is asked for is the client library's own.
        made = Desk(Path(folder), review_reveals_per_hour=3600, http_host="testserver", patient=True)
        made.canaries(3)
        made.add(b"canary", written(9, value=b"\xff\xfe\xfacanary"), partition=1)
        yield made
        made.close()


@pytest.fixture(scope="module")
def document(desk: Desk) -> dict[str, Any]:
    return dict(desk.client("viewer").get(DOCUMENT).json())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_api_does_what_its_document_says(desk: Desk, mode: GenerationMode) -> None:
    """No request makes an error of the server, and each answer is one that the document names, in its form."""
    headers = {"Authorization": f"Bearer {token('viewer', 'operator', 'revealer')}"}
    schema = schemathesis.openapi.from_asgi(DOCUMENT, desk.app, headers=headers)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def behaves(case: schemathesis.Case) -> None:
            # A record that is not there is 404, whatever else is right about the request.
            response = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
            assert case.path.endswith("/reveal") or "canary" not in response.text

        try:
            behaves()
        except Unsatisfiable:
            # Nothing can be wrong with a request that takes nothing.
            continue
        tried += 1
    assert tried > OPERATIONS_MIN


def test_document_is_typed_and_says_how_to_get_in(document: dict[str, Any]) -> None:
    """Every operation has a name, a sentence, a typed answer and problems; tokens are how one gets in."""
    assert document["security"] == [{"bearer": []}]
    for path, operations in document["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in operations.values():
            assert operation["description"]
            good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            assert all("$ref" in str(answer["content"]) for answer in good), path
            assert {"401", "403", "404", "422"} <= set(operation["responses"])
    assert CANARY.decode() not in str(document)
