"""Key rotation: a new secret, every row sealed anew and every lookup computed anew, in one transaction.

Pseudonyms, date offsets and replaced UIDs stay what they are. The new key is on disk, beside the old one, before the
transaction, and takes its place after it: whatever happens in between, a key that opens the vault is there, and
`finish_rotation` finds which.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.keys import KeyFileDamagedError, KeyRing, load_key_file, replace_key_file, write_key_file
from storage.overwriting import overwrite_freed
from storage.vault_access import ONLY_SLOT, Seals, VaultAccess, unavailable_when_failing
from storage.vault_audit import Action, Warrant, append
from storage.vault_tables import IdentifierRow, KeyCheckRow, PersonRow

PAGE = 1000
_SUFFIX = ".next"

Row = TypeVar("Row", PersonRow, IdentifierRow)


def rotate_key(
    engine: Engine, path: Path, warrant: Warrant, *, tell: Callable[[str], None] = lambda _words: None
) -> KeyRing:
    """Rotate the key at `path` and the vault with it; an interrupted rotation is finished instead.

    Databases keep the bytes of changed rows for a while: what the old key opens shall not be among them. Where it
    remains, the words for the operator go to `tell`, and into the log.

    Other processes with the old key can write nothing from then on (WrongKeyError) until they are started anew.
    Raises KeyFileError and VaultError; the vault and its key file then belong together as before.
    """
    finished = finish_rotation(engine, path)
    if finished is not None:
        return finished
    old = load_key_file(path)
    new = _prepared(path, old)
    access = VaultAccess(engine, old)
    with access.writing(alone=True) as session:
        _seal_anew(session, access.seals, Seals(new))
        append(session, new, Action.ROTATE_KEY, warrant)
    replace_key_file(path, by=_next(path))
    remains = overwrite_freed(
        engine, (PersonRow, IdentifierRow, KeyCheckRow), "rows sealed with the old key", vacuum=True
    )
    if remains is not None:
        tell(remains)
    return new


def finish_rotation(engine: Engine, path: Path) -> KeyRing | None:
    """Put the new key in its place when the vault has it already: the rotation was interrupted just before that."""
    if not _next(path).exists():
        return None
    new = load_key_file(_next(path))
    with unavailable_when_failing(), Session(engine) as session:
        in_use = session.scalars(select(KeyCheckRow.key_id).where(KeyCheckRow.slot == ONLY_SLOT)).one_or_none()
    if in_use != new.key_id:
        return None
    replace_key_file(path, by=_next(path))
    return new


def _prepared(path: Path, old: KeyRing) -> KeyRing:
    """The key that takes over, durable beside the old one. One that an attempt left behind is used."""
    if not _next(path).exists():
        write_key_file(old.rotated(), _next(path))
    new = load_key_file(_next(path))
    if new.retired != (*old.retired, old.secret):
        raise KeyFileDamagedError(f"{_next(path)} is no successor of {path}: move it away")
    return new


def _next(path: Path) -> Path:
    return path.with_name(path.name + _SUFFIX)


def _seal_anew(session: Session, old: Seals, new: Seals) -> None:
    for person in _outdated(session, PersonRow, PersonRow.pseudonym, old.key_id):
        resealed = new.person(old.open_person(person))
        person.sealed, person.key_id, person.version = resealed.sealed, resealed.key_id, resealed.version
    for number in _outdated(session, IdentifierRow, IdentifierRow.lookup, old.key_id):
        found_anew = new.identifier(old.open_identifier(number), number.pseudonym)
        number.lookup, number.sealed = found_anew.lookup, found_anew.sealed
        number.key_id, number.version = found_anew.key_id, found_anew.version
    check = new.key_check()
    session.execute(update(KeyCheckRow).values(key_id=check.key_id, sealed=check.sealed, created_at=check.created_at))


def _outdated(session: Session, table: type[Row], key: InstrumentedAttribute[str], key_id: str) -> Iterator[Row]:
    """Every row of a table that is sealed with that key, in pages; what is done to one page is written before the next.

    In the order of a key that the caller may change: a row that moves ahead is no longer outdated when it is met.
    """
    last = ""
    while True:
        page = select(table).where(key > last, table.key_id == key_id).order_by(key).limit(PAGE)
        rows = session.scalars(page).all()
        if not rows:
            return
        last = getattr(rows[-1], key.key)
        yield from rows
        session.flush()
        session.expunge_all()
