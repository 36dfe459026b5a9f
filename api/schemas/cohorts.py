"""Shapes of cohorts: the filter that is sent, what it finds, and saved queries."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from annotation.cohorts import fields
from annotation.cohorts.documents import filter_document, query_from
from annotation.cohorts.fields import Kind, Operator, Scope
from annotation.cohorts.filters import CohortQuery
from annotation.cohorts.saving import LONGEST_NAME, SavedCohort
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM, STUDY_UID
from storage.cohorts.records import CohortCounts, CohortDistributions, CohortStudy, Shares

NAME = "unstable-spine-thin-ct"
UNSTABLE: dict[str, Any] = {
    "all": [
        {"field": "series.modality", "op": "eq", "value": "CT"},
        {"field": "series.slice_thickness_mm", "op": "lte", "value": 1.5},
        {
            "some": "score",
            "where": {
                "all": [
                    {"field": "score.instrument", "op": "eq", "value": "sins"},
                    {"field": "score.minimum", "op": "gte", "value": 7},
                ]
            },
        },
    ]
}
BREAST: dict[str, Any] = {
    "all": [
        {"field": "patient.primary_tumour", "op": "in", "value": ["breast", "prostate"]},
        {"not": {"field": "lesion.bone", "op": "eq", "value": "vertebra"}},
        {"field": "study.day", "op": "range", "value": [0, 90]},
    ]
}
FILTER_DESCRIPTION = (
    "One of `{field, op, value}`, `{all: [...]}`, `{any: [...]}`, `{not: ...}` and `{some, where}`; null: every series."
    " `GET /cohorts/fields` lists the fields, and the operators of each. A wrong filter is refused with every problem, "
    "at its place."
)

Where = Annotated[dict[str, Any] | None, Field(description=FILTER_DESCRIPTION, examples=[UNSTABLE, BREAST])]


class CohortBody(Body):
    """Which series are asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"where": UNSTABLE}, {"where": BREAST}, {}]})

    where: Where = None

    def to_domain(self) -> CohortQuery:
        """Raises UnacceptableError."""
        return query_from(self.where)


class NewCohortBody(CohortBody):
    """A query and the name under which it is saved: small letters, digits and hyphens."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": NAME, "where": UNSTABLE}]})

    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=[NAME])


class CohortCountsOut(BaseModel):
    """How much there is. `bytes` are those of the DICOM files, `readings` the signed ones of the studies.

    All of them 0: the cohort is empty.
    """

    patients: int = Field(examples=[12])
    studies: int = Field(examples=[31])
    series: int = Field(examples=[44])
    objects: int = Field(examples=[9120])
    bytes: int = Field(examples=[4803289088])
    readings: int = Field(examples=[57])

    @classmethod
    def of(cls, counts: CohortCounts) -> Self:
        return cls(
            patients=counts.patients,
            studies=counts.studies,
            series=counts.series,
            objects=counts.objects,
            bytes=counts.bytes,
            readings=counts.readings,
        )


class CohortStudyOut(BaseModel):
    """One study: the counts are those of its series that belong to the cohort, and of its signed readings.

    `day`: days since the patient's earliest dated study; null for an undated one.
    """

    pseudonym: str = Field(examples=[PSEUDONYM])
    study_instance_uid: str = Field(examples=[STUDY_UID])
    sex: str | None = Field(examples=["F"])
    day: int | None = Field(examples=[0])
    modalities: list[str] = Field(examples=[["CT"]])
    series: int = Field(examples=[2])
    objects: int = Field(examples=[412])
    bytes: int = Field(examples=[216989696])
    readings: int = Field(examples=[3])

    @classmethod
    def of(cls, study: CohortStudy) -> Self:
        return cls(
            pseudonym=study.pseudonym,
            study_instance_uid=study.study_instance_uid,
            sex=study.sex,
            day=study.day,
            modalities=list(study.modalities),
            series=study.series,
            objects=study.objects,
            bytes=study.bytes,
            readings=study.readings,
        )


class ShareOut(BaseModel):
    """How many there are of one value; null: it is not known, or not decided."""

    value: str | None = Field(examples=["femur"])
    count: int = Field(examples=[31])

    @classmethod
    def all(cls, shares: Shares) -> "list[ShareOut]":
        return [cls(value=value, count=count) for value, count in shares.items()]


class BandsOut(BaseModel):
    """How the readings of a cohort fall into the bands or grades of one instrument."""

    instrument: str = Field(examples=["sins"])
    bands: list[ShareOut]


class CohortDistributionsOut(BaseModel):
    """What a cohort is made of, the most frequent first.

    Patients by primary tumour, series by modality; lesions that were read on its studies by bone; signed readings of
    its studies by type; their scores by instrument and band.
    """

    primary_tumours: list[ShareOut]
    modalities: list[ShareOut]
    bones: list[ShareOut]
    lesion_types: list[ShareOut]
    scores: list[BandsOut]

    @classmethod
    def of(cls, found: CohortDistributions) -> Self:
        return cls(
            primary_tumours=ShareOut.all(found.primary_tumours),
            modalities=ShareOut.all(found.modalities),
            bones=ShareOut.all(found.bones),
            lesion_types=ShareOut.all(found.lesion_types),
            scores=[BandsOut(instrument=name, bands=ShareOut.all(bands)) for name, bands in found.bands.items()],
        )


class SavedCohortOut(BaseModel):
    """One version of a saved query; it never changes."""

    name: str = Field(examples=[NAME])
    version: int = Field(examples=[1])
    where: dict[str, Any] = Field(examples=[UNSTABLE])
    saved_by: str = Field(examples=["researcher one"])
    saved_at: datetime

    @classmethod
    def of(cls, saved: SavedCohort) -> Self:
        return cls(
            name=saved.name,
            version=saved.version,
            where=filter_document(saved.query.where),
            saved_by=saved.saved_by,
            saved_at=saved.saved_at,
        )


class CohortFieldOut(BaseModel):
    """One field: its type, the operators that it takes, and all values of a choice."""

    name: str = Field(examples=["series.slice_thickness_mm"])
    scope: Scope
    kind: Kind
    unit: str | None = Field(examples=["mm"])
    operators: list[Operator]
    choices: list[str] | None = Field(examples=[None])
    label: str = Field(examples=["Slice thickness"])
    label_fr: str = Field(examples=["Épaisseur de coupe"])

    @classmethod
    def of(cls, field: fields.Field) -> Self:
        return cls(
            name=field.name,
            scope=field.scope,
            kind=field.kind,
            unit=field.unit,
            operators=list(field.operators),
            choices=list(field.choices) or None,
            label=field.label.en,
            label_fr=field.label.fr,
        )


class CohortFieldsOut(BaseModel):
    """Every field that a cohort can be asked by."""

    items: list[CohortFieldOut]

    @classmethod
    def of(cls, found: Iterable[fields.Field]) -> Self:
        return cls(items=[CohortFieldOut.of(field) for field in found])
