"""What is kept to ask with, when there were more workers before."""

from pathlib import Path

import pytest

from dicom_node.peers import PeerAddress
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.study_sources import StudySources
from osteon.study_parts import note_source_of_released, sources_of, sources_of_released, take_over_sources
from storage.keys import KeyRing

KEYS = KeyRing(b"s" * 32)
ORIGINAL = "1.2.826.0.1.3680043.8.498.77"
CAME = Facts({0x0020000D: ORIGINAL.encode()})


def opened(folder: Path) -> StudySources:
    folder.parent.mkdir(exist_ok=True)
    return StudySources(folder, KEYS, {"PACS": PeerAddress("127.0.0.1", 104)}.get)


@pytest.fixture
def first(tmp_path: Path) -> StudySources:
    return opened(sources_of(tmp_path, 0))


def test_what_former_workers_kept_is_asked_for_by_the_first_one(tmp_path: Path, first: StudySources) -> None:
    for number in (1, 2, 3):
        opened(sources_of(tmp_path, number)).note(f"2.25.{number}", "PACS", CAME)

    take_over_sources(tmp_path, 2, first)

    assert first.kept() == {"2.25.2": "PACS", "2.25.3": "PACS"}
    assert first.original_of("2.25.3") == ORIGINAL
    assert sorted(path.name for path in (tmp_path / "studies").iterdir()) == ["0", "1"]
    assert opened(sources_of(tmp_path, 0)).kept().keys() == {"2.25.2", "2.25.3"}


def test_what_a_release_left_for_the_node_is_not_swept_up_while_it_may_be_writing(
    tmp_path: Path, first: StudySources
) -> None:
    opened(sources_of_released(tmp_path)).note("2.25.4", "PACS", CAME)
    draft = sources_of_released(tmp_path) / ".0123456789abcdef.part"
    draft.write_bytes(b"half")

    take_over_sources(tmp_path, 1, first)

    assert first.kept() == {}
    assert draft.exists()


@pytest.mark.parametrize(
    ("study_uid", "kept"),
    [
        pytest.param("2.25.9", {"2.25.9": "PACS"}, id="as it came"),
        pytest.param("2.25.8", {}, id="pseudonymised before it was set aside"),
    ],
)
def test_what_is_released_tells_its_source_only_by_the_original_uid(
    first: StudySources, study_uid: str, kept: dict[str, str]
) -> None:
    note_source_of_released(first, {ORIGINAL: "2.25.9"}.__getitem__, study_uid, "PACS", CAME)
    note_source_of_released(first, str, "", "PACS", Facts({}))
    assert first.kept() == kept


def test_what_a_crash_left_half_written_there_goes(tmp_path: Path, first: StudySources) -> None:
    former = sources_of(tmp_path, 5)
    opened(former)
    (former / ".0123456789abcdef.part").write_bytes(b"half")
    (former / "2.25.7.json").write_bytes(b"")

    take_over_sources(tmp_path, 1, first)

    assert first.kept() == {}
    assert not former.exists()
