"""The reports of the readings of a release, as files that are made for it."""

from sqlalchemy import Engine

from storage.releases.errors import FormatMissingError
from storage.releases.layout import object_path
from storage.releases.made import MadeFiles
from storage.releases.ports import Reports
from storage.releases.reading_series import REPORTS, MadeObject, made_object
from storage.releases.records import FileKind, FileRecord, SeriesInRelease
from storage.report_sources import NoImageError

NOT_HELD = "the reading holds what no report can"


class ReportFiles:
    """Makes them series by series."""

    def __init__(self, engine: Engine, made: MadeFiles, reports: Reports | None) -> None:
        self._engine = engine
        self._made = made
        self._reports = reports

    def of(self, number: int, series: SeriesInRelease) -> tuple[list[FileRecord], list[str]]:
        """The report that a series is of, or why there is none; nothing for a series of something else.

        Raises FormatMissingError, ImageStoreError, NoRoomError.
        """
        with self._engine.connect() as connection:
            wanted = made_object(connection, number, REPORTS, series)
        files, reasons = [], []
        for each in () if wanted is None else (wanted,):
            try:
                files.append(self._file(number, series, each))
            except NoImageError as error:
                reasons.append(f"no report: {error}")
            except ValueError:  # highdicom's own words may quote the reading
                reasons.append(f"no report: {NOT_HELD}")
        return files, reasons

    def _file(self, number: int, series: SeriesInRelease, wanted: MadeObject) -> FileRecord:
        if self._reports is None:
            raise FormatMissingError("reports cannot be made here: leave them out")
        made = self._made.write(number, self._reports.file_of(wanted.reading_id, wanted.revision))
        return FileRecord(
            path=object_path(series, FileKind.SR, wanted.sop_instance_uid),
            kind=FileKind.SR,
            size=made.size,
            sha256=made.sha256,
            pseudonym=series.pseudonym,
            study_instance_uid=series.study_instance_uid,
            series_instance_uid=series.series_instance_uid,
            sop_instance_uid=wanted.sop_instance_uid,
        )
