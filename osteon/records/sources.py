"""A file of clinical records, whatever its format, as rows; it can be read again from the start."""

import csv
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from annotation.registry.exchange import csv_files, redcap_records
from annotation.registry.exchange.fhir_reading import rows_of as fhir_rows
from annotation.registry.exchange.findings import Finding
from annotation.registry.exchange.mapping import FileMapping, own_mapping, understood
from annotation.registry.exchange.rows import RawRow, SourceRow
from osteon.records import workbooks
from osteon.records.fhir_bundles import read_bundle

FORMATS = ("csv", "xlsx", "redcap", "fhir")
CHUNK = 1 << 20


class SourceError(ValueError):
    """The file cannot be read as what it is said to be. No message quotes it."""


class Source:
    """One file. Nothing of it is written anywhere else, not even for a moment."""

    def __init__(
        self,
        path: Path,
        kind: str,
        *,
        form: str | None = None,
        mapping: FileMapping | None = None,
        missing: Collection[str] = (),
    ) -> None:
        """`missing`: words of the file that say that something is not known, and stand for an empty cell."""
        self.path, self.kind = path, kind
        self._form = form
        self._missing = frozenset(missing)
        self._mapping = mapping or (redcap_records.mapping() if kind == "redcap" else own_mapping())

    @property
    def issuer(self) -> str | None:
        return self._mapping.issuer

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def rows(self) -> Iterator[RawRow | Finding]:
        """Raises SourceError."""
        if self.kind == "fhir":
            yield from fhir_rows(read_bundle(self.path))
            return
        for row in self._rows():
            if isinstance(row, Finding):
                yield row
            else:
                yield from understood(self._known(row), self._mapping)

    def _known(self, row: SourceRow) -> SourceRow:
        """Without the cells that say that something is not known."""
        if not self._missing:
            return row
        cells = {name: "" if text.strip() in self._missing else text for name, text in row.cells.items()}
        return replace(row, cells=cells)

    def _rows(self) -> Iterator[SourceRow | Finding]:
        if self.kind == "xlsx":
            yield from workbooks.rows_of(self.path)
            return
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as text:
                yield from (
                    redcap_records.rows_of(text, forms=self._mapping.forms, missing=self._missing)
                    if self.kind == "redcap"
                    else csv_files.rows_of(text, self._form)
                )
        except redcap_records.RedcapError as error:
            raise SourceError(str(error)) from None
        except UnicodeDecodeError:
            raise SourceError("the file is no UTF-8 text") from None
        except csv.Error:
            raise SourceError("the file is no CSV: a cell does not end, or holds what no text has") from None


def read_json(path: Path) -> object:
    """Raises SourceError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError:
        raise SourceError("the file is no JSON") from None
