"""Clinical records as files: pseudonyms and the registry's dates, nothing that leads back to anybody."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from annotation.endpoints.tables import TABLES, Table
from annotation.registry.dictionary import FORMS
from annotation.registry.exchange import csv_files, endpoint_tables, redcap_records
from annotation.registry.exchange.fhir_writing import bundle
from annotation.registry.exchange.rows import ExportedEntry
from osteon.records import workbooks
from osteon.records.fhir_bundles import write_bundle
from storage.registry_records.batches import RecordBatches
from storage.registry_records.merging import with_contexts

_PLACES = {form.name: place for place, form in enumerate(FORMS)}
PATIENTS_AT_A_TIME = 200


def export_records(batches: RecordBatches, kind: str, target: Path, patients: list[str] | None = None) -> int:
    """How many entries were written. `target` is a folder for CSV, a file for all else, and must not be there.

    Whoever has objected to the study is left out, also where they are named.
    """
    pseudonyms = batches.pseudonyms() if patients is None else batches.used(patients)
    if kind == "endpoints":
        return _write_endpoints(batches, target, pseudonyms)
    if kind == "csv":
        return _write_csv(batches, target, pseudonyms)
    if kind == "xlsx":
        return workbooks.write(target, _form_by_form(batches, pseudonyms))
    entries = by_patient(batches, pseudonyms)
    if kind == "fhir":
        return _write_fhir(target, entries)
    with target.open("x", encoding="utf-8", newline="") as text:
        return redcap_records.write(text, entries)


def by_patient(batches: RecordBatches, pseudonyms: list[str]) -> Iterator[ExportedEntry]:
    """Patient by patient, form by form, in the order of entry; drafts after what is final."""
    for start in range(0, len(pseudonyms), PATIENTS_AT_A_TIME):
        some = pseudonyms[start : start + PATIENTS_AT_A_TIME]
        found = [*with_contexts(batches, some), *batches.drafts(some)]
        found.sort(key=lambda each: (each.pseudonym, _PLACES[each.form_name], each.entered_at))
        for each in found:
            yield ExportedEntry(pseudonym=each.pseudonym, form=each.form_name, values=each.values, state=each.state)


def _form_by_form(batches: RecordBatches, pseudonyms: list[str]) -> Iterator[ExportedEntry]:
    """What is final. One look for each form: no more is in memory than some patients' entries."""
    for form in FORMS:
        for each in by_patient(batches, pseudonyms):
            if each.form == form.name and each.state.value == "final":
                yield each


def _write_csv(batches: RecordBatches, folder: Path, pseudonyms: list[str]) -> int:
    folder.mkdir(parents=True)
    count = 0
    for name, entries in groupby(_form_by_form(batches, pseudonyms), key=lambda each: each.form):
        form = next(form for form in FORMS if form.name == name)
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as text:
            count += csv_files.write(text, form, entries)
    return count


def _write_endpoints(batches: RecordBatches, folder: Path, pseudonyms: list[str]) -> int:
    """A table in a file, as a release would have them; how many rows."""
    folder.mkdir(parents=True)
    count = 0
    with ExitStack() as files:
        writers = {table.name: _table(files, folder, table) for table in TABLES}
        for _pseudonym, some in groupby(by_patient(batches, pseudonyms), key=lambda each: each.pseudonym):
            finals = [each for each in some if each.state.value == "final"]
            for table, cells in endpoint_tables.rows_of(finals):
                writers[table.name].writerow(cells)
                count += 1
    return count


def _table(files: ExitStack, folder: Path, table: Table) -> "csv.DictWriter[str]":
    text = files.enter_context((folder / f"{table.name}.csv").open("x", encoding="utf-8", newline=""))
    writer = csv.DictWriter(text, [column.name for column in table.columns], restval="", lineterminator="\n")
    writer.writeheader()
    return writer


def _write_fhir(target: Path, entries: Iterator[ExportedEntry]) -> int:
    finals = [each for each in entries if each.state.value == "final"]
    write_bundle(target, bundle(finals))
    return len(finals)
