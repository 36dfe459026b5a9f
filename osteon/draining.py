"""Bringing what waits in an outbox of our own to Orthanc and the ledger, now, while somebody looks on."""

import time
from collections.abc import Callable

from dicom_node.forwarder import Forwarder, Pass
from dicom_node.outbox import Outbox

PATIENCE_SECONDS = 20.0
"""Without any progress."""

_PAUSE_SECONDS = 0.2


def drain(outbox: Outbox, forwarder: Forwarder, advance: Callable[[int], None], patience: float) -> int:
    """Forward everything, unless Orthanc or the ledger is not to be had for too long. How many still wait."""
    left, moved_at = outbox.depth(), time.monotonic()
    while True:
        done = forwarder.forward_once()
        now_left = outbox.depth()
        if now_left < left:
            advance(left - now_left)
            left, moved_at = now_left, time.monotonic()
        if done is Pass.IDLE and left == 0:
            return 0
        if done is not Pass.MOVED or now_left == left:
            if time.monotonic() - moved_at > patience:
                return left
            time.sleep(_PAUSE_SECONDS if done is not Pass.MOVED else 0)
