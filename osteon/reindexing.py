"""`osteon ledger reindex`: what cohorts are searched by, made again from the ledger, the readings and Orthanc."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.facts import read_facts
from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.pseudonymisation.syntax import InflateError, inflate, is_deflated, syntax_of
from dicom_node.series_facts import DESCRIBING, series_facts
from storage.cohorts.reindex import CohortIndex, Undescribed
from storage.errors import ImageMissingError
from storage.orthanc import Orthanc
from storage.series_facts import SeriesFacts

READERS = 4
HEAD_BYTES = 1 << 20
"""Of an object, in which its header is looked for at first; a longer one is read whole, up to `LARGEST_HEAD`."""

LARGEST_HEAD = 1 << 24

Advance = Callable[[int], None]
Bar = Callable[[str, int], Advance]
"""From a title and a total to what is told of progress."""


@dataclass(slots=True)
class Reindexed:
    """What was done. `unreadable`: series of which the object that was looked into could not be read, or was gone."""

    series: int = 0
    described: int = 0
    unreadable: int = 0
    patients: int = 0


def reindex(index: CohortIndex, orthanc: Orthanc, bar: Bar) -> Reindexed:
    """Count again, look into one object of each series that none was looked into, and index all readings again.

    Raises ImageStoreUnavailableError, when what was done is kept, and SQLAlchemyError.
    """
    done = Reindexed(series=index.series())
    index.recount(bar("Counting series", done.series))
    advance = bar("Looking into series", done.series)
    with ThreadPoolExecutor(READERS, thread_name_prefix="reindex") as readers:
        for some in index.undescribed():
            told = dict(
                zip(
                    (one.series_instance_uid for one in some),
                    readers.map(lambda one: _look(orthanc, one), some),
                    strict=True,
                )
            )
            index.describe({uid: facts for uid, facts in told.items() if facts is not None})
            done.described += sum(facts is not None for facts in told.values())
            done.unreadable += sum(facts is None for facts in told.values())
            advance(len(some))
    index.forget()
    done.patients = index.catch_up()
    return done


def _look(orthanc: Orthanc, one: Undescribed) -> SeriesFacts | None:
    """None when the object is gone meanwhile, or is none."""
    for most in (HEAD_BYTES, LARGEST_HEAD):
        try:
            return _facts_of(_head(orthanc, one.orthanc_id, most))
        except ImageMissingError:
            return None
        except (StructureError, InflateError, ValueError):
            continue
    return None


def _head(orthanc: Orthanc, orthanc_id: str, most: int) -> bytes:
    head = bytearray()
    for chunk in orthanc.read(orthanc_id):
        head += chunk
        if len(head) >= most:
            break
    return bytes(head)


def _facts_of(head: bytes) -> SeriesFacts | None:
    frame = read_frame(head)
    syntax = syntax_of(frame.transfer_syntax_uid)
    if syntax is None:
        return None
    data, start = head, frame.data_set
    if is_deflated(frame.transfer_syntax_uid):
        data, start = inflate(data[start:]), 0
    return series_facts(read_facts(data, start, syntax, without_pixels=True, also=DESCRIBING))
