"""The persons in the vault and their numbers: found, made, and their further numbers learned."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.identities import PatientIdentifier, Person, Pseudonymity
from storage.pseudonyms import new_pseudonym
from storage.vault_access import Seals, VaultAccess
from storage.vault_errors import VaultUnavailableError
from storage.vault_tables import IdentifierRow, PersonRow, PossibleDuplicateRow

SHORTEST_OFFSET_DAYS = 365
LONGEST_OFFSET_DAYS = 3650
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What the vault makes of a person: whose numbers these are, and what it does not know yet."""

    owner: str | None
    """Pseudonym; None when the person is new."""
    unknown: tuple[PatientIdentifier, ...] = ()
    duplicates: tuple[str, ...] = ()
    """Other persons that some of the numbers belong to, when that was not noted yet."""

    @property
    def holds_news(self) -> bool:
        return self.owner is None or bool(self.unknown) or bool(self.duplicates)


class Persons:
    """Share one between threads."""

    def __init__(self, access: VaultAccess) -> None:
        self._access = access

    def rehearse(self, session: Session) -> str:
        """Let somebody invented be looked for and made, in a transaction that is taken back; their pseudonym."""
        seals, invented, made = self._access.seals, PatientIdentifier("", secrets.token_hex()), new_pseudonymity()
        examine(session, seals, Person(invented))
        session.add(seals.person(made))
        session.flush()
        session.add(seals.identifier(invented, made.pseudonym))
        session.flush()
        return made.pseudonym

    def identify(self, person: Person) -> Pseudonymity:
        """See `Vault.identify`."""
        for _ in range(_ATTEMPTS):
            with self._access.reading() as session:
                finding = examine(session, self._access.seals, person)
                if finding.owner is not None and not finding.holds_news:
                    return self._access.seals.open_person(session.get_one(PersonRow, finding.owner))
            self._try_learn(person, alone=finding.owner is not None)
        raise VaultUnavailableError("the vault's database did not keep a new row")

    def _try_learn(self, person: Person, *, alone: bool) -> None:
        """Add what is new; when another process was first, or the new pseudonym is taken, nothing is added."""
        try:
            with self._access.writing(alone=alone) as session:
                learn(session, self._access.seals, examine(session, self._access.seals, person))
        except IntegrityError:
            return


def examine(session: Session, seals: Seals, person: Person) -> _Finding:
    """The strongest known number decides, unless that would give a person two national identities of one kind."""
    found = owners(session, [seals.lookup(identifier) for identifier in person.identifiers])
    known = [found.get(seals.lookup(identifier)) for identifier in person.identifiers]
    those = list(dict.fromkeys(owner for owner in known if owner is not None))
    if not those:
        return _Finding(owner=None, unknown=person.identifiers)
    owner, *others = those
    unknown = [number for number, known_to in zip(person.identifiers, known, strict=True) if known_to is None]
    taken = _national_issuers(session, seals, owner) if any(number.is_national for number in unknown) else set()
    if person.identifier in unknown and person.identifier.issuer in taken:
        return _Finding(owner=None, unknown=(person.identifier,))
    return _Finding(
        owner=owner,
        unknown=tuple(number for number in unknown if number.issuer not in taken),
        duplicates=tuple(other for other in others if session.get(PossibleDuplicateRow, _pair(owner, other)) is None),
    )


def learn(session: Session, seals: Seals, finding: _Finding) -> None:
    """Write down what is new in a finding. Raises IntegrityError when another process was first."""
    pseudonym = finding.owner
    if pseudonym is None:
        made = new_pseudonymity()
        pseudonym = made.pseudonym
        session.add(seals.person(made))
        session.flush()
    # One order for all, so that two transactions with the same numbers never wait for each other.
    rows = sorted((seals.identifier(number, pseudonym) for number in finding.unknown), key=lambda row: row.lookup)
    session.add_all(rows)
    now = datetime.now(UTC)
    for other in finding.duplicates:
        first, second = _pair(pseudonym, other)
        session.add(PossibleDuplicateRow(pseudonym=first, other=second, seen_at=now))


def new_pseudonymity() -> Pseudonymity:
    """For somebody who is new: a random pseudonym, and a random number of days back."""
    span = LONGEST_OFFSET_DAYS - SHORTEST_OFFSET_DAYS + 1
    return Pseudonymity(new_pseudonym(), -(SHORTEST_OFFSET_DAYS + secrets.randbelow(span)))


def owners(session: Session, lookups: Sequence[str]) -> dict[str, str]:
    """Pseudonym of today of each number that is known."""
    query = (
        select(IdentifierRow.lookup, func.coalesce(PersonRow.merged_into, PersonRow.pseudonym))
        .join(PersonRow, IdentifierRow.pseudonym == PersonRow.pseudonym)
        .where(IdentifierRow.lookup.in_(lookups))
    )
    return dict(session.execute(query).all())


def numbers_of(session: Session, seals: Seals, pseudonym: str) -> list[PatientIdentifier]:
    """Every number of a person, of those merged into it too, oldest first."""
    query = (
        select(IdentifierRow)
        .join(PersonRow, IdentifierRow.pseudonym == PersonRow.pseudonym)
        .where(or_(PersonRow.pseudonym == pseudonym, PersonRow.merged_into == pseudonym))
        .order_by(IdentifierRow.created_at, IdentifierRow.lookup)
    )
    return [seals.open_identifier(row) for row in session.scalars(query)]


def _national_issuers(session: Session, seals: Seals, pseudonym: str) -> set[str]:
    return {number.issuer for number in numbers_of(session, seals, pseudonym) if number.is_national}


def _pair(one: str, other: str) -> tuple[str, str]:
    return (min(one, other), max(one, other))
