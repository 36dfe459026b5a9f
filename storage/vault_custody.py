"""What only the custodian of the keys does: ask who somebody is, and say that two are one. All of it is on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.identities import PatientIdentifier
from storage.keys import KeyRing
from storage.vault_access import VaultAccess
from storage.vault_audit import Action, AuditEntry, Warrant, append, entries
from storage.vault_errors import MergeRefusedError, UnknownInVaultError
from storage.vault_persons import numbers_of, owners
from storage.vault_studies import StudyClaims, StudyInConflict, survivor_of
from storage.vault_tables import PersonRow, PossibleDuplicateRow, StudyRow

OBJECTS_OF_AN_ENTRY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person, re-identified. A true date is a shifted date minus `date_offset_days` (which is negative).

    `pseudonym` is the one in use today, the offset that of the pseudonym that was asked about.
    """

    pseudonym: str
    asked: str
    date_offset_days: int
    numbers: tuple[PatientIdentifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDuplicate:
    """Two pseudonyms that are probably one person: one object came with a number of each."""

    pseudonym: str
    other: str
    seen_at: datetime


class Custodian:
    """The vault as its custodian uses it. Nothing is answered before it is in the audit log, durably."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when this vault was made with another key."""
        self._access = VaultAccess(engine, keys)
        self._keys = keys
        self._studies = StudyClaims(self._access)

    def lookup(self, identifier: PatientIdentifier, warrant: Warrant) -> str:
        """The pseudonym in use of a patient's number. Raises UnknownInVaultError. Asking in vain is recorded too."""
        lookup = self._access.seals.lookup(identifier)
        with self._access.writing(alone=True) as session:
            found = owners(session, [lookup]).get(lookup)
            append(session, self._keys, Action.LOOKUP, warrant, *([] if found is None else [found]))
        if found is None:
            raise UnknownInVaultError("nobody is known by that number of that issuer")
        return found

    def re_identify(self, pseudonym: str, warrant: Warrant) -> KnownPerson:
        """Whose pseudonym it is. Raises UnknownInVaultError. Asking in vain is recorded too."""
        with self._access.writing(alone=True) as session:
            append(session, self._keys, Action.RE_IDENTIFY, warrant, pseudonym)
        with self._access.reading() as session:
            survivor = survivor_of(session, pseudonym).pseudonym
            asked = self._access.seals.open_person(session.get_one(PersonRow, pseudonym))
            return KnownPerson(
                pseudonym=survivor,
                asked=pseudonym,
                date_offset_days=asked.date_offset_days,
                numbers=tuple(numbers_of(session, self._access.seals, survivor)),
            )

    def merge(self, survivor: str, other: str, warrant: Warrant, *, force: bool = False) -> None:
        """Make two persons one: from now on the numbers of `other` lead to `survivor`.

        `other` stays resolvable, and keeps the studies that it has: their images bear its pseudonym and its dates,
        and a merge rewrites no image. So it is refused when there are such studies, unless forced.
        Raises UnknownInVaultError and MergeRefusedError.
        """
        with self._access.writing(alone=True) as session:
            _check_merge(session, survivor, other, force=force)
            _merge(session, survivor, other)
            append(session, self._keys, Action.MERGE, warrant, survivor, other)

    def add_number(self, pseudonym: str, identifier: PatientIdentifier, warrant: Warrant) -> None:
        """Give a person one more number, before any image came under it.

        Raises UnknownInVaultError; and MergeRefusedError when the number is known, since then two persons are
        to be merged.
        """
        lookup = self._access.seals.lookup(identifier)
        with self._access.writing(alone=True) as session:
            _check_in_use(survivor_of(session, pseudonym), pseudonym)
            known = owners(session, [lookup]).get(lookup)
            if known is not None:
                raise MergeRefusedError(
                    "the person has that number already"
                    if known == pseudonym
                    else f"that number is {known}: merge them"
                )
            session.add(self._access.seals.identifier(identifier, pseudonym))
            append(session, self._keys, Action.ADD_NUMBER, warrant, pseudonym)

    def studies_in_conflict(self) -> list[StudyInConflict]:
        """Studies that objects of two persons came in, oldest first. Tells no identity, so it is not audited."""
        return self._studies.in_conflict()

    def possible_duplicates(self) -> list[PossibleDuplicate]:
        """Pairs of pseudonyms to look at, oldest first. Tells no identity, so it is not audited."""
        query = select(PossibleDuplicateRow).order_by(PossibleDuplicateRow.seen_at, PossibleDuplicateRow.pseudonym)
        with self._access.reading() as session:
            return [
                PossibleDuplicate(pseudonym=row.pseudonym, other=row.other, seen_at=row.seen_at)
                for row in session.scalars(query)
            ]

    def put_on_record(self, action: Action, warrant: Warrant, objects: Sequence[str]) -> None:
        """That something is going to be done to objects in quarantine, before it is done."""
        for start in range(0, len(objects), OBJECTS_OF_AN_ENTRY):
            some = objects[start : start + OBJECTS_OF_AN_ENTRY]
            with self._access.writing(alone=True) as session:
                append(session, self._keys, action, warrant, objects=some)

    def audit(self) -> list[AuditEntry]:
        """The whole audit log, oldest first. Raises AuditDamagedError."""
        with self._access.reading() as session:
            return list(entries(session, self._keys))


def _check_merge(session: Session, survivor: str, other: str, *, force: bool) -> None:
    for pseudonym in (survivor, other):
        _check_in_use(survivor_of(session, pseudonym), pseudonym)
    if survivor == other:
        raise MergeRefusedError("these are one person already")
    if force or not _has_studies(session, other):
        return
    if not _has_studies(session, survivor):
        raise MergeRefusedError(f"{other} has images and {survivor} has none: merge them the other way round")
    raise MergeRefusedError(
        f"{other} has images, which would keep that pseudonym and its dates beside {survivor}: "
        "force the merge to accept that"
    )


def _check_in_use(today: PersonRow, pseudonym: str) -> None:
    if today.pseudonym != pseudonym:
        raise MergeRefusedError(f"{pseudonym} has given way to {today.pseudonym}: name that one")


def _has_studies(session: Session, pseudonym: str) -> bool:
    return (
        session.scalar(select(StudyRow.study_instance_uid).where(StudyRow.pseudonym == pseudonym).limit(1)) is not None
    )


def _merge(session: Session, survivor: str, other: str) -> None:
    session.execute(
        update(PersonRow)
        .where(or_(PersonRow.pseudonym == other, PersonRow.merged_into == other))
        .values(merged_into=survivor)
    )
    one = select(PersonRow.pseudonym).where(or_(PersonRow.pseudonym == survivor, PersonRow.merged_into == survivor))
    session.execute(
        update(StudyRow)
        .where(StudyRow.pseudonym.in_(one), StudyRow.in_conflict_with.in_(one))
        .values(in_conflict_since=None, in_conflict_with=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(PossibleDuplicateRow)
        .where(and_(PossibleDuplicateRow.pseudonym.in_(one), PossibleDuplicateRow.other.in_(one)))
        .execution_options(synchronize_session=False)
    )
