"""The associations on which a report can be sent now: open, and with storage commitment among their contexts."""

import threading
from dataclasses import dataclass

from dicom_node.upper_layer.notices import Notices


@dataclass(frozen=True, slots=True)
class Line:
    """One of them."""

    association_id: str
    calling_ae_title: str
    peer_address: str
    notices: Notices


class Lines:
    """Safe between threads."""

    def __init__(self) -> None:
        self._open: dict[str, Line] = {}
        self._lock = threading.Lock()

    def opened(self, line: Line) -> None:
        with self._lock:
            self._open[line.association_id] = line

    def closed(self, association_id: str) -> None:
        with self._lock:
            self._open.pop(association_id, None)

    def of_association(self, association_id: str) -> Line | None:
        with self._lock:
            return self._open.get(association_id)

    def of_peer(self, calling_ae_title: str, peer_address: str) -> list[Line]:
        """From the same host too: an AE title alone says little of who calls."""
        wanted = (calling_ae_title, peer_address)
        with self._lock:
            return [line for line in self._open.values() if (line.calling_ae_title, line.peer_address) == wanted]
