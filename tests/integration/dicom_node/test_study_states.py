"""Studies from the door to confirmation: against a foreign archive, odd peers, crashes, and several nodes."""

import logging
import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.delays import Delays
from dicom_node.peers import PeerAddress
from storage.database import open_database
from storage.errors import ImageStoreUnavailableError
from storage.study_lifecycle import Reason, StudyState
from tests.builders.door import VaultInMemory
from tests.builders.find_scp import FindPeer, Image, answering
from tests.builders.one_study import OTHER_STUDY, SERIES, STUDY, report, slice_
from tests.builders.peer import CT, listening
from tests.builders.study_station import IDLE_SECONDS, MAP, ImageStoreInMemory, Station
from tests.services.dcmqrscp import archive
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for

OURS = str(MAP(STUDY))
RECEIVING, PROVISIONAL, CONFIRMED, REVISED = (
    StudyState.RECEIVING,
    StudyState.PROVISIONAL,
    StudyState.CONFIRMED,
    StudyState.REVISED,
)

pytestmark = pytest.mark.usefixtures("quick_disk")


def images(*numbers: int) -> list[Image]:
    return [(SERIES, CT, f"{SERIES}.{number}") for number in numbers]


def receive_and_settle(station: Station, *numbers: int) -> None:
    station.receive(*map(slice_, numbers))
    station.forward()
    station.rest()


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() + path.name.encode() for path in folder.rglob("*") if path.is_file())


def test_a_study_sent_in_two_parts_is_confirmed_against_the_archive_it_came_from(
    tmp_path: Path, station: Station, peers: dict[str, PeerAddress], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="osteon")
    files = []
    for number in range(6):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(slice_(number))
    a_report = tmp_path / "report.dcm"
    a_report.write_bytes(report())
    folder = tmp_path / "archive"
    folder.mkdir()
    with archive(folder) as pacs, listening(station.parts.door, station.parts.journal) as door:
        peers["PACS"] = PeerAddress("127.0.0.1", pacs.port)
        pacs.store([*files, a_report])
        assert storescu(door, files[:4]).returncode == 0
        station.forward()
        growing = station.standing(STUDY)
        station.rest()
        short = station.standing(STUDY)
        kept = everything_in(station.folder)
        assert storescu(door, files[4:]).returncode == 0
        station.forward()
        reopened = station.standing(STUDY)
        station.rest()
        whole = station.standing(STUDY)

    assert (growing.state, growing.reason) == (RECEIVING, None)
    assert (short.state, short.reason, short.objects_expected) == (PROVISIONAL, Reason.FEWER_THAN_SOURCE, 6)
    assert (reopened.state, reopened.revision) == (REVISED, 2)
    assert (whole.state, whole.revision, whole.objects_expected, whole.objects_confirmed) == (CONFIRMED, 2, 6, 6)
    assert whole.confirmed_with == "PACS"
    assert station.told(STUDY) == [
        (RECEIVING, 1),
        (PROVISIONAL, 1),
        (PROVISIONAL, 1),
        (REVISED, 2),
        (PROVISIONAL, 2),
        (CONFIRMED, 2),
    ]
    assert STUDY.encode() not in kept
    assert STUDY not in caplog.text
    assert "confirmed" in caplog.text


def test_what_is_kept_to_ask_with_is_removed_once_the_study_is_confirmed(
    station: Station, peers: dict[str, PeerAddress]
) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)
        assert station.standing(STUDY).state is CONFIRMED
        for _ in range(3):
            station.tick()

    assert list((station.folder / "studies").iterdir()) == []
    assert station.standing(STUDY).state is CONFIRMED


def test_a_late_object_finds_its_study_to_be_asked_for_again(station: Station, peers: dict[str, PeerAddress]) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)
        for _ in range(3):
            station.tick()
        peer.images = images(1, 2, 3)
        receive_and_settle(station, 3)

    assert station.standing(STUDY).state is CONFIRMED
    assert station.told(STUDY)[-3:] == [(REVISED, 2), (PROVISIONAL, 2), (CONFIRMED, 2)]


def test_an_object_that_comes_while_the_study_is_put_away_keeps_it_askable(
    station: Station, peers: dict[str, PeerAddress]
) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)
        station.tick()  # forgotten by the door, not removed yet
        station.receive(slice_(3))
        station.tick()
        station.tick()

    assert station.sources.original_of(OURS) == STUDY


def test_a_re_send_of_everything_changes_nothing(station: Station, peers: dict[str, PeerAddress]) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)
        before = station.standing(STUDY)
        receive_and_settle(station, 1, 2)

    assert station.standing(STUDY) == before


def test_a_sender_that_nobody_may_ask_leaves_the_study_provisional_and_nothing_to_ask_with(station: Station) -> None:
    receive_and_settle(station, 1, 2)
    station.rest()

    found = station.standing(STUDY)
    assert (found.state, found.reason, found.objects_expected) == (PROVISIONAL, None, None)
    assert list((station.folder / "studies").iterdir()) == []


@pytest.mark.parametrize(
    ("behaviour", "reason", "expected"),
    [
        pytest.param({"images": images(1, 2, 3)}, Reason.FEWER_THAN_SOURCE, 3, id="names more"),
        pytest.param({"images": images(1, 7), "counts": False}, Reason.FEWER_THAN_SOURCE, 2, id="names another"),
        pytest.param({"images": images(1, 2, 3), "counts": False}, Reason.FEWER_THAN_SOURCE, 3, id="does not count"),
        pytest.param(
            {"images": images(1, 2, 3), "counts": False, "classes": False},
            Reason.FEWER_THAN_SOURCE,
            3,
            id="tells no classes",
        ),
        pytest.param({"images": images(1)}, None, 1, id="names fewer"),
        pytest.param({"images": images(1, 2), "counts": False}, None, 2, id="does not count and names as many"),
        pytest.param({"study_uid": "1.2.9"}, Reason.NOT_KNOWN_AT_SOURCE, None, id="does not know the study"),
        pytest.param({"images": []}, Reason.ANSWER_UNUSABLE, None, id="names nothing"),
        pytest.param({"status": 0xA700}, Reason.ANSWER_UNUSABLE, None, id="fails"),
        pytest.param({"garbage": True}, Reason.ANSWER_UNUSABLE, None, id="answers with garbage"),
        pytest.param({"aborts": True}, Reason.NO_ANSWER, None, id="aborts"),
        pytest.param({"silent": True}, Reason.NO_ANSWER, None, id="is silent"),
        pytest.param({"images": images(1, 2), "endless": True}, Reason.NO_ANSWER, None, id="does not end"),
    ],
)
def test_only_a_source_that_names_what_is_here_confirms(
    station: Station,
    peers: dict[str, PeerAddress],
    behaviour: dict[str, object],
    reason: Reason | None,
    expected: int | None,
) -> None:
    with answering(FindPeer(**{"study_uid": STUDY, **behaviour})) as peer:  # type: ignore[arg-type]
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)

    found = station.standing(STUDY)
    assert (found.reason, found.objects_expected) == (reason, expected)
    assert found.state is (CONFIRMED if reason is None else PROVISIONAL)


def test_a_peer_that_did_not_answer_is_left_alone_for_a_while_with_all_its_studies(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    station = Station(tmp_path / "node", registry, peers, delays=Delays(3600, 3600))
    with answering(FindPeer(STUDY, aborts=True)) as peer:
        peers["PACS"] = peer.address
        station.receive(slice_(1), slice_(1, OTHER_STUDY))
        station.forward()
        station.rest()
        for _ in range(5):
            station.tick()

    assert len(peer.asked) == 1


def test_some_studies_are_asked_for_in_a_turn_and_the_others_in_the_next(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicom_node.study_confirmation.MOST_IN_A_TURN", 2)
    station = Station(tmp_path / "node", registry, peers, delays=Delays(3600, 3600))
    with answering(FindPeer("1.2.9")) as peer:
        peers["PACS"] = peer.address
        station.receive(*(slice_(1, f"{STUDY}.{number}") for number in range(5)))
        station.forward()
        station.rest()
        asked = [len(peer.asked)]
        for _ in range(3):
            station.tick()
            asked.append(len(peer.asked))

    assert asked == [2, 4, 5, 5]


def test_a_study_that_grew_is_asked_for_without_delay(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    station = Station(tmp_path / "node", registry, peers, delays=Delays(3600, 3600))
    with answering(FindPeer(STUDY, images(1, 2, 3))) as peer:
        peers["PACS"] = peer.address
        receive_and_settle(station, 1, 2)
        receive_and_settle(station, 3)

    assert station.standing(STUDY).state is CONFIRMED


def test_after_a_crash_a_study_rests_anew_and_is_still_asked_for(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        before = Station(tmp_path / "node", registry, peers)
        before.receive(slice_(1), slice_(2))
        before.forward()
        before.tick()
        after = Station(tmp_path / "node", registry, peers, store=before.store, vault=before.parts.vault)
        after.forward()
        after.tick(after=IDLE_SECONDS * 10)  # of a clock that this process has not watched
        too_early = after.standing(STUDY).state
        after.tick(after=IDLE_SECONDS)
        after.tick()

        assert too_early is RECEIVING
        assert after.standing(STUDY).state is CONFIRMED


def test_after_a_restart_what_goes_to_the_ledger_again_opens_no_revision(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    before = Station(tmp_path / "node", registry, peers)
    receive_and_settle(before, 1, 2)
    after = Station(tmp_path / "node", registry, peers, store=before.store, vault=before.parts.vault)
    assert after.parts.outbox.depth() == 2, "it goes again"
    after.forward()

    assert (after.standing(STUDY).state, after.standing(STUDY).revision) == (PROVISIONAL, 1)


def test_a_node_that_lost_what_it_asks_with_leaves_the_study_provisional(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        before = Station(tmp_path / "node", registry, peers)
        before.receive(slice_(1), slice_(2))
        before.forward()
        shutil.rmtree(tmp_path / "node" / "studies")
        after = Station(tmp_path / "node", registry, peers, store=before.store, vault=before.parts.vault)
        after.forward()
        after.rest()
        after.tick()

        assert (after.standing(STUDY).state, peer.asked) == (PROVISIONAL, [])


def test_clocks_that_are_set_decide_nothing(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of day are shown, never compared: here objects were received in 2026, and the clock is set about."""
    station.receive(slice_(1))
    station.forward()
    station.tick()
    for year in (1999, 2099):
        monkeypatch.setattr("time.time", lambda year=year: (year - 1970) * 31_556_952.0)
        station.tick(after=1)
        assert station.standing(STUDY).state is RECEIVING
    station.tick(after=IDLE_SECONDS)
    assert station.standing(STUDY).state is PROVISIONAL


def test_while_objects_wait_for_orthanc_no_node_takes_their_study_for_idle(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress]
) -> None:
    one = Station(tmp_path / "one", registry, peers)
    another = Station(tmp_path / "another", registry, peers, vault=one.parts.vault)
    one.receive(slice_(1))
    one.forward()
    one.store.away = ImageStoreUnavailableError("down")
    one.receive(slice_(2))
    for _ in range(40):
        one.forwarder.forward_once()
        one.tick(after=IDLE_SECONDS / 10)
        another.tick(after=IDLE_SECONDS / 10)
    during = one.standing(STUDY).state
    one.store.away = None
    one.forward()
    another.rest()

    assert during is RECEIVING
    assert (one.standing(STUDY).state, one.standing(STUDY).revision) == (PROVISIONAL, 1)


def test_an_object_that_has_just_come_to_the_outbox_keeps_its_study_from_being_settled(station: Station) -> None:
    station.receive(slice_(1))
    station.forward()
    station.tick()
    station.store.away = ImageStoreUnavailableError("down")
    station.receive(slice_(1, OTHER_STUDY))
    station.tick(after=IDLE_SECONDS - 1)
    station.receive(slice_(2))
    station.tick(after=1)

    assert station.standing(STUDY).state is RECEIVING


def test_two_nodes_on_one_database_take_each_step_once(
    tmp_path: Path, engine: Engine, peers: dict[str, PeerAddress]
) -> None:
    vault, store = VaultInMemory(), ImageStoreInMemory()
    nodes = [Station(tmp_path / name, engine, peers, store=store, vault=vault) for name in ("one", "another")]
    with answering(FindPeer(STUDY, images(1, 2, 3, 4))) as peer:
        peers["PACS"] = peer.address
        nodes[0].receive(slice_(1), slice_(2))
        nodes[1].receive(slice_(3), slice_(4))
        for node in nodes:
            node.forward()
            node.tick()
        for _ in range(3):
            together = threading.Barrier(2)

            def tick(node: Station, together: threading.Barrier = together) -> None:
                together.wait(timeout=20)
                node.tick(after=IDLE_SECONDS)

            threads = [threading.Thread(target=tick, args=(node,)) for node in nodes]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert nodes[0].told(STUDY) == [(RECEIVING, 1), (PROVISIONAL, 1), (CONFIRMED, 1)]
    assert nodes[0].standing(STUDY).objects_confirmed == 4


def test_a_database_that_is_away_is_waited_for(
    station: Station, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    station.receive(slice_(1))
    station.forward()
    station.tick()
    away = open_database("sqlite:////proc/none.sqlite")
    with monkeypatch.context() as broken:
        broken.setattr(station.states, "_engine", away)
        station.tick(after=IDLE_SECONDS)
    away.dispose()
    assert "study states wait" in caplog.text
    station.tick()

    assert station.standing(STUDY).state is PROVISIONAL


def test_the_thread_settles_and_asks_by_itself_and_ends_when_it_is_told_to(
    tmp_path: Path, registry: Engine, peers: dict[str, PeerAddress], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.builders.study_station.IDLE_SECONDS", 0.4)
    station = Station(tmp_path / "node", registry, peers)
    with answering(FindPeer(STUDY, images(1, 2))) as peer:
        peers["PACS"] = peer.address
        station.receive(slice_(1), slice_(2))
        station.forward()
        monkeypatch.setattr(station.clock, "_clock", time.monotonic)
        station.clock.start()
        wait_for(lambda: station.standing(STUDY).state is CONFIRMED, "confirmed", 20)
        wait_for(lambda: not station.sources.kept(), "put away", 20)
        station.clock.stop()

    assert not station.clock._thread.is_alive()  # noqa: SLF001
