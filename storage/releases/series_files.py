"""The files of some series: objects as the image store has them, and volumes that are made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, tuple_

from storage.catalogue_queries import objects
from storage.catalogue_records import ObjectRecord
from storage.ledger_tables import InstanceRow
from storage.releases.drawn_masks import DrawnMask, DrawnMasks
from storage.releases.errors import FormatMissingError, VanishedObjectError
from storage.releases.layout import kind_of, mask_path, object_file, volume_path
from storage.releases.made import MadeFiles
from storage.releases.ports import (
    Converted,
    Converter,
    ImageFiles,
    Masked,
    MaskMaker,
    Masks,
    MaskToMake,
    Reports,
    SeriesToConvert,
    Volume,
)
from storage.releases.records import Contents, FileKind, FileRecord, ReleaseRecord, SeriesInRelease
from storage.releases.report_files import ReportFiles
from storage.releases.rows import PAGE, one_series, place_of

PET = "PT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Some files, why series were refused, and the series up to which all is written."""

    files: list[FileRecord] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    place: tuple[str, str, str] | None = None


class SeriesFiles:
    """Lists objects, and has volumes made."""

    def __init__(
        self,
        engine: Engine,
        made: MadeFiles,
        images: ImageFiles,
        *,
        converter: Converter | None,
        mask_maker: MaskMaker | None,
        masks: Masks | None,
        reports: Reports | None,
    ) -> None:
        self._engine = engine
        self._made = made
        self._images = images
        self._converter = converter
        self._mask_maker = mask_maker
        self._drawn = DrawnMasks(engine, made, masks)
        self._reports = ReportFiles(engine, made, reports)

    def check_converter(self, contents: Contents) -> None:
        """Raises FormatMissingError."""
        if contents.nifti and (self._converter is None or (contents.masks and self._mask_maker is None)):
            raise FormatMissingError("NIfTI cannot be made here: ask for DICOM")

    def of(self, release: ReleaseRecord, some: Sequence[SeriesInRelease]) -> Iterator[Written]:
        """What is kept in one transaction each. Raises VanishedObjectError, ImageStoreError, NoRoomError."""
        with TemporaryDirectory(dir=self._made.parts(release.number)) as folder:
            listed = [(each, self._objects(release, each)) for each in some if each.refused is None]
            drawn = self._drawn_masks(release, listed)
            converted = self._converted(release, listed, Path(folder))
            masked = self._masked(release, listed, drawn, Path(folder))
            found = dict(listed)
            for series in some:
                objects_of = found.get(series, [])
                wanted = [each for each in objects_of if _is_wanted(release, each)]
                files = [object_file(series, each) for each in wanted]
                reasons = []
                if _is_image(objects_of) and release.contents.nifti:
                    volumes = next(converted)
                    files += self._kept(release.number, series, volumes)
                    reasons += [] if volumes.refused is None else [volumes.refused]
                for segmentation in _segmentations(release, objects_of):
                    masks = next(masked)
                    files += self._kept_masks(release.number, series, segmentation.sop_instance_uid, masks)
                    if masks.refused is not None:
                        reasons.append(f"no mask of {segmentation.sop_instance_uid}: {masks.refused}")
                if (own := drawn.get(series)) is not None:
                    files += own.files
                    reasons += own.reasons
                    if own.content is not None and release.contents.nifti:
                        masks = next(masked)
                        files += self._kept_masks(release.number, series, own.sop_instance_uid, masks)
                        reasons += [] if masks.refused is None else [f"no NIfTI mask: {masks.refused}"]
                if not objects_of and series.refused is None and release.contents.sr:
                    reports, why_not = self._reports.of(release.number, series)
                    files += reports
                    reasons += why_not
                refused = {series.series_instance_uid: "; ".join(reasons)} if reasons else {}
                yield Written(files=files, refused=refused, place=place_of(series))

    def _objects(self, release: ReleaseRecord, series: SeriesInRelease) -> list[ObjectRecord]:
        """Those that were there when the release was frozen; all of them must be there still."""
        found: list[ObjectRecord] = []
        while page := self._page(series.series_instance_uid, release.frozen_at, found[-1:]):
            missing = [each for each, lost_at in page if lost_at is not None]
            present = self._images.present([each.orthanc_id for each, _ in page])
            missing += [each for each, _ in page if each.orthanc_id not in present]
            if missing:
                raise VanishedObjectError(missing[0].sop_instance_uid)
            found += [each for each, _ in page]
        return found

    def _page(
        self, series_instance_uid: str, frozen_at: datetime | None, last: list[ObjectRecord]
    ) -> list[tuple[ObjectRecord, datetime | None]]:
        wanted = (
            objects().add_columns(InstanceRow.lost_at).where(InstanceRow.series_instance_uid == series_instance_uid)
        )
        if frozen_at is not None:
            wanted = wanted.where(InstanceRow.stored_at <= frozen_at)
        if last:
            wanted = wanted.where(tuple_(InstanceRow.sop_instance_uid) > (last[0].sop_instance_uid,))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(InstanceRow.sop_instance_uid).limit(PAGE)).mappings().all()
        return [
            (ObjectRecord(**{name: value for name, value in row.items() if name != "lost_at"}), row["lost_at"])
            for row in rows
        ]

    def _converted(
        self,
        release: ReleaseRecord,
        listed: Sequence[tuple[SeriesInRelease, list[ObjectRecord]]],
        folder: Path,
    ) -> Iterator[Converted]:
        if not release.contents.nifti or self._converter is None:
            return
        wanted = []
        for index, (series, of_series) in enumerate(listed):
            if _is_image(of_series):
                own = folder / str(index)
                own.mkdir(mode=0o700)
                wanted.append(
                    SeriesToConvert(
                        series=series,
                        objects=[each for each in of_series if kind_of(each) is FileKind.DICOM],
                        suv=release.contents.suv and series.modality == PET,
                        folder=own,
                    )
                )
        yield from self._converter.convert(wanted)

    def _drawn_masks(
        self, release: ReleaseRecord, listed: Sequence[tuple[SeriesInRelease, list[ObjectRecord]]]
    ) -> dict[SeriesInRelease, DrawnMask]:
        """Of series that are made of readings, where masks are asked for."""
        if not release.contents.masks:
            return {}
        found = {series: self._drawn.of(release.number, series) for series, of_series in listed if not of_series}
        return {series: mask for series, mask in found.items() if mask is not None}

    def _masked(
        self,
        release: ReleaseRecord,
        listed: Sequence[tuple[SeriesInRelease, list[ObjectRecord]]],
        drawn: Mapping[SeriesInRelease, DrawnMask],
        folder: Path,
    ) -> Iterator[Masked]:
        if self._mask_maker is None:
            return
        wanted: list[MaskToMake] = []
        for series, of_series in listed:
            made = drawn[series].content if series in drawn and release.contents.nifti else None
            for segmentation in (*_segmentations(release, of_series), *(() if made is None else (made,))):
                own = folder / f"mask-{len(wanted)}"
                own.mkdir(mode=0o700)
                objects_of = partial(self._drawn_on, release, series.study_instance_uid)
                wanted.append(MaskToMake(segmentation=segmentation, objects_of=objects_of, folder=own))
        if wanted:
            yield from self._mask_maker.masks(wanted)

    def _drawn_on(self, release: ReleaseRecord, study: str, series_instance_uid: str) -> list[ObjectRecord]:
        """The images of a series of this study; none when it is not in the release."""
        with self._engine.connect() as connection:
            series = one_series(connection, release.number, series_instance_uid)
        if series is None or series.study_instance_uid != study or series.pseudonym in release.erased:
            return []
        return [each for each in self._objects(release, series) if kind_of(each) is FileKind.DICOM]

    def _kept(self, number: int, series: SeriesInRelease, converted: Converted) -> Iterator[FileRecord]:
        for volume in converted.volumes:
            yield from self._kept_volume(number, series, volume)

    def _kept_volume(self, number: int, series: SeriesInRelease, volume: Volume) -> Iterator[FileRecord]:
        path = volume_path(series, volume.suffix)
        yield self._kept_file(number, series, volume.nifti, f"{path}.nii.gz", FileKind.NIFTI)
        yield self._kept_file(number, series, volume.sidecar, f"{path}.json", FileKind.SIDECAR)

    def _kept_masks(
        self, number: int, series: SeriesInRelease, sop_instance_uid: str, masked: Masked
    ) -> Iterator[FileRecord]:
        """Both files of a mask are of its kind: who may not see masks is not told their labels either."""
        for mask in masked.masks:
            path = mask_path(series, masked.series_instance_uid, sop_instance_uid, mask.name)
            yield self._kept_file(number, series, mask.nifti, f"{path}.nii.gz", FileKind.MASK)
            yield self._kept_file(number, series, mask.sidecar, f"{path}.json", FileKind.MASK)

    def _kept_file(self, number: int, series: SeriesInRelease, file: Path, path: str, kind: FileKind) -> FileRecord:
        made = self._made.keep(number, file)
        return FileRecord(
            path=path,
            kind=kind,
            size=made.size,
            sha256=made.sha256,
            pseudonym=series.pseudonym,
            study_instance_uid=series.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
        )


def together(written: Iterator[Written], least: int) -> Iterator[Written]:
    """Several as one, until there are so many files: a transaction costs more than a row."""
    held = Written()
    for each in written:
        held = Written(files=held.files + each.files, refused=held.refused | each.refused, place=each.place)
        if len(held.files) + len(held.refused) >= least:
            yield held
            held = Written()
    if held.place is not None:
        yield held


def _is_image(found: Sequence[ObjectRecord]) -> bool:
    return any(kind_of(each) is FileKind.DICOM for each in found)


def _is_wanted(release: ReleaseRecord, record: ObjectRecord) -> bool:
    contents = release.contents
    wanted = {FileKind.DICOM: contents.dicom, FileKind.MASK: contents.masks, FileKind.SR: contents.sr}
    return wanted[kind_of(record)]


def _segmentations(release: ReleaseRecord, found: Sequence[ObjectRecord]) -> list[ObjectRecord]:
    """Those that masks are made of."""
    if not (release.contents.nifti and release.contents.masks):
        return []
    return [each for each in found if kind_of(each) is FileKind.MASK]
