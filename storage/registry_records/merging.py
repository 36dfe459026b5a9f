"""Entries of many patients as they are now: presentations with what their meetings' contexts hold."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from annotation.registry.entries import RecordEntry
from annotation.registry.shared_facts import merged
from annotation.registry.values import day_of
from storage.registry_records.batches import Meeting, RecordBatches

AT_A_TIME = 1000


def with_contexts(batches: RecordBatches, pseudonyms: Collection[str]) -> Iterator[RecordEntry]:
    """Final entries, patient by patient in the order of entry."""
    found = batches.finals(pseudonyms)
    while some := list(islice(found, AT_A_TIME)):
        meetings = {meeting for each in some if (meeting := meeting_of(each)) is not None}
        contexts = batches.contexts(meetings)
        for each in some:
            meeting = meeting_of(each)
            context = None if meeting is None else contexts.get(meeting)
            yield each if context is None else replace(each, values=merged(each.values, context.clinical))


def meeting_of(entry: RecordEntry) -> Meeting | None:
    day = day_of(entry.values.get("meeting_date")) if entry.form_name == "presentation" else None
    return None if day is None else (entry.pseudonym, day)
