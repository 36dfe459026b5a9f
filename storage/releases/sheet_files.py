"""Tables as files: CSV and Parquet, written row by row, and copied without one patient."""

import csv
import importlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from storage.releases.errors import FormatMissingError
from storage.releases.made import Draft
from storage.releases.records import TableFormat
from storage.releases.sheet_columns import PSEUDONYM, Column, ColumnType, Sheet

Row = Sequence[Any]
ROWS_AT_ONCE = 4096

# What a spreadsheet would take for a formula. Only texts are guarded: a number may be negative.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class SheetWriter(Protocol):
    """Takes the rows of one table."""

    def write(self, row: Row) -> None:
        """Raises OSError."""


def check_format(wanted: TableFormat) -> None:
    """Raises FormatMissingError."""
    if wanted is TableFormat.PARQUET:
        _arrow()


@contextmanager
def writing_sheet(wanted: TableFormat, sheet: Sheet, draft: Draft) -> Iterator[SheetWriter]:
    """Raises FormatMissingError, OSError."""
    if wanted is TableFormat.CSV:
        yield _CsvWriter(sheet, draft)
        return
    writer = _ParquetWriter(sheet, draft)
    yield writer
    writer.close()


def write_all(writers: Iterable[SheetWriter], rows: Iterable[Row]) -> None:
    """Each row to all of them."""
    into = list(writers)
    for row in rows:
        for writer in into:
            writer.write(row)


def copy_without(pseudonym: str, wanted: TableFormat, file: Path, draft: Draft) -> None:
    """The same table without the rows of one patient; the others stay as they were frozen."""
    if wanted is TableFormat.CSV:
        _copy_csv(pseudonym, file, draft)
    else:
        _copy_parquet(pseudonym, file, draft)


class _Lines(io.TextIOBase):
    """Text into bytes, for the csv module."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft

    def write(self, text: str) -> int:
        self._draft.write(text.encode())
        return len(text)


class _CsvWriter:
    def __init__(self, sheet: Sheet, draft: Draft) -> None:
        self._writer = csv.writer(_Lines(draft), lineterminator="\n")
        self._writer.writerow([column.name for column in sheet.columns])

    def write(self, row: Row) -> None:
        self._writer.writerow([_cell(value) for value in row])


class _ParquetWriter:
    def __init__(self, sheet: Sheet, draft: Draft) -> None:
        self._arrow = _arrow()
        self._schema = self._arrow.schema([_field(self._arrow, column) for column in sheet.columns])
        self._columns = sheet.columns
        self._rows: list[Row] = []
        self._writer = _parquet().ParquetWriter(_Sink(draft), self._schema, compression="zstd")

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = [
            self._arrow.array([_plain(row[index]) for row in self._rows], field.type)
            for index, field in enumerate(self._schema)
        ]
        self._writer.write_batch(self._arrow.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows = []


class _Sink(io.RawIOBase):
    """A draft as a file of Python's."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        return self._draft.write(bytes(piece))


def _copy_csv(pseudonym: str, file: Path, draft: Draft) -> None:
    with file.open(newline="", encoding="utf-8") as text:
        rows = csv.reader(text)
        writer = csv.writer(_Lines(draft), lineterminator="\n")
        head = next(rows)
        writer.writerow(head)
        of = head.index(PSEUDONYM.name)
        writer.writerows(row for row in rows if row[of] != pseudonym)


def _copy_parquet(pseudonym: str, file: Path, draft: Draft) -> None:
    arrow, parquet = _arrow(), _parquet()
    compute = importlib.import_module("pyarrow.compute")
    with ExitStack() as stack:
        source = parquet.ParquetFile(file)
        stack.callback(source.close)
        writer = parquet.ParquetWriter(_Sink(draft), source.schema_arrow, compression="zstd")
        stack.callback(writer.close)
        for batch in source.iter_batches(ROWS_AT_ONCE):
            kept = compute.not_equal(batch.column(PSEUDONYM.name), pseudonym)
            writer.write_table(arrow.Table.from_batches([batch]).filter(kept))


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _field(arrow: Any, column: Column) -> Any:
    kinds = {
        ColumnType.TEXT: arrow.string(),
        ColumnType.INTEGER: arrow.int64(),
        ColumnType.NUMBER: arrow.float64(),
        ColumnType.YES_NO: arrow.bool_(),
        ColumnType.DATE: arrow.date32(),
    }
    metadata = {"meaning_en": column.meaning.en, "meaning_fr": column.meaning.fr}
    also = {"unit": column.unit, "formula": column.formula}
    metadata |= {name: said for name, said in also.items() if said}
    return arrow.field(column.name, kinds[column.type], metadata=metadata)


def _arrow() -> Any:
    """Large, and wanted by those only who write Parquet."""
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        raise FormatMissingError("Parquet needs pyarrow (>= 26), which is not installed: ask for CSV") from None


def _parquet() -> Any:
    _arrow()
    return importlib.import_module("pyarrow.parquet")
