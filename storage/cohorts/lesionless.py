"""The search tables of patients who have no lesion yet, many at once: an import brings thousands of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from annotation.completion import known_of
from annotation.meeting_context import MeetingContext
from annotation.sight import NOBODY
from storage.cohorts.findings_columns import patient_columns
from storage.cohorts.tables import SearchLesionRow, SearchPatientRow, SearchReadingRow, SearchScoreRow
from storage.contexts import SqlContexts
from storage.errors import StoredContextError
from storage.reading_tables import LesionRow
from storage.upserts import in_pieces

_WHOM = "of_patient"


def index_without_lesions(session: Session, numbers: Mapping[str, int], indexed_as: str) -> set[str]:
    """Who was indexed. Whoever has a lesion, or something stored that cannot be read, is left to be looked at alone.

    `numbers`: those of the patients in the search tables, who are held.
    """
    done: set[str] = set()
    for some in in_pieces(numbers):
        with_lesions = set(session.scalars(select(LesionRow.pseudonym).where(LesionRow.pseudonym.in_(some))))
        plain = [each for each in some if each not in with_lesions]
        try:
            contexts = _newest_first(session, plain)
        except StoredContextError:
            continue
        _write(session, {each: numbers[each] for each in plain}, contexts, indexed_as)
        done.update(plain)
    return done


def _newest_first(session: Session, pseudonyms: Sequence[str]) -> dict[str, list[MeetingContext]]:
    found = defaultdict(list)
    for context in SqlContexts(session, NOBODY).of_many(pseudonyms):
        found[context.pseudonym].append(context)
    return found


def _write(
    session: Session, numbers: Mapping[str, int], contexts: Mapping[str, list[MeetingContext]], indexed_as: str
) -> None:
    if not numbers:
        return
    for table in (SearchScoreRow, SearchReadingRow, SearchLesionRow):
        session.execute(
            delete(table).where(table.patient_id.in_(numbers.values())).execution_options(synchronize_session=False)
        )
    rows = [
        {_WHOM: each, "indexed_as": indexed_as, **patient_columns(known_of((), contexts.get(each, [])).clinical)}
        for each in numbers
    ]
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != _WHOM}
    held = update(SearchPatientRow).where(SearchPatientRow.pseudonym == bindparam(_WHOM))
    session.connection().execute(held.values(columns), rows)
