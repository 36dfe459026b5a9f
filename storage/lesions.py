"""Lesions in the registry database."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from annotation.entities import Lesion
from annotation.errors import LesionNotFoundError, UnacceptableError
from annotation.lesion_errors import StaleLesionError
from annotation.protocols import NUMBERS_IN_BLOCK
from annotation.sight import Sight
from lesion_model.anatomy import Site
from lesion_model.errors import Problem
from lesion_model.numbering import TransitionalAnatomy
from lesion_model.skeleton import Bone, Level, Region, Side
from storage.blindness import may_see_lesion
from storage.cohorts.touched import Touched
from storage.errors import StoredLesionError
from storage.ledger_tables import PatientRow
from storage.reading_tables import LesionRow


class SqlLesions:
    """Satisfies `annotation.ports.Lesions` within one transaction."""

    def __init__(self, session: Session, sight: Sight, touched: Touched | None = None) -> None:
        self._session = session
        self._sight = sight
        self._touched = touched or Touched()

    def next_number(self, pseudonym: str, block: int = 0) -> int:
        """One more than the highest. The patient's row is locked (SQLite: the database), so that two
        requests at once number their lesions one after the other."""
        patient = select(PatientRow.pseudonym).where(PatientRow.pseudonym == pseudonym)
        self._session.execute(patient.with_for_update(key_share=True))
        first = block * NUMBERS_IN_BLOCK
        of_block = LesionRow.number.between(first + 1, first + NUMBERS_IN_BLOCK - 1)
        highest = select(func.max(LesionRow.number)).where(LesionRow.pseudonym == pseudonym, of_block)
        number = (self._session.scalar(highest) or first) + 1
        if number == first + NUMBERS_IN_BLOCK:
            raise UnacceptableError([Problem(field="site", detail="this patient has no number left for a lesion")])
        return number

    def add(self, lesion: Lesion) -> None:
        self._session.add(_row(lesion))
        self._session.flush()
        self._touched.pseudonyms.add(lesion.pseudonym)

    def get(self, lesion_id: UUID) -> Lesion:
        wanted = select(LesionRow).where(LesionRow.id == str(lesion_id), may_see_lesion(self._sight))
        row = self._session.scalar(wanted)
        if row is None:
            raise LesionNotFoundError
        return _lesion(row)

    def many(self, lesion_ids: Collection[UUID]) -> dict[UUID, Lesion]:
        wanted = select(LesionRow).where(
            LesionRow.id.in_([str(lesion_id) for lesion_id in lesion_ids]), may_see_lesion(self._sight)
        )
        return {UUID(row.id): _lesion(row) for row in self._session.scalars(wanted)}

    def of_patient(self, pseudonym: str, *, after: int, limit: int) -> Sequence[Lesion]:
        wanted = (
            select(LesionRow)
            .where(LesionRow.pseudonym == pseudonym, LesionRow.number > after, may_see_lesion(self._sight))
            .order_by(LesionRow.number)
            .limit(limit)
        )
        return [_lesion(row) for row in self._session.scalars(wanted)]

    def update(self, lesion: Lesion) -> None:
        """Compare and set in one statement: of two changes at once one wins. A trigger holds others to it."""
        before = (LesionRow.id == str(lesion.id)) & (LesionRow.version == lesion.version - 1)
        changed = update(LesionRow).where(before).values(_columns(lesion)).returning(LesionRow.id)
        if self._session.execute(changed).first() is not None:
            self._touched.pseudonyms.add(lesion.pseudonym)
            return
        newest = self._session.scalar(select(LesionRow.version).where(LesionRow.id == str(lesion.id)))
        if newest is None:
            raise LesionNotFoundError
        raise StaleLesionError(newest)

    def absorbed_by(self, lesion_id: UUID) -> Sequence[Lesion]:
        wanted = select(LesionRow).where(LesionRow.merged_into == str(lesion_id), may_see_lesion(self._sight))
        wanted = wanted.order_by(LesionRow.number)
        return [_lesion(row) for row in self._session.scalars(wanted)]


def _row(lesion: Lesion) -> LesionRow:
    return LesionRow(
        id=str(lesion.id),
        pseudonym=lesion.pseudonym,
        number=lesion.number,
        created_at=lesion.created_at,
        created_by=lesion.created_by,
        **_columns(lesion),
    )


def _columns(lesion: Lesion) -> dict[str, Any]:
    """What may change."""
    site = lesion.site
    return {
        "bone": site.bone.value,
        "level": site.level.value if site.level else None,
        "rib_number": site.number,
        "region": site.region.value if site.region else None,
        "side": site.side.value if site.side else None,
        "transitional": site.transitional.value if site.transitional else None,
        "version": lesion.version,
        "site_by": lesion.site_by,
        "site_at": lesion.site_at,
        "merged_into": None if lesion.merged_into is None else str(lesion.merged_into),
        "resolved_on": lesion.resolved_on,
    }


def _lesion(row: LesionRow) -> Lesion:
    try:
        lesion_id, site = UUID(row.id), _site(row)
    except ValueError as error:  # the lesion model's refusals are such
        raise StoredLesionError(f"lesion {row.number} of patient {row.pseudonym}") from error
    return Lesion(
        id=lesion_id,
        pseudonym=row.pseudonym,
        number=row.number,
        site=site,
        created_at=row.created_at,
        created_by=row.created_by,
        version=row.version,
        site_by=row.site_by,
        site_at=row.site_at,
        merged_into=None if row.merged_into is None else UUID(row.merged_into),
        resolved_on=row.resolved_on,
    )


def _site(row: LesionRow) -> Site:
    return Site(
        bone=Bone(row.bone),
        level=Level(row.level) if row.level else None,
        number=row.rib_number,
        region=Region(row.region) if row.region else None,
        side=Side(row.side) if row.side else None,
        transitional=TransitionalAnatomy(row.transitional) if row.transitional else None,
    )
