"""Masks of what was drawn in the readings of a release: segmentations that are made for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from annotation.lesion_masks.refusals import RefusedOutlineError
from annotation.nifti.damage import DAMAGED, is_of_machine
from storage.releases.errors import FormatMissingError
from storage.releases.layout import object_path
from storage.releases.made import MadeFiles
from storage.releases.ports import Masks
from storage.releases.reading_series import MASKS, MadeObject, made_object
from storage.releases.records import FileKind, FileRecord, SeriesInRelease
from storage.report_sources import NoImageError

NOT_HELD = "what was drawn on cannot be the source of a segmentation"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMask:
    """`content`: the segmentation, of which a NIfTI mask can be made; None when there is none, for `reasons`."""

    sop_instance_uid: str
    content: bytes | None = None
    files: Sequence[FileRecord] = ()
    reasons: Sequence[str] = ()


class DrawnMasks:
    """Makes them series by series."""

    def __init__(self, engine: Engine, made: MadeFiles, masks: Masks | None) -> None:
        self._engine = engine
        self._made = made
        self._masks = masks

    def of(self, number: int, series: SeriesInRelease) -> DrawnMask | None:
        """The mask that a series is of, or why there is none; None for a series of something else.

        Raises FormatMissingError, ImageStoreError, NoRoomError, OSError.
        """
        with self._engine.connect() as connection:
            wanted = made_object(connection, number, MASKS, series)
        if wanted is None:
            return None
        if self._masks is None:
            raise FormatMissingError("masks of what was drawn cannot be made here: leave masks out")
        try:
            content = self._masks.file_of(wanted.reading_id, wanted.revision)
        except (RefusedOutlineError, NoImageError) as error:
            return DrawnMask(sop_instance_uid=wanted.sop_instance_uid, reasons=(f"no mask: {error}",))
        except DAMAGED as error:  # highdicom's own words may quote the image
            if is_of_machine(error):
                raise
            return DrawnMask(sop_instance_uid=wanted.sop_instance_uid, reasons=(f"no mask: {NOT_HELD}",))
        file = self._file(number, series, wanted, content)
        return DrawnMask(sop_instance_uid=wanted.sop_instance_uid, content=content, files=(file,))

    def _file(self, number: int, series: SeriesInRelease, wanted: MadeObject, content: bytes) -> FileRecord:
        made = self._made.write(number, content)
        return FileRecord(
            path=object_path(series, FileKind.MASK, wanted.sop_instance_uid),
            kind=FileKind.MASK,
            size=made.size,
            sha256=made.sha256,
            pseudonym=series.pseudonym,
            study_instance_uid=series.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
            sop_instance_uid=wanted.sop_instance_uid,
        )
