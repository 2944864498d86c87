"""A supervisor over test targets: `python -m tests.support.supervise STATE_DIR TARGET WORKERS PATIENCE-AS-JSON`."""

import json
import sys

from streams.agents.supervisor import Patience, Supervisor
from streams.errors import MaskstreamError
from streams.settings import Settings
from streams.telemetry import log


def main() -> int:
    state_dir, target, workers, patience = sys.argv[1:]
    log.configure("DEBUG")
    settings = Settings(
        group_id="test", instance="here", state_dir=state_dir, workers=int(workers), log_level="DEBUG",
        kafka={"sasl.password": "hunter2-secret"},
    )  # fmt: skip
    try:
        return Supervisor(settings, target=f"tests.support.slot_targets:{target}",
                          patience=Patience(**json.loads(patience))).run()  # fmt: skip
    except MaskstreamError as error:
        sys.stderr.write(f"SENTENCE {error}\n")
        return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
