"""Somebody who still reads a SQLite database while rows are deleted from it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def reading_still(engine: Engine, table: str) -> Iterator[Connection]:
    """In a transaction that has begun to read `table`, and sees what was in it until it ends."""
    with engine.connect() as connection:
        connection.execute(text(f"SELECT count(*) FROM {table}")).all()  # noqa: S608 - a name of a test
        yield connection
