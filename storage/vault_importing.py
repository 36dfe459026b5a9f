"""Who the patients of an imported file are: found many at a time, and made in one transaction that is on record."""

from collections.abc import Collection, Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from storage.identities import PatientIdentifier, Pseudonymity
from storage.keys import KeyRing
from storage.vault_access import VaultAccess
from storage.vault_audit import Action, Warrant, append
from storage.vault_persons import new_pseudonymity, owners
from storage.vault_tables import PersonRow

AT_A_TIME = 500
PSEUDONYMS_OF_AN_ENTRY = 1000


class ImportIdentities:
    """The vault as an import uses it."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when this vault was made with another key."""
        self._access = VaultAccess(engine, keys)
        self._keys = keys

    def known(self, identifiers: Collection[PatientIdentifier]) -> dict[PatientIdentifier, Pseudonymity]:
        """Those that are known already. Nothing is made, and nobody is told who they are but this process."""
        found: dict[PatientIdentifier, Pseudonymity] = {}
        wanted = list(identifiers)
        with self._access.reading() as session:
            for start in range(0, len(wanted), AT_A_TIME):
                found |= self._known(session, wanted[start : start + AT_A_TIME])
        return found

    def identify(
        self, identifiers: Sequence[PatientIdentifier], warrant: Warrant
    ) -> dict[PatientIdentifier, Pseudonymity]:
        """Those of all, made where they are new: all of them or none. It is in the vault's log with the same commit."""
        with self._access.writing(alone=True) as session:
            found: dict[PatientIdentifier, Pseudonymity] = {}
            for start in range(0, len(identifiers), AT_A_TIME):
                some = identifiers[start : start + AT_A_TIME]
                known = self._known(session, some)
                found |= known | self._made(session, [each for each in some if each not in known])
            pseudonyms = sorted({each.pseudonym for each in found.values()})
            for start in range(0, len(pseudonyms), PSEUDONYMS_OF_AN_ENTRY):
                concerned = pseudonyms[start : start + PSEUDONYMS_OF_AN_ENTRY]
                append(session, self._keys, Action.IMPORT, warrant, *concerned)
                session.flush()
        return found

    def _made(self, session: Session, new: Sequence[PatientIdentifier]) -> dict[PatientIdentifier, Pseudonymity]:
        """Persons first: their numbers refer to them."""
        seals, made = self._access.seals, {each: new_pseudonymity() for each in new}
        session.add_all([seals.person(person) for person in made.values()])
        session.flush()
        session.add_all([seals.identifier(each, person.pseudonym) for each, person in made.items()])
        session.flush()
        session.expunge_all()
        return made

    def _known(self, session: Session, some: Sequence[PatientIdentifier]) -> dict[PatientIdentifier, Pseudonymity]:
        lookups = {self._access.seals.lookup(each): each for each in some}
        found = owners(session, list(lookups))
        rows = {
            row.pseudonym: row
            for row in session.scalars(select(PersonRow).where(PersonRow.pseudonym.in_(found.values())))
        }
        return {lookups[key]: self._access.seals.open_person(rows[owner]) for key, owner in found.items()}
