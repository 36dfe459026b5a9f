"""The vault: from a hospital's patient number to a pseudonym and a date offset, and to nobody else's knowledge.

Pseudonyms are random, so they cannot be computed from a number; they are found again through
HMAC-SHA-256(key, issuer ‖ number), which cannot be enumerated without the key.

    VaultError
    ├── WrongKeyError            the key file is not the one that this vault was made with
    └── VaultUnavailableError    its database does not answer; try again later
"""

import hmac
import json
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.database import writing
from storage.keys import KeyRing
from storage.pseudonyms import new_pseudonym
from storage.sealing import UnsealError, seal, unseal
from storage.vault_tables import IdentifierRow, KeyCheckRow, PersonRow

SEAL_VERSION = 1
SHORTEST_OFFSET_DAYS = 365
LONGEST_OFFSET_DAYS = 3650
_KEY_CHECK = b"osteon vault"
CACHE_SIZE = 1024
_ATTEMPTS = 5


class VaultError(Exception):
    """The vault cannot answer; nothing may be let through."""


class WrongKeyError(VaultError):
    """Start with the key file that belongs to this vault."""


class VaultUnavailableError(VaultError):
    """Try again later."""


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """A patient's number and who issued it, in one spelling whatever the sender's padding.

    Leading and trailing spaces carry no meaning (PS3.5 6.2, LO); Unicode is normalised (NFC).
    """

    issuer: str
    number: str

    def canonical(self) -> bytes:
        parts = (unicodedata.normalize("NFC", part).strip() for part in (self.issuer, self.number))
        return json.dumps(list(parts), ensure_ascii=False).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Pseudonymity:
    """What stands in for a person: a pseudonym, and the days added to all their dates (negative)."""

    pseudonym: str
    date_offset_days: int


class Vault:
    """Finds or makes the pseudonym of a person. Safe to share between threads and processes."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when this vault was made with another key."""
        self._reading = engine
        self._writing = writing(engine)
        self._key_id = keys.key_id
        self._lookup_key = keys.derive("vault-lookup")
        self._seal_key = keys.derive("vault-seal")
        self._check_key()

    @staticmethod
    def was_used(engine: Engine) -> bool:
        """Whether a key belongs to this vault already. Raises VaultUnavailableError."""
        try:
            with Session(engine) as session:
                return session.scalars(select(KeyCheckRow.key_id).limit(1)).first() is not None
        except SQLAlchemyError as error:
            raise VaultUnavailableError(f"the vault's database failed ({type(error).__name__})") from None

    def identify(self, identifier: PatientIdentifier) -> Pseudonymity:
        """The person's pseudonym and offset, made on first sight.

        Raises VaultUnavailableError, and WrongKeyError when the stored row opens with another key only.
        """
        lookup = self._lookup(identifier)
        try:
            for _ in range(_ATTEMPTS):
                found = self._find(lookup)
                if found is not None:
                    return found
                self._try_add(lookup, identifier)
        except SQLAlchemyError as error:
            raise VaultUnavailableError(f"the vault's database failed ({type(error).__name__})") from None
        raise VaultUnavailableError("the vault's database did not keep a new row")

    def _lookup(self, identifier: PatientIdentifier) -> str:
        return hmac.digest(self._lookup_key, identifier.canonical(), "sha256").hex()

    def _find(self, lookup: str) -> Pseudonymity | None:
        query = (
            select(PersonRow)
            .join(IdentifierRow, IdentifierRow.pseudonym == PersonRow.pseudonym)
            .where(IdentifierRow.lookup == lookup)
        )
        with Session(self._reading) as session:
            row = session.scalars(query).one_or_none()
            return None if row is None else self._open(row)

    def _open(self, row: PersonRow) -> Pseudonymity:
        try:
            content = json.loads(unseal(self._seal_key, row.sealed, _context(row.pseudonym, row.version)))
        except UnsealError:
            raise WrongKeyError(f"the vault's rows were sealed with key {row.key_id}") from None
        return Pseudonymity(row.pseudonym, content["date_offset_days"])

    def _try_add(self, lookup: str, identifier: PatientIdentifier) -> None:
        """Add a person; when another process was first, or the pseudonym is taken, nothing is added."""
        pseudonym = new_pseudonym()
        offset = -(SHORTEST_OFFSET_DAYS + secrets.randbelow(LONGEST_OFFSET_DAYS - SHORTEST_OFFSET_DAYS + 1))
        now = datetime.now(UTC)
        person = PersonRow(
            pseudonym=pseudonym,
            sealed=self._seal(json.dumps({"date_offset_days": offset}).encode(), pseudonym),
            key_id=self._key_id,
            version=SEAL_VERSION,
            created_at=now,
        )
        known_as = IdentifierRow(
            lookup=lookup,
            pseudonym=pseudonym,
            sealed=self._seal(identifier.canonical(), lookup),
            key_id=self._key_id,
            version=SEAL_VERSION,
            created_at=now,
        )
        try:
            with Session(self._writing) as session, session.begin():
                session.add(person)
                session.flush()
                session.add(known_as)
        except IntegrityError:
            return

    def _seal(self, plain: bytes, owner: str) -> bytes:
        return seal(self._seal_key, plain, _context(owner, SEAL_VERSION))

    def _check_key(self) -> None:
        try:
            made_with = self._key_ids()
            if not made_with:
                self._claim()
                made_with = self._key_ids()
        except SQLAlchemyError as error:
            raise VaultUnavailableError(f"the vault's database failed ({type(error).__name__})") from None
        if self._key_id not in made_with:
            known = ", ".join(sorted(made_with))
            raise WrongKeyError(f"this vault was made with key {known}; the key file holds key {self._key_id}")

    def _key_ids(self) -> set[str]:
        with Session(self._reading) as session:
            return set(session.scalars(select(KeyCheckRow.key_id)))

    def _claim(self) -> None:
        """Note that this vault belongs to our key, unless another process was first: then its key counts."""
        row = KeyCheckRow(
            slot=1,
            key_id=self._key_id,
            sealed=self._seal(_KEY_CHECK, self._key_id),
            created_at=datetime.now(UTC),
        )
        try:
            with Session(self._writing) as session, session.begin():
                session.add(row)
        except IntegrityError:
            return


class CachedVault:
    """A vault that remembers whom it was asked about last: one look-up a study instead of one an object.

    A pseudonym and its offset never change, so nothing remembered can be out of date.
    """

    def __init__(self, vault: Vault, size: int = CACHE_SIZE) -> None:
        self.identify = lru_cache(maxsize=size)(vault.identify)


def _context(owner: str, version: int) -> bytes:
    return f"{owner}|{version}".encode()
