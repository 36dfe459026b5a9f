"""What is deleted stays in a database's files for a while: overwriting it, and saying so where that failed."""

import logging
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase

log = logging.getLogger(__name__)

TRIES_FOR_S = 10.0
TRY_MS = 200
PAUSE_S = 0.1


def overwrite_freed(
    engine: Engine, tables: Sequence[type[DeclarativeBase]], what: str, *, vacuum: bool = False
) -> str | None:
    """Overwrite what `tables` no longer have. None: it was done; else what remains and what to do, logged too.

    `what` names it in those words. On SQLite, `vacuum` is for what was not deleted under `secure_delete`.
    """
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                _write_anew(connection, tables)
            return None
        done = _overwrite_file(engine, vacuum=vacuum)
    except (SQLAlchemyError, sqlite3.Error) as error:
        names = "" if engine.dialect.name == "sqlite" else f" FULL {', '.join(each.__tablename__ for each in tables)}"
        return _told(
            f"{what} remain in the free space of the database's files ({type(error).__name__}): "
            f"run VACUUM{names} on it when nobody uses it"
        )
    if done:
        return None
    return _told(
        f"{what} remain in the file beside the database whose name ends in -wal, since others are reading it: "
        "stop everything that uses the database once (node, API, commands); whoever closes it last removes that file"
    )


def _told(words: str) -> str:
    log.warning("%s", words)
    return words


def _write_anew(connection: Connection, tables: Sequence[type[DeclarativeBase]]) -> None:
    for table in tables:
        connection.exec_driver_sql(f"VACUUM FULL {table.__tablename__}")


def _overwrite_file(engine: Engine, *, vacuum: bool) -> bool:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        if vacuum:
            cursor.execute("VACUUM")
        (usual,) = _row_of(cursor, "busy_timeout")
        cursor.execute(f"PRAGMA busy_timeout={TRY_MS}")
        try:
            return _empty_log(cursor)
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")


def _empty_log(cursor: DBAPICursor) -> bool:
    """Whoever reads keeps the log: SQLite says so in a row, and raises nothing.

    In short tries, since writers wait while SQLite waits for readers.
    """
    end = time.monotonic() + TRIES_FOR_S
    while True:
        busy, _in_log, _moved = _row_of(cursor, "wal_checkpoint(TRUNCATE)")
        if not busy or time.monotonic() >= end:
            return not busy
        time.sleep(PAUSE_S)


def _row_of(cursor: DBAPICursor, pragma: str) -> Any:
    cursor.execute(f"PRAGMA {pragma}")
    return cursor.fetchone()
