"""Readings to make reports of, and the header of the image that they are about."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from annotation.entities import Lesion, Reading
from annotation.structured_report.document import Source
from lesion_model.anatomy import Site
from lesion_model.findings import CorticalInvolvement, Denominator, Finding, ImagingFindings, VertebralCollapse
from lesion_model.geometry import Geometry, Point
from tests.builders.image_planes import AXIAL_IMAGE
from tests.builders.lesions import L3, lytic_findings

LESION_ID = UUID("0b9e3f7c-52a4-4c3e-9c4b-0f6d7a1f2e11")
READING_ID = UUID("8f14e45f-ceea-467f-9b3d-6c1b2d1f0a22")
OBSERVER = "5d1f3a52-2a1f-4a0b-8c0e-7e0c2b1a9d33"
STUDY_UID, SERIES_UID, SOP_UID, FRAME_UID = "2.25.101", "2.25.102", "2.25.103", "2.25.104"
PSEUDONYM = "OST-7Q4K-9M2X-T"
SIGNED_AT = datetime(2026, 4, 17, 9, 30, tzinfo=UTC)


def image_header() -> Dataset:
    """An axial CT as it is stored: pseudonymised, with shifted dates."""
    header = Dataset()
    header.SOPClassUID, header.SOPInstanceUID = CTImageStorage, SOP_UID
    header.StudyInstanceUID, header.SeriesInstanceUID = STUDY_UID, SERIES_UID
    header.FrameOfReferenceUID = FRAME_UID
    header.PatientID = header.PatientName = PSEUDONYM
    header.PatientBirthDate, header.PatientSex, header.PatientAge = "", "F", "067Y"
    header.PatientIdentityRemoved = "YES"
    header.DeidentificationMethod = "Osteon"
    header.StudyDate, header.StudyTime = "20190302", "101500"
    header.SeriesDate, header.AcquisitionDate, header.ContentDate = "20190302", "20190302", "20190302"
    header.ContentTime = header.AcquisitionTime = "101600"
    header.AccessionNumber, header.StudyID = "", "1"
    header.Modality, header.Manufacturer = "CT", "Maker"
    header.ImagePositionPatient = list(AXIAL_IMAGE.position)
    header.ImageOrientationPatient = list(AXIAL_IMAGE.orientation)
    header.PixelSpacing = list(AXIAL_IMAGE.spacing)
    header.SliceThickness = 2.5
    header.Rows, header.Columns = AXIAL_IMAGE.rows, AXIAL_IMAGE.columns
    return header


def source(
    findings: ImagingFindings | None = None, *, site: Site = L3, geometry: Geometry | None = None, revision: int = 1
) -> Source:
    """The report of one revision of one reading, replacing the one before it."""
    first = revision == 1
    return Source(
        lesion=Lesion(
            id=LESION_ID, pseudonym=PSEUDONYM, number=2, site=site, created_at=SIGNED_AT, created_by="Dr Jeanne Martin"
        ),
        reading=Reading(
            id=READING_ID,
            lesion_id=LESION_ID,
            study_instance_uid=STUDY_UID,
            revision=revision,
            findings=findings or lytic_findings(),
            geometry=geometry,
            recorded_by="Dr Jeanne Martin",
            recorded_at=SIGNED_AT,
            reason=None if first else "level was wrong",
            note="seen with the surgeon",
        ),
        observer=OBSERVER,
        image=image_header(),
        predecessor=None if first else revision - 1,
    )


def drawn(*points: tuple[float, float, float], on_image: bool = True) -> Geometry:
    """Points in mm, LPS, on the image of `image_header` or in its frame of reference."""
    return Geometry(
        points=tuple(Point(x=x, y=y, z=z) for x, y, z in points),
        sop_instance_uid=SOP_UID if on_image else None,
        frame_of_reference_uid=None if on_image else FRAME_UID,
    )


def in_order(findings: ImagingFindings) -> ImagingFindings:
    """With the measurements of the cortex in the order of their denominators, and without a collapse of which nothing
    is known: neither says anything."""
    if findings.vertebral_collapse == VertebralCollapse():
        kept = frozenset(each for each in findings.sources if each.finding is not Finding.VERTEBRAL_COLLAPSE)
        findings = replace(findings, vertebral_collapse=None, sources=kept)
    involvement = findings.cortical_involvement
    if involvement is None:
        return findings
    order = list(Denominator)
    measured = tuple(sorted(involvement.measured, key=lambda each: order.index(each.of)))
    ordered: CorticalInvolvement = replace(involvement, measured=measured)
    return replace(findings, cortical_involvement=ordered)
