"""The segmentation of what was drawn in one revision of a reading, made of the registry and of the image."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol
from uuid import UUID

import pydicom
from sqlalchemy import Engine

from annotation.lesion_masks.refusals import NoMask, RefusedOutlineError
from annotation.lesion_masks.segmentation import mask_of
from storage.report_sources import orthanc_id_drawn_on
from storage.unit_of_work import SqlUnitOfWork


class Readable(Protocol):
    """The image store."""

    def read(self, orthanc_id: str) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMaskMaker:
    """Satisfies `storage.releases.ports.Masks`. The same revision makes the same segmentation."""

    engine: Engine
    store: Readable

    def file_of(self, reading_id: UUID, revision: int) -> bytes:
        """Raises RefusedOutlineError, NoImageError, and what highdicom and the image store raise."""
        with SqlUnitOfWork(self.engine, write=False) as uow:
            reading = next(each for each in uow.readings.history(reading_id) if each.revision == revision)
            lesion = uow.lesions.get(reading.lesion_id)
        if reading.geometry is None or reading.geometry.shape is None:
            raise RefusedOutlineError(NoMask.NO_OUTLINE)
        if reading.geometry.sop_instance_uid is None:
            raise RefusedOutlineError(NoMask.NOT_ON_AN_IMAGE)
        with self.engine.connect() as connection:
            place = orthanc_id_drawn_on(connection, reading.study_instance_uid, reading.geometry.sop_instance_uid)
        image = pydicom.dcmread(BytesIO(b"".join(self.store.read(place))), stop_before_pixels=True)
        buffer = BytesIO()
        mask_of(lesion, reading, image).save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()
