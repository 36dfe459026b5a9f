"""The images of the registry as measuring needs them: looked up in the ledger, read from the image store, kept."""

import hashlib

from sqlalchemy import Engine, select

from annotation.errors import StudyNotFoundError
from annotation.image_measurement.image_volume import ImageVolume, Indices
from annotation.measuring.ports import PlacedImage, SeriesReference
from lesion_model.errors import FindingError, Problem
from storage.image_slices import NATIVE, ImageSlice, read_slice
from storage.ledger_tables import InstanceRow, SeriesRow, StudyRow
from storage.segmentations import segment_voxels
from storage.series_cache import SeriesCache
from storage.series_reading import Files, read_file, read_series

MOST_IMAGES = 4_000
MEGABYTE = 1 << 20
DEFAULT_CACHE_MB = 1024


class MeasurableImages:
    """Satisfies `annotation.measuring.ports.Images`. Share one between threads."""

    def __init__(self, engine: Engine, files: Files, cache_mb: int = DEFAULT_CACHE_MB) -> None:
        self._engine = engine
        self._files = files
        self.cache: SeriesCache[ImageVolume] = SeriesCache(cache_mb * MEGABYTE)

    def series_of_study(self, study_instance_uid: str) -> tuple[SeriesReference, ...]:
        wanted = select(SeriesRow.series_instance_uid, SeriesRow.modality, SeriesRow.frame_of_reference_uid).where(
            SeriesRow.study_instance_uid == study_instance_uid
        )
        study = select(StudyRow.study_instance_uid).where(StudyRow.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            if connection.scalar(study) is None:
                raise StudyNotFoundError
            rows = connection.execute(wanted.order_by(SeriesRow.series_instance_uid)).all()
        return tuple(
            SeriesReference(series_instance_uid=uid, modality=modality, frame_of_reference_uid=frame)
            for uid, modality, frame in rows
        )

    def series_of_image(self, sop_instance_uid: str) -> str | None:
        wanted = select(InstanceRow.series_instance_uid).where(
            InstanceRow.sop_instance_uid == sop_instance_uid, InstanceRow.lost_at.is_(None)
        )
        with self._engine.connect() as connection:
            return connection.scalar(wanted)

    def image(self, sop_instance_uid: str) -> PlacedImage:
        series, file = self._file(sop_instance_uid)
        image = read_slice(file, pixels=False)
        return PlacedImage(
            series_instance_uid=series,
            modality=image.modality.value,
            frame_of_reference_uid=image.frame_of_reference_uid,
            plane=image.plane,
        )

    def shown(self, sop_instance_uid: str) -> ImageSlice:
        """One image of CT, PET or MR with its values. Raises `FindingError` or `GeometryError` for any other."""
        _, file = self._file(sop_instance_uid)
        return read_slice(file)

    def volume(self, series_instance_uid: str) -> ImageVolume:
        wanted = (
            select(
                InstanceRow.orthanc_id,
                InstanceRow.sha256,
                InstanceRow.size,
                InstanceRow.transfer_syntax_uid,
                InstanceRow.rows,
                InstanceRow.columns,
            )
            .where(InstanceRow.series_instance_uid == series_instance_uid, InstanceRow.lost_at.is_(None))
            .order_by(InstanceRow.sop_instance_uid)
            .limit(MOST_IMAGES + 1)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        size = sum(_decoded_bytes(*row[2:]) for row in rows)
        if len(rows) > MOST_IMAGES or size > self.cache.most_bytes:
            detail = (
                f"more than {MOST_IMAGES} images or {self.cache.most_bytes // MEGABYTE} MB: too large to be measured"
            )
            raise FindingError([Problem(field="series_instance_uid", detail=detail)])
        if not rows:
            raise FindingError([Problem(field="series_instance_uid", detail="has no images any more")])
        # By its content: images that come later make another volume.
        key = hashlib.sha256("".join([series_instance_uid, *(row.sha256 for row in rows)]).encode()).hexdigest()
        ids = [row.orthanc_id for row in rows]
        return self.cache.get(key, size, lambda: read_series(self._files, series_instance_uid, ids))

    def mask(self, sop_instance_uid: str, segment: int, volume: ImageVolume) -> Indices:
        _, file = self._file(sop_instance_uid)
        return segment_voxels(file, segment, volume)

    def _file(self, sop_instance_uid: str) -> tuple[str, bytes]:
        wanted = select(InstanceRow.series_instance_uid, InstanceRow.orthanc_id).where(
            InstanceRow.sop_instance_uid == sop_instance_uid, InstanceRow.lost_at.is_(None)
        )
        with self._engine.connect() as connection:
            series, orthanc_id = connection.execute(wanted).one()
        return series, read_file(self._files, orthanc_id)


def _decoded_bytes(size: int, transfer_syntax_uid: str, rows: int | None, columns: int | None) -> int:
    """What an image takes in memory: about its file, or, when that is compressed, a number of 32 bits per pixel."""
    if transfer_syntax_uid in NATIVE:
        return size
    return max(size, 4 * (rows or 0) * (columns or 0))
