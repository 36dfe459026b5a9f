"""The tables of a release as files: which there are, and each written row by row in every format that is wanted."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from sqlalchemy import Connection

from storage.releases.layout import table_path
from storage.releases.made import Draft, MadeFiles
from storage.releases.record_columns import RECORD_SHEETS
from storage.releases.record_rows import record_rows
from storage.releases.records import Contents, FileKind, FileRecord, ReleaseRecord, TableFormat
from storage.releases.sheet_columns import SHEETS, Sheet
from storage.releases.sheet_files import SheetWriter, write_all, writing_sheet
from storage.releases.sheet_rows import ROWS

Drafts = dict[tuple[str, TableFormat], Draft]


def sheets_of(contents: Contents) -> tuple[Sheet, ...]:
    """Those that a release of such contents has, where it has tables at all."""
    return SHEETS if contents.record is None else (*SHEETS, *RECORD_SHEETS)


def write_tables(connection: Connection, found: ReleaseRecord, made: MadeFiles) -> Iterator[FileRecord]:
    """As of one moment of the registry. Raises FormatMissingError, NoRoomError, OSError."""
    if not found.contents.tables:
        return
    for sheet in SHEETS:
        with ExitStack() as stack:
            drafts, writers = _opened(stack, found, made, [sheet])
            write_all(writers[sheet.name], ROWS[sheet.name](connection, found.number))
        yield from _files(drafts)
    if found.contents.record is not None:
        with ExitStack() as stack:
            drafts, writers = _opened(stack, found, made, RECORD_SHEETS)
            for name, row in record_rows(connection, found.number):
                write_all(writers[name], [row])
        yield from _files(drafts)


def _opened(
    stack: ExitStack, found: ReleaseRecord, made: MadeFiles, sheets: Sequence[Sheet]
) -> tuple[Drafts, dict[str, list[SheetWriter]]]:
    drafts: Drafts = {}
    writers: dict[str, list[SheetWriter]] = {sheet.name: [] for sheet in sheets}
    for sheet in sheets:
        for wanted in found.contents.tables:
            draft = stack.enter_context(made.drafting(found.number))
            drafts[sheet.name, wanted] = draft
            writers[sheet.name].append(stack.enter_context(writing_sheet(wanted, sheet, draft)))
    return drafts, writers


def _files(drafts: Drafts) -> Iterator[FileRecord]:
    for (name, wanted), draft in drafts.items():
        yield FileRecord(
            path=table_path(name, wanted), kind=FileKind.TABLE, size=draft.made.size, sha256=draft.made.sha256
        )
