"""When the committer decides, whom it tells, how often it tries and when it gives up: on a forced clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.commitment.calling import CallError
from dicom_node.commitment.committer import Committer, Patience
from dicom_node.commitment.failures import Failure
from dicom_node.commitment.lines import Line, Lines
from dicom_node.commitment.reports import Report
from dicom_node.commitment.requests import Request
from dicom_node.commitment.spool import MOST_CLAIMS, Spool, Ticket
from dicom_node.commitment.verdicts import Verdicts
from dicom_node.peers import PeerAddress
from dicom_node.upper_layer.notices import Notice, Notices
from storage.errors import ImageStoreUnavailableError
from tests.builders.commitment import request
from tests.builders.door import KEYS
from tests.services.processes import wait_for

ADDRESS = PeerAddress("192.0.2.1", 104)
DAY, HOUR = 86_400.0, 3_600.0
ASKED = request()


@dataclass(slots=True)
class Scene:
    """A committer without its thread, and everything it talks to."""

    folder: Path
    seconds: float = 0.0
    """Since the request."""
    clock_is_ahead: float = 0.0
    """Seconds by which somebody has set the clock."""
    verdicts: Verdicts = field(default_factory=lambda: Verdicts(committed=list(ASKED.references)))
    ledger_is_down: bool = False
    address: PeerAddress | None = None
    answers: list[int | CallError] = field(default_factory=list)
    """Of calls, the first one first; without any, Success."""
    calls: list[Report] = field(default_factory=list)
    call_times: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    """When verdicts were asked for."""
    lines: Lines = field(default_factory=Lines)
    open_notices: list[Notices] = field(default_factory=list)
    spool: Spool = field(init=False)
    committer: Committer = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new process on the same folder."""
        if hasattr(self, "spool"):
            self.spool.close()
        self.spool = Spool(self.folder, KEYS)
        self.committer = Committer(
            spool=self.spool,
            lines=self.lines,
            judge=self._judge,
            call=self._call,
            address_of=lambda _: self.address,
            patience=Patience(),
            now=lambda: ASKED.received_at + timedelta(seconds=self.seconds + self.clock_is_ahead),
            clock=lambda: self.seconds,
        )

    def ask(self, asked: Request = ASKED, association_id: str = "asking") -> None:
        self.spool.put(asked, association_id)
        self.committer.peer_called(asked.calling_ae_title)

    def open_line(self, association_id: str = "asking", address: str = "127.0.0.1", title: str = "PACS") -> Line:
        """An association of the peer's that takes reports."""
        notices = Notices()
        self.open_notices.append(notices)
        line = Line(association_id, title, address, notices)
        self.lines.opened(line)
        self.committer.peer_called(title)
        return line

    def close_line(self, line: Line) -> None:
        line.notices.close()
        self.lines.closed(line.association_id)

    def work(self, seconds: float = 0.0, step: float = 1.0) -> None:
        """Passes over so much time."""
        until = self.seconds + seconds
        self.committer.work_once()
        while self.seconds + step <= until:
            self.seconds += step
            self.committer.work_once()

    @property
    def is_done(self) -> bool:
        return not self.spool.tickets()

    def _judge(self, asked: Request) -> Verdicts:
        assert asked.references == ASKED.references
        self.looks.append(self.seconds)
        if self.ledger_is_down:
            raise ImageStoreUnavailableError("Orthanc does not answer")
        return self.verdicts

    def _call(self, address: PeerAddress, called_ae_title: str, report: Report) -> int:
        assert (address, called_ae_title) == (ADDRESS, "PACS")
        self.call_times.append(self.seconds)
        answer = self.answers.pop(0) if self.answers else 0x0000
        if isinstance(answer, CallError):
            raise answer
        self.calls.append(report)
        return answer


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    for notices in made.open_notices:
        notices.close()


def sent_on(line: Line) -> tuple[int, Notice]:
    due = line.notices.next()
    assert due is not None, "nothing was sent on this association"
    return due


def has_none(line: Line) -> bool:
    return not line.notices.is_due()


# Where


def test_a_report_goes_out_on_the_association_that_asked_although_an_address_is_known(scene: Scene) -> None:
    scene.address = ADDRESS
    line = scene.open_line()
    scene.ask()
    scene.work()
    message_id, notice = sent_on(line)
    assert notice.event_type == 1
    assert not scene.is_done, "it is not answered yet"
    line.notices.answered(message_id, 0x0000)
    scene.work()
    assert scene.is_done
    assert scene.calls == []


def test_when_that_association_ends_before_the_answer_the_address_is_called(scene: Scene) -> None:
    scene.address = ADDRESS
    line = scene.open_line()
    scene.ask()
    scene.work()
    sent_on(line)
    scene.close_line(line)
    scene.work()
    assert len(scene.calls) == 1
    assert scene.is_done


def test_when_the_peer_does_not_take_it_there_the_address_is_called(scene: Scene) -> None:
    scene.address = ADDRESS
    line = scene.open_line()
    scene.ask()
    scene.work()
    line.notices.answered(sent_on(line)[0], 0x0110)
    scene.work()
    assert len(scene.calls) == 1


def test_when_that_association_is_never_quiet_the_address_is_called_after_a_minute(scene: Scene) -> None:
    scene.address = ADDRESS
    line = scene.open_line()
    scene.ask()
    scene.work(59)
    assert scene.calls == []
    scene.work(2)
    assert len(scene.calls) == 1
    assert has_none(line), "it was withdrawn"


def test_a_peer_whose_address_is_unknown_is_told_on_another_association_of_its_own(scene: Scene) -> None:
    scene.ask()
    scene.work(DAY, step=HOUR)
    assert scene.looks == [], "nobody is there to be told"
    line = scene.open_line("another")
    scene.work()
    line.notices.answered(sent_on(line)[0], 0x0000)
    scene.work()
    assert scene.is_done


@pytest.mark.parametrize(
    "stranger", [{"address": "127.0.0.2"}, {"title": "OTHER"}], ids=["from another host", "of another name"]
)
def test_nobody_else_is_told(scene: Scene, stranger: dict[str, str]) -> None:
    scene.ask()
    line = scene.open_line("another", **stranger)
    scene.work(30)
    assert has_none(line)


def test_a_peer_that_refuses_its_report_on_an_association_is_not_asked_there_again(scene: Scene) -> None:
    first = scene.open_line()
    scene.ask()
    scene.work()
    first.notices.answered(sent_on(first)[0], 0x0110)
    scene.work(HOUR)
    assert has_none(first)
    second = scene.open_line("second")
    scene.work()
    sent_on(second)


# When


def test_a_peer_that_is_down_is_called_again_after_growing_pauses_of_an_hour_at_most(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 12
    scene.ask()
    scene.work(6 * HOUR)
    pauses = [later - earlier for earlier, later in zip(scene.call_times, scene.call_times[1:], strict=False)]
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert scene.is_done


def test_a_peer_that_is_down_is_called_once_for_all_its_reports(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")]
    for number in range(5):
        scene.ask(request(transaction_uid=f"1.2.{number}"))
    scene.work(9)
    assert scene.call_times == [0]
    scene.work(1)
    assert len(scene.calls) == 5


def test_a_peer_that_opens_an_association_is_called_at_once_but_not_again_and_again(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 9
    scene.ask()
    scene.work(5)
    for _ in range(20):
        scene.committer.peer_called("PACS")
        scene.work(1)
    assert scene.call_times == [0, 10, 20]


@pytest.mark.parametrize("status", [0x0000, 0x0001, 0x0107, 0xB000], ids=hex)
def test_success_and_warnings_settle_it(scene: Scene, status: int) -> None:
    scene.address = ADDRESS
    scene.answers = [status]
    scene.ask()
    scene.work(HOUR)
    assert len(scene.calls) == 1
    assert scene.is_done


@pytest.mark.parametrize("status", [0x0110, 0x0112, 0x0213, 0xC000], ids=hex)
def test_a_report_that_is_refused_is_brought_again(scene: Scene, status: int) -> None:
    scene.address = ADDRESS
    scene.answers = [status]
    scene.ask()
    scene.work(10)
    assert len(scene.calls) == 2
    assert scene.is_done


def test_a_refusal_after_an_answer_that_was_lost_settles_it(scene: Scene) -> None:
    """The peer took it the first time, and knows no such transaction any more."""
    scene.address = ADDRESS
    scene.answers = [CallError("no answer", is_sent=True), 0x0112]
    scene.ask()
    scene.work(10)
    assert scene.is_done


@pytest.mark.parametrize("days", [6.9, 7.1])
def test_a_report_is_given_up_after_seven_days_and_not_before(
    scene: Scene, caplog: pytest.LogCaptureFixture, days: float
) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 10_000
    scene.ask()
    scene.work()
    scene.seconds = days * DAY
    scene.work()
    assert scene.is_done == (days > 7)
    assert ("is given up" in caplog.text) == (days > 7)


def test_a_restart_starts_over_with_the_pauses_but_not_with_the_days(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 2
    scene.ask()
    scene.work(DAY / 24 / 60, step=10)
    scene.restart()
    scene.work()
    assert scene.is_done
    scene.answers = [CallError("no association")] * 100
    scene.ask()
    scene.work()
    scene.seconds = 8 * DAY
    scene.restart()
    scene.work(HOUR + 1, step=10)
    assert scene.is_done
    assert len(scene.calls) == 1


def test_a_node_that_was_away_for_long_tries_before_it_gives_up(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.ask()
    scene.seconds = 8 * DAY
    scene.restart()
    scene.work()
    assert len(scene.calls) == 1


@pytest.mark.parametrize("ahead", [8 * DAY, 4000 * DAY, -4000 * DAY])
def test_a_clock_that_is_set_makes_no_request_older_and_none_last_for_ever(scene: Scene, ahead: float) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 10_000
    scene.ask()
    scene.work()
    scene.clock_is_ahead = ahead
    scene.work(6.9 * DAY, step=HOUR)
    assert not scene.is_done
    scene.work(0.2 * DAY, step=HOUR)
    assert scene.is_done


def test_a_clock_that_was_ahead_at_the_start_and_is_put_right_has_no_request_given_up(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")] * 10_000
    scene.ask()
    scene.clock_is_ahead = 8 * DAY
    scene.restart()
    scene.work(HOUR / 2, step=10)
    assert not scene.is_done
    scene.clock_is_ahead = 0
    scene.work(DAY, step=HOUR)
    assert not scene.is_done


# What


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_on_its_way_is_looked_for_at_growing_pauses_and_reported_when_it_is_there(scene: Scene) -> None:
    scene.address = ADDRESS
    stored, scene.verdicts = scene.verdicts, Verdicts(waiting=list(ASKED.references))
    scene.ask()
    scene.work(HOUR, step=0.25)
    assert scene.looks[:5] == [0.0, 0.25, 0.75, 1.75, 3.75]
    assert max(later - earlier for earlier, later in zip(scene.looks, scene.looks[1:], strict=False)) == 60.0
    assert scene.calls == []
    scene.verdicts = stored
    scene.work(61)
    assert [report.event_type for report in scene.calls] == [1]


def test_what_is_on_its_way_while_the_clock_is_set_is_no_failure(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.verdicts = Verdicts(waiting=list(ASKED.references))
    scene.ask()
    scene.work()
    scene.clock_is_ahead = 2 * DAY
    scene.work(HOUR, step=10)
    assert scene.calls == []


@pytest.mark.parametrize("is_down", [False, True], ids=["objects that never arrive", "an Orthanc that never answers"])
def test_after_a_day_what_still_waits_is_a_processing_failure(scene: Scene, is_down: bool) -> None:
    scene.address = ADDRESS
    scene.ledger_is_down = is_down
    scene.verdicts = Verdicts(waiting=list(ASKED.references))
    scene.ask()
    scene.work(DAY - 60, step=30)
    assert scene.calls == []
    scene.work(180, step=30)
    (report,) = scene.calls
    assert report.event_type == 2
    assert report.verdicts.failed == [(ASKED.references[0], Failure.PROCESSING_FAILURE)]


def test_an_archive_that_does_not_answer_is_not_asked_for_every_request(scene: Scene) -> None:
    """A silent Orthanc costs half a minute each time."""
    scene.address = ADDRESS
    scene.ledger_is_down = True
    for number in range(9):
        scene.ask(request(transaction_uid=f"1.2.{number}"))
    scene.work(1.75, step=0.25)
    assert scene.looks == [0.0, 0.25, 0.75, 1.75]
    scene.ledger_is_down = False
    scene.work(60, step=0.25)
    assert len(scene.calls) == 9


def test_thousands_of_requests_that_wait_hold_few_descriptors_and_all_are_answered(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.ledger_is_down = True
    before = descriptors()
    for number in range(400):
        scene.ask(request(transaction_uid=f"1.2.{number}"))
    held = []
    for _ in range(8):
        scene.work(0.25, step=0.25)
        held.append(descriptors() - before)
    assert max(held) <= MOST_CLAIMS
    scene.ledger_is_down = False
    scene.work(60, step=0.25)
    assert (len(scene.calls), scene.is_done, descriptors()) == (400, True, before)


def test_a_shortage_of_descriptors_does_not_end_the_committer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene.address = ADDRESS
    scene.ask()
    tickets, failures = scene.spool.tickets, [OSError(24, "Too many open files")]

    def failing_once() -> list[Ticket]:
        if failures:
            raise failures.pop()
        return tickets()

    monkeypatch.setattr(scene.spool, "tickets", failing_once)
    scene.committer.start()
    wait_for(lambda: scene.is_done, "the report is delivered", 10)
    scene.committer.stop()
    assert len(scene.calls) == 1
    assert "requests wait" in caplog.text


def test_what_waits_for_long_does_not_keep_the_others_waiting(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.verdicts = Verdicts(waiting=list(ASKED.references))
    for number in range(2 * MOST_CLAIMS):
        scene.ask(request(transaction_uid=f"1.2.{number}"))
    scene.work(600, step=0.25)
    scene.verdicts = Verdicts(committed=list(ASKED.references))
    scene.ask(request(transaction_uid="1.3"))
    scene.work(1, step=0.25)
    assert "1.3" in {report.transaction_uid for report in scene.calls}


def test_a_report_says_what_holds_when_it_is_brought(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.answers = [CallError("no association")]
    scene.ask()
    scene.work()
    scene.verdicts = Verdicts(failed=[(ASKED.references[0], Failure.NO_SUCH_OBJECT_INSTANCE)])
    scene.work(10)
    assert [report.event_type for report in scene.calls] == [2]


def test_a_request_that_cannot_be_opened_does_not_hold_up_the_others(scene: Scene) -> None:
    scene.address = ADDRESS
    scene.ask()
    scene.ask(request(transaction_uid="1.2.9"))
    (damaged, _) = scene.spool.tickets()
    path = scene.folder / f"{damaged.name}.sealed"
    path.write_bytes(path.read_bytes()[:-1])
    scene.work()
    assert len(scene.calls) == 1
    assert scene.is_done
    assert path.with_suffix(".damaged").exists()


def test_whatever_goes_wrong_with_one_request_the_others_go_on(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.address = ADDRESS
    scene.ask()
    scene.ask(request(transaction_uid="1.2.9"))
    (first, _) = scene.spool.tickets()
    opened = scene.spool.open

    def failing(name: str) -> Request:
        if name == first.name:
            raise MemoryError
        return opened(name)

    monkeypatch.setattr(scene.spool, "open", failing)
    scene.work()
    assert [ticket.name for ticket in scene.spool.tickets()] == [first.name]
