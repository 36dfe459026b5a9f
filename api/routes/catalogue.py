"""The catalogue: which patients, studies, series and objects the node holds."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import STOCK
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.schemas.catalogue import (
    MODALITY_PATTERN,
    PSEUDONYM_PATTERN,
    InstanceOut,
    PatientOut,
    Pseudonym,
    SeriesOut,
    StudyOut,
    Uid,
)
from api.services import CatalogueOf
from storage.study_lifecycle import StudyState

router = APIRouter(tags=["catalogue"], responses=problems(401, 422, 503))

NOT_FOUND = problems(404)

OfPatient = Annotated[
    str | None, Query(alias="patient", pattern=PSEUDONYM_PATTERN, description="Only of this pseudonym.")
]
OfModality = Annotated[
    str | None,
    Query(alias="modality", pattern=MODALITY_PATTERN, description="Only with a series of it.", examples=["CT"]),
]
OfState = Annotated[StudyState | None, Query(alias="state", description="Only in this state.")]


@router.get("/patients", dependencies=[STOCK])
def list_patients(catalogue: CatalogueOf, page: PageAsked) -> PageOut[PatientOut]:
    """Every patient, by pseudonym."""
    found = catalogue.patients(limit=page.limit, after=page.after("patients"))
    return page_out("patients", found, PatientOut.of)


@router.get("/patients/{pseudonym}", responses=NOT_FOUND, dependencies=[STOCK])
def read_patient(pseudonym: Pseudonym, catalogue: CatalogueOf) -> PatientOut:
    """One patient."""
    return PatientOut.of(catalogue.patient(pseudonym))


@router.get("/studies", dependencies=[STOCK])
def list_studies(
    catalogue: CatalogueOf,
    page: PageAsked,
    patient: OfPatient = None,
    modality: OfModality = None,
    state: OfState = None,
) -> PageOut[StudyOut]:
    """Studies of everyone or of one patient, those that arrived last first."""
    found = catalogue.studies(
        limit=page.limit, after=page.after("studies"), pseudonym=patient, modality=modality, state=state
    )
    return page_out("studies", found, StudyOut.of)


@router.get("/studies/{study_instance_uid}", responses=NOT_FOUND, dependencies=[STOCK])
def read_study(study_instance_uid: Uid, catalogue: CatalogueOf) -> StudyOut:
    """One study."""
    return StudyOut.of(catalogue.study(study_instance_uid))


@router.get("/studies/{study_instance_uid}/series", responses=NOT_FOUND, dependencies=[STOCK])
def list_series(study_instance_uid: Uid, catalogue: CatalogueOf, page: PageAsked) -> PageOut[SeriesOut]:
    """Series of one study, by UID."""
    found = catalogue.series_of_study(study_instance_uid, limit=page.limit, after=page.after("series"))
    return page_out("series", found, SeriesOut.of)


@router.get("/studies/{study_instance_uid}/instances", responses=NOT_FOUND, dependencies=[STOCK])
def list_study_instances(study_instance_uid: Uid, catalogue: CatalogueOf, page: PageAsked) -> PageOut[InstanceOut]:
    """Every object of one study, series by series: the list to fetch a whole study by."""
    found = catalogue.objects_of_study(study_instance_uid, limit=page.limit, after=page.after("instances"))
    return page_out("instances", found, InstanceOut.of)


@router.get("/series/{series_instance_uid}", responses=NOT_FOUND, dependencies=[STOCK])
def read_series(series_instance_uid: Uid, catalogue: CatalogueOf) -> SeriesOut:
    """One series."""
    return SeriesOut.of(catalogue.series(series_instance_uid))


@router.get("/series/{series_instance_uid}/instances", responses=NOT_FOUND, dependencies=[STOCK])
def list_series_instances(series_instance_uid: Uid, catalogue: CatalogueOf, page: PageAsked) -> PageOut[InstanceOut]:
    """Objects of one series, by UID."""
    found = catalogue.objects_of_series(series_instance_uid, limit=page.limit, after=page.after("instances"))
    return page_out("instances", found, InstanceOut.of)


@router.get("/instances/{sop_instance_uid}", responses=NOT_FOUND, dependencies=[STOCK])
def read_instance(sop_instance_uid: Uid, catalogue: CatalogueOf) -> InstanceOut:
    """One object, without its file."""
    return InstanceOut.of(catalogue.object(sop_instance_uid))
