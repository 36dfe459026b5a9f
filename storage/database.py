"""Opening a database and bringing its tables up to date, the same way on SQLite and PostgreSQL."""

import importlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.errors import DatabaseUrlError, MigrationError
from storage.revisions import REGISTRY, Tree, head, revision_of

BUSY_TIMEOUT_MS = 30_000
IMPATIENT_MS = 100
"""For what is not worth waiting for."""

SWITCH_RETRY_S = 0.01
CONNECT_TIMEOUT_S = 10
# FastAPI answers with up to 40 threads; each holds one connection at most. PostgreSQL starts a process for each, so
# that they are kept; a file is opened in no time.
POOLS = {"postgresql": {"pool_size": 40, "max_overflow": 0}, "sqlite": {"pool_size": 10, "max_overflow": 30}}

# One number for "someone is migrating"; PostgreSQL's advisory locks are per database.
MIGRATION_LOCK = 0x05730

# Error texts end up in logs; the values of a statement must not.
_QUIET = {"hide_parameters": True}

_BEGIN = "osteon_sqlite_begin"
_TURN = "osteon_sqlite_turn"


def open_database(url: str) -> Engine:
    """Open a pool of connections. Nothing is created: see `migrate_registry`."""
    return _engine(_checked(url), foreign_keys=True)


def writing(engine: Engine) -> Engine:
    """The same pool, for transactions that will write.

    SQLite refuses to turn a read into a write once another writer has committed, without waiting; so the
    write lock is taken at the start, where waiting is possible. PostgreSQL needs nothing.
    """
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


@contextmanager
def hardly_waiting(engine: Engine) -> Iterator[Connection]:
    """A connection for one transaction that writes, and fails when another one keeps it waiting."""
    with writing(engine).connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {IMPATIENT_MS}")
            yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA busy_timeout={IMPATIENT_MS}")
        try:
            yield connection
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def turn_of_writers(engine: Engine) -> BoundedSemaphore | None:
    """What one thread of this process holds while it writes to SQLite; None for PostgreSQL, which has queues itself.

    SQLite's own waiting is to look again after a pause that grows to 100 ms: whoever comes later goes first.
    """
    turn: BoundedSemaphore | None = engine.get_execution_options().get(_TURN)
    return turn


def configure_tables() -> None:
    """Have SQLAlchemy work out all tables that are imported: now, and not while somebody waits for the first query."""
    configure_mappers()


def migrate_registry(url: str) -> None:
    """Bring the registry's tables up to date; harmless when they are, safe when several processes start."""
    migrate(url, REGISTRY)


def registry_revision(engine: Engine) -> str | None:
    """The revision that the database has; None when it was never migrated."""
    with engine.connect() as connection:
        return revision_of(connection, REGISTRY)


def registry_head() -> str:
    """The revision that this version of the program wants."""
    return head(REGISTRY)


def migrate(url: str, tree: Tree) -> None:
    """Upgrade one tree of `storage/migrations` to its head, in one transaction under a lock; nothing when it is there.

    Raises DatabaseUrlError and MigrationError.
    """
    # Rebuilding a referenced table on SQLite would otherwise empty the tables that refer to it.
    engine = writing(_engine(_checked(url), foreign_keys=False, poolclass=NullPool))
    try:
        if not _is_up_to_date(engine, tree):
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                importlib.import_module("storage.migrating").upgrade(connection, tree)
                _check_foreign_keys(connection)
    finally:
        engine.dispose()


def _is_up_to_date(engine: Engine, tree: Tree) -> bool:
    """Read only: who starts beside others waits for none of them."""
    with engine.execution_options(**{_BEGIN: "BEGIN"}).connect() as connection:
        return revision_of(connection, tree) == head(tree)


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUrlError("not a database URL; use sqlite:///FILE or postgresql://…") from None
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseUrlError("only sqlite and postgresql databases are supported")
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseUrlError("a SQLite database needs a file: sqlite:///FILE")
    return parsed


def _engine(url: URL, *, foreign_keys: bool, **options: Any) -> Engine:
    if url.get_backend_name() == "postgresql":
        if "poolclass" not in options:
            options |= {**POOLS["postgresql"], "pool_pre_ping": True}
        return create_engine(url, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}, **_QUIET, **options)
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        raise DatabaseUrlError("the folder of the SQLite database does not exist")
    if "poolclass" not in options:
        options |= POOLS["sqlite"]
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        execution_options={_TURN: BoundedSemaphore()},
        **_QUIET,
        **options,
    )
    _make_sqlite_strict(engine, foreign_keys=foreign_keys)
    return engine


def _make_sqlite_strict(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(dbapi_connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        # The driver would begin transactions by itself, late, and commit before DDL.
        dbapi_connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")
        _keep_write_ahead_log(dbapi_connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _keep_write_ahead_log(dbapi_connection: sqlite3.Connection) -> None:
    """Readers then never wait for the writer. SQLite does not wait by itself to switch a new file over."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            dbapi_connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(SWITCH_RETRY_S)
        else:
            return


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise MigrationError("the migration would leave rows that refer to nothing; nothing was changed")
