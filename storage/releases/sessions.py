"""Sessions: a study is named by the days since its patient's first one, as file names tell it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select

from storage.ledger_tables import StudyRow
from storage.upserts import in_pieces

UNDATED = "undated"
LETTERS = 26


def sessions(connection: Connection, pseudonyms: Collection[str]) -> dict[str, str]:
    """The session of every study of these patients, by StudyInstanceUID.

    Of two studies of one day, the one that arrived first is D0012, the next D0012b: a study that arrives later
    renames none, unless it is older than all others.
    """
    found: dict[str, str] = {}
    for some in in_pieces(pseudonyms):
        wanted = (
            select(StudyRow.pseudonym, StudyRow.study_instance_uid, StudyRow.study_date)
            .where(StudyRow.pseudonym.in_(some))
            .order_by(StudyRow.pseudonym, StudyRow.first_stored_at, StudyRow.study_instance_uid)
        )
        of_patient: dict[str, list[tuple[str, date | None]]] = {}
        for pseudonym, uid, day in connection.execute(wanted):
            of_patient.setdefault(pseudonym, []).append((uid, day))
        for studies in of_patient.values():
            found |= sessions_of_patient(studies)
    return found


def sessions_of_patient(studies: Iterable[tuple[str, date | None]]) -> Mapping[str, str]:
    """`studies`: UID and day, in the order of their arrival."""
    in_order = list(studies)
    days = [day for _, day in in_order if day is not None]
    taken: dict[str, int] = {}
    names: dict[str, str] = {}
    for uid, day in in_order:
        name = UNDATED if day is None else f"D{(day - min(days)).days:04d}"
        taken[name] = taken.get(name, 0) + 1
        names[uid] = name + _letters(taken[name])
    return names


def days_of(session: str) -> int | None:
    """The days since the first study; None for a study without a date."""
    digits = session[1:].rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if session.startswith("D") and digits.isdecimal() else None


def _letters(count: int) -> str:
    """Nothing for the first, then b, c, … z, aa, ab, …"""
    text = ""
    while count > (0 if text else 1):
        count, digit = divmod(count - 1, LETTERS)
        text = chr(ord("a") + digit) + text
    return text
