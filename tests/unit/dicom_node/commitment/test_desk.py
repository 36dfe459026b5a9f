"""What is answered when a request cannot be kept: never Success."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from dicom_node.commitment.desk import Desk
from dicom_node.commitment.lines import Lines
from dicom_node.commitment.spool import Spool
from dicom_node.receiving import StoreService
from dicom_node.tally import Tallies
from dicom_node.upper_layer.collecting import Collected
from dicom_node.upper_layer.commands import Command, Field
from dicom_node.upper_layer.negotiation import Context
from dicom_node.upper_layer.service import Answer, Message
from tests.builders.commitment import COMMITMENT, COMMITMENT_INSTANCE, encoded, information
from tests.builders.door import KEYS
from tests.builders.peer import EXPLICIT, KeepingDoor

CONTEXT = Context(COMMITMENT, EXPLICIT)


def n_action(*, is_too_large: bool = False, has_data_set: bool = True, transaction_uid: str = "1.2.3") -> Message:
    command = Command(
        field=Field.N_ACTION,
        message_id=1,
        has_data_set=has_data_set,
        sop_class_uid=COMMITMENT,
        sop_instance_uid=COMMITMENT_INSTANCE,
        action_type=1,
    )
    content = Collected(encoded(information(transaction_uid=transaction_uid)), is_too_large)
    return Message(context=CONTEXT, command=command, data_set=content if has_data_set else None)


class Association:
    """A service with a desk, of a peer that has opened an association."""

    def __init__(self, spool: Spool, call: Callable[[str], None] = lambda _: None) -> None:
        desk = Desk(spool, Lines(), call)
        self._service = StoreService(KeepingDoor(), Tallies(lambda _: None), "127.0.0.1", desk=desk)
        self._service.opened("PACS")

    def ask(self, message: Message) -> Answer:
        return self._service.handle(message)


def test_a_peer_is_taken_care_of_as_soon_as_it_has_asked(tmp_path: Path) -> None:
    called: list[str] = []
    assert Association(Spool(tmp_path, KEYS), called.append).ask(n_action()) == Answer(0x0000)
    assert called == ["PACS"]


@pytest.mark.parametrize(
    ("message", "status"),
    [
        pytest.param(n_action(has_data_set=False), 0x0115, id="no information"),
        pytest.param(n_action(is_too_large=True), 0x0213, id="more than an object may have"),
    ],
)
def test_information_that_is_not_there_is_not_taken(tmp_path: Path, message: Message, status: int) -> None:
    spool = Spool(tmp_path, KEYS)
    assert Association(spool).ask(message).status == status
    assert spool.tickets() == []


def test_a_full_spool_is_a_resource_limitation(tmp_path: Path) -> None:
    association = Association(Spool(tmp_path, KEYS, most_requests=1))
    assert association.ask(n_action()).status == 0x0000
    assert association.ask(n_action(transaction_uid="1.2.4")).status == 0x0213


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(OSError(errno.ENOSPC, "no space left"), 0x0213, id="a full disk"),
        pytest.param(MemoryError("1.2.3"), 0x0110, id="anything else"),
    ],
)
def test_what_cannot_be_kept_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int
) -> None:
    def failing(*_: object) -> None:
        raise failure

    spool = Spool(tmp_path, KEYS)
    monkeypatch.setattr(spool, "put", failing)
    answer = Association(spool).ask(n_action())
    assert answer.status == status
    assert "1.2.3" not in answer.comment


def test_a_damaged_request_under_the_same_transaction_is_a_processing_failure(tmp_path: Path) -> None:
    association = Association(Spool(tmp_path, KEYS))
    assert association.ask(n_action()).status == 0x0000
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"")
    assert association.ask(n_action()).status == 0x0110
