"""The registry as importing needs it: whose objects and studies are, and the files of objects that came before."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Engine, select

from annotation.errors import ObjectNotFoundError
from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.importing.ports import Owner
from storage.foreign_files import foreign_dataset
from storage.ledger_lookups import LOOKUP_SIZE
from storage.ledger_tables import InstanceRow, SeriesRow, StudyRow
from storage.measurable_images import MeasurableImages
from storage.segmentations import segment_voxels
from storage.series_reading import Files, read_file


class ImportSources:
    """Satisfies `annotation.importing.ports.Registry`. Share one between threads."""

    def __init__(self, engine: Engine, files: Files, images: MeasurableImages) -> None:
        self._engine = engine
        self._files = files
        self._images = images

    @property
    def images(self) -> MeasurableImages:
        return self._images

    def pseudonym_of_study(self, study_instance_uid: str) -> str | None:
        wanted = select(StudyRow.pseudonym).where(StudyRow.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            return connection.scalar(wanted)

    def owners(self, sop_instance_uids: Collection[str]) -> Mapping[str, Owner]:
        wanted = (
            select(
                InstanceRow.sop_instance_uid,
                StudyRow.pseudonym,
                StudyRow.study_instance_uid,
                SeriesRow.series_instance_uid,
            )
            .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
            .join(StudyRow, StudyRow.study_instance_uid == SeriesRow.study_instance_uid)
            .where(InstanceRow.lost_at.is_(None))
        )
        ordered = sorted(sop_instance_uids)
        found: dict[str, Owner] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(ordered), LOOKUP_SIZE):
                some = wanted.where(InstanceRow.sop_instance_uid.in_(ordered[start : start + LOOKUP_SIZE]))
                for uid, pseudonym, study, series in connection.execute(some):
                    found[uid] = Owner(pseudonym=pseudonym, study_instance_uid=study, series_instance_uid=series)
        return found

    def file(self, sop_instance_uid: str) -> bytes:
        wanted = select(InstanceRow.orthanc_id).where(
            InstanceRow.sop_instance_uid == sop_instance_uid, InstanceRow.lost_at.is_(None)
        )
        with self._engine.connect() as connection:
            orthanc_id = connection.scalar(wanted)
        if orthanc_id is None:
            raise ObjectNotFoundError
        return read_file(self._files, orthanc_id)

    def dataset(self, file: bytes) -> Any:
        return foreign_dataset(file)

    def segment(self, file: bytes, segment: int, volume: ImageVolume) -> Indices:
        return segment_voxels(file, segment, volume)
