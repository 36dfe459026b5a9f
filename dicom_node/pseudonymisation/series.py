"""The series that objects came of lately, each with how its objects are rewritten (`plan`)."""

from dataclasses import dataclass, field

from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.plan import Plan, Replayed, Unit, differences, plan_of
from dicom_node.pseudonymisation.rewrite import Rewriter
from dicom_node.pseudonymisation.studies import Names, Study
from dicom_node.pseudonymisation.trail import Trail

REMEMBERED = 8
"""Series, of each engine."""

Channel = tuple[str, str]
"""Sender and transfer syntax: objects of the same encoding are other images when their pixels are compressed."""


@dataclass(slots=True)
class Series:
    """Objects of one study with the same elements. It has a plan from its second object on."""

    study: Study
    facts: Facts = field(repr=False)
    units: tuple[Unit, ...] = field(repr=False)
    names: Names = field(repr=False)
    """What was looked for: an object with other names in its sequences is of another series."""
    differing: frozenset[int] = frozenset()
    plan: Plan | None = None

    def replay(self, rewriter: Rewriter, data: bytes, start: int, trail: Trail, *, is_begun: bool) -> Replayed | None:
        """See `Plan.replay`."""
        return None if self.plan is None else self.plan.replay(rewriter, data, start, trail, is_begun=is_begun)

    def follow(self, before: "Series") -> bool:
        """Learn from what differed between the objects `before` this one. False when those were of another series."""
        if before.study is not self.study or before.names is not self.names:
            return False
        differing = differences(before.units, self.units)
        if differing is None:
            return False
        self.differing = before.differing | differing
        self.plan = plan_of(self.units, self.differing, self.facts)
        if self.plan is None:  # something differs that must not: another series has begun
            self.differing = frozenset()
        return True


class SeriesMemory:
    """A few series, the latest first."""

    def __init__(self) -> None:
        self._known: list[tuple[Channel, Series]] = []

    def planned(self, channel: Channel) -> list[Series]:
        """The series with a plan that came by the same channel."""
        return [series for known, series in self._known if known == channel and series.plan is not None]

    def note(self, channel: Channel, series: Series) -> None:
        """Remember an object that was worked out in full."""
        before = next((place for place in self._known if place[0] == channel and series.follow(place[1])), None)
        if before is not None:
            self._known.remove(before)
        self._known = [(channel, series), *self._known[: REMEMBERED - 1]]
