"""Asking the sources of studies at rest whether that was all: a few studies at a time, each less and less often."""

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from dicom_node.delays import Delays
from dicom_node.finding import Find, FindError, NoAnswerError
from dicom_node.peers import PeerAddress
from dicom_node.study_count import Contents, Taken, UnknownStudyError, count_at_source
from dicom_node.study_sources import StudySources
from storage.study_lifecycle import Reason, StudyState
from storage.study_records import SourceAnswer, Standing
from storage.study_states import StudyStates

log = logging.getLogger("osteon.studies")

FIRST_SECONDS = 60.0
LONGEST_SECONDS = 6 * 3600.0
MOST_IN_A_TURN = 8
"""Studies; between two turns the clock looks after all the others."""

Ask = Callable[[PeerAddress, str], AbstractContextManager[Find]]
"""Opens an association with a peer, by its address and AE title. Raises NoAnswerError."""


@dataclass(frozen=True, slots=True)
class _Peer:
    """Left alone as a whole, for its studies would find nobody either."""

    ae_title: str


class Confirmation:
    """For one thread. What it has learnt of whom to leave alone is forgotten at a restart: all are asked anew."""

    def __init__(
        self,
        *,
        states: StudyStates,
        sources: StudySources,
        address_of: Callable[[str], PeerAddress | None],
        ask: Ask,
        taken: Taken,
        delays: Delays | None = None,
    ) -> None:
        self._states = states
        self._sources = sources
        self._address_of = address_of
        self._ask = ask
        self._taken = taken
        self._delays = delays or Delays(FIRST_SECONDS, LONGEST_SECONDS)
        self._forgotten: set[str] = set()
        """Confirmed, and forgotten by the door: to be removed at the next turn, if nothing has come by then."""

    def take_turn(self, growing: Collection[str]) -> None:
        """Ask for some of the studies that it is time for, and put away what was kept of those that are confirmed.

        `growing`: studies that objects are coming to. They are not asked for, and without delay once they are at rest.
        """
        self._sources.look()
        kept = self._sources.kept()
        for uid in kept.keys() & set(growing):
            self._delays.forget(uid)
        due = {uid: peer for uid, peer in kept.items() if uid not in growing and self._delays.is_due(uid)}
        standings = self._states.of(due)
        self._remove_confirmed([uid for uid, one in standings.items() if one.state is StudyState.CONFIRMED])
        left = MOST_IN_A_TURN
        for uid, standing in standings.items():
            if left and standing.state is StudyState.PROVISIONAL and self._can_be_asked(due[uid]):
                self._ask_for(standing, due[uid])
                left -= 1

    def _remove_confirmed(self, confirmed: Collection[str]) -> None:
        """In two turns: an object that came in between was noted by the door, or is on its way, or in the ledger."""
        for uid in self._forgotten.intersection(confirmed):
            self._sources.remove_forgotten(uid)
            self._delays.forget(uid)
        self._forgotten = set(confirmed) - self._forgotten
        for uid in self._forgotten:
            self._sources.forget(uid)

    def _can_be_asked(self, ae_title: str) -> bool:
        return self._delays.is_due(_Peer(ae_title)) and self._address_of(ae_title) is not None

    def _ask_for(self, standing: Standing, ae_title: str) -> None:
        uid = standing.study_instance_uid
        seconds = self._delays.delay(uid)  # first: whatever happens, the next turn is another study's
        address, original = self._address_of(ae_title), self._sources.original_of(uid)
        if address is None or original is None:
            return
        answer = self._answer(ae_title, address, original, self._states.contents(uid))
        if not self._states.answered(uid, standing.version, answer):
            log.info("study %s has changed while its source was asked", uid)
        elif answer.reason is None:
            self._delays.forget(uid)
            log.info("study %s is confirmed: %s objects", uid, answer.objects_expected)
        else:
            log.info("study %s is not confirmed: %s; asked again in %.0f s", uid, answer.reason.value, seconds)

    def _answer(self, ae_title: str, address: PeerAddress, original: str, here: Contents) -> SourceAnswer:
        expected: int | None = None
        reason: Reason | None = None
        try:
            with self._ask(address, ae_title) as find:
                count = count_at_source(find, original, here, self._taken)
            expected = count.expected
            reason = Reason.FEWER_THAN_SOURCE if count.missing > 0 else None
        except UnknownStudyError:
            reason = Reason.NOT_KNOWN_AT_SOURCE
        except FindError as error:
            log.warning("%s: %s", ae_title, error)
            reason = Reason.NO_ANSWER if isinstance(error, NoAnswerError) else Reason.ANSWER_UNUSABLE
        if reason is Reason.NO_ANSWER:
            self._delays.delay(_Peer(ae_title))
        else:
            self._delays.forget(_Peer(ae_title))
        return SourceAnswer(ae_title=ae_title, objects_expected=expected, reason=reason)
