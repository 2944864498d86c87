"""A batch with records of several topics, each masked by its topic's rules and put together again."""

from collections.abc import Callable

from streams.masking.records import MaskedColumns, RecordColumns

__all__ = ["masked_by_topic"]

Mask = Callable[[RecordColumns], MaskedColumns]


def masked_by_topic(columns: RecordColumns, mask_for: Callable[[str], Mask]) -> MaskedColumns:
    """The masked batch, in the order of the records; `mask_for` gives what masks the records of a topic.

    Nothing of a record stands in the outcome before it was masked.
    """
    size = len(columns.values)
    masked = MaskedColumns([None] * size, [None] * size, [None] * size)
    of_topic: dict[str, list[int]] = {}
    for index, topic in enumerate(columns.topics):
        of_topic.setdefault(topic, []).append(index)
    for topic, indices in of_topic.items():
        part = mask_for(topic)(_picked(columns, indices))
        masked.findings += part.findings
        for place, index in enumerate(indices):
            masked.keys[index] = part.keys[place]
            masked.values[index] = part.values[place]
            masked.headers[index] = part.headers[place]
            if place in part.failures:
                masked.failures[index] = part.failures[place]
    return masked


def _picked(columns: RecordColumns, indices: list[int]) -> RecordColumns:
    """Some of the records, without their topics: they are of one."""
    return RecordColumns(
        [columns.keys[index] for index in indices],
        [columns.values[index] for index in indices],
        [columns.headers[index] for index in indices],
    )
