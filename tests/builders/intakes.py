"""Somewhere for uploads to go, in memory: it keeps what comes, and answers what the test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.intake import Fate


class FakeIntake:
    """Satisfies `api.intake.Intake`, and is the relay of every request itself."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.studies: list[str | None] = []
        self.answer: Callable[[bytes], int] = lambda _: 0x0000
        self.may_finish = threading.Event()
        self.may_finish.set()

    @contextmanager
    def open(self, study_instance_uid: str | None) -> Iterator["FakeIntake"]:
        self.studies.append(study_instance_uid)
        yield self

    def store(self, content: Iterator[bytes]) -> Fate:
        """The UIDs are made of the content: `1.2.840.10008.5.1.4.1.1.2` and `2.25.` with the number of bytes."""
        whole = b"".join(content)
        self.received.append(whole)
        assert self.may_finish.wait(20)
        return Fate(
            status=self.answer(whole),
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            sop_instance_uid=f"2.25.{len(whole)}",
        )
