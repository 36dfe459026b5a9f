"""Clinical records as a workbook: a sheet for each form, read and written row by row."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from annotation.registry.dictionary import form_named
from annotation.registry.exchange.csv_files import FIRST_ROW, cells_of, headings
from annotation.registry.exchange.rows import ExportedEntry, SourceRow


class WorkbookError(ValueError):
    """The file is no workbook."""


def rows_of(path: Path) -> Iterator[SourceRow]:
    """The name of the sheet is that of the form. Raises WorkbookError."""
    with path.open("rb") as file, closing(_opened(file)) as workbook:
        for sheet in workbook.worksheets:
            rows = sheet.iter_rows(values_only=True)
            names = [_text(each).strip() for each in next(rows, ())]
            for number, row in enumerate(rows, start=FIRST_ROW):
                cells = {name: _text(cell) for name, cell in zip(names, row, strict=False) if name}
                if any(value.strip() for value in cells.values()):
                    yield SourceRow(number=number, part=sheet.title, form=sheet.title, cells=cells)


def _opened(file: BinaryIO) -> Any:
    try:
        return load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError):
        raise WorkbookError("the file is no workbook (.xlsx)") from None


def write(path: Path, entries: Iterable[ExportedEntry]) -> int:
    """Entries come form by form. All cells are text: a date stays as exact as it was, and "=1" is no formula."""
    workbook = Workbook(write_only=True)
    count = 0
    for name, some in groupby(entries, key=lambda each: each.form):
        sheet = workbook.create_sheet(name)
        columns = headings(form_named(name))
        sheet.append(columns)
        for entry in some:
            cells = cells_of(entry)
            sheet.append([_cell(sheet, cells.get(column, "")) for column in columns])
            count += 1
    if not workbook.worksheets:
        workbook.create_sheet("patient")
    workbook.save(path)
    return count


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text or None)
    if text:
        cell.data_type = "s"
    return cell


def _text(cell: object) -> str:
    """A date of the workbook's own kind as ISO writes it; a whole number without decimals."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)
