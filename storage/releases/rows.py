"""How rows of releases become records, and the statements that several modules share."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select, tuple_

from storage.releases.errors import NoSuchReleaseError
from storage.releases.records import (
    Contents,
    FileKind,
    FileRecord,
    ReadingsChoice,
    ReleaseRecord,
    ReleaseState,
    SeriesInRelease,
    Tombstone,
)
from storage.releases.tables import ReleaseFileRow, ReleaseRow, ReleaseSeriesRow, ReleaseTombstoneRow

PAGE = 1000
RELEASES = ReleaseRow.__table__
FILES = ReleaseFileRow.__table__
SERIES = ReleaseSeriesRow.__table__
TOMBSTONES = ReleaseTombstoneRow.__table__


def release(connection: Connection, number: int, *, locked: bool = False) -> ReleaseRecord:
    """Raises NoSuchReleaseError. `locked`: nobody else changes it until this transaction ends."""
    wanted = select(RELEASES).where(RELEASES.c.number == number)
    found = connection.execute(wanted.with_for_update() if locked else wanted).mappings().one_or_none()
    if found is None:
        raise NoSuchReleaseError
    return release_record(found, tombstones(connection, number))


def tombstones(connection: Connection, number: int) -> tuple[Tombstone, ...]:
    """In the order of the erasures."""
    wanted = select(TOMBSTONES).where(TOMBSTONES.c.release == number).order_by(TOMBSTONES.c.number)
    return tuple(
        Tombstone(
            number=row["number"],
            pseudonym=row["pseudonym"],
            reason=row["reason"],
            at=row["at"],
            manifest_sha256=row["manifest_sha256"],
        )
        for row in connection.execute(wanted).mappings()
    )


def release_record(row: RowMapping, erased: tuple[Tombstone, ...] = ()) -> ReleaseRecord:
    cohort = None if row["cohort_name"] is None else (row["cohort_name"], row["cohort_version"])
    same = (
        "number", "name", "query", "data_use", "versions", "previous", "created_at", "created_by", "job",
        "frozen_at", "failure", "ready_at", "counts", "manifest_sha256",
    )  # fmt: skip
    return ReleaseRecord(
        state=ReleaseState(row["state"]),
        cohort=cohort,
        contents=Contents.from_document(row["contents"]),
        readings=ReadingsChoice(row["readings"]),
        tombstones=erased,
        **{name: row[name] for name in same},
    )


def file_record(row: RowMapping) -> FileRecord:
    return FileRecord(
        path=row["path"],
        kind=FileKind(row["kind"]),
        size=row["size"],
        sha256=row["sha256"],
        pseudonym=row["pseudonym"],
        study_instance_uid=row["study_instance_uid"],
        series_instance_uid=row["series_instance_uid"],
        sop_instance_uid=row["sop_instance_uid"],
        orthanc_id=row["orthanc_id"],
    )


def file_values(number: int, file: FileRecord, from_erasure: int = 0) -> dict[str, Any]:
    return {
        "release": number,
        "path": file.path,
        "from_erasure": from_erasure,
        "to_erasure": None,
        "kind": file.kind.value,
        "size": file.size,
        "sha256": file.sha256,
        "pseudonym": file.pseudonym,
        "study_instance_uid": file.study_instance_uid,
        "series_instance_uid": file.series_instance_uid,
        "sop_instance_uid": file.sop_instance_uid,
        "orthanc_id": file.orthanc_id,
    }


def is_there(number: int) -> ColumnElement[bool]:
    """Files of a release as it is now."""
    return and_(FILES.c.release == number, FILES.c.to_erasure.is_(None))


def files_in_order(connection: Connection, number: int, *conditions: ColumnElement[bool]) -> Iterator[FileRecord]:
    """Page by page: a release may have millions."""
    after = ""
    while True:
        wanted = select(FILES).where(is_there(number), FILES.c.path > after, *conditions)
        page = connection.execute(wanted.order_by(FILES.c.path).limit(PAGE)).mappings().all()
        yield from map(file_record, page)
        if len(page) < PAGE:
            return
        after = page[-1]["path"]


def series_in_order(
    connection: Connection, number: int, after: tuple[str, str, str] | None = None
) -> Iterator[SeriesInRelease]:
    """Patient by patient, session by session; those of erased patients are left out."""
    while True:
        page = series_page(connection, number, after)
        yield from page
        if len(page) < PAGE:
            return
        after = place_of(page[-1])


def series_page(
    connection: Connection, number: int, after: tuple[str, str, str] | None, limit: int = PAGE
) -> list[SeriesInRelease]:
    erased = select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c.release == number)
    place = (SERIES.c.pseudonym, SERIES.c.session, SERIES.c.series_instance_uid)
    wanted = select(SERIES).where(SERIES.c.release == number, SERIES.c.pseudonym.not_in(erased))
    if after is not None:
        wanted = wanted.where(tuple_(*place) > after)
    return [_series(row) for row in connection.execute(wanted.order_by(*place).limit(limit)).mappings()]


def one_series(connection: Connection, number: int, series_instance_uid: str) -> SeriesInRelease | None:
    wanted = select(SERIES).where(SERIES.c.release == number, SERIES.c.series_instance_uid == series_instance_uid)
    row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else _series(row)


def _series(row: RowMapping) -> SeriesInRelease:
    return SeriesInRelease(
        series_instance_uid=row["series_instance_uid"],
        study_instance_uid=row["study_instance_uid"],
        pseudonym=row["pseudonym"],
        modality=row["modality"],
        session=row["session"],
        refused=row["refused"],
    )


def place_of(series: SeriesInRelease) -> tuple[str, str, str]:
    return series.pseudonym, series.session, series.series_instance_uid
