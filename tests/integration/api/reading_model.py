"""What must be there of one patient, kept in the plainest way: lesions, drafts, readings, one blind reading.

It says what each request must be answered with, and what each person may see; it looks nothing up in the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.integration.api.blind import ANNE, BEN, JUDGE

READERS, TAKING_PART = (ANNE, BEN), (ANNE, BEN, JUDGE)
FREE, BLIND = "free", "blind"


@dataclass
class Written:
    """One revision, or what a draft says."""

    length: float | None = None
    note: str | None = None
    by: str = ""
    reason: str | None = None


@dataclass
class ModelLesion:
    id: str
    opened_by: str
    opened_meanwhile: bool
    happened: list[str] = field(default_factory=lambda: ["opened"])
    merged_into: str | None = None

    @property
    def version(self) -> int:
        return len(self.happened)


@dataclass
class ModelReading:
    id: str
    lesion: str
    study: str
    author: str
    assigned: bool
    decided_from: tuple[str, ...] = ()
    revisions: list[Written] = field(default_factory=list)


@dataclass
class ModelDraft:
    id: str
    author: str
    lesion: str
    study: str
    says: Written
    version: int = 1
    revises: str | None = None
    onto: int = 0


@dataclass
class Model:
    """`state` of the blind reading by person, once the study is given; `over` when both have signed."""

    lesions: dict[str, ModelLesion] = field(default_factory=dict)
    readings: dict[str, ModelReading] = field(default_factory=dict)
    drafts: dict[str, ModelDraft] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    given: bool = False
    adjudicated: bool = False

    @property
    def over(self) -> bool:
        return self.given and self.signed == set(READERS)

    @property
    def blind(self) -> bool:
        return self.given and not self.over

    def sees_reading(self, who: str, reading: ModelReading) -> bool:
        if who == reading.author or not self.blind:
            return True
        return not reading.assigned and not (who in TAKING_PART and reading.study == BLIND)

    def sees_lesion(self, who: str, lesion: ModelLesion) -> bool:
        if who == lesion.opened_by or not self.blind or not lesion.opened_meanwhile:
            return True
        if any(each.lesion == lesion.id and self.sees_reading(who, each) for each in self.readings.values()):
            return True
        return who not in TAKING_PART and lesion.opened_by not in READERS

    def is_to_read(self, who: str) -> bool:
        """The blind study, by this person, now."""
        return self.given and who in READERS and who not in self.signed

    def may_add(self, who: str, study: str) -> bool:
        return study == FREE or not self.blind or who not in TAKING_PART or self.is_to_read(who)

    def is_frozen(self, who: str, reading: ModelReading) -> bool:
        return reading.assigned and not reading.decided_from and not self.is_to_read(who)

    def drafts_of(self, who: str) -> list[ModelDraft]:
        return [each for each in self.drafts.values() if each.author == who]

    def begun(self, who: str, lesion: str, study: str) -> ModelDraft | None:
        found = (
            each for each in self.drafts_of(who) if (each.lesion, each.study, each.revises) == (lesion, study, None)
        )
        return next(found, None)

    def revising(self, who: str, reading: str) -> ModelDraft | None:
        return next((each for each in self.drafts_of(who) if each.revises == reading), None)

    def collide(self, one: str, other: str) -> bool:
        """Whether somebody has begun to read both lesions on one study."""
        begun = [{(each.author, each.study) for each in self._begun(lesion)} for lesion in (one, other)]
        return bool(begun[0] & begun[1])

    def merge(self, survivor: str, duplicate: str) -> None:
        moving: list[ModelReading | ModelDraft] = [*self.readings.values(), *self.drafts.values()]
        for thing in moving:
            if thing.lesion == duplicate:
                thing.lesion = survivor
        for each in self.lesions.values():
            if duplicate in (each.id, each.merged_into):
                each.merged_into = survivor
                each.happened.append("merged")
        self.lesions[survivor].happened.append("absorbed")

    def split(self, lesion: str, reading: str, new: ModelLesion) -> None:
        new.happened = ["split_off"]
        self.lesions[new.id] = new
        self.lesions[lesion].happened.append("split")
        self.readings[reading].lesion = new.id
        for draft in self.drafts.values():
            if draft.revises == reading:
                draft.lesion = new.id

    def _begun(self, lesion: str) -> Iterator[ModelDraft]:
        return (each for each in self.drafts.values() if each.lesion == lesion and each.revises is None)
