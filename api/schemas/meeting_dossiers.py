"""Shape of one dossier as it is presented, in one language: everything is said in words."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from annotation.meetings.deciding import Decided
from annotation.meetings.points import Line, Point, Said
from annotation.meetings.presenting import Presented
from annotation.meetings.rule_answers import RuleLine
from annotation.meetings.rule_facts import Origin
from annotation.meetings.score_history import Moment
from annotation.meetings.since import EventCount, Since
from annotation.registry.entries import RecordEntry
from annotation.registry.forms.presentation import DECISIONS, PRESENTATION
from annotation.registry.quality import LABELS, Lack, Shortfall
from annotation.registry.values import LONGEST_TEXT
from api.meeting_sheets.meeting_words import WORDS
from api.schemas.body import Body
from api.schemas.meetings import MeetingSummaryOut, PlaceOut
from api.schemas.sheets import Language, SheetOut, in_language
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.labels import Label
from lesion_model.rules.catalogue import BY_NAME

_DECISION_CODES = tuple(each.code for each in DECISIONS)
_WORDS_OF_CODES = {
    **{name: described.title for name, described in DESCRIPTIONS.items()},
    **{name: entry.title for name, entry in BY_NAME.items()},
    **{each.name: each.label for each in PRESENTATION.variables},
}
DecisionCode = Annotated[StrictStr, Field(json_schema_extra={"enum": list(_DECISION_CODES)})]


class DecisionBody(Body):
    """What the meeting decided, and why; `text_checked`: the reasons were looked at and name no patient."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": ["radiotherapy", "surgery"], "rationale": "Threatened fracture."}]}
    )

    decision: Annotated[list[DecisionCode], Field(max_length=len(_DECISION_CODES))]
    rationale: Annotated[StrictStr, Field(max_length=LONGEST_TEXT)] | None = None
    text_checked: StrictBool = False

    def to_domain(self) -> Decided:
        return Decided(decision=self.decision, rationale=self.rationale, checked=self.text_checked)


class PointLineOut(BaseModel):
    """One thing that is said; `short`: without its label, for who knows which point it is of."""

    label: str
    value: str
    short: str

    @classmethod
    def of(cls, line: Line, language: Language) -> Self:
        return cls(
            label=in_language(line.label, language),
            value=in_language(line.value, language),
            short=in_language(line.short, language),
        )


class PointOut(BaseModel):
    """One of the seven points of a good request, how far it is said, and what would make it whole."""

    number: int
    name: str = Field(examples=["pain"])
    label: str
    said: Said
    lines: list[PointLineOut]
    missing: list[str]

    @classmethod
    def of(cls, point: Point, language: Language) -> Self:
        return cls(
            number=point.number,
            name=point.name,
            label=in_language(point.label, language),
            said=point.said,
            lines=[PointLineOut.of(each, language) for each in point.lines],
            missing=[in_language(each, language) for each in point.missing],
        )


class EventCountOut(BaseModel):
    """Events of one kind since the last presentation: see `SinceOut`."""

    kind: str = Field(examples=["new_bone_lesion"])
    label: str
    recurrence: bool
    counted: int
    waiting: int
    excluded: int

    @classmethod
    def of(cls, count: EventCount, language: Language) -> Self:
        return cls(
            kind=count.kind,
            label=in_language(count.label, language),
            recurrence=count.recurrence,
            counted=count.counted,
            waiting=count.waiting,
            excluded=count.excluded,
        )


class SinceOut(BaseModel):
    """What happened after the last presentation (`after`; null: there was none) up to and with this one (`until`).

    `recurrences` are confirmed; `waiting` ones are not adjudicated; `history`: confirmed ones before; `uncertain`:
    events that are known to the month or the year only and may lie on either side. `number`: of this presentation.
    """

    after: date | None
    until: date
    number: int
    recurrences: int
    history: int
    waiting: int
    uncertain: int
    counts: list[EventCountOut]

    @classmethod
    def of(cls, since: Since, language: Language) -> Self:
        return cls(
            after=since.after,
            until=since.until,
            number=since.number,
            recurrences=since.recurrences,
            history=since.history,
            waiting=since.waiting,
            uncertain=since.uncertain,
            counts=[EventCountOut.of(each, language) for each in since.counts],
        )


class UsedFactOut(BaseModel):
    """One fact that a rule went by, and where it comes from."""

    label: str
    value: str
    origin: Origin


class MissingFactOut(BaseModel):
    """One that it waits for; `decides`: it alone would decide the rule, whatever it is."""

    label: str
    decides: bool


class RuleAnswerOut(BaseModel):
    """A rule's answer, null while it is open; the suggestion informs a meeting and is no order."""

    rule: str = Field(examples=["zoledronic_acid"])
    title: str
    version: str
    reference: str
    decided: bool
    answer: str | None
    suggestion: str | None
    points: list[str]
    used: list[UsedFactOut]
    missing: list[MissingFactOut]

    @classmethod
    def of(cls, line: RuleLine, language: Language) -> Self:
        return cls(
            rule=line.rule,
            title=in_language(line.title, language),
            version=line.version,
            reference=line.reference,
            decided=line.decided,
            answer=_maybe(line.answer, language),
            suggestion=_maybe(line.suggestion, language),
            points=[in_language(each, language) for each in line.points],
            used=[
                UsedFactOut(
                    label=in_language(each.label, language),
                    value=in_language(each.value, language),
                    origin=each.origin,
                )
                for each in line.used
            ],
            missing=[
                MissingFactOut(label=in_language(each.label, language), decides=each.decides) for each in line.missing
            ],
        )


class LesionRulesOut(BaseModel):
    """The answers that are of one lesion."""

    lesion_id: UUID
    label: str = Field(examples=["L1"])
    rules: list[RuleAnswerOut]


class MomentOut(BaseModel):
    """A score of a lesion as it stood on a day of the patient's calendar."""

    on: date
    lesion_id: UUID
    label: str = Field(examples=["L1"])
    instrument: str = Field(examples=["sins"])
    amount: str | None = Field(examples=["7–10/18"])
    meaning: str | None

    @classmethod
    def of(cls, moment: Moment, label: str, language: Language) -> Self:
        return cls(
            on=moment.on,
            lesion_id=moment.lesion_id,
            label=label,
            instrument=moment.line.instrument,
            amount=moment.line.amount,
            meaning=_maybe(moment.line.meaning, language),
        )


class LackOut(BaseModel):
    """What the list of missing things says of this patient: each kind once, with what is missing in words."""

    kind: Lack
    label: str
    count: int
    detail: list[str]

    @classmethod
    def all_of(cls, shortfalls: Sequence[Shortfall], language: Language) -> list[Self]:
        kinds = list(dict.fromkeys(each.lack for each in shortfalls))
        return [cls._of(kind, [each for each in shortfalls if each.lack is kind], language) for kind in kinds]

    @classmethod
    def _of(cls, kind: Lack, same: Sequence[Shortfall], language: Language) -> Self:
        codes = dict.fromkeys(code for each in same for code in each.detail)
        return cls(
            kind=kind,
            label=in_language(LABELS[kind], language),
            count=len(same),
            detail=[
                in_language(_WORDS_OF_CODES[code], language) if code in _WORDS_OF_CODES else code for code in codes
            ],
        )


class PresentationOut(BaseModel):
    """The presentation that the record has of this day; `revision` is what If-Match of a decision names."""

    entry_id: UUID
    revision: int
    state: Literal["draft", "final", "withdrawn"]
    values: dict[str, Any]
    question: str | None
    primary: str | None
    entered_by: str
    entered_at: datetime

    @classmethod
    def of(cls, entry: RecordEntry, language: Language) -> Self:
        return cls(
            entry_id=entry.id,
            revision=entry.revision,
            state=entry.state.value,
            values=dict(entry.values),
            question=_choice("question", entry, language),
            primary=_choice("primary", entry, language),
            entered_by=entry.entered_by,
            entered_at=entry.entered_at,
        )


class DecisionOut(BaseModel):
    """What was decided, by whom and when; empty while nothing was. `revision` 0: there is no presentation yet."""

    revision: int
    codes: list[str]
    labels: list[str]
    rationale: str | None
    entered_by: str | None
    entered_at: datetime | None

    @classmethod
    def of(cls, entry: RecordEntry | None, decided: RecordEntry | None, language: Language) -> Self:
        """`decided`: the version of `entry` from which on it says so."""
        if entry is None or decided is None:
            return cls(revision=0, codes=[], labels=[], rationale=None, entered_by=None, entered_at=None)
        given = entry.values.get("decision", [])
        codes = [str(each) for each in given] if isinstance(given, list) else []
        words = {each.code: in_language(each.label, language) for each in DECISIONS}
        rationale = entry.values.get("decision_rationale")
        return cls(
            revision=entry.revision,
            codes=codes,
            labels=[words.get(each, each) for each in codes],
            rationale=None if rationale is None else str(rationale),
            entered_by=decided.entered_by if codes or rationale else None,
            entered_at=decided.entered_at if codes or rationale else None,
        )


class DossierOut(BaseModel):
    """Everything for the presentation of one patient, as far as the caller may see it."""

    language: Language
    meeting: MeetingSummaryOut
    place: PlaceOut
    position: int = Field(description="From 1, in the order of the session.")
    presentation: PresentationOut | None
    presentations: list[date] = Field(description="Days of all presentations of the record, the patient's calendar.")
    decision: DecisionOut
    proposed_next: date = Field(description="A true day, as long from this session as it is from the last.")
    points: list[PointOut]
    since: SinceOut | None
    lacks: list[LackOut]
    rules: list[RuleAnswerOut]
    lesion_rules: list[LesionRulesOut]
    history: list[MomentOut]
    sheet: SheetOut
    words: dict[str, str] = Field(description="Headings by key, in its language.")

    @classmethod
    def of(cls, presented: Presented, sheet: SheetOut, lacks: list[Shortfall], language: Language) -> Self:
        names = {each.lesion.id: each.lesion.label for each in presented.sheet.lesions}
        pseudonym = presented.dossier.pseudonym
        entry = presented.presentation
        return cls(
            language=language,
            meeting=MeetingSummaryOut.of(presented.meeting),
            place=PlaceOut.of(presented.dossier),
            position=presented.meeting.order.index(pseudonym) + 1,
            presentation=None if entry is None else PresentationOut.of(entry, language),
            presentations=list(presented.presentations),
            decision=DecisionOut.of(entry, presented.decided, language),
            proposed_next=presented.proposed_next,
            points=[PointOut.of(each, language) for each in presented.points],
            since=None if presented.since is None else SinceOut.of(presented.since, language),
            lacks=LackOut.all_of(lacks, language),
            rules=[RuleAnswerOut.of(each, language) for each in presented.rules],
            lesion_rules=[
                LesionRulesOut(
                    lesion_id=lesion, label=names[lesion], rules=[RuleAnswerOut.of(each, language) for each in lines]
                )
                for lesion, lines in presented.lesion_rules.items()
            ],
            history=[MomentOut.of(each, names[each.lesion_id], language) for each in presented.history],
            sheet=sheet,
            words=dict(WORDS[language.value]),
        )


def _choice(name: str, entry: RecordEntry, language: Language) -> str | None:
    value = entry.values.get(name)
    label = next((each.label for each in PRESENTATION.by_name[name].choices if each.code == value), None)
    return _maybe(label, language)


def _maybe(words: Label | None, language: Language) -> str | None:
    return None if words is None else in_language(words, language)
