"""The books of a fault test: what was sent and how it was answered, against what the node and its Orthanc hold.

An object is known by its pixels, which no other one shares and which nothing may change on the way.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dicom_node.status import Reason, Status
from dicom_node.uids import UidMap, is_uid
from tests.builders.many_objects import Specimen

MOST_SHOWN = 5


class Stored(NamedTuple):
    """An object as Orthanc has it."""

    sop_instance_uid: str
    pixels: str


class Kept(NamedTuple):
    """An object as the quarantine has it."""

    pixels: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What is there, looked at from outside, when nothing is under way."""

    stored: Mapping[str, Stored]
    """By Orthanc's id."""
    ledger: Mapping[str, str]
    """Orthanc's id by SOPInstanceUID."""
    quarantined: Iterable[Kept]


@dataclass(slots=True)
class Sent:
    """One object, and every answer that it got."""

    specimen: Specimen
    answers: list[int] = field(default_factory=list)


class Accounts:
    """Share one between all senders."""

    def __init__(self) -> None:
        self._sent: dict[str, Sent] = {}
        self._changed = threading.Condition()
        self._answers = 0

    def sending(self, specimen: Specimen) -> None:
        with self._changed:
            self._sent.setdefault(specimen.pixels, Sent(replace(specimen, data_set=b"")))  # there may be very many

    def answered(self, specimen: Specimen, status: int) -> None:
        with self._changed:
            self._sent[specimen.pixels].answers.append(status)
            self._answers += 1
            self._changed.notify_all()

    def wait_for_answers(self, more: int, seconds: float = 30.0) -> bool:
        """Whether so many more answers have come in time."""
        with self._changed:
            wanted = self._answers + more
            return self._changed.wait_for(lambda: self._answers >= wanted, seconds)

    def last_answer(self, specimen: Specimen) -> int:
        """-1 for none."""
        sent = self._sent.get(specimen.pixels)
        return sent.answers[-1] if sent is not None and sent.answers else -1

    def statuses(self, specimens: Iterable[Specimen]) -> Counter[int]:
        """How many got which answer last; -1 for none."""
        return Counter(self.last_answer(specimen) for specimen in specimens)

    def without_answer(self, specimens: Iterable[Specimen]) -> list[Specimen]:
        return [specimen for specimen in specimens if self.last_answer(specimen) == -1]

    def acknowledged(self) -> list[Specimen]:
        """Answered with Success at least once."""
        with self._changed:
            return [sent.specimen for sent in self._sent.values() if Status.SUCCESS in sent.answers]

    def complaints(self, holdings: Holdings, map_uid: UidMap) -> list[str]:
        """What does not add up; nothing when every object is where its answers said, exactly once."""
        return list(self._complaints(holdings, map_uid))

    def _complaints(self, holdings: Holdings, map_uid: UidMap) -> Iterator[str]:
        stored = holdings.stored.values()
        quarantined = {kept.pixels for kept in holdings.quarantined}
        conflicts = {kept.pixels for kept in holdings.quarantined if kept.reason is Reason.CONFLICT}
        pixels = Counter(one.pixels for one in stored)
        uids = Counter(one.sop_instance_uid for one in stored)
        yield from _said(
            "stored twice", (key for counted in (pixels, uids) for key, times in counted.items() if times > 1)
        )
        yield from _said("stored, but never sent", pixels.keys() - self._sent.keys())
        yield from _said("quarantined, but never sent", quarantined - self._sent.keys())
        yield from _said("in Orthanc, not in the ledger", holdings.stored.keys() - set(holdings.ledger.values()))
        yield from _said("in the ledger, not in Orthanc", set(holdings.ledger.values()) - holdings.stored.keys())
        yield from _said(
            "the ledger and Orthanc disagree on a UID",
            (
                uid
                for uid, where in holdings.ledger.items()
                if where in holdings.stored and holdings.stored[where].sop_instance_uid != uid
            ),
        )
        yield from _said("stored under another UID than its own", self._misnamed(stored, map_uid))
        with self._changed:
            sent = list(self._sent.values())
        succeeded = {one.specimen.pixels for one in sent if Status.SUCCESS in one.answers}
        set_aside = {one.specimen.pixels for one in sent if Status.QUARANTINED in one.answers}
        yield from _said("acknowledged and lost", succeeded - pixels.keys() - conflicts)
        yield from _said("said to be in quarantine and not there", set_aside - quarantined)
        yield from _said("stored and in quarantine", pixels.keys() & quarantined)

    def _misnamed(self, stored: Iterable[Stored], map_uid: UidMap) -> Iterator[str]:
        for one in stored:
            sent = self._sent.get(one.pixels)
            if sent is None:
                continue
            before = sent.specimen.sop_instance_uid.rstrip("\0 ")  # padding, whoever padded it so
            if not is_uid(before) or str(map_uid(before)) != one.sop_instance_uid:
                yield one.sop_instance_uid


def _said(what: str, which: Iterable[str]) -> Iterator[str]:
    found = sorted(which)
    if found:
        yield f"{len(found)} {what}: {', '.join(found[:MOST_SHOWN])}"
