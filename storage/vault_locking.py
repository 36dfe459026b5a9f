"""A day of the calendar in the dates of many patients: how the data lock of the study is moved, on record."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Engine, select

from storage.keys import KeyRing
from storage.vault_access import VaultAccess
from storage.vault_audit import Action, Warrant, append
from storage.vault_importing import AT_A_TIME, PSEUDONYMS_OF_AN_ENTRY
from storage.vault_tables import PersonRow


class LockMover:
    """The vault as the setting of a data lock uses it."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when this vault was made with another key."""
        self._access = VaultAccess(engine, keys)
        self._keys = keys

    def moved(self, lock: date, pseudonyms: Sequence[str], warrant: Warrant) -> dict[str, date]:
        """The lock by the patient's own number of days, of those whom the vault knows.

        Who asked for it is in the vault's log with the same commit; the true day is told there, in the reason.
        """
        found: dict[str, date] = {}
        with self._access.writing(alone=True) as session:
            for start in range(0, len(pseudonyms), AT_A_TIME):
                some = pseudonyms[start : start + AT_A_TIME]
                for row in session.scalars(select(PersonRow).where(PersonRow.pseudonym.in_(some))):
                    days = self._access.seals.open_person(row).date_offset_days
                    found[row.pseudonym] = lock + timedelta(days)
            known = sorted(found)
            for start in range(0, len(known), PSEUDONYMS_OF_AN_ENTRY):
                append(session, self._keys, Action.LOCK, warrant, *known[start : start + PSEUDONYMS_OF_AN_ENTRY])
                session.flush()
        return found
