"""Storage commitment with a foreign peer: asked for by pynetdicom, reported to it wherever it can be reached."""

import logging
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import build_role
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation

from dicom_node.peers import PeerAddress
from dicom_node.upper_layer.service import Limits
from tests.builders.commitment import (
    COMMITMENT,
    COMMITMENT_INSTANCE,
    NEVER_SENT_UID,
    SENT_UID,
    TRANSACTION_UID,
    Archive,
    Committing,
    Pacs,
    Told,
    committing,
    encoded,
    information,
)
from tests.builders.door import ct
from tests.builders.peer import (
    COMMAND,
    CT,
    DATA,
    EXPLICIT,
    IMPLICIT,
    LAST_COMMAND,
    LAST_DATA,
    MR,
    N_ACTION,
    RESPONSE,
    WITH_DATA_SET,
    Peer,
    associate_rq,
    command_set,
    data_set_of,
    fragments,
    message,
    p_data,
    pdv,
    store_rq,
    ui,
    us,
)
from tests.services.processes import free_port, wait_for

pytestmark = [
    pytest.mark.usefixtures("quick_disk"),
    # pynetdicom: an association released while its handler's answer is still to be sent ends its thread in an error.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
STUDY = {"StudyInstanceUID": "1.2.276.1", "SeriesInstanceUID": "1.2.276.1.1"}
PROCESSING_FAILURE, NO_SUCH_OBJECT, CLASS_CONFLICT, NOT_SUPPORTED, DUPLICATE = 0x0110, 0x0112, 0x0119, 0x0122, 0x0131
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def a_ct(uid: str = SENT_UID, **changes: object) -> Dataset:
    return pydicom.dcmread(BytesIO(ct(SOPInstanceUID=uid, **STUDY, **changes)))


def nothing_waits(node: Committing) -> bool:
    return not node.spool.tickets()


def test_what_is_stored_is_committed_and_what_never_came_is_not_on_the_association_that_asked(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        node.archive.take_all(node.parts.outbox)
        assert pacs.ask(association, information((CT, SENT_UID), (CT, NEVER_SENT_UID))) == 0
        told = pacs.told()
        assert association.is_established
        association.release()
        wait_for(lambda: nothing_waits(node), "the request is forgotten")
    assert told == Told(2, TRANSACTION_UID, [(CT, SENT_UID)], [(CT, NEVER_SENT_UID, NO_SUCH_OBJECT)])


def test_everything_stored_is_event_type_one(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        node.archive.take_all(node.parts.outbox)
        assert pacs.ask(association, information()) == 0
        assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
        association.release()


@pytest.mark.parametrize(
    ("syntax", "roles"),
    [
        pytest.param(IMPLICIT, [], id="implicit VR"),
        pytest.param(EXPLICIT, [build_role(COMMITMENT, scu_role=True)], id="it wants to be the SCU, expressly"),
        pytest.param(EXPLICIT, [build_role(COMMITMENT, scu_role=True, scp_role=True)], id="it would be both"),
    ],
)
def test_requests_are_taken_however_the_context_is_negotiated(
    tmp_path: Path, syntax: str, roles: list[SCP_SCU_RoleSelectionNegotiation]
) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port, COMMITMENT, syntax=syntax, roles=roles)
        assert pacs.ask(association, information((CT, NEVER_SENT_UID))) == 0
        assert pacs.told().failed == [(CT, NEVER_SENT_UID, NO_SUCH_OBJECT)]
        association.release()


def test_an_object_on_its_way_to_orthanc_is_waited_for(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        assert pacs.ask(association, information()) == 0
        assert pacs.send(association, a_ct(NEVER_SENT_UID)) == 0  # life goes on meanwhile
        assert pacs.reports.empty()
        node.archive.take_all(node.parts.outbox)
        assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
        association.release()


def test_each_object_that_is_not_committed_has_its_own_reason(tmp_path: Path) -> None:
    quarantined, not_a_uid, capture = "1.2.276.9.1", "not.a.uid", "1.2.276.9.2"
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        node.archive.take_all(node.parts.outbox)
        assert pacs.send(association, a_ct(quarantined, PatientID="")) == 0xC100
        asked = information((MR, SENT_UID), (CT, quarantined), (CT, not_a_uid), (SECONDARY_CAPTURE, capture))
        assert pacs.ask(association, asked) == 0
        told = pacs.told()
        association.release()
    assert told.failed == [
        (MR, SENT_UID, CLASS_CONFLICT),
        (CT, quarantined, PROCESSING_FAILURE),
        (CT, not_a_uid, PROCESSING_FAILURE),
        (SECONDARY_CAPTURE, capture, NOT_SUPPORTED),
    ]
    assert (told.event_type, told.committed) == (2, [])


@pytest.mark.parametrize("knows_roles", [True, False], ids=["role selection", "a peer that ignores role selection"])
def test_a_peer_that_has_gone_is_called_at_its_known_address(tmp_path: Path, knows_roles: bool) -> None:
    pacs = Pacs()
    with pacs.listening(knows_roles=knows_roles) as its_port:
        known = {"PACS": PeerAddress("127.0.0.1", its_port)}
        with committing(tmp_path, address_of=known.get) as node:
            association = pacs.associate(node.port)
            assert pacs.send(association, a_ct()) == 0
            assert pacs.ask(association, information()) == 0
            association.release()
            node.archive.take_all(node.parts.outbox)
            assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
            wait_for(lambda: nothing_waits(node), "the request is forgotten")
    assert pacs.roles == [(False, True)], "we call as the SCP"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pynetdicom leaves its socket to Python
def test_a_peer_that_is_down_gets_its_report_when_it_is_up_again(tmp_path: Path) -> None:
    pacs, its_port = Pacs(), free_port()
    known = {"PACS": PeerAddress("127.0.0.1", its_port)}
    with committing(tmp_path, address_of=known.get) as node:
        association = pacs.associate(node.port)
        assert pacs.ask(association, information((CT, NEVER_SENT_UID))) == 0
        pacs.answers.append(0x0110)  # not here
        assert pacs.told().event_type == 2
        association.release()
        with pacs.listening(its_port):
            assert pacs.told().failed == [(CT, NEVER_SENT_UID, NO_SUCH_OBJECT)]
            wait_for(lambda: nothing_waits(node), "the request is forgotten")


def test_a_peer_without_an_address_gets_its_report_on_its_next_association(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        assert pacs.ask(association, information()) == 0
        association.release()
        node.archive.take_all(node.parts.outbox)
        without = pacs.associate(node.port, CT)
        somebody = Pacs("SOMEBODY").associate(node.port)
        again = pacs.associate(node.port)
        assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
        for one in (without, somebody, again):
            assert one.is_established
            one.release()


def test_a_request_outlives_a_restart(tmp_path: Path) -> None:
    pacs, archive = Pacs(), Archive()
    with committing(tmp_path, archive=archive) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        assert pacs.ask(association, information((CT, SENT_UID), (CT, NEVER_SENT_UID))) == 0
        association.abort()
        archive.take_all(node.parts.outbox)
    with committing(tmp_path, archive=archive) as node:
        association = pacs.associate(node.port)
        told = pacs.told()
        association.release()
    assert told == Told(2, TRANSACTION_UID, [(CT, SENT_UID)], [(CT, NEVER_SENT_UID, NO_SUCH_OBJECT)])


def test_asking_again_is_answered_once_and_another_question_under_the_same_transaction_fails(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path, limits=Limits(quiet_seconds=1.0)) as node:  # nothing comes between the requests
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        asked, other = information((CT, SENT_UID)), information((CT, NEVER_SENT_UID))
        assert [pacs.ask(association, one) for one in (asked, asked, other, other)] == [0, 0, 0, 0]
        assert pacs.told() == Told(2, TRANSACTION_UID, [], [(CT, NEVER_SENT_UID, DUPLICATE)])
        node.archive.take_all(node.parts.outbox)
        assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
        wait_for(lambda: nothing_waits(node), "everything is answered")
        assert pacs.reports.empty()
        association.release()


def test_two_contents_of_one_uid_are_not_committed(tmp_path: Path) -> None:
    """The node has the one and, in quarantine, the other: which of them the peer means cannot be told."""
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct()) == 0
        assert pacs.send(association, a_ct(PatientSex="M", Rows=128)) == 0xC100
        node.archive.take_all(node.parts.outbox)
        assert pacs.ask(association, information()) == 0
        assert pacs.told().failed == [(CT, SENT_UID, PROCESSING_FAILURE)]
        association.release()


def test_an_object_released_from_quarantine_counts_as_stored(tmp_path: Path) -> None:
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct(PatientID="")) == 0xC100
        (sealed,) = (tmp_path / "quarantine").glob("*.sealed")
        sealed.unlink()
        assert pacs.send(association, a_ct()) == 0
        node.archive.take_all(node.parts.outbox)
        assert pacs.ask(association, information()) == 0
        assert pacs.told().event_type == 1
        association.release()


def test_no_identifier_of_the_senders_is_on_disk_in_clear_or_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="osteon")
    pacs = Pacs()
    with committing(tmp_path) as node:
        association = pacs.associate(node.port)
        assert pacs.send(association, a_ct(PatientID="")) == 0xC100
        assert pacs.send(association, a_ct(NEVER_SENT_UID)) == 0
        assert pacs.ask(association, information((CT, SENT_UID), (CT, NEVER_SENT_UID))) == 0
        assert pacs.ask(association, information((CT, SENT_UID)), action=2) == 0x0123
        kept = [path for path in tmp_path.rglob("*") if path.is_file()]
        contents = b"".join(path.read_bytes() for path in kept) + "".join(map(str, kept)).encode()
        association.release()
    assert any(path.parent.name == "requests" for path in kept)
    for secret in (TRANSACTION_UID, SENT_UID, NEVER_SENT_UID):
        assert secret.encode() not in contents
        assert secret not in caplog.text
    assert "N-ACTION refused" in caplog.text


# Malformed, by a peer of our own


def action_rq(class_uid: str = COMMITMENT, instance_uid: str = COMMITMENT_INSTANCE, action: int | None = 1) -> bytes:
    elements = {
        0x0003: ui(class_uid),
        0x0100: us(N_ACTION),
        0x0110: us(7),
        0x0800: us(WITH_DATA_SET),
        0x1001: ui(instance_uid),
    }
    return command_set(elements if action is None else elements | {0x1008: us(action)})


WELL = encoded(information())
CONTEXTS = {1: (CT, (EXPLICIT,)), 5: (COMMITMENT, (EXPLICIT,))}


@pytest.mark.parametrize(
    ("command", "data_set", "status"),
    [
        pytest.param(action_rq(), WELL, 0x0000, id="well-formed"),
        pytest.param(action_rq(action=2), WELL, 0x0123, id="another action type"),
        pytest.param(action_rq(action=None), WELL, 0x0123, id="no action type"),
        pytest.param(action_rq(instance_uid="1.2.3"), WELL, 0x0112, id="another SOP instance"),
        pytest.param(action_rq(class_uid=CT), WELL, 0x0118, id="another SOP class"),
        pytest.param(action_rq(), b"\xff" * 40, 0x0115, id="no data set"),
        pytest.param(action_rq(), WELL[:-4], 0x0115, id="cut off"),
        pytest.param(action_rq(), encoded(information(transaction_uid=None)), 0x0115, id="no transaction UID"),
        pytest.param(action_rq(), encoded(information(transaction_uid="ABC")), 0x0115, id="no UID"),
        pytest.param(action_rq(), encoded(information(ReferencedSOPSequence=[])), 0x0115, id="no references"),
        pytest.param(action_rq(), encoded(information((CT, ""))), 0x0115, id="a reference without an instance"),
        pytest.param(action_rq(), encoded(information(("", SENT_UID))), 0x0115, id="a reference without a class"),
        pytest.param(action_rq(), encoded(information((CT, "1" * 66))), 0x0115, id="too long for a UID"),
    ],
)
def test_every_malformed_request_has_its_status_and_the_association_goes_on(
    tmp_path: Path, command: bytes, data_set: bytes, status: int
) -> None:
    with committing(tmp_path) as node, Peer(node.port) as peer:
        peer.associate(associate_rq(CONTEXTS))
        peer.send(*message(command, data_set, 5))
        answer = peer.reply()
        assert (answer.status, answer.field, answer.message_id) == (status, N_ACTION | RESPONSE, 7)
        assert len(node.spool.tickets()) == (status == 0)
        peer.send(*message(store_rq(SENT_UID), data_set_of(ct(SOPInstanceUID=SENT_UID, **STUDY))))


def test_a_request_on_the_context_of_images_is_no_operation_of_ours(tmp_path: Path) -> None:
    with committing(tmp_path) as node, Peer(node.port) as peer:
        peer.associate(associate_rq(CONTEXTS))
        peer.send(*message(action_rq(), WELL, 1))
        assert peer.reply().status == 0x0211


def test_a_peer_that_sends_without_a_pause_is_not_interrupted(tmp_path: Path) -> None:
    """One that waits for the answer to its C-STORE may take a request of ours for it, and abort."""
    file = data_set_of(ct(SOPInstanceUID=SENT_UID, **STUDY))
    with committing(tmp_path) as node, Peer(node.port) as peer:
        peer.associate(associate_rq(CONTEXTS))
        peer.send(*message(action_rq(), encoded(information((CT, NEVER_SENT_UID))), 5))
        assert peer.reply().status == 0
        commands, pieces = fragments(store_rq(SENT_UID), 30, COMMAND), fragments(file, 4096, DATA)
        for piece in (*commands, *pieces[:-1]):
            peer.send(p_data(piece))
        peer.socket.settimeout(6 * 0.05)
        with pytest.raises(TimeoutError):
            peer.receive()
        peer.socket.settimeout(15)
        peer.send(p_data(pieces[-1]))
        assert peer.reply().message_id == 1
        report = peer.receive()  # and now it is quiet
        assert report is not None
        assert report.body[4:6] == bytes((5, LAST_COMMAND))


@pytest.mark.parametrize("maximum", [64, 16_384, 0])
def test_a_report_keeps_to_the_longest_pdu_that_the_peer_takes(tmp_path: Path, maximum: int) -> None:
    asked = encoded(information(*((CT, f"1.2.276.5.{number}") for number in range(50))))
    with committing(tmp_path) as node, Peer(node.port) as peer:
        peer.associate(associate_rq(CONTEXTS, maximum=maximum))
        peer.send(*message(action_rq(), asked, 5))
        assert peer.reply().status == 0
        lengths, last = [], 0
        while last != LAST_DATA:
            got = peer.receive()
            assert got is not None
            lengths.append(len(got.body))
            last = got.body[5]
        peer.send(
            p_data(
                pdv(
                    command_set({0x0100: us(0x8100), 0x0120: us(1), 0x0800: us(0x0101), 0x0900: us(0)}), LAST_COMMAND, 5
                )
            )
        )
        wait_for(lambda: nothing_waits(node), "the request is forgotten")
        assert peer.release()
    assert maximum == 0 or max(lengths) <= maximum
