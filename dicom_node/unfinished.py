"""Summing up the associations that an earlier process of this worker left open when it ended."""

import logging
from collections import defaultdict

from dicom_node.open_associations import OpenAssociations
from dicom_node.outbox import Outbox
from storage.ledger import Ledger
from storage.ledger_unfinished import Taken, Unfinished

log = logging.getLogger("osteon.journal")


class LeftOpen:
    """What one worker's notes, outbox and ledger know of them together."""

    def __init__(self, notes: OpenAssociations, outbox: Outbox, ledger: Ledger) -> None:
        self._notes = notes
        self._outbox = outbox
        self._ledger = ledger

    def sum_up(self) -> int:
        """Have the ledger sum up all of them; how many there were. Raises SQLAlchemyError, OSError.

        Only when the journal is empty, since what it holds is part of the sums, and by the thread that takes objects to
        the ledger, so that none moves meanwhile. What was summed up in time, or by an earlier attempt, stays as it is.
        """
        left = self._notes.left
        if not left:
            return 0
        on_the_way = self._on_the_way()
        unfinished = [
            Unfinished(
                association_id=one.association_id,
                calling_ae_title=one.calling_ae_title,
                peer_address=one.peer_address,
                opened_at=one.opened_at,
                on_the_way=tuple(on_the_way[one.association_id]),
                untraced=self._notes.counted(one.association_id),
            )
            for one in left
        ]
        for summary in self._ledger.record_unfinished(unfinished):
            told = {"association": summary.association_id, "calling_ae": summary.calling_ae_title}
            log.warning(
                "association %s was open when the node ended, %s objects are known",
                summary.association_id,
                summary.received,
                extra=told,
            )
        for one in left:
            self._notes.forget(one.association_id)
        return len(left)

    def _on_the_way(self) -> defaultdict[str, list[Taken]]:
        found: defaultdict[str, list[Taken]] = defaultdict(list)
        for entry in self._outbox.undone():
            found[entry.association_id].append(
                Taken(
                    sop_instance_uid=entry.sop_instance_uid,
                    study_instance_uid=entry.study_instance_uid,
                    received_at=entry.received_at,
                )
            )
        return found
