"""The clock that leases run by: the database's own, so that several machines need not agree on the time."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection

Clock = Callable[[Connection], datetime]


def database_clock(connection: Connection) -> datetime:
    """The time now, not that of the transaction's beginning. A SQLite file has one machine: its clock is the same."""
    if connection.dialect.name == "postgresql":
        now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)
