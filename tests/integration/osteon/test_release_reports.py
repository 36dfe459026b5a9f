"""Structured reports of readings in a release: of those that are in it, at the revision that is in it."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pydicom
import pytest
from pydicom.uid import Comprehensive3DSRStorage
from sqlalchemy import Engine

from annotation.protocols import Kind
from annotation.structured_report.identifiers import report_uid, series_uid
from annotation.structured_report.reading_back import read_back
from annotation.structured_report.understanding import understood
from osteon.report_making import ReportMaker
from storage.errors import ImageStoreUnavailableError
from storage.ledger import Ledger
from storage.releases.errors import FormatMissingError
from storage.releases.records import Contents, FileKind, FileRecord, ReadingsChoice
from storage.report_sources import NoImageError
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import lytic_findings
from tests.builders.registry import OBJECTS, OLD_STUDY
from tests.builders.release_place import Place, read
from tests.builders.releases import Foreground, StoredImages, new_release
from tests.integration.osteon.test_report_writing import IMAGE, image_file
from tests.unit.annotation.contract_protocols import ANNE, BEN, eyes_of, given, made_protocol

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

REPORTS = Contents(dicom=False, sr=True)


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    images = StoredImages()
    made = Place(engine, tmp_path / "releases", images)
    made.fill(*OBJECTS[1:])
    file = image_file()
    Ledger(engine).record([replace(IMAGE, size=len(file))])
    images.files[IMAGE.orthanc_id] = file
    return made


class Failing:
    """Makes no report."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def file_of(self, reading_id: UUID, revision: int) -> bytes:  # noqa: ARG002
        raise self._error


def built(place: Place, **changes: object) -> int:
    begun = place.store.begin(new_release(**({"contents": REPORTS} | changes)))
    reports = ReportMaker(engine=place.engine, store=place.images)
    return place.builder(reports=reports).build(begun.number, Foreground()).number


def reports(place: Place, number: int) -> list[FileRecord]:
    return [each for each in place.listed(number) if each.kind is FileKind.SR]


def test_each_reading_that_is_in_the_release_has_its_report_in_it(place: Place) -> None:
    _, reading = read(place.engine)
    number = built(place)

    (file,) = reports(place, number)
    series, uid = series_uid(reading.id), report_uid(reading.id, 1)
    assert file.path == f"data/sr/{PSEUDONYM}/D0000/{series}/{uid}.dcm"
    assert (file.pseudonym, file.study_instance_uid, file.sop_instance_uid) == (PSEUDONYM, OLD_STUDY, uid)
    report = pydicom.dcmread(BytesIO(place.bytes_of(number, file)))
    assert (report.SOPClassUID, report.SOPInstanceUID) == (Comprehensive3DSRStorage, uid)
    assert (report.SeriesInstanceUID, report.StudyInstanceUID) == (series, OLD_STUDY)
    (group,) = read_back(report).groups
    assert understood(group).findings == lytic_findings()
    assert b"reader one" not in place.bytes_of(number, file)
    (row,) = [each for each in place.table(number, "series") if each["series_instance_uid"] == series]
    assert (row["modality"], row["objects"]) == ("SR", "1")


def test_a_report_is_of_the_revision_that_is_in_the_release_and_stays(place: Place) -> None:
    _, reading = read(place.engine)
    first = built(place)
    before = place.bytes_of(first, reports(place, first)[0])
    with SqlUnitOfWork(place.engine, write=True) as uow:
        uow.readings.add(replace(reading, revision=2, reason="Again."))
        uow.commit()
    second = built(place)
    assert [each.sop_instance_uid for each in reports(place, second)] == [report_uid(reading.id, 2)]
    assert place.bytes_of(first, reports(place, first)[0]) == before


def test_a_release_of_adjudicated_readings_has_no_report_of_others(place: Place) -> None:
    read(place.engine)
    assert reports(place, built(place, readings=ReadingsChoice.ADJUDICATED)) == []


def test_while_a_study_is_read_blindly_no_report_of_it_is_given(place: Place) -> None:
    _, reading = read(place.engine)
    eyes = eyes_of(lambda sight: SqlUnitOfWork(place.engine, write=True, sight=sight))
    given(eyes, made_protocol(eyes, Kind.DOUBLE_BLIND), OLD_STUDY, readers=(ANNE, BEN))
    number = built(place)
    assert reports(place, number) == []
    reasons = {each["series_instance_uid"]: each["reason"] for each in place.manifest(number)["refused"]}
    assert place.manifest(number)["readings"] == [{"id": str(reading.id), "revision": 1}]
    assert reasons[series_uid(reading.id)] == "made under a blind reading that is not finished"


def test_reports_that_were_not_asked_for_are_not_there(place: Place) -> None:
    read(place.engine)
    assert reports(place, built(place, contents=Contents(dicom=False))) == []


def test_a_report_without_an_image_of_its_study_is_refused_and_the_rest_is_there(place: Place) -> None:
    _, reading = read(place.engine)

    maker = Failing(NoImageError("no image of the study is here"))
    begun = place.store.begin(new_release(contents=REPORTS))
    number = place.builder(reports=maker).build(begun.number, Foreground()).number
    (refused,) = place.manifest(number)["refused"]
    assert refused == {
        "series_instance_uid": series_uid(reading.id),
        "reason": "no report: no image of the study is here",
    }
    assert len(place.table(number, "readings")) == 1


def test_an_image_store_that_does_not_answer_ends_the_run_and_the_next_one_goes_on(place: Place) -> None:
    read(place.engine)
    begun = place.store.begin(new_release(contents=REPORTS))
    working = ReportMaker(engine=place.engine, store=place.images)
    with pytest.raises(ImageStoreUnavailableError):
        place.builder(reports=Failing(ImageStoreUnavailableError("down"))).build(begun.number, Foreground())
    place.builder(reports=working).build(begun.number, Foreground())
    assert len(reports(place, begun.number)) == 1


def test_without_a_maker_of_reports_a_release_with_them_fails(place: Place) -> None:
    read(place.engine)
    begun = place.store.begin(new_release(contents=REPORTS))
    with pytest.raises(FormatMissingError, match="reports cannot be made here"):
        place.builder().build(begun.number, Foreground())
