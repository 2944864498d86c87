"""The worker on real Kafka: what comes out for what goes in."""

from collections import defaultdict
from pathlib import Path

from tests.support.kafka import KafkaBroker
from tests.support.pipeline import STAMP, Pipeline


def test_every_record_comes_out_masked_in_order_in_its_partition(kafka: KafkaBroker, tmp_path: Path) -> None:
    """5 000 numbered records: each once, same partition, same order, same key, stamped."""
    line = Pipeline.create(kafka.bootstrap, tmp_path)
    line.numbered(5000)
    with line.running():
        clean = line.read(count=5000)
    assert len(line.read()) == 5000
    by_partition = defaultdict(list)
    for message in clean:
        number, _, rest = (message.value() or b"").partition(b" ")
        assert rest == b"******"
        assert message.key() == b"k" + number
        assert tuple(message.headers() or ()) == STAMP
        by_partition[message.partition()].append(int(number))
    for partition, numbers in by_partition.items():
        assert numbers == list(range(partition or 0, 5000, 4))
    assert line.read(line.quarantine) == []
