"""What differs between two releases: patients, series, files, readings and versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, ColumnElement, Connection, Engine, FromClause, and_, exists, func, not_, select
from sqlalchemy.sql.selectable import Select

from storage.releases.errors import NotReadyError
from storage.releases.records import FileKind, ReleaseRecord, ReleaseState
from storage.releases.rows import FILES, SERIES, TOMBSTONES, release
from storage.releases.tables import ReleaseReadingRow

READINGS = ReleaseReadingRow.__table__

Column = tuple[FromClause, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How many, and the first of them."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A reading that both have, as of different revisions."""

    reading_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From the release `before` to the release `after`. Files are compared by path; the bag's own are left out."""

    before: int
    after: int
    patients_added: Change
    patients_removed: Change
    series_added: Change
    series_removed: Change
    files_added: Change
    files_removed: Change
    files_changed: Change
    readings_added: Change
    readings_removed: Change
    readings_revised: int
    revised: tuple[Revised, ...]
    versions: tuple[tuple[str, str | None, str | None], ...]
    """What was made with something else: its name, the version before, the version after."""


def compare(engine: Engine, before: int, after: int, limit: int) -> Difference:
    """`limit`: how many of each are named. Raises NoSuchReleaseError, NotReadyError."""
    with engine.connect() as connection:
        first, second = _ready(connection, before), _ready(connection, after)
        series, files, readings = (SERIES, "series_instance_uid"), (FILES, "path"), (READINGS, "reading_id")
        patients = (SERIES, "pseudonym")

        def only(column: Column, here: int, there: int) -> Change:
            return _only(connection, column, here, there, limit)

        revised = _revised(before, after)
        return Difference(
            before=before,
            after=after,
            patients_added=only(patients, after, before),
            patients_removed=only(patients, before, after),
            series_added=only(series, after, before),
            series_removed=only(series, before, after),
            files_added=only(files, after, before),
            files_removed=only(files, before, after),
            files_changed=_changed(connection, before, after, limit),
            readings_added=only(readings, after, before),
            readings_removed=only(readings, before, after),
            readings_revised=connection.scalar(select(func.count()).select_from(revised.subquery())) or 0,
            revised=tuple(
                Revised(reading_id=row[0], before=row[1], after=row[2])
                for row in connection.execute(revised.order_by(revised.selected_columns[0]).limit(limit))
            ),
            versions=tuple(_versions(first, second)),
        )


def _ready(connection: Connection, number: int) -> ReleaseRecord:
    found = release(connection, number)
    if found.state is not ReleaseState.READY:
        raise NotReadyError(number, found.state.value)
    return found


def _is_in(table: FromClause | Alias, number: int) -> ColumnElement[bool]:
    """Of a release as it is now."""
    of_release: ColumnElement[bool] = table.c.release == number
    if "to_erasure" in table.c:
        return and_(of_release, table.c.to_erasure.is_(None), table.c.kind != FileKind.BAG.value)
    erased = select(TOMBSTONES.c.pseudonym).where(TOMBSTONES.c.release == number)
    return and_(of_release, table.c.pseudonym.not_in(erased))


def _only(connection: Connection, column: Column, here: int, there: int, limit: int) -> Change:
    table, name = column
    other = table.alias()
    both = exists().where(_is_in(other, there), other.c[name] == table.c[name]).correlate(table)
    found = select(table.c[name]).where(_is_in(table, here), not_(both)).distinct()
    return _change(connection, found, limit)


def _changed(connection: Connection, before: int, after: int, limit: int) -> Change:
    other = FILES.alias()
    found = (
        select(FILES.c.path)
        .join(other, other.c.path == FILES.c.path)
        .where(_is_in(FILES, after), _is_in(other, before), FILES.c.sha256 != other.c.sha256)
    )
    return _change(connection, found, limit)


def _change(connection: Connection, found: Select[Any], limit: int) -> Change:
    count = connection.scalar(select(func.count()).select_from(found.subquery())) or 0
    first: Sequence[str] = connection.scalars(found.order_by(found.selected_columns[0]).limit(limit)).all()
    return Change(count=count, first=tuple(first))


def _revised(before: int, after: int) -> Select[Any]:
    other = READINGS.alias()
    return (
        select(READINGS.c.reading_id, other.c.revision, READINGS.c.revision)
        .join(other, other.c.reading_id == READINGS.c.reading_id)
        .where(_is_in(READINGS, after), _is_in(other, before), READINGS.c.revision != other.c.revision)
    )


def _versions(before: ReleaseRecord, after: ReleaseRecord) -> list[tuple[str, str | None, str | None]]:
    def flat(versions: Any) -> dict[str, str]:
        return {"profile": versions["profile"]} | {
            f"{part}.{name}": version for part in ("software", "scores") for name, version in versions[part].items()
        }

    first, second = flat(before.versions), flat(after.versions)
    return [
        (name, first.get(name), second.get(name))
        for name in sorted(first | second)
        if first.get(name) != second.get(name)
    ]
