"""A job's selection for records of files: by the same rules, and with the same sample, as for records of topics."""

from collections.abc import Callable, Sequence

from streams.kafka.batches import RecordBatch
from streams.masking.records import Headers
from streams.replay.files.masking import Select
from streams.replay.selection import Selector
from streams.replay.spec import Selection

__all__ = ["selecting"]


def selecting(selection: Selection, topic: str) -> Callable[[int], Select] | None:
    """What selects the records of each file by its number; None where nothing is left out."""
    selector = Selector(selection)
    if not selector:
        return None

    def of_file(number: int) -> Select:
        def select(first: int, values: Sequence[bytes | None], headers: Sequence[Headers | None]) -> Sequence[int]:
            size = len(values)
            batch = RecordBatch(
                [topic] * size, [number] * size, list(range(first, first + size)), [-1] * size, [None] * size,
                list(values), list(headers),
            )  # fmt: skip
            return [offset - first for offset in selector.select(batch).offsets]

        return select

    return of_file
