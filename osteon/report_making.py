"""The structured report of one revision of a reading, made of the registry and of the image that was drawn on."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol
from uuid import UUID

import pydicom
from pydicom.dataset import Dataset
from sqlalchemy import Engine

from annotation.entities import FIRST_REVISION
from annotation.structured_report.document import Source, as_file, document
from storage.report_sources import observer_of, orthanc_id_of_image
from storage.unit_of_work import SqlUnitOfWork


class Readable(Protocol):
    """The image store."""

    def read(self, orthanc_id: str) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMaker:
    """Whoever asks has made sure that the reading may be told of. The same revision makes the same report."""

    engine: Engine
    store: Readable

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        """Raises NoImageError, ValueError for what no report can hold, and what the image store raises."""
        return as_file(document(self._source(reading_id, revision)))

    def _source(self, reading_id: UUID, revision: int) -> Source:
        with SqlUnitOfWork(self.engine, write=False) as uow:
            revisions = uow.readings.history(reading_id)
            reading = next(each for each in revisions if each.revision == revision)
            lesion = uow.lesions.get(reading.lesion_id)
        drawn_on = None if reading.geometry is None else reading.geometry.sop_instance_uid
        with self.engine.connect() as connection:
            observer = observer_of(connection, reading.recorded_by)
            image = orthanc_id_of_image(connection, reading.study_instance_uid, drawn_on)
        return Source(
            lesion=lesion,
            reading=reading,
            observer=observer,
            image=self._header(image),
            predecessor=None if reading.revision == FIRST_REVISION else reading.revision - 1,
        )

    def _header(self, orthanc_id: str) -> Dataset:
        content = BytesIO(b"".join(self.store.read(orthanc_id)))
        return pydicom.dcmread(content, stop_before_pixels=True)
