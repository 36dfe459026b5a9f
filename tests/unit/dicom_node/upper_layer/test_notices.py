"""Requests of ours that wait for a quiet moment: one at a time, each answered exactly once."""

import os
import select
from collections.abc import Iterator

import pytest

from dicom_node.upper_layer.notices import Notice, Notices


class Answers(list[int | None]):
    """What was told of notices."""

    def notice(self) -> Notice:
        return Notice(
            sop_class_uid="1.2",
            sop_instance_uid="1.2.3",
            event_type=1,
            information=lambda _: b"",
            answered=self.append,
        )


@pytest.fixture
def notices() -> Iterator[Notices]:
    made = Notices()
    yield made
    made.close()


def rings(notices: Notices) -> bool:
    return bool(select.select([notices.fileno()], [], [], 0)[0])


def test_the_bell_rings_when_something_is_put_until_it_is_heard(notices: Notices) -> None:
    assert not rings(notices)
    notices.put(Answers().notice())
    notices.put(Answers().notice())
    assert rings(notices)
    notices.heard()
    assert not rings(notices)
    assert notices.is_due()


def test_the_next_one_is_due_when_the_one_before_is_answered(notices: Notices) -> None:
    told = Answers()
    notices.put(told.notice())
    notices.put(told.notice())
    first = notices.next()
    assert first is not None
    assert not notices.is_due()
    notices.answered(first[0], 0x0000)
    assert notices.is_due()
    second = notices.next()
    assert second is not None
    assert second[0] != first[0]
    assert told == [0x0000]


@pytest.mark.parametrize(("message_id", "status"), [(9, 0x0000), (None, 0x0000), (1, None)])
def test_what_answers_nothing_of_ours_is_ignored(notices: Notices, message_id: int | None, status: int | None) -> None:
    told = Answers()
    notices.put(told.notice())
    notices.next()
    notices.answered(message_id, status)
    assert told == []


def test_an_answer_that_comes_twice_counts_once(notices: Notices) -> None:
    told = Answers()
    notices.put(told.notice())
    notices.next()
    notices.answered(1, 0x0000)
    notices.answered(1, 0x0110)
    assert told == [0x0000]


def test_one_that_is_withdrawn_in_time_is_neither_sent_nor_answered(notices: Notices) -> None:
    told = Answers()
    notice = told.notice()
    notices.put(notice)
    assert notices.withdraw(notice)
    assert not notices.withdraw(notice)
    assert notices.next() is None
    notices.close()
    assert told == []


def test_the_end_of_the_association_answers_all_that_is_open_and_nothing_more_is_taken(notices: Notices) -> None:
    told = Answers()
    notices.put(told.notice())
    notices.put(told.notice())
    notices.next()
    notices.close()
    notices.close()
    assert told == [None, None]
    assert not notices.put(told.notice())


def test_the_file_descriptor_is_given_back() -> None:
    made = Notices()
    descriptor = made.fileno()
    made.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
