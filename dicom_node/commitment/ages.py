"""How long requests have waited, although the clock may be set while they do.

The clock tells how old a request was when this process met it; from then on, time is counted here. So a clock that is
set, by however much, makes no request older, and one that was wrong when a node started is believed only once its
requests were tried for some time, and for as long as it has not been put right.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from dicom_node.commitment.spool import Ticket

TRIED = timedelta(hours=1)
"""Whatever a request's age, it is not over before it was tried for so long."""

_NEW = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Met:
    """When, by the clock that is not set, and how old it was said to be."""

    at: float
    age: timedelta


class Ages:
    """Of one process."""

    def __init__(self, now: Callable[[], datetime], clock: Callable[[], float]) -> None:
        """`now` tells the time, and may be set; `clock` counts seconds."""
        self._now = now
        self._clock = clock
        self._met: dict[str, _Met] = {}

    def age(self, ticket: Ticket) -> timedelta:
        """How long it has waited; the least that the two clocks say."""
        said, met = self._now() - ticket.received_at, self._meeting(ticket)
        counted = met.age + self._since(met)
        return counted if said < _NEW else min(said, counted)

    def is_over(self, ticket: Ticket, limit: timedelta) -> bool:
        """Whether it has waited, and was tried, for long enough."""
        return self.age(ticket) > limit and self._since(self._meeting(ticket)) >= min(limit, TRIED)

    def keep(self, tickets: Collection[Ticket]) -> None:
        """Forget all others."""
        if len(self._met) > len(tickets):
            names = {ticket.name for ticket in tickets}
            self._met = {name: met for name, met in self._met.items() if name in names}

    def _meeting(self, ticket: Ticket) -> _Met:
        met = self._met.get(ticket.name)
        if met is None:
            met = _Met(self._clock(), max(_NEW, self._now() - ticket.received_at))
            self._met[ticket.name] = met
        return met

    def _since(self, met: _Met) -> timedelta:
        return timedelta(seconds=self._clock() - met.at)
