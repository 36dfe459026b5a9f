"""One change of a study's state: of a row that the transaction holds, with a line of history."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from storage.ledger_tables import InstanceRow, SeriesRow
from storage.study_lifecycle import Step
from storage.study_state_tables import StudyStateRow, StudyTransitionRow


def move(
    connection: Connection, row: RowMapping, to: Step, changes: Mapping[str, object], *, asked: str | None = None
) -> bool:
    """Take a step from the row as it was read. False, and nothing is changed, when it is another by now.

    History is only written when something is to tell: another state, another reason, another number named.
    """
    uid, version, state, now = row["study_instance_uid"], row["version"] + 1, to.to.value, datetime.now(UTC)
    revision = row["revision"] + to.opens_revision
    values = {"state": state, "version": version, "revision": revision, **changes}
    if state != row["state"]:
        values["since"] = now
    statement = update(StudyStateRow).where(
        StudyStateRow.study_instance_uid == uid, StudyStateRow.version == row["version"]
    )
    if connection.execute(statement.values(values)).rowcount != 1:
        return False
    news = ("state", "reason", "objects_expected")
    if any(values.get(name, row[name]) != row[name] for name in news):
        line = {
            "study_instance_uid": uid,
            "version": version,
            "from_state": row["state"],
            "to_state": state,
            "revision": revision,
            "at": now,
            "reason": values.get("reason"),
            "objects_expected": values.get("objects_expected"),
            "asked": asked,
        }
        _write(connection, line)
    return True


def begin(connection: Connection, row: Mapping[str, object]) -> None:
    """Write the first line of a study's history, for the row that was just made."""
    line = {name: row[name] for name in ("study_instance_uid", "version", "revision")}
    _write(connection, {**line, "to_state": row["state"], "at": row["since"]})


def count_objects(connection: Connection, study_instance_uid: str) -> int:
    """How many objects of a study are here, and not lost."""
    counted = (
        select(func.count())
        .select_from(InstanceRow)
        .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
        .where(SeriesRow.study_instance_uid == study_instance_uid, InstanceRow.lost_at.is_(None))
    )
    return connection.execute(counted).scalar_one()


def _write(connection: Connection, line: Mapping[str, object]) -> None:
    objects = count_objects(connection, str(line["study_instance_uid"]))
    connection.execute(insert(StudyTransitionRow), {**line, "objects": objects})
