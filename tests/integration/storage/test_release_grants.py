"""Grants, lists and differences of releases, on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from annotation.audit import Action, AuditFilter, Kind, Note
from storage.audit_behalf import Behalf
from storage.audit_log import AuditLog
from storage.audit_recorder import Asked, AuditRecorder
from storage.errors import PageKeyError
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.comparing import compare
from storage.releases.errors import (
    GrantExpiredError,
    GrantRevokedError,
    NoSuchGranteeError,
    NoSuchReleaseError,
    NotGrantedError,
    NotReadyError,
    StillBlindError,
    UnacceptableReleaseError,
)
from storage.releases.grants import Grants
from storage.releases.records import FileKind
from storage.tokens import Tokens
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.registry import OLD_STUDY, OTHER_PSEUDONYM
from tests.builders.release_place import MOMENT, Place, objects, read
from tests.builders.releases import new_release, sized
from tests.unit.annotation.contract_protocols import ANNE, BEN, OTHER, eyes_of, given, made_protocol, signed

YEAR = timedelta(days=365)


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    return made


@pytest.fixture
def grants(engine: Engine) -> Grants:
    Tokens(engine).create("researcher")
    return Grants(engine, lambda: MOMENT, behalf=Behalf(by="custodian"))


def test_a_grant_opens_until_it_expires_and_is_renewed(place: Place, grants: Grants, engine: Engine) -> None:
    number = place.built().number
    with pytest.raises(NotGrantedError):
        grants.check(number, "researcher")
    grants.grant(number, "researcher", MOMENT + YEAR)
    grants.check(number, "researcher")
    later = Grants(engine, lambda: MOMENT + YEAR)
    with pytest.raises(GrantExpiredError):
        later.check(number, "researcher")
    later.grant(number, "researcher", MOMENT + 2 * YEAR)
    later.check(number, "researcher")
    grants.revoke(number, "researcher")
    with pytest.raises(GrantRevokedError):
        grants.check(number, "researcher")
    grants.grant(number, "researcher", MOMENT + YEAR)
    grants.check(number, "researcher")
    assert [each.account for each in grants.of(number)] == ["researcher"]


def test_what_cannot_be_granted_is_refused(place: Place, grants: Grants) -> None:
    number = place.built().number
    with pytest.raises(UnacceptableReleaseError):
        grants.grant(number, "researcher", MOMENT)
    with pytest.raises(NoSuchGranteeError):
        grants.grant(number, "nobody", MOMENT + YEAR)
    for ask in (grants.of, lambda wanted: grants.check(wanted, "researcher")):
        with pytest.raises(NoSuchReleaseError):
            ask(99)


def test_a_list_has_what_is_granted_page_by_page(place: Place, grants: Grants) -> None:
    for _ in range(5):
        place.store.begin(new_release())
    for number in (1, 3, 4):
        grants.grant(number, "researcher", MOMENT + YEAR)

    first = place.store.all(limit=2, granted_to="researcher")
    rest = place.store.all(limit=2, after=first.next_key, granted_to="researcher")
    assert ([each.number for each in first.items], [each.number for each in rest.items]) == ([4, 3], [1])
    assert rest.next_key is None
    assert [each.number for each in place.store.all(limit=9).items] == [5, 4, 3, 2, 1]
    for key in (("x",), ("1", "2"), ("٣",)):
        with pytest.raises(PageKeyError):
            place.store.all(limit=2, after=key)


def test_a_release_shows_no_reading_to_one_who_reads_its_study_blindly(place: Place, grants: Grants) -> None:
    eyes = eyes_of(lambda sight: SqlUnitOfWork(place.engine, write=True, sight=sight))
    read(place.engine)
    number = place.built().number
    for name in (ANNE, BEN, OTHER):
        grants.check_sight(number, name)
    (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
    for name in (ANNE, BEN):
        with pytest.raises(StillBlindError):
            grants.check_sight(number, name)
    grants.check_sight(number, OTHER)
    for name in (ANNE, BEN):
        signed(eyes, assignment, name)
    grants.check_sight(number, ANNE)


def test_a_difference_tells_what_came_went_and_changed(place: Place) -> None:
    _, reading = read(place.engine)
    first = place.built(contents=replace(new_release().contents, tables=())).number
    place.fill(stored_object(**sized("2.25.3888"), series_instance_uid="2.25.2888", study_instance_uid=OLD_STUDY))
    with SqlUnitOfWork(place.engine, write=True) as uow:
        uow.readings.add(replace(reading, revision=2, reason="Again."))
        uow.commit()
    versions = replace(new_release().versions, scores={"mirels": "1989", "sins": "2011"})
    wanted = new_release(query={"pseudonyms": [PSEUDONYM]}, versions=versions)
    second = place.builder().build(place.store.begin(wanted).number, _Quiet()).number

    found = compare(place.engine, first, second, limit=1)
    assert (found.series_added.count, found.series_added.first) == (1, ("2.25.2888",))
    assert (found.series_removed.count, found.series_removed.first) == (1, ("2.25.2004",))
    assert (found.patients_removed.count, found.patients_removed.first) == (1, (OTHER_PSEUDONYM,))
    assert (found.patients_added.count, found.readings_added.count, found.readings_removed.count) == (0, 0, 0)
    tables = [each for each in place.listed(second) if each.kind is FileKind.TABLE]
    assert found.files_added.count == 1 + len(tables) + 1  # the image, the tables, their dictionary
    assert len(found.files_added.first) == 1
    assert found.files_changed.first == ("data/README.md",)
    assert [(each.before, each.after) for each in found.revised] == [(1, 2)]
    assert found.versions == (("scores.sins", "2010", "2011"),)


def test_only_releases_that_are_ready_are_compared(place: Place) -> None:
    first, unfinished = place.built().number, place.store.begin(new_release()).number
    with pytest.raises(NotReadyError):
        compare(place.engine, first, unfinished, limit=1)
    with pytest.raises(NoSuchReleaseError):
        compare(place.engine, 99, first, limit=1)


def test_a_release_is_built_of_what_a_cohort_finds(place: Place) -> None:
    of_one = {"field": "patient.studies", "op": "gte", "value": 3}
    cohorts = ReleaseCohorts(place.engine)
    assert cohorts.checked({"where": of_one}) == cohorts.checked(of_one) == of_one
    begun = place.store.begin(new_release(query=of_one))
    place.builder(cohorts=cohorts).build(begun.number, _Quiet())

    assert [row["pseudonym"] for row in place.table(begun.number, "patients")] == [PSEUDONYM]


def test_what_is_done_with_a_release_is_in_the_audit_log(place: Place, grants: Grants, engine: Engine) -> None:
    number = place.built().number
    grants.grant(number, "researcher", MOMENT + YEAR)
    grants.revoke(number, "researcher")
    listed = Note(action=Action.LISTED)
    AuditRecorder(engine).note(Asked(note=listed, candidates=((Kind.RELEASE, str(number)),), source=Behalf().source))

    newest = AuditLog(engine).newest(AuditFilter(), limit=5)
    said = [(each.actor, each.note.action) for each in newest if each.note.kind is Kind.RELEASE]
    assert said == [
        (None, Action.LISTED),
        ("custodian", Action.REVOKED),
        ("custodian", Action.CHANGED),
        (None, Action.CHANGED),
        (None, Action.CREATED),
    ]
    assert {each.note.object_id for each in newest} == {str(number)}


def test_numbers_are_never_given_twice(place: Place, engine: Engine) -> None:
    numbers = [place.store.begin(new_release()).number for _ in range(3)]
    place.store.cancel(2)
    assert [*numbers, place.store.begin(new_release()).number] == [1, 2, 3, 4]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM release")).scalar_one() == 4


class _Quiet:
    """A job that nobody follows."""

    def progress(self, done: int, total: int, message: str) -> None: ...

    def check_cancelled(self) -> None: ...
