"""The way into the vault's database: transactions that fail as VaultErrors and never write with an outdated key."""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.database import hardly_waiting, writing
from storage.identities import PatientIdentifier, Pseudonymity
from storage.keys import KeyRing
from storage.sealing import UnsealError, seal, unseal
from storage.vault_errors import VaultUnavailableError, WrongKeyError
from storage.vault_tables import IdentifierRow, KeyCheckRow, PersonRow

SEAL_VERSION = 1
ONLY_SLOT = 1
_KEY_CHECK = b"osteon vault"


class Seals:
    """What the vault does with one key: find a number without telling it, seal a row and open it again."""

    def __init__(self, keys: KeyRing) -> None:
        self.key_id = keys.key_id
        self._lookup_key = keys.derive("vault-lookup")
        self._seal_key = keys.derive("vault-seal")

    def lookup(self, identifier: PatientIdentifier) -> str:
        return hmac.digest(self._lookup_key, identifier.canonical(), "sha256").hex()

    def person(self, who: Pseudonymity) -> PersonRow:
        content = json.dumps({"date_offset_days": who.date_offset_days}).encode()
        return PersonRow(
            pseudonym=who.pseudonym,
            sealed=self._seal(content, who.pseudonym),
            key_id=self.key_id,
            version=SEAL_VERSION,
            created_at=datetime.now(UTC),
        )

    def open_person(self, row: PersonRow) -> Pseudonymity:
        content = json.loads(self._open(row, row.pseudonym))
        return Pseudonymity(row.pseudonym, content["date_offset_days"])

    def identifier(self, identifier: PatientIdentifier, pseudonym: str) -> IdentifierRow:
        lookup = self.lookup(identifier)
        return IdentifierRow(
            lookup=lookup,
            pseudonym=pseudonym,
            sealed=self._seal(identifier.canonical(), lookup),
            key_id=self.key_id,
            version=SEAL_VERSION,
            created_at=datetime.now(UTC),
        )

    def open_identifier(self, row: IdentifierRow) -> PatientIdentifier:
        return PatientIdentifier.from_canonical(self._open(row, row.lookup))

    def key_check(self) -> KeyCheckRow:
        sealed = self._seal(_KEY_CHECK, self.key_id)
        return KeyCheckRow(slot=ONLY_SLOT, key_id=self.key_id, sealed=sealed, created_at=datetime.now(UTC))

    def _seal(self, plain: bytes, owner: str) -> bytes:
        return seal(self._seal_key, plain, _context(owner, SEAL_VERSION))

    def _open(self, row: PersonRow | IdentifierRow, owner: str) -> bytes:
        try:
            return unseal(self._seal_key, row.sealed, _context(owner, row.version))
        except UnsealError:
            raise WrongKeyError(f"the vault's rows were sealed with key {row.key_id}") from None


class VaultAccess:
    """Share one between threads: it holds no connection between transactions."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when the vault was made with another key; a vault without one takes this one."""
        self.seals = Seals(keys)
        self._engine = engine
        self._claim_key()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with unavailable_when_failing(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, unless that raises.

        The key is looked at inside it, so that no process goes on with a key that another one has rotated.
        `alone`: no other transaction writes meanwhile. IntegrityError passes: another process was first.
        """
        with unavailable_when_failing(), Session(writing(self._engine)) as session, session.begin():
            self.check_key(session, alone=alone)
            yield session

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """A transaction that writes, does not wait for others that do, and is taken back at the end of the block."""
        with unavailable_when_failing(), hardly_waiting(self._engine) as connection, Session(connection) as session:
            self.check_key(session)
            yield session
            session.rollback()

    def check_key(self, session: Session, *, alone: bool = False) -> None:
        """Raises WrongKeyError when the vault has another key, now."""
        row = select(KeyCheckRow.key_id).where(KeyCheckRow.slot == ONLY_SLOT).with_for_update(read=not alone)
        found = session.scalars(row).one_or_none()
        if found != self.seals.key_id:
            raise WrongKeyError(
                f"this vault was made with key {found or 'unknown'}; the key file holds key {self.seals.key_id}"
            )

    def _claim_key(self) -> None:
        with self.reading() as session:
            claimed = session.get(KeyCheckRow, ONLY_SLOT) is not None
        if not claimed:
            try:
                with unavailable_when_failing(), Session(writing(self._engine)) as session, session.begin():
                    session.add(self.seals.key_check())
            except IntegrityError:
                pass  # another process was first: then its key counts
        with self.reading() as session:
            self.check_key(session)


@contextmanager
def unavailable_when_failing() -> Iterator[None]:
    """Turn the database's errors, whose texts may hold values, into one that tells only their kind."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise VaultUnavailableError(f"the vault's database failed ({type(error).__name__})") from None


def _context(owner: str, version: int) -> bytes:
    return f"{owner}|{version}".encode()
