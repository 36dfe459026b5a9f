"""Whose study is whose: a study belongs to the person whose object of it came first."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.identities import Pseudonymity
from storage.vault_access import VaultAccess
from storage.vault_errors import StudyConflictError, UnknownInVaultError, VaultUnavailableError
from storage.vault_tables import PersonRow, StudyRow

MAPPED_UID_ROOT = "2.25."
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyInConflict:
    """A study that objects of two persons came in. `pseudonym` has it; `other` came second, into quarantine."""

    study_instance_uid: str
    pseudonym: str
    other: str
    since: datetime


class StudyClaims:
    """Share one between threads."""

    def __init__(self, access: VaultAccess) -> None:
        self._access = access

    def claim(self, study_uid: str, pseudonym: str) -> Pseudonymity:
        """See `Vault.claim_study`."""
        if not study_uid.startswith(MAPPED_UID_ROOT):
            raise ValueError("a study is claimed by its pseudonymised UID")
        for _ in range(_ATTEMPTS):
            with self._access.reading() as session:
                person = survivor_of(session, pseudonym)
                study = session.get(StudyRow, study_uid)
                if study is not None and survivor_of(session, study.pseudonym).pseudonym == person.pseudonym:
                    return self._access.seals.open_person(session.get_one(PersonRow, study.pseudonym))
            if study is not None:
                self._mark_in_conflict(study_uid, person.pseudonym)
                raise StudyConflictError(f"study {study_uid} belongs to another person")
            self._try_add(study_uid, pseudonym)
        raise VaultUnavailableError("the vault's database did not keep a new row")

    @staticmethod
    def rehearse(session: Session, pseudonym: str) -> None:
        """Make a study that was invented that person's, in a transaction that is taken back."""
        owner = survivor_of(session, pseudonym)
        session.get(StudyRow, "")
        session.add(StudyRow(study_instance_uid="", pseudonym=owner.pseudonym, claimed_at=datetime.now(UTC)))
        session.flush()

    def in_conflict(self) -> list[StudyInConflict]:
        """Studies marked in conflict, oldest first."""
        wanted = (
            select(
                StudyRow.study_instance_uid, StudyRow.pseudonym, StudyRow.in_conflict_with, StudyRow.in_conflict_since
            )
            .where(StudyRow.in_conflict_since.is_not(None))
            .order_by(StudyRow.in_conflict_since, StudyRow.study_instance_uid)
        )
        with self._access.reading() as session:
            return [
                StudyInConflict(study_instance_uid=uid, pseudonym=pseudonym, other=other, since=since)
                for uid, pseudonym, other, since in session.execute(wanted)
                if other is not None and since is not None
            ]

    def _try_add(self, study_uid: str, pseudonym: str) -> None:
        """Add the study to the person; when another process was first, nothing is added."""
        try:
            with self._access.writing() as session:
                owner = survivor_of(session, pseudonym)
                session.add(
                    StudyRow(study_instance_uid=study_uid, pseudonym=owner.pseudonym, claimed_at=datetime.now(UTC))
                )
        except IntegrityError:
            return

    def _mark_in_conflict(self, study_uid: str, other: str) -> None:
        """Only the first conflict is noted: it tells the custodian where to look."""
        with self._access.writing() as session:
            session.execute(
                update(StudyRow)
                .where(StudyRow.study_instance_uid == study_uid, StudyRow.in_conflict_since.is_(None))
                .values(in_conflict_since=datetime.now(UTC), in_conflict_with=other)
            )


def survivor_of(session: Session, pseudonym: str) -> PersonRow:
    """The person that a pseudonym stands for today. Raises UnknownInVaultError."""
    row = session.get(PersonRow, pseudonym)
    if row is None:
        raise UnknownInVaultError("nobody is known by that pseudonym")
    return row if row.merged_into is None else session.get_one(PersonRow, row.merged_into)
