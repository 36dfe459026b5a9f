"""The whole audit log, for whoever looks after it: read from its beginning, verified, looked through."""

from collections.abc import Iterator

from sqlalchemy import Engine, select

from annotation.audit import NOWHERE, AuditFilter, Entry
from annotation.audit_chain import EMPTY, Head, verify
from storage.audit import ENTRIES, SqlAudit
from storage.audit_rows import link_of

_AT_ONCE = 1000


class AuditLog:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def verify(self, kept: Head = EMPTY) -> Head:
        """The head of the log, when every entry is as it was written. Raises ChainBrokenError."""
        everything = select(ENTRIES).order_by(ENTRIES.c.number)
        with (
            self._engine.connect() as connection,
            connection.execution_options(yield_per=_AT_ONCE).execute(everything) as rows,
        ):
            return verify((link_of(row) for row in rows.mappings()), kept)

    def newest(self, wanted: AuditFilter, *, limit: int) -> list[Entry]:
        """The last entries, the newest first."""
        with self._engine.connect() as connection:
            return list(SqlAudit(connection, NOWHERE).newest(wanted, before=None, limit=limit))

    def every(self, wanted: AuditFilter) -> Iterator[Entry]:
        """All entries, the newest first, page by page: the log may be longer than memory."""
        before: int | None = None
        while True:
            with self._engine.connect() as connection:
                page = SqlAudit(connection, NOWHERE).newest(wanted, before=before, limit=_AT_ONCE)
            if not page:
                return
            yield from page
            before = page[-1].number
