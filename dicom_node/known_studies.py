"""What the ledger knows of the study that an association is sending, asked once and then remembered.

So a re-send, a conflict, or a second patient in one study is known before the answer, without a database round
trip per object. What is not known here (another association at the same moment, a ledger that is down) the
forwarder finds before anything reaches Orthanc.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from storage.ledger_records import StudyContents

log = logging.getLogger("osteon.door")

REMEMBERED = 64
"""Studies, over all associations."""


class KnownStudies:
    """Safe to share between associations: each has its own memory of a study."""

    def __init__(self, ask: Callable[[str], StudyContents | None]) -> None:
        """`ask`: the ledger's contents of a study, by its pseudonymised StudyInstanceUID."""
        self._ask = ask
        self._memory: OrderedDict[tuple[str, str], StudyContents] = OrderedDict()
        self._lock = threading.Lock()

    def contents(self, association_id: str, study_uid: str, pseudonym: str) -> StudyContents:
        """What is known of a study; nothing yet, and then it is `pseudonym`'s."""
        key = (association_id, study_uid)
        with self._lock:
            found = self._memory.get(key)
        if found is None:
            found = self._look_up(study_uid) or StudyContents(pseudonym, {})
            with self._lock:
                self._memory[key] = found
                while len(self._memory) > REMEMBERED:
                    self._memory.popitem(last=False)
        return found

    def make_ready(self) -> None:
        """Connect, and put together the question that every study comes with."""
        self._look_up("")

    def _look_up(self, study_uid: str) -> StudyContents | None:
        try:
            return self._ask(study_uid)
        except SQLAlchemyError as error:
            log.warning("the ledger does not answer (%s): conflicts are left to the forwarder", type(error).__name__)
            return None
