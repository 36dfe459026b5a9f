"""Try every seven-digit patient number against a vault whose rows are known but whose key is not.

    python -m benchmarks.dictionary_attack [HOW_MANY_NUMBERS]

Each guess is digested as an attacker could: unkeyed, with an empty key, with another vault's key. For comparison the
same search with the right key finds everybody, so that finding nobody is not the search's fault.
"""

import hashlib
import hmac
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sqlalchemy import select

from storage.database import migrate, open_database
from storage.identities import PatientIdentifier
from storage.keys import KeyRing
from storage.vault import Vault
from storage.vault_tables import VAULT, IdentifierRow

ISSUER = "LYON"
NUMBERS = 10_000_000
KNOWN = 100
CHUNK = 100_000

RIGHT = KeyRing(hashlib.sha256(b"the vault's own").digest())
RIGHT_LOOKUP_KEY = RIGHT.derive("vault-lookup")
WRONG_LOOKUP_KEY = KeyRing(hashlib.sha256(b"another vault's").digest()).derive("vault-lookup")
_BEGIN, _END = PatientIdentifier(ISSUER, "#").canonical().split(b"#")

Guess = Callable[[bytes], bytes]


def canonical(number: bytes) -> bytes:
    """What the vault digests, made quickly; `check_speed_up` compares it with the vault's own."""
    return _BEGIN + number + _END


GUESSES: dict[str, Guess] = {
    "SHA-256 of the number": lambda number: hashlib.sha256(number).digest(),
    "SHA-256 of issuer and number": lambda number: hashlib.sha256(canonical(number)).digest(),
    "HMAC with an empty key": lambda number: hmac.digest(b"\0", canonical(number), "sha256"),
    "HMAC with another vault's key": lambda number: hmac.digest(WRONG_LOOKUP_KEY, canonical(number), "sha256"),
    "HMAC with the right key": lambda number: hmac.digest(RIGHT_LOOKUP_KEY, canonical(number), "sha256"),
}


def main() -> None:
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBERS
    check_speed_up()
    lookups = known_lookups(how_many)
    print(f"{KNOWN} patients in the vault, {how_many} numbers tried")
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as pool:
        for name in GUESSES:
            started = time.perf_counter()
            starts = range(0, how_many, CHUNK)
            found = sum(
                pool.map(recovered, [name] * len(starts), starts, [how_many] * len(starts), [lookups] * len(starts))
            )
            print(f"{name:32} recovered {found:4} of {KNOWN}  ({time.perf_counter() - started:.1f} s)")


def check_speed_up() -> None:
    assert canonical(b"0123456") == PatientIdentifier(ISSUER, "0123456").canonical()


def known_lookups(how_many: int) -> frozenset[bytes]:
    """What stands in the table of a vault that knows `KNOWN` patients."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'vault.sqlite'}"
        migrate(url, VAULT)
        engine = open_database(url)
        vault = Vault(engine, RIGHT)
        for number in random.Random(7).sample(range(how_many), KNOWN):  # noqa: S311 - invented patients
            vault.identify(PatientIdentifier(ISSUER, f"{number:07d}"))
        with engine.connect() as connection:
            rows = connection.execute(select(IdentifierRow.lookup)).scalars().all()
        engine.dispose()
    return frozenset(map(bytes.fromhex, rows))


def recovered(name: str, start: int, end: int, lookups: frozenset[bytes]) -> int:
    """How many of the patients with numbers from `start` on are found by one way of guessing."""
    guess = GUESSES[name]
    return sum(guess(b"%07d" % number) in lookups for number in range(start, min(start + CHUNK, end)))


if __name__ == "__main__":
    main()
