"""Erasing a patient: from disk, lists, tables and manifest, and nothing else of any release."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from annotation.audit import Action, AuditFilter, Kind
from annotation.cohorts.filters import CohortQuery
from storage.audit_log import AuditLog
from storage.cohorts.store import CohortStore
from storage.database import migrate_registry, writing
from storage.errors import NotInCatalogueError
from storage.releases.erasing import Eraser
from storage.releases.errors import AlreadyErasedError, ErasedFileError, NoRoomError, NoSuchReleaseFileError
from storage.releases.failing import fail
from storage.releases.made import MadeFiles
from storage.releases.records import ErasureReason, FileKind, FileRecord, ReleaseState
from storage.releases.sealing import Sealed, seal
from storage.releases.tables import ReleaseLeftOutRow
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OTHER_IMAGE, OTHER_PSEUDONYM, OTHER_STUDY
from tests.builders.release_place import MOMENT, Place, objects, read
from tests.builders.releases import Foreground, new_release
from tests.integration.storage.test_migrations import downgrade

OBJECTION = ErasureReason.OBJECTION
OTHER_PATH = f"data/dicom/{OTHER_PSEUDONYM}/D0000/2.25.2004/{OTHER_IMAGE}.dcm"


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    read(engine)
    read(engine, pseudonym=OTHER_PSEUDONYM, study_instance_uid=OTHER_STUDY, geometry=None)
    return made


@pytest.fixture
def eraser(place: Place) -> Eraser:
    return Eraser(place.engine, place.made, lambda: MOMENT)


def by_path(files: list[FileRecord]) -> dict[str, FileRecord]:
    return {each.path: each for each in files}


def test_an_erased_patient_is_in_no_file_of_the_release_any_more(place: Place, eraser: Eraser) -> None:
    release = place.built()
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)

    left = place.listed(release.number)
    told = {"release.json"}
    for file in left:
        if file.path not in told and file.kind is not FileKind.DICOM:
            assert OTHER_PSEUDONYM.encode() not in place.bytes_of(release.number, file), file.path
    assert {each.pseudonym for each in left if each.pseudonym} == {PSEUDONYM}
    assert [row["pseudonym"] for row in place.table(release.number, "patients")] == [PSEUDONYM]
    on_disk = b"".join(each.read_bytes() for each in (place.folder / "1").glob("??/*"))
    assert OTHER_STUDY.encode() not in on_disk


def test_the_manifest_says_who_was_erased_and_both_digests(place: Place, eraser: Eraser) -> None:
    before = place.built()
    after = eraser.erase(before.number, OTHER_PSEUDONYM, OBJECTION)
    manifest = place.manifest(before.number)

    assert manifest["tombstones"] == [
        {"pseudonym": OTHER_PSEUDONYM, "reason": "objection", "at": "2031-08-01T12:00:00+00:00"}
    ]
    assert manifest["original_manifest_sha256"] == before.manifest_sha256 == after.manifest_sha256
    assert after.current_manifest_sha256 != before.manifest_sha256
    assert by_path(place.listed(before.number))["release.json"].sha256 == after.current_manifest_sha256
    assert manifest["counts"]["patients"] == 1
    assert manifest["counts"]["readings"] == len(manifest["readings"]) == 1
    assert manifest["counts"]["files"] == len(manifest["files"])
    assert manifest["counts"]["bytes"] == sum(each["size"] for each in manifest["files"])


def test_everything_else_stays_byte_for_byte(place: Place, eraser: Eraser) -> None:
    release = place.built()
    before = by_path(place.listed(release.number))
    rows = place.table(release.number, "scores")
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)
    after = by_path(place.listed(release.number))

    gone = {path for path, each in before.items() if each.pseudonym == OTHER_PSEUDONYM}
    assert set(before) - set(after) == gone == {OTHER_PATH}
    changed = {path for path in after if after[path] != before[path]}
    assert {before[path].kind for path in changed} == {FileKind.TABLE, FileKind.BAG}
    assert place.table(release.number, "scores") == [row for row in rows if row["pseudonym"] == PSEUDONYM]


def test_the_bag_is_whole_again(place: Place, eraser: Eraser, tmp_path: Path) -> None:
    release = place.built()
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)
    bag = place.unpack(release.number, tmp_path / "bag")

    listed = {line.split("  ", 1)[1] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    assert listed == {str(each.relative_to(bag)) for each in (bag / "data").rglob("*") if each.is_file()}
    for file in place.listed(release.number):
        content = place.bytes_of(release.number, file)
        assert len(content) == file.size


def test_an_erased_file_is_gone_and_not_unknown(place: Place, eraser: Eraser) -> None:
    release = place.built()
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)

    with pytest.raises(ErasedFileError, match=OTHER_PSEUDONYM):
        place.files.one(release.number, OTHER_PATH)
    with pytest.raises(NoSuchReleaseFileError):
        place.files.one(release.number, "data/other")


def test_two_patients_may_be_erased_one_after_the_other(place: Place, eraser: Eraser) -> None:
    release = place.built()
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)
    after = eraser.erase(release.number, PSEUDONYM, ErasureReason.ERASURE_REQUEST)

    assert [each.number for each in after.tombstones] == [1, 2]
    assert place.manifest(release.number)["counts"]["patients"] == 0
    assert place.table(release.number, "readings") == []
    with pytest.raises(AlreadyErasedError):
        eraser.erase(release.number, PSEUDONYM, OBJECTION)


def test_a_patient_is_erased_from_every_release_and_is_in_no_later_one(place: Place, eraser: Eraser) -> None:
    first, without, second = place.built(), place.built(query={"pseudonyms": [PSEUDONYM]}), place.built()

    assert eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION) == [first.number, second.number]
    later = place.built()
    assert OTHER_PSEUDONYM not in json.dumps(place.manifest(later.number))
    assert place.store.get(without.number).tombstones == ()


def test_a_patient_who_was_erased_before_any_release_is_in_no_later_one(place: Place, eraser: Eraser) -> None:
    assert eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION) == []
    assert eraser.erase_everywhere(OTHER_PSEUDONYM, ErasureReason.CONSENT_WITHDRAWN) == []

    later = place.built()
    assert {each.pseudonym for each in place.listed(later.number)} == {PSEUDONYM, None}
    assert OTHER_PSEUDONYM not in json.dumps(place.manifest(later.number))
    noted = AuditLog(place.engine).newest(AuditFilter(pseudonym=OTHER_PSEUDONYM), limit=9)
    assert [(each.note.action, each.note.kind, each.note.object_id) for each in noted] == [
        (Action.REMOVED, Kind.RELEASE, None)
    ]


def test_who_is_left_out_of_releases_is_in_no_cohort(place: Place, eraser: Eraser) -> None:
    cohorts = CohortStore(place.engine)
    everybody = cohorts.counts(CohortQuery())
    eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION)

    left = cohorts.counts(CohortQuery())
    assert (everybody.patients, left.patients) == (2, 1)
    assert (everybody.readings, left.readings) == (2, 1)
    assert {each.pseudonym for each in cohorts.preview(CohortQuery(), after=None, limit=9).items} == {PSEUDONYM}
    assert {each.pseudonym for each in cohorts.series_of(CohortQuery())} == {PSEUDONYM}
    assert sum(cohorts.distributions(CohortQuery()).modalities.values()) == left.series


def test_who_was_erased_by_an_earlier_version_is_left_out(place: Place, eraser: Eraser) -> None:
    place.built()
    place.built()
    eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION)

    url = place.engine.url.render_as_string(hide_password=False)
    downgrade(url, "0028")
    migrate_registry(url)

    assert left_out(place) == [(OTHER_PSEUDONYM, "objection")]
    for statement in ("DELETE FROM release_left_out", "UPDATE release_left_out SET reason = 'objection'"):
        with pytest.raises(DBAPIError, match="never taken back"), place.engine.begin() as connection:
            connection.execute(text(statement))


def left_out(place: Place) -> list[tuple[str, str]]:
    with place.engine.connect() as connection:
        return [(row.pseudonym, row.reason) for row in connection.execute(select(ReleaseLeftOutRow))]


def test_a_patient_nobody_knows_cannot_be_erased(place: Place, eraser: Eraser) -> None:
    place.built()
    with pytest.raises(NotInCatalogueError):
        eraser.erase(1, "OST-00000-00000", OBJECTION)


@pytest.mark.parametrize("moment", ["writing series", "writing tables", "writing the manifest"])
def test_a_patient_who_is_erased_while_a_release_is_built_is_not_in_it(
    place: Place, eraser: Eraser, moment: str
) -> None:
    begun = place.store.begin(new_release())

    class Erasing(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:  # noqa: ARG002
            if message == moment and not place.store.get(begun.number).tombstones:
                eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION)

    release = place.builder().build(begun.number, Erasing())

    assert release.state is ReleaseState.READY
    assert {each.pseudonym for each in place.listed(begun.number)} == {PSEUDONYM, None}
    assert [row["pseudonym"] for row in place.table(begun.number, "patients")] == [PSEUDONYM]
    assert place.manifest(begun.number)["tombstones"][0]["pseudonym"] == OTHER_PSEUDONYM
    kept = {each.name for each in (place.folder / str(begun.number)).glob("??/*")}
    assert kept == {each.sha256 for each in place.listed(begun.number) if each.orthanc_id is None}


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM release_tombstone", id="a tombstone gone"),
        pytest.param("UPDATE release_tombstone SET reason = 'objection'", id="another reason"),
        pytest.param("UPDATE release_file SET to_erasure = NULL WHERE to_erasure = 1", id="a file back"),
        pytest.param(
            "UPDATE release_file SET sha256 = 'x', to_erasure = 1 WHERE to_erasure IS NULL", id="another file"
        ),
        pytest.param(
            "INSERT INTO release_file (release, path, from_erasure, kind, size, sha256)"
            " SELECT release, path, 1, kind, size, 'x' FROM release_file WHERE path = 'data/README.md'",
            id="a file beside one that is there",
        ),
        pytest.param(
            "INSERT INTO release_tombstone (release, number, pseudonym, reason, at, by)"
            " SELECT release, 7, 'x', reason, at, by FROM release_tombstone",
            id="a tombstone out of turn",
        ),
    ],
)
def test_the_database_itself_keeps_what_an_erasure_has_said(place: Place, eraser: Eraser, statement: str) -> None:
    place.built()
    eraser.erase(1, OTHER_PSEUDONYM, ErasureReason.ERASURE_REQUEST)
    with pytest.raises(DBAPIError, match="a release that is ready never changes"), place.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_full_disk_erases_nothing_halfway(place: Place, eraser: Eraser, monkeypatch: pytest.MonkeyPatch) -> None:
    release = place.built()
    before = place.listed(release.number)
    monkeypatch.setattr(place.made, "_name", _full)
    with pytest.raises(Exception, match="no room left"):
        eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)

    assert place.listed(release.number) == before
    assert place.store.get(release.number).tombstones == ()


def test_an_erasure_that_was_killed_before_files_were_removed_is_completed_by_the_next(
    place: Place, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = place.built()
    with monkeypatch.context() as patched:
        patched.setattr("storage.releases.erasing.sweep", die)
        with pytest.raises(KilledError):
            eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)
    assert on_disk(place) != listed_made(place)
    assert eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION) == []
    assert on_disk(place) == listed_made(place)


class KilledError(BaseException):
    pass


def die(*_: object) -> None:
    raise KilledError


def on_disk(place: Place) -> set[str]:
    return {each.name for each in (place.folder / "1").glob("??/*")}


def listed_made(place: Place) -> set[str]:
    return {each.sha256 for each in place.listed(1) if each.orthanc_id is None}


def bytes_on_disk(place: Place) -> bytes:
    return b"".join(each.read_bytes() for each in (place.folder / "1").rglob("*") if each.is_file())


def test_tables_that_an_erasure_wrote_before_it_was_killed_go_with_the_next(
    place: Place, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = place.built()
    with monkeypatch.context() as patched:
        patched.setattr("storage.releases.erasing.sweep", die)
        patched.setattr(Eraser, "_exchange", die)
        with pytest.raises(KilledError):
            eraser.erase(release.number, PSEUDONYM, OBJECTION)
    assert on_disk(place) > listed_made(place)  # what of the other patient is in them is listed nowhere
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)

    assert on_disk(place) == listed_made(place)
    assert OTHER_STUDY.encode() not in bytes_on_disk(place)


def test_two_erasures_at_once_leave_nothing_that_is_listed_nowhere(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = place.built()
    both = threading.Barrier(2)

    def seal_together(*arguments: Any) -> Sealed:
        with suppress(threading.BrokenBarrierError):
            both.wait(1)
        return seal(*arguments)

    monkeypatch.setattr("storage.releases.erasing.seal", seal_together)
    with ThreadPoolExecutor(2) as pool:
        erased = [
            pool.submit(Eraser(place.engine, MadeFiles(place.folder)).erase, release.number, pseudonym, OBJECTION)
            for pseudonym in (PSEUDONYM, OTHER_PSEUDONYM)
        ]
    assert [each.exception() for each in erased] == [None, None]

    assert place.store.get(1).erased == {PSEUDONYM, OTHER_PSEUDONYM}
    assert on_disk(place) == listed_made(place)
    assert not any(study.encode() in bytes_on_disk(place) for study in (OTHER_STUDY, NEW_STUDY))


def test_a_run_that_was_killed_between_ready_and_sweeping_is_swept_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = place.store.begin(new_release())
    left = place.made.write(begun.number, b"of a run before")
    with monkeypatch.context() as patched:
        patched.setattr("storage.releases.building.sweep", die)
        with pytest.raises(KilledError):
            place.builder().build(begun.number, Foreground())
    assert place.store.get(begun.number).state is ReleaseState.READY
    assert left.sha256 in on_disk(place)
    place.builder().build(begun.number, Foreground())

    assert on_disk(place) == listed_made(place)


class Stopped(Foreground):
    """Once tables are written: `then` comes, and the run ends."""

    def __init__(self, then: Callable[[], object], error: BaseException) -> None:
        super().__init__()
        self._then, self._error = then, error

    def progress(self, done: int, total: int, message: str) -> None:
        super().progress(done, total, message)
        if message == "writing the manifest":
            self._then()
            raise self._error


def nothing() -> None:
    """Nothing comes."""


def test_an_erasure_leaves_no_table_of_a_release_that_has_failed(place: Place, eraser: Eraser) -> None:
    begun = place.store.begin(new_release())
    with pytest.raises(KilledError):
        place.builder().build(begun.number, Stopped(nothing, KilledError()))
    with place.engine.begin() as connection:  # as it was left by an earlier version
        connection.execute(text("UPDATE release SET state = 'failed', failure = 'no room', builder = NULL"))
    assert OTHER_PSEUDONYM.encode() in bytes_on_disk(place)
    eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION)

    assert OTHER_PSEUDONYM.encode() not in bytes_on_disk(place)
    assert place.builder().build(begun.number, Foreground()).state is ReleaseState.READY
    assert [row["pseudonym"] for row in place.table(begun.number, "patients")] == [PSEUDONYM]


@pytest.mark.parametrize("error", [NoRoomError(), KilledError()], ids=["failed", "killed, and given up"])
def test_a_release_that_fails_after_an_erasure_keeps_no_table_with_the_patient(
    place: Place, eraser: Eraser, error: BaseException
) -> None:
    begun = place.store.begin(new_release())

    def erase() -> None:
        eraser.erase_everywhere(OTHER_PSEUDONYM, OBJECTION)

    with pytest.raises(type(error)):
        place.builder().build(begun.number, Stopped(erase, error))
    if isinstance(error, KilledError):
        with writing(place.engine).begin() as connection:
            fail(connection, place.made, begun.number, "its worker was lost 5 times in the middle of it")

    assert place.store.get(begun.number).state is ReleaseState.FAILED
    assert OTHER_PSEUDONYM.encode() not in bytes_on_disk(place)


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_table_keeps_the_other_rows_as_they_were_frozen(place: Place, eraser: Eraser) -> None:
    release = place.built()
    rows = place.table(release.number, "lesions")
    with place.engine.begin() as connection:
        connection.execute(text("UPDATE lesion SET version = version + 1, level = 'L4' WHERE level = 'L3'"))
    eraser.erase(release.number, OTHER_PSEUDONYM, OBJECTION)

    assert place.table(release.number, "lesions") == [row for row in rows if row["pseudonym"] == PSEUDONYM]
    assert replace(release, tombstones=()) == replace(place.store.get(release.number), tombstones=())
