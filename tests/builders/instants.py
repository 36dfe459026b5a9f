"""A calendar that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Instants:
    """Call it for the time, in UTC."""

    now: datetime = datetime(2031, 1, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def step(self, **units: float) -> None:
        """`step(days=1)`: on by one day."""
        self.now += timedelta(**units)
