"""What a cohort is made of: patients by primary tumour, series by modality, lesions by bone, readings and scores."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from annotation.cohorts.fields import Scope
from annotation.cohorts.filters import CohortQuery
from storage.cohorts.conditions import Conditions
from storage.cohorts.counting import in_cohort
from storage.cohorts.records import CohortDistributions, Shares
from storage.cohorts.tables import (
    SearchLesionRow,
    SearchPatientRow,
    SearchReadingRow,
    SearchScoreRow,
    SearchSeriesRow,
)

AnySelect = Select[*tuple[Any, ...]]


def distributions(connection: Connection, query: CohortQuery, conditions: Conditions) -> CohortDistributions:
    """From one moment on SQLite; on PostgreSQL what is signed meanwhile may be in one of them and not in another."""
    found = in_cohort(query, conditions)
    patients = select(SearchSeriesRow.patient_id).where(found).correlate(None)
    studies = select(SearchSeriesRow.study_id).where(found).correlate(None)
    readings = SearchReadingRow.study_id.in_(studies), conditions.visible(Scope.READING)
    lesions = func.count(SearchReadingRow.lesion_id.distinct())
    of_lesion = SearchReadingRow.lesion_id == SearchLesionRow.id
    by_bone = _by(SearchLesionRow.bone, lesions).join(SearchReadingRow, of_lesion)
    scores = _by(SearchScoreRow.instrument, func.count()).add_columns(SearchScoreRow.band)
    scores = scores.where(SearchScoreRow.study_id.in_(studies), conditions.visible(Scope.SCORE))
    return CohortDistributions(
        primary_tumours=_shares(
            connection, _by(SearchPatientRow.primary_tumour, func.count()).where(SearchPatientRow.id.in_(patients))
        ),
        modalities=_shares(connection, _by(SearchSeriesRow.modality, func.count()).where(found)),
        bones=_shares(connection, by_bone.where(*readings)),
        lesion_types=_shares(connection, _by(SearchReadingRow.lesion_type, func.count()).where(*readings)),
        bands=_bands(connection, scores.group_by(SearchScoreRow.band)),
    )


def _by(column: InstrumentedAttribute[Any], count: Any) -> AnySelect:
    return select(column, count).group_by(column)


def _shares(connection: Connection, wanted: AnySelect) -> Shares:
    return _ordered((value, count) for value, count in connection.execute(wanted))


def _bands(connection: Connection, wanted: AnySelect) -> dict[str, Shares]:
    found: dict[str, list[tuple[str | None, int]]] = {}
    for instrument, count, band in connection.execute(wanted):
        found.setdefault(instrument, []).append((band, count))
    return {instrument: _ordered(found[instrument]) for instrument in sorted(found)}


def _ordered(pairs: Iterable[tuple[str | None, int]]) -> Shares:
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0] is None, pair[0] or "")))
