"""The objects of a release as an image store's: by study, series and object, as they are in the release now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select

from storage.releases.errors import ErasedFileError, NoSuchReleaseFileError
from storage.releases.records import FileKind, FileRecord
from storage.releases.rows import FILES, SERIES, TOMBSTONES, file_record, is_there

OBJECT_KINDS = frozenset({FileKind.DICOM, FileKind.MASK, FileKind.SR})

Kinds = Collection[FileKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedSeries:
    """One series, of which `objects` are in the release."""

    series_instance_uid: str
    modality: str | None
    objects: int


class ReleaseScope:
    """Of one release that is ready. What was made for it is no object of the image store, and not in here."""

    def __init__(self, engine: Engine, number: int, kinds: Kinds = OBJECT_KINDS) -> None:
        self._engine = engine
        self._number = number
        self._kinds = kinds

    @property
    def number(self) -> int:
        return self._number

    def studies(self) -> list[str]:
        """Those of patients who were not erased, in order."""
        erased = select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c.release == self._number)
        wanted = select(SERIES.c.study_instance_uid).where(
            SERIES.c.release == self._number, SERIES.c.pseudonym.not_in(erased)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted.distinct().order_by(SERIES.c.study_instance_uid)))

    def check(self, study_instance_uid: str) -> str:
        """Whose study it is. Raises NoSuchReleaseFileError, ErasedFileError."""
        wanted = select(SERIES.c.pseudonym).where(
            SERIES.c.release == self._number, SERIES.c.study_instance_uid == study_instance_uid
        )
        with self._engine.connect() as connection:
            pseudonym: str | None = connection.scalar(wanted.limit(1))
            if pseudonym is None:
                raise NoSuchReleaseFileError
            of_patient = select(TOMBSTONES.c.number).where(
                TOMBSTONES.c.release == self._number, TOMBSTONES.c.pseudonym == pseudonym
            )
            if connection.scalar(of_patient) is not None:
                raise ErasedFileError(pseudonym)
        return pseudonym

    def series(self, studies: Collection[str]) -> Mapping[str, Sequence[ScopedSeries]]:
        """Of each of these studies, the series with objects in it; studies without any are left out."""
        counted = (
            select(FILES.c.study_instance_uid, FILES.c.series_instance_uid, func.count().label("objects"))
            .where(*self._conditions(studies))
            .group_by(FILES.c.study_instance_uid, FILES.c.series_instance_uid)
            .subquery()
        )
        wanted = select(counted, SERIES.c.modality).join(
            SERIES,
            (SERIES.c.release == self._number) & (SERIES.c.series_instance_uid == counted.c.series_instance_uid),
        )
        found: dict[str, list[ScopedSeries]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(wanted.order_by(counted.c.series_instance_uid)).mappings():
                one = ScopedSeries(
                    series_instance_uid=row["series_instance_uid"], modality=row["modality"], objects=row["objects"]
                )
                found.setdefault(row["study_instance_uid"], []).append(one)
        return found

    def objects(self, studies: Collection[str], series_instance_uid: str | None = None) -> list[FileRecord]:
        """By path."""
        wanted = select(FILES).where(*self._conditions(studies))
        if series_instance_uid is not None:
            wanted = wanted.where(FILES.c.series_instance_uid == series_instance_uid)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(FILES.c.path)).mappings().all()
        return [file_record(row) for row in rows]

    def one(self, study_instance_uid: str, series_instance_uid: str, sop_instance_uid: str) -> FileRecord:
        """Raises NoSuchReleaseFileError, ErasedFileError."""
        self.check(study_instance_uid)
        wanted = select(FILES).where(
            *self._conditions([study_instance_uid]),
            FILES.c.series_instance_uid == series_instance_uid,
            FILES.c.sop_instance_uid == sop_instance_uid,
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            raise NoSuchReleaseFileError
        return file_record(row)

    def _conditions(self, studies: Collection[str]) -> tuple[ColumnElement[bool], ...]:
        """By the patients of the studies first: that is what there is an index for."""
        patients: Any = select(SERIES.c.pseudonym).where(
            SERIES.c.release == self._number, SERIES.c.study_instance_uid.in_(studies)
        )
        return (
            is_there(self._number),
            FILES.c.pseudonym.in_(patients),
            FILES.c.study_instance_uid.in_(studies),
            FILES.c.orthanc_id.is_not(None),
            FILES.c.kind.in_([each.value for each in self._kinds]),
        )
