"""Releases: what is frozen, what is written, what the database itself refuses; on both databases."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from storage.releases.errors import (
    AlreadyReadyError,
    BuildCancelledError,
    EmptyCohortError,
    SupersededError,
    VanishedObjectError,
)
from storage.releases.records import BuiltWith, Contents, FileKind, ReadingsChoice, ReleaseState
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.registry import NEW_STUDY, OLD_STUDY, OTHER_PSEUDONYM
from tests.builders.release_place import MOMENT, Place, objects, read
from tests.builders.releases import VERSIONS, Foreground, new_release, sized
from tests.services.small_disk import small_disk


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    return made


def test_a_release_lists_every_object_with_the_size_and_checksum_of_its_bytes(place: Place) -> None:
    release = place.built()

    assert release.state is ReleaseState.READY
    images = [each for each in place.listed(release.number) if each.kind is FileKind.DICOM]
    assert {each.sop_instance_uid for each in images} == {each.sop_instance_uid for each in objects()}
    for file in place.listed(release.number):
        content = place.bytes_of(release.number, file)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256), file.path
    assert [each.path for each in place.listed(release.number)] == sorted(
        each.path for each in place.listed(release.number)
    )


def test_what_is_pulled_is_a_bag_that_sha256sum_finds_whole(place: Place, tmp_path: Path) -> None:
    release = place.built()
    bag = place.unpack(release.number, tmp_path / "bag")

    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--strict", "-c", manifest], cwd=bag, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    listed = {line.split("  ", 1)[1] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    assert listed == {str(each.relative_to(bag)) for each in (bag / "data").rglob("*") if each.is_file()}
    oxum = next(line for line in (bag / "bag-info.txt").read_text().splitlines() if line.startswith("Payload-Oxum"))
    sizes = [each.stat().st_size for each in (bag / "data").rglob("*") if each.is_file()]
    assert oxum == f"Payload-Oxum: {sum(sizes)}.{len(sizes)}"
    assert (bag / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_studies_go_by_the_days_since_the_first_one(place: Place) -> None:
    place.fill(
        stored_object(
            **sized("2.25.3999"), study_instance_uid="2.25.1999", series_instance_uid="2.25.2999",
            study_date=date(2031, 1, 5), stored_at=datetime(2031, 4, 7, tzinfo=UTC),
        )
    )  # fmt: skip
    release = place.built()

    sessions = {row["study_instance_uid"]: row["session"] for row in place.table(release.number, "studies")}
    assert sessions == {
        OLD_STUDY: "D0000", "2.25.1999": "D0000b", NEW_STUDY: "D0151", "2.25.1003": "undated", "2.25.1004": "D0000",
    }  # fmt: skip
    assert f"data/dicom/{PSEUDONYM}/D0151/2.25.2002/2.25.3002.dcm" in {
        each.path for each in place.listed(release.number)
    }


def test_the_manifest_says_what_was_asked_for_and_what_there_is(place: Place) -> None:
    release = place.built(query={"pseudonyms": [PSEUDONYM]}, cohort=("spine", 3))
    manifest = place.manifest(release.number)

    assert (manifest["format"], manifest["format_version"], manifest["release"]) == ("osteon-release", 1, 1)
    assert manifest["software"] == {"osteon": "0.1.0"}
    assert manifest["scores"] == {"mirels": "1989", "sins": "2010"}
    assert manifest["cohort"] == {"name": "spine", "version": 3, "query": {"pseudonyms": [PSEUDONYM]}}
    assert manifest["counts"]["patients"] == 1
    assert manifest["counts"]["by_kind"]["dicom"] == {"files": 6, "bytes": 15_000}
    assert manifest["previous"] is None
    assert manifest["tombstones"] == []
    assert {each["pseudonym"] for each in manifest["files"] if each["kind"] == "dicom"} == {PSEUDONYM}
    (listed,) = [each for each in place.listed(release.number) if each.path == "release.json"]
    assert listed.sha256 == release.manifest_sha256


def test_the_manifest_names_the_software_that_built_the_release_and_what_had_built_a_part_of_it(place: Place) -> None:
    first, second = (BuiltWith(software={"osteon": each}, scores={"sins": each}) for each in ("1.0", "1.1"))

    class KilledError(BaseException):
        pass

    class Killed(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:  # noqa: ARG002
            if message == "writing tables":
                raise KilledError

    begun = place.store.begin(new_release())
    for job in (Killed(), Killed()):
        with pytest.raises(KilledError):
            place.builder(built_with=first).build(begun.number, job)
    release = place.builder(built_with=second).build(begun.number, Foreground())

    manifest = place.manifest(release.number)
    assert (manifest["software"], manifest["scores"]) == ({"osteon": "1.1"}, {"sins": "1.1"})
    assert manifest["earlier_software"] == [{"osteon": "1.0"}]
    assert manifest["profile"] == VERSIONS.profile
    other = place.store.begin(new_release())
    place.builder(built_with=first).build(other.number, Foreground())
    assert place.manifest(other.number)["software"] == {"osteon": "1.0"}
    assert "earlier_software" not in place.manifest(other.number)


def test_the_same_cohort_gives_the_same_bytes_again(place: Place) -> None:
    read(place.engine)
    first, second = place.built(), place.built(name="Spine")

    def bytes_by_path(number: int) -> dict[str, bytes]:
        return {
            each.path: place.bytes_of(number, each)
            for each in place.listed(number)
            if each.kind in {FileKind.TABLE, FileKind.DICOM}
        }

    assert bytes_by_path(first.number) == bytes_by_path(second.number)
    assert (second.number, second.previous) == (2, 1)


def test_a_later_reading_changes_no_release_but_makes_another_one(place: Place) -> None:
    _, reading = read(place.engine)
    first = place.built()
    with SqlUnitOfWork(place.engine, write=True) as uow:
        uow.readings.add(replace(reading, revision=2, reason="Again."))
        uow.commit()
    second = place.built()

    assert place.manifest(first.number)["readings"] == [{"id": str(reading.id), "revision": 1}]
    assert place.manifest(second.number)["readings"] == [{"id": str(reading.id), "revision": 2}]
    assert [row["revision"] for row in place.table(first.number, "readings")] == ["1"]


def test_a_reading_that_is_revised_while_the_release_is_built_stays_as_it_was_frozen(place: Place) -> None:
    _, reading = read(place.engine)

    class Revising(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:  # noqa: ARG002
            if message == "writing series" and done == 0:
                with SqlUnitOfWork(place.engine, write=True) as uow:
                    uow.readings.add(replace(reading, revision=2, reason="Again."))
                    uow.commit()

    begun = place.store.begin(new_release())
    place.builder().build(begun.number, Revising())

    assert [row["revision"] for row in place.table(begun.number, "readings")] == ["1"]


def test_only_adjudicated_readings_are_in_a_release_of_those(place: Place) -> None:
    read(place.engine)
    release = place.built(readings=ReadingsChoice.ADJUDICATED)

    assert place.manifest(release.number)["readings"] == []
    assert place.table(release.number, "lesions") == []


def test_tables_tell_findings_scores_and_measurements_but_no_reader_and_no_true_time(place: Place) -> None:
    lesion, reading = read(place.engine)
    release = place.built()

    (row,) = place.table(release.number, "readings")
    assert (row["lesion_type"], row["session"], row["reading_id"]) == ("lytic", "D0000", str(reading.id))
    (found,) = place.table(release.number, "lesions")
    assert (found["lesion_id"], found["lesion"], found["level"]) == (str(lesion.id), "L1", "L3")
    sins = next(each for each in place.table(release.number, "scores") if each["instrument"] == "sins")
    assert (sins["version"], sins["applicable"]) == ("2010", "true")
    values = {each["measurement"]: each["value"] for each in place.table(release.number, "measurements")}
    assert values == {"long_axis": "21.5", "short_axis": "14"}
    everything = b"".join(place.bytes_of(release.number, each) for each in place.listed(release.number))
    assert b"reader one" not in everything
    assert b"2031-07-01" not in everything  # when the reading was recorded


def test_the_dictionary_explains_every_column_in_both_languages(place: Place) -> None:
    read(place.engine)
    release = place.built()
    (file,) = [each for each in place.listed(release.number) if each.path.endswith("data-dictionary.json")]
    said = json.loads(place.bytes_of(release.number, file))["tables"]

    for name in ("patients", "studies", "series", "lesions", "readings", "scores", "measurements"):
        rows = place.table(release.number, name)
        assert [each["name"] for each in said[name]["columns"]] == list(rows[0])
        assert all(each["meaning"]["en"] and each["meaning"]["fr"] for each in said[name]["columns"])


def test_an_empty_cohort_fails_and_says_so(place: Place) -> None:
    begun = place.store.begin(new_release(query={"pseudonyms": ["OST-00000-00000"]}))
    with pytest.raises(EmptyCohortError, match="the cohort is empty"):
        place.builder().build(begun.number, Foreground())

    failed = place.store.get(begun.number)
    assert (failed.state, failed.failure) == (ReleaseState.FAILED, "the cohort is empty: its query finds no series")


def test_an_object_that_the_image_store_lost_is_named_and_the_release_is_built_once_it_is_back(place: Place) -> None:
    lost = objects()[1]
    del place.images.files[lost.orthanc_id]
    begun = place.store.begin(new_release())
    with pytest.raises(VanishedObjectError, match=lost.sop_instance_uid):
        place.builder().build(begun.number, Foreground())
    assert lost.sop_instance_uid in (place.store.get(begun.number).failure or "")

    place.fill(lost)
    assert place.builder().build(begun.number, Foreground()).state is ReleaseState.READY


@pytest.mark.parametrize("check", range(1, 9))
def test_a_run_that_was_killed_is_taken_up_where_it_was(place: Place, check: int) -> None:
    """The kill is an exception that nothing catches, at one of the moments where the job is asked."""
    read(place.engine)
    wanted = place.built()

    class KilledError(BaseException):
        pass

    class Killed(Foreground):
        count = 0

        def check_cancelled(self) -> None:
            Killed.count += 1
            if Killed.count == check:
                raise KilledError

    begun = place.store.begin(new_release())
    try:
        place.builder().build(begun.number, Killed())
    except KilledError:
        place.builder().build(begun.number, Foreground())

    def listed(number: int) -> list[tuple[str, str]]:
        return [(each.path, each.sha256) for each in place.listed(number) if each.kind is not FileKind.BAG]

    texts = {"data/README.md"}
    assert [each for each in listed(begun.number) if each[0] not in texts] == [
        each for each in listed(wanted.number) if each[0] not in texts
    ]
    kept = {each.name for each in (place.folder / str(begun.number)).glob("??/*")}
    assert kept == {each.sha256 for each in place.listed(begun.number) if each.orthanc_id is None}
    assert not list((place.folder / str(begun.number)).rglob("*.part"))


def test_a_run_that_was_taken_over_writes_nothing_more(place: Place) -> None:
    begun = place.store.begin(new_release())

    class TakenOver(Foreground):
        def check_cancelled(self) -> None:
            if not place.listed(begun.number):
                place.builder().build(begun.number, Foreground())

    with pytest.raises(SupersededError):
        place.builder().build(begun.number, TakenOver())
    assert place.store.get(begun.number).state is ReleaseState.READY


def test_a_release_that_is_ready_is_not_built_again(place: Place) -> None:
    release = place.built()
    place.fill(stored_object(**sized("2.25.3555"), series_instance_uid="2.25.2555"))

    assert place.builder().build(release.number, Foreground()) == release


def test_a_cancelled_release_leaves_no_file_and_keeps_its_number(place: Place) -> None:
    begun = place.store.begin(new_release())
    with pytest.raises(BuildCancelledError):
        place.builder().build(begun.number, Foreground(cancelled_at=4))

    assert place.store.get(begun.number).state is ReleaseState.CANCELLED
    assert place.listed(begun.number) == []
    assert not (place.folder / str(begun.number)).exists()
    assert place.built().number == begun.number + 1


def test_cancelling_while_it_is_built_stops_the_run(place: Place) -> None:
    begun = place.store.begin(new_release())

    class CalledOff(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:  # noqa: ARG002
            if message == "writing tables":
                place.store.cancel(begun.number)

    with pytest.raises(SupersededError):
        place.builder().build(begun.number, CalledOff())
    assert not (place.folder / str(begun.number)).exists()
    assert place.store.get(begun.number).state is ReleaseState.CANCELLED


def test_a_release_that_is_ready_cannot_be_cancelled(place: Place) -> None:
    with pytest.raises(AlreadyReadyError):
        place.store.cancel(place.built().number)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE release SET name = 'other'", id="another name"),
        pytest.param("UPDATE release SET state = 'cancelled', ready_at = NULL, manifest_sha256 = NULL", id="withdrawn"),
        pytest.param("DELETE FROM release", id="removed"),
        pytest.param("DELETE FROM release_series", id="a series gone"),
        pytest.param("UPDATE release_series SET session = 'D9999'", id="another session"),
        pytest.param("UPDATE release_reading SET revision = 2", id="another revision"),
        pytest.param("DELETE FROM release_reading", id="a reading gone"),
        pytest.param("DELETE FROM release_file", id="a file gone"),
        pytest.param("UPDATE release_file SET sha256 = 'x'", id="another checksum"),
        pytest.param("UPDATE release_file SET to_erasure = 1", id="erased without a tombstone"),
        pytest.param(
            "INSERT INTO release_file (release, path, from_erasure, kind, size, sha256)"
            " VALUES (1, 'data/more', 0, 'text', 0, 'x')",
            id="a file more",
        ),
        pytest.param(
            "INSERT INTO release_reading (release, reading_id, revision, pseudonym, study_instance_uid)"
            " VALUES (1, 'x', 1, 'x', 'x')",
            id="a reading more",
        ),
        pytest.param(
            "INSERT INTO release_series (release, series_instance_uid, study_instance_uid, pseudonym, session)"
            " VALUES (1, 'x', 'x', 'x', 'x')",
            id="a series more",
        ),
    ],
)
def test_the_database_itself_keeps_a_release_that_is_ready(place: Place, statement: str) -> None:
    read(place.engine)
    place.built()
    with pytest.raises(DBAPIError, match="a release that is ready never changes"), place.engine.begin() as connection:
        connection.execute(text(statement))


def test_objects_that_arrive_after_the_freeze_are_in_the_next_release_only(place: Place) -> None:
    late = stored_object(**sized("2.25.3777"), series_instance_uid="2.25.2001", stored_at=MOMENT + timedelta(days=2))

    class Arriving(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:  # noqa: ARG002
            if message == "writing series" and done == 0:
                place.fill(late)

    begun = place.store.begin(new_release())
    place.builder().build(begun.number, Arriving())

    assert late.sop_instance_uid not in {each.sop_instance_uid for each in place.listed(begun.number)}


def test_objects_of_a_node_whose_clock_is_ahead_are_in_the_release(place: Place) -> None:
    ahead = stored_object(**sized("2.25.3666"), series_instance_uid="2.25.2001", stored_at=MOMENT + timedelta(days=1))
    place.fill(ahead)

    assert ahead.sop_instance_uid in {each.sop_instance_uid for each in place.listed(place.built().number)}


@pytest.fixture
def small(engine: Engine, tmp_path: Path) -> Iterator[Any]:
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        made = Place(engine, disk.folder / "releases")
        made.fill(*objects())
        yield made, disk


def test_a_full_disk_fails_clearly_and_leaves_nothing_half(small: Any) -> None:
    place, disk = small
    (disk.folder / "filler").write_bytes(bytes(56 * 1024))
    begun = place.store.begin(new_release())
    with pytest.raises(Exception, match="no room left"):
        place.builder().build(begun.number, Foreground())

    failed = place.store.get(begun.number)
    assert failed.state is ReleaseState.FAILED
    assert "make room" in (failed.failure or "")
    assert not list(disk.folder.rglob("*.part"))
    disk.resize(4 * 1024 * 1024)
    assert place.builder().build(begun.number, Foreground()).state is ReleaseState.READY


def test_contents_come_back_as_they_were_chosen(place: Place) -> None:
    chosen = Contents(dicom=False, tables=())
    release = place.built(contents=chosen)

    assert release.contents == chosen
    assert {each.kind for each in place.listed(release.number)} == {FileKind.TEXT, FileKind.BAG}


def test_only_the_patients_of_the_query_are_in_it(place: Place) -> None:
    release = place.built(query={"pseudonyms": [OTHER_PSEUDONYM]})

    assert [row["pseudonym"] for row in place.table(release.number, "patients")] == [OTHER_PSEUDONYM]
