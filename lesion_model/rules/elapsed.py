"""Calendar months between two dates that are facts, either of which may be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from lesion_model import flags
from lesion_model.deciding import Facts, Sampler
from lesion_model.errors import ItemsError, Problem
from lesion_model.facts import EARLIEST, LATEST
from lesion_model.months import add_months

_SOME_DAY = date(2024, 1, 1)
_LONGEST_MONTH = timedelta(days=31)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elapsed:
    """A limit of some calendar months from the fact `earlier` to the fact `later`."""

    earlier: str
    later: str
    months: int

    def days_past_limit(self, facts: Facts) -> int:
        """0 on the day that the months end on, less before it. Raises `ItemsError` for dates in the wrong order."""
        earlier, later = cast(date, facts[self.earlier]), cast(date, facts[self.later])
        if later < earlier:
            raise ItemsError([Problem(field=self.later, detail=f"must not be before {self.earlier}")])
        return (later - self._limit(earlier)).days

    def boundary_flags(self, known: Facts) -> Iterator[str]:
        """The later date is the very day that the months end on."""
        if self.earlier in known and self.later in known and self.days_past_limit(known) == 0:
            yield flags.BOUNDARY

    def samplers(self) -> Mapping[str, Sampler]:
        return {self.earlier: self._earlier_days, self.later: self._later_days}

    def _limit(self, earlier: date) -> date:
        return add_months(earlier, self.months)

    def _earlier_days(self, known: Facts) -> Iterator[date]:
        """The day itself, and one from which the months are surely over, or the first day there is."""
        later = known.get(self.later)
        if not isinstance(later, date):
            yield _SOME_DAY
            return
        yield later
        yield max(EARLIEST, later - self.months * _LONGEST_MONTH - _ONE_DAY)

    def _later_days(self, known: Facts) -> Iterator[date]:
        """The day itself, the limit and the day after it."""
        earlier = cast(date, known.get(self.earlier, _SOME_DAY))
        limit = self._limit(earlier)
        yield from (day for day in (earlier, limit, limit + _ONE_DAY) if day <= LATEST)
