"""C-FIND at peers that answer well, badly, or not at all."""

import socket
import time

import pytest

from dicom_node.finding import NoAnswerError, NotAnsweredError, Patience, asking
from dicom_node.peers import PeerAddress
from tests.builders.find_scp import AE_TITLE, FindPeer, answering
from tests.builders.peer import CT

STUDY = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "1.2.3", "NumberOfStudyRelatedInstances": ""}
IMAGES = [("1.2.3.1", CT, f"1.2.3.1.{number}") for number in range(3)]
IMPATIENT = Patience(answer_seconds=0.5, whole_seconds=1.0)
SOON = 15.0
"""Seconds; the peer that is silent is so for much longer."""


def ask(peer: FindPeer, patience: Patience = IMPATIENT) -> list[dict[str, str]]:
    with asking(peer.address, AE_TITLE, "OSTEON", patience) as find:
        return [dict(match) for match in find(STUDY)]


def test_a_peer_is_asked_for_one_study_and_what_is_needed_of_it() -> None:
    with answering(FindPeer(images=IMAGES)) as peer:
        found = ask(peer)

    assert found == [{"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "1.2.3", "NumberOfStudyRelatedInstances": "3"}]
    (identifier,) = peer.asked
    assert {element.keyword: str(element.value or "") for element in identifier} == STUDY


def test_what_was_not_asked_for_is_not_taken_over() -> None:
    with answering(FindPeer(images=IMAGES)) as peer:
        assert "DUPONT" not in repr(ask(peer))


def test_several_questions_are_asked_in_one_association() -> None:
    with (
        answering(FindPeer(images=IMAGES, counts=False)) as peer,
        asking(peer.address, AE_TITLE, "OSTEON", IMPATIENT) as find,
    ):
        assert find(STUDY) == [{"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "1.2.3"}]
        series = find({"QueryRetrieveLevel": "SERIES", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": ""})
        assert [match["SeriesInstanceUID"] for match in series] == ["1.2.3.1"]
        images = {"QueryRetrieveLevel": "IMAGE", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.1"}
        found = find(images | {"SOPInstanceUID": "", "SOPClassUID": ""})
        assert [(match["SOPClassUID"], match["SOPInstanceUID"]) for match in found] == [one[1:] for one in IMAGES]


@pytest.mark.parametrize("status", [0xA700, 0xA900, 0xC001, 0xFE00, 0x0122])
def test_a_failure_status_is_no_answer_and_the_next_question_may_be_asked(status: int) -> None:
    with (
        answering(FindPeer(images=IMAGES, status=status)) as peer,
        asking(peer.address, AE_TITLE, "OSTEON", IMPATIENT) as find,
    ):
        with pytest.raises(NotAnsweredError, match=f"0x{status:04X}"):
            find(STUDY)
        peer.status = None
        assert len(find(STUDY)) == 1


@pytest.mark.parametrize(
    "peer",
    [
        pytest.param(FindPeer(silent=True), id="silence"),
        pytest.param(FindPeer(aborts=True), id="abort"),
        pytest.param(FindPeer(images=IMAGES, aborts_after_a_match=True), id="abort after a match"),
        pytest.param(FindPeer(images=IMAGES, endless=True), id="no end"),
    ],
)
def test_a_peer_that_gives_no_whole_answer_is_left_soon(peer: FindPeer) -> None:
    before = time.monotonic()
    with answering(peer), pytest.raises(NoAnswerError):
        ask(peer)

    assert time.monotonic() - before < SOON


def test_an_answer_of_too_many_matches_is_broken_off() -> None:
    peer = FindPeer(images=IMAGES, endless=True)
    with answering(peer), pytest.raises(NoAnswerError, match="no end"):
        ask(peer, Patience(answer_seconds=0.5, whole_seconds=60, most_responses=5))


def test_values_that_are_none_of_their_kind_are_told_by_no_error() -> None:
    with answering(FindPeer(images=IMAGES, garbage=True)) as peer, pytest.raises(NotAnsweredError) as failure:
        ask(peer)

    assert "DUPONT" not in str(failure.value)


def test_a_peer_that_does_not_take_c_find_gives_no_answer() -> None:
    with answering(FindPeer(), takes_find=False) as peer, pytest.raises(NoAnswerError):
        ask(peer)


# pynetdicom forgets to close the socket that found nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_port_that_nobody_listens_on_gives_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (
        pytest.raises(NoAnswerError),
        asking(PeerAddress("127.0.0.1", port), AE_TITLE, "OSTEON", IMPATIENT),
    ):
        pass


def test_a_port_whose_listener_says_nothing_gives_no_answer() -> None:
    before = time.monotonic()
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(NoAnswerError),
        asking(PeerAddress("127.0.0.1", server.getsockname()[1]), AE_TITLE, "OSTEON", IMPATIENT),
    ):
        pass

    assert time.monotonic() - before < SOON


def test_a_name_that_is_no_host_gives_no_answer() -> None:
    with (
        pytest.raises(NoAnswerError),
        asking(PeerAddress("no-such-host.invalid", 104), AE_TITLE, "OSTEON", IMPATIENT),
    ):
        pass
