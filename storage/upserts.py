"""Writing rows that may be there already, and looking many up at once, the same way on SQLite and PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from storage.tables import Base

# SQLite takes 32766 parameters in one statement, PostgreSQL 65535.
LOOKUP_SIZE = 1000


def insert_missing(connection: Connection, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """What is there stays as it is."""
    if values:
        connection.execute(_insert(connection, row).on_conflict_do_nothing(), values)


def replace(connection: Connection, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """What is there gives way. Rows are written in the order of their keys: two writers cannot wait for each other."""
    if not values:
        return
    statement = _insert(connection, row)
    rest = {column.name: statement.excluded[column.name] for column in row.__table__.columns if not column.primary_key}
    keys = _keys(row)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), _ordered(values, keys))


def raise_counts(connection: Connection, row: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Of rows with a `count`: the larger one stays."""
    if not values:
        return
    statement = _insert(connection, row)
    new, keys = statement.excluded["count"], _keys(row)
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_={"count": new}, where=row.__table__.columns["count"] < new
    )
    connection.execute(statement, _ordered(values, keys))


def lookup(
    connection: Connection,
    key: InstrumentedAttribute[str],
    value: InstrumentedAttribute[str],
    wanted: Collection[str],
) -> dict[str, str]:
    """The value beside each of the wanted keys that is there."""
    found: dict[str, str] = {}
    for some in in_pieces(wanted):
        found |= dict(connection.execute(select(key, value).where(key.in_(some))).all())
    return found


def in_pieces(wanted: Collection[str]) -> list[list[str]]:
    """Each of them once, in their order, so many at a time as one statement takes."""
    ordered = sorted(set(wanted))
    return [ordered[start : start + LOOKUP_SIZE] for start in range(0, len(ordered), LOOKUP_SIZE)]


def _insert(connection: Connection, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(row)
    return sqlite.insert(row)


def _keys(row: type[Base]) -> list[str]:
    return [column.name for column in row.__table__.primary_key]


def _ordered(values: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[Mapping[str, Any]]:
    return sorted(values, key=lambda value: tuple(value[key] for key in keys))
