"""What Orthanc has taken and the outbox still keeps: asked for again when Orthanc was away, and brought again.

Orthanc syncs its index only now and then: when its host loses power, it can have forgotten what it answered for. That
the host was without power cannot be seen from here; that Orthanc was away can, or that its index is one of before.
"""

import logging
import time
from collections.abc import Callable, Collection
from typing import Protocol

from dicom_node.outbox import Outbox
from dicom_node.presence import Presence

log = logging.getLogger("osteon.forwarder")


class ImageIndex(Protocol):
    """What is needed of Orthanc."""

    def ready(self) -> bool: ...

    def last_change(self) -> int | None: ...

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]: ...


class Delivered:
    """Of one outbox; for the thread that forwards what is in it."""

    def __init__(self, outbox: Outbox, orthanc: ImageIndex, clock: Callable[[], float] = time.monotonic) -> None:
        self._outbox = outbox
        self._orthanc = orthanc
        self._made_sure_after = 0
        """So many interruptions."""
        self.presence = Presence(orthanc.ready, orthanc.last_change, clock)

    def make_sure(self) -> int:
        """Have wait again what Orthanc has lost, and let go of what it has had for long enough; how many go again.

        Raises ImageStoreError, OSError.
        """
        if self._outbox.keeps_delivered():
            self.presence.look()
            if self.presence.is_away:
                return 0
        else:
            self.presence.start_over()
        again = self._ask_again() if self.presence.interruptions != self._made_sure_after else 0
        self._outbox.tidy()
        return again

    def _ask_again(self) -> int:
        interruptions, again = self.presence.interruptions, 0
        for kept in self._outbox.delivered():
            here = self._orthanc.present([entry.orthanc_id for _, entry in kept])
            self.presence.answered()
            lost = [(record, entry) for record, entry in kept if entry.orthanc_id not in here]
            for record, entry in lost:
                self._outbox.bring_again(record, entry)
            again += len(lost)
        self._outbox.restart_grace()
        self._made_sure_after = interruptions
        if again:
            log.warning("%d objects that Orthanc had taken are not there any more, and go again", again)
        return again
