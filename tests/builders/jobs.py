"""A clock for leases that a test moves, and people who ask for jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from annotation.audit import Source
from storage.audit_behalf import Behalf
from tests.builders.registry import START

ANNE, MANAGER = "anne", "data manager"
VIA = "POST /api/v1/releases"


@dataclass
class LeaseClock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self, _connection: Connection) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def behalf_of(person: str = ANNE) -> Behalf:
    return Behalf(by=person, source=Source(via=VIA))
