"""The record as the tables of the endpoints: what they are parsed into is what was entered."""

from datetime import date

from annotation.endpoints.parsing import parsed
from annotation.endpoints.records import EventType, VitalStatus
from annotation.endpoints.tables import TABLES
from annotation.registry.exchange.endpoint_tables import rows_of
from annotation.registry.exchange.rows import ExportedEntry
from tests.builders.records import EVERYTHING, ONE, PRESENTATION, SAMPLE


def _tables(entries: list[ExportedEntry]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {table.name: [] for table in TABLES}
    for table, cells in rows_of(entries):
        found[table.name].append(cells)
    return found


def test_the_endpoints_understand_every_row_of_the_record() -> None:
    result = parsed(_tables([each for each in EVERYTHING if each.pseudonym == ONE]))
    assert [each for each in result.problems if each.reason.refuses] == []
    (patient,), (event,) = result.registry.patients, result.registry.events
    assert (patient.vital_status, patient.death_date) == (VitalStatus.DEAD, date(2025, 9, 15))
    assert (event.type, event.date) == (EventType.FRACTURE, date(2025, 8, 1))
    assert [each.meeting_date for each in result.registry.presentations] == [date(2025, 6, 12), date(2025, 8, 12)]


def test_a_meeting_has_the_biology_that_it_knew_in_the_units_of_the_table() -> None:
    tables = _tables([each for each in EVERYTHING if each.pseudonym == ONE])
    first, second = tables["biology"]
    assert (first["meeting_date"], second["meeting_date"]) == ("2025-06-12", "2025-08-12")
    # 9.20 mg/dL is 2.2955 mmol/L, and 0.04 more for an albumin of 38 g/L.
    assert (first["calcium_corrected"], first["albumin"]) == ("2.34", "38")
    assert "creatinine" not in first


def test_a_sample_after_the_meeting_or_long_before_it_is_not_what_it_knew() -> None:
    meeting = ExportedEntry(pseudonym=ONE, form="presentation", values=PRESENTATION)
    for taken in ("2025-06-13", "2025-03-13"):
        sample = ExportedEntry(pseudonym=ONE, form="biology", values={**SAMPLE, "sample_date": taken})
        assert _tables([meeting, sample])["biology"] == []


def test_frankel_is_told_without_the_local_subdivision_of_d() -> None:
    tables = _tables([ExportedEntry(pseudonym=ONE, form="presentation", values=PRESENTATION)])
    assert tables["presentations"][0]["frankel"] == "D"
