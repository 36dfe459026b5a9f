"""Shape of the meeting sheet, in one language: everything is said in words, so that pages and files only lay it out."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from annotation.completion import Supplier
from annotation.meeting_sheet.decisions import Decision
from annotation.meeting_sheet.score_lines import ScoredItem, ScoreLine
from annotation.meeting_sheet.sheet import (
    ContextLine,
    FindingLine,
    MeetingSheet,
    PatientScore,
    Prior,
    SheetLesion,
    Stage,
    StudyFacts,
)
from annotation.missing import Decides, KnownBy
from annotation.skeleton_drawing.marks import TYPES, Colouring, Risk
from annotation.skeleton_drawing.shapes import key_of
from api.meeting_sheets.words import WORDS
from api.schemas.catalogue import PSEUDONYM
from api.schemas.sites import SiteOut
from api.schemas.true_times import TrueTime
from lesion_model.anatomy import Site
from lesion_model.labels import Label

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(%|mm|cm³|HU|UH)(\W|$))")


class Language(Enum):
    """Of words on screen and on paper."""

    ENGLISH = "en"
    FRENCH = "fr"


LanguageAsked = Annotated[Language, Query(description="Of the words in the answer.")]
ColouringAsked = Annotated[Colouring, Query(description="What marks are coloured by.")]


def said(words: Label | None, language: Language) -> str | None:
    return None if words is None else in_language(words, language)


class SheetStudyOut(BaseModel):
    """A study; its date is the registry's, moved by the patient's own whole number of days."""

    study_instance_uid: str
    study_date: date | None
    modalities: list[str] = Field(examples=[["CT"]])

    @classmethod
    def of(cls, study: StudyFacts) -> Self:
        return cls(
            study_instance_uid=study.study_instance_uid, study_date=study.date, modalities=list(study.modalities)
        )


class SheetSupplierOut(BaseModel):
    """Who said it, when, and for which meeting."""

    source: str = Field(examples=["clinical_context"])
    by: str | None
    at: TrueTime
    meeting_date: date | None

    @classmethod
    def of(cls, supplier: Supplier) -> Self:
        return cls(source=supplier.source.value, by=supplier.by, at=supplier.at, meeting_date=supplier.meeting_date)


class SheetItemOut(BaseModel):
    """One item of a score; `points` null: not known. `decides`: whether it alone would decide the open band."""

    label: str = Field(examples=["Type of pain"])
    points: int | None
    most: int = Field(description="The most points that it can give.")
    supplied: SheetSupplierOut | None
    known_by: KnownBy | None
    decides: Decides | None

    @classmethod
    def of(cls, item: ScoredItem, language: Language) -> Self:
        return cls(
            label=in_language(item.label, language),
            points=item.points,
            most=item.most,
            supplied=SheetSupplierOut.of(item.supplier) if item.supplier else None,
            known_by=item.known_by,
            decides=item.decides,
        )


class SheetScoreOut(BaseModel):
    """A score or a grade. `amount`: the total or its bounds; `meaning`: the band or grade, or why it does not apply."""

    instrument: str = Field(examples=["sins"])
    title: str
    version: str
    applies: bool
    amount: str | None = Field(examples=["7–10/18"])
    meaning: str | None = Field(examples=["potentially unstable"])
    decided: bool
    suggestion: str | None
    items: list[SheetItemOut]
    missing: list[str]
    flags: list[str]

    @classmethod
    def of(cls, line: ScoreLine, language: Language) -> Self:
        return cls(
            instrument=line.instrument,
            title=in_language(line.title, language),
            version=line.version,
            applies=line.applies,
            amount=line.amount,
            meaning=said(line.meaning, language),
            decided=line.decided,
            suggestion=said(line.suggestion, language),
            items=[SheetItemOut.of(item, language) for item in line.items],
            missing=[in_language(each, language) for each in line.missing],
            flags=[in_language(each, language) for each in line.flags],
        )


class SheetFindingOut(BaseModel):
    """A finding in words; `how`: where it comes from, unless simply seen; `before`: at the prior study, if another."""

    label: str
    value: str
    how: str | None
    before: str | None

    @classmethod
    def of(cls, finding: FindingLine, language: Language) -> Self:
        return cls(
            label=in_language(finding.label, language),
            value=in_language(finding.value, language),
            how=said(finding.how, language),
            before=said(finding.before, language),
        )


class SheetContextOut(BaseModel):
    """An item that the meeting knows, and who said so."""

    label: str
    value: str
    supplied: SheetSupplierOut

    @classmethod
    def of(cls, line: ContextLine, language: Language) -> Self:
        return cls(
            label=in_language(line.label, language),
            value=in_language(line.value, language),
            supplied=SheetSupplierOut.of(line.supplier),
        )


class SheetPriorOut(BaseModel):
    """The reading before, and the scores that it gives with what is known today."""

    study: SheetStudyOut
    scores: list[SheetScoreOut]
    changed: bool

    @classmethod
    def of(cls, prior: Prior, language: Language) -> Self:
        return cls(
            study=SheetStudyOut.of(prior.study),
            scores=[SheetScoreOut.of(each, language) for each in prior.scores],
            changed=prior.changed,
        )


class SheetStageOut(BaseModel):
    """How the lesion is marked as it was read on one study."""

    study_instance_uid: str
    study_date: date | None
    type: str = Field(description="lytic, mixed, blastic or unknown")
    risk: Risk

    @classmethod
    def of(cls, stage: Stage) -> Self:
        return cls(
            study_instance_uid=stage.study.study_instance_uid,
            study_date=stage.study.date,
            type=TYPES[stage.lesion_type].key,
            risk=stage.risk,
        )


class SheetLesionOut(BaseModel):
    """One lesion as it was read last. `shape`: its site's name on the drawing. `key_image`: where it is; null where
    nothing was drawn."""

    lesion_id: UUID
    label: str = Field(examples=["L1"])
    name: str = Field(examples=["L3 vertebra"])
    site: SiteOut
    shape: str = Field(examples=["vertebra:L3"])
    type: str
    type_words: str
    risk: Risk
    resolved: bool
    reading_id: UUID
    revision: int
    read_by: str
    read_at: datetime
    adjudicated: bool
    note: str | None
    study: SheetStudyOut
    key_image: str | None
    findings: list[SheetFindingOut]
    scores: list[SheetScoreOut]
    context: list[SheetContextOut]
    prior: SheetPriorOut | None
    stages: list[SheetStageOut]

    @classmethod
    def of(cls, each: SheetLesion, language: Language) -> Self:
        lesion, reading, look = each.lesion, each.reading, TYPES[each.mark.lesion_type]
        return cls(
            lesion_id=lesion.id,
            label=lesion.label,
            name=_name(lesion.site, language),
            site=SiteOut.of(lesion.site),
            shape=key_of(lesion.site),
            type=look.key,
            type_words=in_language(look.words, language),
            risk=each.mark.risk,
            resolved=lesion.resolved_on is not None,
            reading_id=reading.id,
            revision=reading.revision,
            read_by=reading.recorded_by,
            read_at=reading.recorded_at,
            adjudicated=bool(reading.decided_from),
            note=reading.note,
            study=SheetStudyOut.of(each.study),
            key_image=f"/api/v1/readings/{reading.id}/key-image.png" if reading.geometry else None,
            findings=[SheetFindingOut.of(one, language) for one in each.findings],
            scores=[SheetScoreOut.of(one, language) for one in each.scores],
            context=[SheetContextOut.of(one, language) for one in each.context],
            prior=SheetPriorOut.of(each.prior, language) if each.prior else None,
            stages=[SheetStageOut.of(one) for one in each.stages],
        )


class SheetUnreadOut(BaseModel):
    """A lesion without a reading."""

    label: str
    name: str
    shape: str


class SheetPrognosisOut(BaseModel):
    """A score of the patient, and for which lesions it was computed."""

    score: SheetScoreOut
    lesions: list[str]

    @classmethod
    def of(cls, each: PatientScore, language: Language) -> Self:
        return cls(score=SheetScoreOut.of(each.line, language), lesions=list(each.lesions))


class SheetDecisionOut(BaseModel):
    """What the meeting of a day of the patient's calendar decided; `labels` is empty while it is open."""

    meeting_date: date
    labels: list[str] = Field(examples=[["Radiotherapy", "Surgery"]])
    rationale: str | None
    by: str | None
    at: TrueTime

    @classmethod
    def of(cls, decision: Decision, language: Language) -> Self:
        taken = decision.is_taken
        return cls(
            meeting_date=decision.on,
            labels=[in_language(each, language) for each in decision.labels],
            rationale=decision.rationale,
            by=decision.by if taken else None,
            at=decision.at if taken else None,
        )


class SheetReferenceOut(BaseModel):
    """Where to read about a score on the sheet."""

    title: str
    version: str
    reference: str


class SheetOut(BaseModel):
    """Everything for one patient's page at the meeting: of the registry, no identity."""

    language: Language
    pseudonym: str = Field(examples=[PSEUDONYM])
    made_on: date
    software: str = Field(examples=["0.1.0"], description="Version of Osteon.")
    last_study: SheetStudyOut | None = Field(description="The newest study on which a lesion was read.")
    lesions: list[SheetLesionOut]
    unread: list[SheetUnreadOut]
    context: list[SheetContextOut]
    prognosis: list[SheetPrognosisOut]
    decision: SheetDecisionOut | None = Field(description="Of the newest presentation; null without one.")
    references: list[SheetReferenceOut]
    words: dict[str, str] = Field(description="Headings of the sheet by key, in its language.")

    @classmethod
    def of(cls, sheet: MeetingSheet, language: Language, *, made_on: date, software: str) -> Self:
        studies = [each.study for each in sheet.lesions]
        newest = max(studies, key=lambda each: each.date or date.min, default=None)
        lines = [line for each in sheet.lesions for line in each.scores]
        lines += [each.line for each in sheet.prognosis]
        return cls(
            language=language,
            pseudonym=sheet.pseudonym,
            made_on=made_on,
            software=software,
            last_study=SheetStudyOut.of(newest) if newest else None,
            lesions=[SheetLesionOut.of(each, language) for each in sheet.lesions],
            unread=[
                SheetUnreadOut(label=each.label, name=_name(each.site, language), shape=key_of(each.site))
                for each in sheet.unread
            ],
            context=[SheetContextOut.of(each, language) for each in sheet.context],
            prognosis=[SheetPrognosisOut.of(each, language) for each in sheet.prognosis],
            decision=SheetDecisionOut.of(sheet.decision, language) if sheet.decision else None,
            references=_references(lines, language),
            words=dict(WORDS[language.value]),
        )


def _references(lines: Iterable[ScoreLine], language: Language) -> list[SheetReferenceOut]:
    found = {
        line.instrument: SheetReferenceOut(
            title=in_language(line.title, language), version=line.version, reference=line.reference
        )
        for line in lines
    }
    return list(found.values())


def _name(site: Site, language: Language) -> str:
    return site.name_fr if language is Language.FRENCH else site.name_en


def in_language(words: Label, language: Language) -> str:
    """A number and its unit stay on one line."""
    return _BEFORE_UNIT.sub("\u00a0", words.fr if language is Language.FRENCH else words.en)
