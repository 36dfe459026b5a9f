"""Made files that a release lists nowhere: what a run or an erasure that ended in the middle has left on the disk.

A file is made before it is listed. Nobody else may therefore be making any: hold the row of a release that nobody
builds, or be alone with the files of one that is ready (`MadeFiles.alone`).
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from storage.releases.made import MadeFiles
from storage.releases.records import FileKind
from storage.releases.tables import ReleaseFileRow

WRITTEN_LAST = (FileKind.TABLE.value, FileKind.TEXT.value, FileKind.BAG.value)
"""Kinds that each run writes anew when all else is there."""


def sweep(connection: Connection, made: MadeFiles, number: int) -> None:
    made.sweep(number, lambda digests: _listed(connection, number, digests))


def forget_what_is_written_last(connection: Connection, number: int) -> None:
    """Of a release that is not ready."""
    of_kind = ReleaseFileRow.kind.in_(WRITTEN_LAST)
    connection.execute(delete(ReleaseFileRow).where(ReleaseFileRow.release == number, of_kind))


def _listed(connection: Connection, number: int, digests: Collection[str]) -> set[str]:
    wanted = select(ReleaseFileRow.sha256).where(
        ReleaseFileRow.release == number,
        ReleaseFileRow.to_erasure.is_(None),
        ReleaseFileRow.orthanc_id.is_(None),
        ReleaseFileRow.sha256.in_(digests),
    )
    return set(connection.scalars(wanted))
