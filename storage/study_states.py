"""How complete each study is taken to be: asked for, and changed by whoever watches them and asks their sources.

Several processes may do so on one database. A change names the version of the row that it was decided on, and is made
only when the row still has it (compare and set).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select, update

from storage.cohorts.states import note_states
from storage.database import writing
from storage.ledger_tables import InstanceRow, SeriesRow, StudyRow
from storage.study_lifecycle import GROWING, StudyEvent, StudyState, step
from storage.study_moves import count_objects, move
from storage.study_records import ListedStudy, SourceAnswer, Standing, Transition
from storage.study_state_tables import StudyStateRow, StudyTransitionRow
from storage.upserts import in_pieces

STREAM_SIZE = 500

IS_GROWING = StudyStateRow.state.in_(sorted(state.value for state in GROWING))


class StudyStates:
    """Share one between threads: it holds no connection between calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def growing(self) -> dict[str, int]:
        """The version of each study that objects are coming to."""
        wanted = select(StudyStateRow.study_instance_uid, StudyStateRow.version).where(IS_GROWING)
        with self._engine.connect() as connection:
            return dict(connection.execute(wanted).all())

    def of(self, study_instance_uids: Collection[str]) -> dict[str, Standing]:
        """What is recorded of these studies; nothing of one that is unknown."""
        found: dict[str, Standing] = {}
        with self._engine.connect() as connection:
            for some in in_pieces(study_instance_uids):
                wanted = select(StudyStateRow.__table__).where(StudyStateRow.study_instance_uid.in_(some))
                rows = connection.execute(wanted).mappings()
                found |= {row["study_instance_uid"]: Standing.of(row) for row in rows}
        return found

    def contents(self, study_instance_uid: str) -> dict[str, frozenset[str]]:
        """The SOP Instance UIDs of a study's objects, by Series Instance UID."""
        wanted = (
            select(SeriesRow.series_instance_uid, InstanceRow.sop_instance_uid)
            .join(InstanceRow, InstanceRow.series_instance_uid == SeriesRow.series_instance_uid)
            .where(SeriesRow.study_instance_uid == study_instance_uid, InstanceRow.lost_at.is_(None))
        )
        found: dict[str, set[str]] = {}
        with self._engine.connect() as connection:
            for series, instance in connection.execute(wanted):
                found.setdefault(series, set()).add(instance)
        return {series: frozenset(instances) for series, instances in found.items()}

    def settle(self, study_instance_uid: str, version: int) -> bool:
        """Nothing has come to a study since it had this version, for long enough. False when something has."""
        changes = {"reason": None, "objects_expected": None}
        return self._change(study_instance_uid, version, StudyEvent.WENT_IDLE, changes)

    def answered(self, study_instance_uid: str, version: int, answer: SourceAnswer) -> bool:
        """Its source was asked about a study as it was at this version. False when it has changed since."""
        reason = None if answer.reason is None else answer.reason.value
        changes = {"reason": reason, "objects_expected": answer.objects_expected}
        return self._change(study_instance_uid, version, answer.event, changes, answer.ae_title)

    def keep_open(self, study_instance_uids: Collection[str]) -> None:
        """Objects of these are on their way: no process may take them for idle."""
        with writing(self._engine).begin() as connection:
            for uid in sorted(study_instance_uids):
                later = update(StudyStateRow).values(version=StudyStateRow.version + 1)
                connection.execute(later.where(StudyStateRow.study_instance_uid == uid, IS_GROWING))

    def listed(self, state: StudyState | None = None) -> Iterator[ListedStudy]:
        """Every study, or those in one state, by StudyInstanceUID."""
        objects = (
            select(func.count())
            .select_from(InstanceRow)
            .join(SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid)
            .where(SeriesRow.study_instance_uid == StudyStateRow.study_instance_uid, InstanceRow.lost_at.is_(None))
            .correlate(StudyStateRow)
            .scalar_subquery()
        )
        wanted = (
            select(StudyStateRow.__table__, StudyRow.pseudonym, objects.label("objects"))
            .join(StudyRow, StudyRow.study_instance_uid == StudyStateRow.study_instance_uid)
            .order_by(StudyStateRow.study_instance_uid)
            .limit(STREAM_SIZE)
        )
        if state is not None:
            wanted = wanted.where(StudyStateRow.state == state.value)
        last = ""
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(wanted.where(StudyStateRow.study_instance_uid > last)).mappings().all()
            for row in rows:
                yield ListedStudy(standing=Standing.of(row), pseudonym=row["pseudonym"], objects=row["objects"])
            if len(rows) < STREAM_SIZE:
                return
            last = rows[-1]["study_instance_uid"]

    def history(self, study_instance_uid: str) -> list[Transition]:
        """What happened to a study's state, first things first; empty when the study is unknown."""
        wanted = (
            select(StudyTransitionRow.__table__)
            .where(StudyTransitionRow.study_instance_uid == study_instance_uid)
            .order_by(StudyTransitionRow.version)
        )
        with self._engine.connect() as connection:
            return [Transition.of(row) for row in connection.execute(wanted).mappings()]

    def _change(
        self, uid: str, version: int, event: StudyEvent, changes: Mapping[str, object], asked: str | None = None
    ) -> bool:
        held = select(StudyStateRow.__table__).where(
            StudyStateRow.study_instance_uid == uid, StudyStateRow.version == version
        )
        with writing(self._engine).begin() as connection:
            row = connection.execute(held.with_for_update()).mappings().one_or_none()
            found = None if row is None else step(StudyState(row["state"]), event)
            if row is None or found is None:
                return False
            confirmation: dict[str, object] = {}
            if found.to is StudyState.CONFIRMED:
                confirmation = {
                    "objects_confirmed": count_objects(connection, uid),
                    "confirmed_at": datetime.now(UTC),
                    "confirmed_with": asked,
                }
            is_moved = move(connection, row, found, {**changes, **confirmation}, asked=asked)
            if found.to.value != row["state"]:
                note_states(connection, [uid])
            return is_moved
