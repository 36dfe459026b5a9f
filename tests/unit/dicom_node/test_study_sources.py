"""What studies are called at their sources: sealed, few, and gone when nobody asks any more."""

import json
import logging
import os
import time
from pathlib import Path

import pytest

from dicom_node import study_sources
from dicom_node.peers import PeerAddress
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.study_sources import StudySources
from storage.keys import KeyRing

KEYS = KeyRing(b"s" * 32)
ORIGINAL = "1.3.6.1.4.1.5962.1.2.1.20040119072730.12322"
OURS, OTHER = "2.25.1001", "2.25.1002"
PEERS = {"PACS": PeerAddress("127.0.0.1", 104), "ARCHIVE": PeerAddress("127.0.0.1", 105)}
CAME = Facts({0x0020000D: ORIGINAL.encode() + b"\0"})


def sources_in(folder: Path, keys: KeyRing = KEYS) -> StudySources:
    return StudySources(folder / "studies", keys, PEERS.get)


@pytest.fixture
def sources(tmp_path: Path) -> StudySources:
    return sources_in(tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "studies").iterdir())


def test_what_is_noted_can_be_asked_for(sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)

    assert sources.kept() == {OURS: "PACS"}
    assert sources.original_of(OURS) == ORIGINAL


def test_it_is_still_there_after_a_restart(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)

    again = sources_in(tmp_path)

    assert again.kept() == {OURS: "PACS"}
    assert again.original_of(OURS) == ORIGINAL


def test_the_original_uid_is_nowhere_in_clear(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    (file,) = files(tmp_path)

    assert file.name == f"{OURS}.json"
    assert ORIGINAL.encode() not in file.read_bytes()
    assert ORIGINAL not in repr(sources)


def test_the_sealed_text_does_not_tell_how_long_the_uid_is(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    sources.note(OTHER, "PACS", Facts({0x0020000D: b"1.2\0"}))

    assert len({file.stat().st_size for file in files(tmp_path)}) == 1


def test_a_study_of_a_sender_without_an_address_is_not_kept(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "SOMEBODY", CAME)

    assert files(tmp_path) == []
    assert sources.kept() == {}


def test_a_study_is_written_down_once_whatever_the_number_of_its_objects(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    (file,) = files(tmp_path)
    before = file.stat().st_ino
    for _ in range(400):
        sources.note(OURS, "PACS", CAME)

    assert files(tmp_path)[0].stat().st_ino == before


def test_the_last_of_several_senders_is_asked(sources: StudySources) -> None:
    for _ in range(3):
        sources.note(OURS, "PACS", CAME)
        sources.note(OURS, "ARCHIVE", CAME)

    assert sources.kept() == {OURS: "ARCHIVE"}


def test_what_another_process_leaves_is_taken_and_asked_for(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    asking = StudySources(tmp_path / "studies", KEYS, PEERS.get, inbox=inbox)
    asking.look()
    StudySources(inbox, KEYS, PEERS.get).note(OURS, "PACS", CAME)
    (inbox / ".0123456789abcdef.part").write_bytes(b"half")

    asking.look()

    assert asking.kept() == {OURS: "PACS"}
    assert asking.original_of(OURS) == ORIGINAL
    assert [path.name for path in inbox.iterdir()] == [".0123456789abcdef.part"], "it may be writing"


def test_what_another_process_leaves_of_a_study_that_was_just_confirmed_stays(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    asking = StudySources(tmp_path / "studies", KEYS, PEERS.get, inbox=inbox)
    asking.note(OURS, "PACS", CAME)
    asking.forget(OURS)
    StudySources(inbox, KEYS, PEERS.get).note(OURS, "PACS", CAME)
    asking.look()

    assert not asking.remove_forgotten(OURS)


def test_what_was_forgotten_is_removed(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    sources.forget(OURS)

    assert sources.remove_forgotten(OURS)
    assert files(tmp_path) == []
    assert sources.kept() == {}


def test_an_object_that_comes_in_between_keeps_it(sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    sources.forget(OURS)
    sources.note(OURS, "PACS", CAME)

    assert not sources.remove_forgotten(OURS)
    assert sources.original_of(OURS) == ORIGINAL


def test_what_nobody_could_ask_for_in_time_is_removed(tmp_path: Path) -> None:
    now = time.time()
    old = StudySources(tmp_path / "studies", KEYS, PEERS.get, clock=lambda: now + 13.9 * 86_400)
    older = StudySources(tmp_path / "studies", KEYS, PEERS.get, clock=lambda: now + 14.1 * 86_400)
    old.note(OURS, "PACS", CAME)
    old.tidy()
    assert len(files(tmp_path)) == 1

    older.note(OURS, "PACS", CAME)
    older.tidy()

    assert files(tmp_path) == []
    assert older.kept() == {}


def test_of_too_many_the_oldest_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_sources, "MOST_KEPT", 3)
    sources = sources_in(tmp_path)
    for number in range(5):
        sources.note(f"2.25.{number}", "PACS", CAME)
        path = tmp_path / "studies" / f"2.25.{number}.json"
        moment = path.stat().st_mtime - 100 + number
        os.utime(path, (moment, moment))

    sources.tidy()

    assert sorted(sources.kept()) == ["2.25.2", "2.25.3", "2.25.4"]


def test_remembering_is_bounded_and_forgetting_only_writes_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_sources, "MOST_REMEMBERED", 2)
    sources = sources_in(tmp_path)
    for number in (1, 2, 3, 1):
        sources.note(f"2.25.{number}", "PACS", CAME)

    assert sorted(sources.kept()) == ["2.25.1", "2.25.2", "2.25.3"]
    assert sources.original_of("2.25.1") == ORIGINAL


@pytest.mark.parametrize("content", [b"", b"\0" * 200, b"{", b"[]", b'{"ae_title": "PACS"}'])
def test_what_a_power_cut_left_of_a_file_is_not_kept(tmp_path: Path, sources: StudySources, content: bytes) -> None:
    sources.note(OURS, "PACS", CAME)
    files(tmp_path)[0].write_bytes(content)

    again = sources_in(tmp_path)

    assert again.original_of(OURS) is None
    assert again.kept() == {}
    assert files(tmp_path) == []


def test_a_file_under_another_study_s_name_does_not_open(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)
    files(tmp_path)[0].rename(tmp_path / "studies" / f"{OTHER}.json")

    assert sources_in(tmp_path).original_of(OTHER) is None


def test_a_file_that_names_another_peer_does_not_open(tmp_path: Path, sources: StudySources) -> None:
    """Else whoever can write in the folder could have the UID told to another address."""
    sources.note(OURS, "PACS", CAME)
    (file,) = files(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"ae_title": "ARCHIVE"}))

    assert sources_in(tmp_path).original_of(OURS) is None


def test_it_opens_after_the_key_was_rotated_and_not_with_another_key(tmp_path: Path, sources: StudySources) -> None:
    sources.note(OURS, "PACS", CAME)

    assert sources_in(tmp_path, KEYS.rotated()).original_of(OURS) == ORIGINAL
    assert sources_in(tmp_path, KeyRing(b"x" * 32)).original_of(OURS) is None


def test_a_disk_that_takes_nothing_does_not_fail_the_object(
    tmp_path: Path, sources: StudySources, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "studies").rmdir()

    with caplog.at_level(logging.WARNING):
        sources.note(OURS, "PACS", CAME)

    assert sources.kept() == {}
    assert "cannot be kept" in caplog.text
    assert ORIGINAL not in caplog.text
