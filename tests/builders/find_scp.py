"""A peer that answers C-FIND as a test wants it to, well or badly: pynetdicom as a foreign server."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind, Verification  # type: ignore[attr-defined]

from dicom_node.peers import PeerAddress

PENDING, SUCCESS = 0xFF00, 0x0000
AE_TITLE = "PACS"

Image = tuple[str, str, str]
"""Series, SOP class, SOP instance."""


@dataclass
class FindPeer:
    """One study, and how the peer is to behave."""

    study_uid: str = "1.2.3"
    images: list[Image] = field(default_factory=list)
    counts: bool = True
    classes: bool = True
    status: int | None = None
    """Answers every question with it instead."""
    silent: bool = False
    aborts: bool = False
    aborts_after_a_match: bool = False
    endless: bool = False
    garbage: bool = False
    """Matches with values that are none of their kind."""
    asked: list[Dataset] = field(default_factory=list)
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> PeerAddress:
        return PeerAddress("127.0.0.1", self.port)

    def answer(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        wanted = event.identifier
        self.asked.append(wanted)
        if self.silent:
            self.over.wait(30)
        if self.aborts:
            event.assoc.abort()
            return
        if self.status is not None:
            yield self.status, None
            return
        matches = self._matches(wanted)
        for match in self._endlessly(matches) if self.endless else matches:
            yield PENDING, match
            if self.aborts_after_a_match:
                event.assoc.abort()
                return

    def _endlessly(self, matches: Sequence[Dataset]) -> Iterator[Dataset]:
        while not self.over.is_set():
            yield from matches

    def _matches(self, wanted: Dataset) -> list[Dataset]:
        if wanted.StudyInstanceUID != self.study_uid:
            return []
        makers: dict[str, Callable[[Dataset], list[Dataset]]] = {
            "STUDY": self._study,
            "SERIES": self._series,
            "IMAGE": self._images,
        }
        return makers[wanted.QueryRetrieveLevel](wanted)

    def _study(self, wanted: Dataset) -> list[Dataset]:
        count = {"NumberOfStudyRelatedInstances": len(self.images)} if self.counts else {}
        return [self._match(wanted, PatientName="DUPONT^JEAN", **count)]

    def _series(self, wanted: Dataset) -> list[Dataset]:
        series = list(dict.fromkeys(image[0] for image in self.images))
        return [self._match(wanted, SeriesInstanceUID=uid, Modality="CT") for uid in series]

    def _images(self, wanted: Dataset) -> list[Dataset]:
        return [
            self._match(wanted, SOPInstanceUID=instance, **({"SOPClassUID": sop_class} if self.classes else {}))
            for series, sop_class, instance in self.images
            if series == wanted.SeriesInstanceUID
        ]

    def _match(self, wanted: Dataset, **values: Any) -> Dataset:
        match = Dataset()
        match.QueryRetrieveLevel, match.StudyInstanceUID = wanted.QueryRetrieveLevel, self.study_uid
        for keyword, value in values.items():
            setattr(match, keyword, value)
        if self.garbage:
            match.add_new(0x00201208, "UN", b"DUPONT^JEAN ")
        return match


@contextmanager
def answering(peer: FindPeer, *, takes_find: bool = True) -> Iterator[FindPeer]:
    """Listen on a free port; `takes_find`: whether it agrees to be asked at all."""
    entity = AE(ae_title=AE_TITLE)
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind if takes_find else Verification)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_FIND, peer.answer)])
    assert server is not None
    assert server.socket is not None
    peer.port = server.socket.getsockname()[1]
    try:
        yield peer
    finally:
        peer.over.set()
        server.shutdown()
