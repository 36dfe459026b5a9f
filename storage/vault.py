"""The vault: from a hospital's patient number to a pseudonym and a date offset, and to nobody else's knowledge.

Pseudonyms are random, so they cannot be computed from a number; they are found again through
HMAC-SHA-256(key, issuer ‖ number), which cannot be enumerated without the key.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from storage.identities import PatientIdentifier, Person, Pseudonymity
from storage.keys import KeyRing
from storage.vault_access import VaultAccess, unavailable_when_failing
from storage.vault_errors import StudyConflictError, VaultError, VaultUnavailableError, WrongKeyError
from storage.vault_persons import LONGEST_OFFSET_DAYS, SHORTEST_OFFSET_DAYS, Persons
from storage.vault_studies import StudyClaims
from storage.vault_tables import KeyCheckRow

__all__ = [
    "LONGEST_OFFSET_DAYS",
    "REMEMBERED_SECONDS",
    "SHORTEST_OFFSET_DAYS",
    "CachedVault",
    "PatientIdentifier",
    "Person",
    "Pseudonymity",
    "StudyConflictError",
    "Vault",
    "VaultError",
    "VaultUnavailableError",
    "WrongKeyError",
]

CACHE_SIZE = 1024
REMEMBERED_SECONDS = 60


class Vault:
    """Finds or makes the pseudonym of a person. Safe to share between threads and processes."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        """Raises WrongKeyError when this vault was made with another key."""
        self._engine = engine
        self._access = VaultAccess(engine, keys)
        self._persons = Persons(self._access)
        self._studies = StudyClaims(self._access)

    def close(self) -> None:
        """Give back its connections: a process that is forked must not inherit any."""
        self._engine.dispose()

    def make_ready(self) -> None:
        """Connect, and put together what a new person and a new study are asked for and written with.

        Nothing of it is kept. While another process writes it may not be possible, which does no harm: then the first
        sender waits 20 ms longer.
        """
        with suppress(VaultUnavailableError), self._access.rehearsing() as session:
            self._studies.rehearse(session, self._persons.rehearse(session))

    @staticmethod
    def was_used(engine: Engine) -> bool:
        """Whether a key belongs to this vault already. Raises VaultUnavailableError."""
        with unavailable_when_failing(), Session(engine) as session:
            return session.scalars(select(KeyCheckRow.key_id).limit(1)).first() is not None

    def identify(self, person: Person | PatientIdentifier) -> Pseudonymity:
        """The person's pseudonym and offset, made on first sight.

        The strongest number that is known decides. Numbers that came with it and are new become that person's
        too, unless the person has another national identity than the one that came.
        Raises VaultUnavailableError, and WrongKeyError when the vault's key was changed.
        """
        return self._persons.identify(person if isinstance(person, Person) else Person(person))

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity:
        """Make a study the person's, or find that it is: what its objects must be pseudonymised with.

        `study_uid`: the pseudonymised Study Instance UID. The answer differs from what `identify` said only after
        a merge: a study that was begun under a pseudonym that has given way since is finished under that one, so
        that it stays one patient's with one date offset, and an object that is sent again stays the same object.
        Raises StudyConflictError when the study is another person's, which is noted as the study's conflict; a
        VaultError as `identify` does.
        """
        return self._studies.claim(study_uid, pseudonym)


class CachedVault:
    """A vault that remembers what it was asked last: one look-up a study instead of one an object.

    Whose a study is never changes. Who somebody is changes with a merge, so that is remembered for a minute: that
    long a running node may go on as before, and what it does meanwhile is put right by `claim_study`.
    """

    def __init__(self, vault: Vault, size: int = CACHE_SIZE, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._identify = lru_cache(maxsize=size)(lambda person, _period: vault.identify(person))
        self._claim_study = lru_cache(maxsize=size)(vault.claim_study)

    def identify(self, person: Person | PatientIdentifier) -> Pseudonymity:
        """See `Vault.identify`."""
        return self._identify(person, int(self._clock() // REMEMBERED_SECONDS))

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity:
        """See `Vault.claim_study`. A conflict is not remembered: it ends when the two persons are merged."""
        return self._claim_study(study_uid, pseudonym)
