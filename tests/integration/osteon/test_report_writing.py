"""Structured reports: due with the signature, in Orthanc when that may be, taken away when it may not."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pydicom
import pytest
from sqlalchemy import Engine

from annotation import readings
from annotation.sight import NOBODY, Sight
from annotation.structured_report.identifiers import report_uid
from annotation.structured_report.reading_back import read_back
from annotation.structured_report.understanding import understood
from osteon.report_writing import FIRST_PAUSE, LEASE, ReportWriter
from storage.catalogue import Catalogue
from storage.errors import ImageMissingError, ImageStoreUnavailableError
from storage.ledger import Ledger
from storage.orthanc import Orthanc, instance_id
from storage.report_records import ReportState
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.door import ct
from tests.builders.image_store import StoreInMemory
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import lytic_findings
from tests.builders.programs import program
from tests.builders.registry import OBJECTS, OLD_IMAGE, OLD_STUDY, minutes
from tests.services.orthanc import OrthancServer
from tests.unit.annotation.contract_protocols import (
    ANNE,
    BEN,
    OTHER,
    Eyes,
    eyes_of,
    given,
    made_protocol,
    opened,
    read,
    signed,
)

IMAGE = replace(OBJECTS[0], orthanc_id=instance_id(PSEUDONYM, OLD_STUDY, OBJECTS[0].series_instance_uid, OLD_IMAGE))
AT = minutes(10)


def image_file() -> bytes:
    return ct(
        PatientID=PSEUDONYM,
        PatientName=PSEUDONYM,
        PatientBirthDate="",
        StudyInstanceUID=OLD_STUDY,
        SeriesInstanceUID=IMAGE.series_instance_uid,
        SOPInstanceUID=OLD_IMAGE,
        FrameOfReferenceUID=IMAGE.frame_of_reference_uid,
        StudyDate="20310105",
    )


class Store(StoreInMemory):
    """Orthanc in memory, from which things can be taken away."""

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        if orthanc_id not in self.files:
            raise ImageMissingError("not here")
        return super().read(orthanc_id)

    def remove(self, orthanc_id: str) -> None:
        if self.error is not None:
            raise self.error
        self.files.pop(orthanc_id, None)


@pytest.fixture
def store() -> Store:
    held = Store()
    held.files[IMAGE.orthanc_id] = image_file()
    return held


@pytest.fixture
def eyes(engine: Engine) -> Eyes:
    Ledger(engine).record([IMAGE, *OBJECTS[1:]])
    return eyes_of(lambda sight: SqlUnitOfWork(engine, write=True, sight=sight))


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def work(engine: Engine, store: Store | Orthanc, moment: datetime = AT) -> int:
    """Until nothing is to do; how many reports were dealt with."""
    writer, count = ReportWriter(engine=engine, store=store, now=at(moment)), 0
    while writer.work_once():
        count += 1
    return count


def reports(store: Store) -> list[pydicom.FileDataset]:
    found = [pydicom.dcmread(BytesIO(file)) for file in store.files.values()]
    return sorted((each for each in found if each.Modality == "SR"), key=lambda each: int(each.InstanceNumber))


def states(engine: Engine, reading_id: UUID) -> list[ReportState]:
    with SqlUnitOfWork(engine, write=False) as uow:
        return [each.state for each in uow.reports.of_reading(reading_id)]


def test_a_reading_is_reported_once_in_the_words_of_the_reading(engine: Engine, eyes: Eyes, store: Store) -> None:
    recorded = read(eyes, ANNE, opened(eyes, ANNE))
    assert states(engine, recorded.reading.id) == [ReportState.DUE]
    assert (work(engine, store), work(engine, store)) == (1, 0)
    assert states(engine, recorded.reading.id) == [ReportState.WRITTEN]
    (report,) = reports(store)
    assert report.SOPInstanceUID == report_uid(recorded.reading.id, 1)
    assert (report.PatientID, report.StudyInstanceUID) == (PSEUDONYM, OLD_STUDY)
    (group,) = read_back(report).groups
    assert understood(group).findings == lytic_findings()


def test_a_revision_supersedes_and_names_the_report_before_it(engine: Engine, eyes: Eyes, store: Store) -> None:
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    work(engine, store)
    readings.revise_reading(
        recorded.id,
        recorded.revision,
        lytic_findings(),
        None,
        reason="level",
        by=ANNE,
        now=at(minutes(5)),
        uow=eyes(ANNE),
    )
    work(engine, store)
    first, second = reports(store)
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    referenced = second.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert referenced.ReferencedSOPInstanceUID == first.SOPInstanceUID


def test_signing_does_not_wait_for_orthanc_and_what_is_due_is_written_when_it_is_back(
    engine: Engine, eyes: Eyes, store: Store
) -> None:
    store.error = ImageStoreUnavailableError("down")
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    assert work(engine, store) == 1
    assert reports(store) == []
    store.error = None
    assert work(engine, store, AT + FIRST_PAUSE - timedelta(seconds=1)) == 0
    assert work(engine, store, AT + FIRST_PAUSE) == 1
    assert states(engine, recorded.id) == [ReportState.WRITTEN]
    assert len(reports(store)) == 1


def test_what_a_writer_that_was_killed_had_taken_another_writes_when_its_lease_is_over(
    engine: Engine, eyes: Eyes, store: Store
) -> None:
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    with SqlUnitOfWork(engine, write=True) as uow:
        assert uow.reports.claim(AT, LEASE) is not None
        uow.commit()
    assert work(engine, store, AT + LEASE - timedelta(seconds=1)) == 0
    assert work(engine, store, AT + LEASE) == 1
    assert states(engine, recorded.id) == [ReportState.WRITTEN]


def test_readings_from_before_there_were_reports_are_reported(engine: Engine, eyes: Eyes, store: Store) -> None:
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM structured_report")
    writer = ReportWriter(engine=engine, store=store, now=at(AT))
    assert (writer.catch_up(), writer.catch_up()) == (1, 0)
    work(engine, store)
    assert states(engine, recorded.id) == [ReportState.WRITTEN]


def test_no_blind_reading_is_reported_before_both_have_signed(engine: Engine, eyes: Eyes, store: Store) -> None:
    common = opened(eyes, OTHER, minute=-1)
    (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
    read(eyes, ANNE, common)
    read(eyes, BEN, common)
    signed(eyes, assignment, ANNE)
    assert (work(engine, store), reports(store)) == (0, [])
    signed(eyes, assignment, BEN)
    assert work(engine, store) == 2
    assert len(reports(store)) == 2


def test_reports_of_a_study_are_taken_away_while_it_is_read_blind_and_hide_it_until_then(
    engine: Engine, eyes: Eyes, store: Store
) -> None:
    common = opened(eyes, OTHER, minute=-1)
    read(eyes, OTHER, common)
    work(engine, store)
    (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
    hidden = Catalogue(engine).hidden_studies
    assert hidden([OLD_STUDY], Sight(reader=ANNE)) == {OLD_STUDY}
    assert hidden([OLD_STUDY], Sight(reader=OTHER)) == hidden([OLD_STUDY], NOBODY) == frozenset()

    store.error = ImageStoreUnavailableError("down")
    work(engine, store)
    assert hidden([OLD_STUDY], Sight(reader=ANNE)) == {OLD_STUDY}
    store.error = None
    work(engine, store, AT + timedelta(hours=1))
    assert reports(store) == []
    assert hidden([OLD_STUDY], Sight(reader=ANNE)) == frozenset()

    read(eyes, ANNE, common)
    read(eyes, BEN, common)
    signed(eyes, assignment, ANNE, BEN)
    work(engine, store, AT + timedelta(hours=2))
    assert len(reports(store)) == 3


def test_a_reading_of_a_study_without_images_waits(engine: Engine, eyes: Eyes, store: Store) -> None:
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    del store.files[IMAGE.orthanc_id]
    assert work(engine, store) == 1
    assert states(engine, recorded.id) == [ReportState.PLACING]
    assert reports(store) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_report_in_a_real_orthanc_is_valid_and_read_back_the_same(
    engine: Engine, eyes: Eyes, orthanc: OrthancServer, tmp_path: Path
) -> None:
    client = orthanc.client()
    client.store(image_file(), IMAGE.orthanc_id)
    recorded = read(eyes, ANNE, opened(eyes, ANNE)).reading
    assert work(engine, client) == 1
    with SqlUnitOfWork(engine, write=False) as uow:
        (report,) = uow.reports.of_reading(recorded.id)
    file = tmp_path / "report.dcm"
    file.write_bytes(b"".join(client.read(report.orthanc_id)))
    dumped = subprocess.run([program("dsrdump"), "-Er", file], capture_output=True, text=True, check=False)
    assert (dumped.returncode, dumped.stderr) == (0, "")
    checked = subprocess.run([program("dciodvfy"), "-new", file], capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if line.startswith("Error")] == []
    (group,) = read_back(pydicom.dcmread(file)).groups
    assert understood(group).findings == recorded.findings
    client.remove(report.orthanc_id)
    assert not client.has(report.orthanc_id)
    client.remove(report.orthanc_id)  # once more is nothing
