"""What Orthanc has taken is kept until it cannot be lost any more, and goes again when it was."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.forwarder import Forwarder, Pass
from dicom_node.outbox import GRACE_SECONDS, Outbox
from dicom_node.presence import LONGEST_SILENCE_SECONDS, LOOK_SECONDS, Presence
from dicom_node.status import Reason
from dicom_node.waiting import waiting_in
from storage.errors import ImageRejectedError, ImageStoreUnavailableError
from storage.ledger import Ledger
from tests.builders.clock import Clock
from tests.builders.door import SEGMENT_BYTES, Parts, arrival, ct, entries, parts_in
from tests.builders.image_store import StoreInMemory


class ForgetfulStore(StoreInMemory):
    """Loses what it took last when its host loses power."""

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = True

    def go(self, *, lost: int = 0) -> None:
        for orthanc_id in list(self.files)[len(self.files) - lost :]:
            del self.files[orthanc_id]
        self.error, self.is_ready = ImageStoreUnavailableError("down"), False

    def come_back(self) -> None:
        self.error, self.is_ready = None, True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Parts:
    outbox = Outbox(tmp_path / "node" / "objects", segment_bytes=SEGMENT_BYTES, reserve_bytes=0, clock=clock)
    return parts_in(tmp_path / "node", outbox=outbox)


@pytest.fixture
def store() -> ForgetfulStore:
    return ForgetfulStore()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def forwarder(parts: Parts, store: ForgetfulStore, ledger: Ledger, clock: Clock) -> Forwarder:
    return Forwarder(
        outbox=parts.outbox,
        journal=parts.journal,
        quarantine=parts.quarantine,
        orthanc=store,
        ledger=ledger,
        clock=clock,
    )


def receive(parts: Parts, *numbers: int) -> None:
    for number in numbers:
        parts.door.receive(arrival(ct(SOPInstanceUID=f"1.{number}")))


def settle(forwarder: Forwarder) -> None:
    while forwarder.forward_once() is Pass.MOVED:
        pass


def pass_time(clock: Clock, forwarder: Forwarder, seconds: float) -> None:
    """Without a gap in what the forwarder knows of Orthanc."""
    end = clock.now + seconds
    while clock.now < end:
        clock.now = min(clock.now + LOOK_SECONDS, end)
        settle(forwarder)


def segments(parts: Parts) -> int:
    return len(list((parts.folder / "objects").iterdir()))


def test_what_orthanc_lost_while_it_was_away_goes_again(
    parts: Parts, store: ForgetfulStore, ledger: Ledger, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1, 2, 3)
    settle(forwarder)
    before = dict(store.files)
    store.go(lost=2)
    pass_time(clock, forwarder, 30)
    store.come_back()
    pass_time(clock, forwarder, 4)
    assert store.files == before
    assert (parts.outbox.depth(), ledger.counts().objects, list(parts.quarantine.labels())) == (0, 3, [])


def test_what_orthanc_lost_goes_again_when_a_push_was_all_that_met_its_absence(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder
) -> None:
    receive(parts, 1)
    settle(forwarder)
    store.go(lost=1)
    receive(parts, 2)
    assert forwarder.forward_once() is Pass.BLOCKED
    store.come_back()
    settle(forwarder)
    assert len(store.files) == 2


def test_what_orthanc_lost_while_nobody_looked_goes_again(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1, 2)
    settle(forwarder)
    store.go(lost=1)
    clock.now += LONGEST_SILENCE_SECONDS + 1
    store.come_back()
    settle(forwarder)
    assert len(store.files) == 2


def test_what_orthanc_lost_goes_again_however_quickly_it_was_back(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1, 2)
    settle(forwarder)
    store.go(lost=1)
    store.come_back()
    clock.now += LOOK_SECONDS
    settle(forwarder)
    assert len(store.files) == 2


def test_what_goes_again_waits_for_whoever_looks_from_outside(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1, 2)
    settle(forwarder)
    assert waiting_in(parts.folder / "objects") == 0
    store.go(lost=1)
    pass_time(clock, forwarder, 4)
    store.come_back()
    clock.now += LOOK_SECONDS
    assert forwarder.forward_once() is Pass.MOVED
    assert waiting_in(parts.folder / "objects") == len(entries(parts.outbox)) == 1


def test_a_segment_goes_after_the_time_in_which_orthanc_was_there_without_interruption(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1)
    settle(forwarder)
    pass_time(clock, forwarder, GRACE_SECONDS - 10)
    store.go()
    pass_time(clock, forwarder, 2 * GRACE_SECONDS)
    assert segments(parts) == 1
    store.come_back()
    pass_time(clock, forwarder, GRACE_SECONDS - 10)
    assert segments(parts) == 1
    pass_time(clock, forwarder, 20)
    assert segments(parts) == 0


def test_what_orthanc_lost_and_lost_again_goes_again_twice(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1)
    settle(forwarder)
    for _ in range(2):
        store.go(lost=1)
        pass_time(clock, forwarder, 20)
        store.come_back()
        pass_time(clock, forwarder, 4)
        assert len(store.files) == 1


def test_an_orthanc_that_goes_while_it_is_asked_is_asked_once_more(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1)
    settle(forwarder)
    store.go(lost=1)
    pass_time(clock, forwarder, 4)
    store.is_ready = True  # and does not answer what it is asked
    clock.now += LOOK_SECONDS
    assert forwarder.forward_once() is Pass.BLOCKED
    store.come_back()
    settle(forwarder)
    assert len(store.files) == 1


def test_what_went_to_quarantine_instead_does_not_go_again(
    parts: Parts, store: ForgetfulStore, forwarder: Forwarder, clock: Clock
) -> None:
    receive(parts, 1)
    settle(forwarder)
    receive(parts, 2)
    store.error = ImageRejectedError("no")
    settle(forwarder)
    store.go()
    pass_time(clock, forwarder, 4)
    store.come_back()
    pass_time(clock, forwarder, 4)
    assert [label.reason for label in parts.quarantine.labels()] == [Reason.REJECTED_BY_ORTHANC]
    assert len(store.files) == 1


def test_an_orthanc_of_which_nothing_can_be_lost_is_not_asked(
    store: ForgetfulStore, forwarder: Forwarder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def last_change() -> int:
        asked.append(clock.now)
        return 0

    monkeypatch.setattr(store, "last_change", last_change)
    pass_time(clock, forwarder, 60)
    assert asked == []


@pytest.mark.parametrize(
    ("seconds", "interruptions"),
    [
        pytest.param([1, 1, 1], 0, id="all the time"),
        pytest.param([1, LONGEST_SILENCE_SECONDS, 1], 0, id="a pause in which no host comes back"),
        pytest.param([1, LONGEST_SILENCE_SECONDS + 1, 1], 1, id="a longer one"),
    ],
)
def test_answers_tell_whether_it_may_have_been_away(clock: Clock, seconds: list[float], interruptions: int) -> None:
    presence = Presence(lambda: True, lambda: 1, clock)
    for pause in seconds:
        presence.answered()
        clock.now += pause
    presence.answered()
    assert presence.interruptions == interruptions


def test_an_answer_after_none_is_an_interruption_however_short(clock: Clock) -> None:
    presence = Presence(lambda: True, lambda: 1, clock)
    presence.answered()
    presence.missed()
    assert (presence.is_away, presence.interruptions) == (True, 0)
    presence.look()
    assert (presence.is_away, presence.interruptions) == (False, 1)


@pytest.mark.parametrize(
    ("told", "interruptions"),
    [
        pytest.param([3, 3, 7], 0, id="an index that grows"),
        pytest.param([3, 7, 6, 8], 1, id="one of before"),
        pytest.param([3, None, 4], 0, id="one that does not always tell"),
        pytest.param([None, None], 0, id="one that never tells"),
    ],
)
def test_an_index_of_before_tells_that_it_was_away(clock: Clock, told: list[int | None], interruptions: int) -> None:
    answers = iter(told)
    presence = Presence(lambda: True, lambda: next(answers), clock)
    for _ in told:
        presence.took()
        presence.look()
    assert (presence.is_away, presence.interruptions) == (False, interruptions)
