"""From the API to the door: uploaded objects go on by C-STORE as they come in (an `api.intake.Intake`).

Nothing is written down on the way, and no object is held whole: what is not yet pseudonymised stays in memory, some
hundred kilobytes of it at a time.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from api.intake import (
    CANNOT_UNDERSTAND,
    CLASS_NOT_SUPPORTED,
    OTHER_STUDY,
    OUT_OF_RESOURCES,
    PROCESSING_FAILURE,
    SYNTAX_NOT_SUPPORTED,
    Fate,
)
from osteon.transfer.errors import ConnectionLostError, PeerError
from osteon.transfer.file_meta import LONGEST_META, CutOffError, FileMeta, FileMetaError, read_file_meta
from osteon.transfer.requestor import Proposal, Requestor, Route
from osteon.transfer.study_of import study_of

log = logging.getLogger("osteon.relay")

LOOKED_THROUGH = 1 << 20
"""Bytes at the beginning of an object in which its study must be named."""

_REFUSED = {3: CLASS_NOT_SUPPORTED, 4: SYNTAX_NOT_SUPPORTED}
"""Result of a presentation context (PS3.8 Table 9-18)."""


class DoorIntake:
    """Relays to the door at the end of a route."""

    def __init__(self, route: Route) -> None:
        self._route = route

    @contextmanager
    def open(self, study_instance_uid: str | None) -> Iterator["DoorRelay"]:
        relay = DoorRelay(self._route, study_instance_uid)
        try:
            yield relay
        finally:
            relay.close()


class DoorRelay:
    """Keeps the last association open for the next object of its kind."""

    def __init__(self, route: Route, study_instance_uid: str | None) -> None:
        self._route = route
        self._study = study_instance_uid
        self._requestor: Requestor | None = None
        self._refused: dict[Proposal, int] = {}

    def store(self, content: Iterator[bytes]) -> Fate:
        """Pass on one DICOM file (see `api.intake.Relay`)."""
        held = bytearray()
        try:
            meta = _meta(held, content)
        except FileMetaError:
            return Fate(status=CANNOT_UNDERSTAND)
        if self._study is not None and _study(held, content, meta) != self._study:
            status = OTHER_STUDY
        else:
            status = self._pass_on(meta, chain([bytes(held[meta.data_set_at :])], content))
        return Fate(status=status, sop_class_uid=meta.sop_class_uid, sop_instance_uid=meta.sop_instance_uid)

    def close(self) -> None:
        if self._requestor is not None:
            self._requestor.release()

    def _pass_on(self, meta: FileMeta, data_set: Iterator[bytes]) -> int:
        proposal = (meta.sop_class_uid, meta.transfer_syntax_uid)
        try:
            requestor = self._ready_for(proposal)
            if requestor is None:
                return self._refused[proposal]
            return requestor.store(proposal, meta.sop_instance_uid, data_set).status
        except ConnectionLostError as error:
            log.warning("the door broke off: %s", error)
        except PeerError as error:
            log.warning("the door is closed: %s", error)
        return OUT_OF_RESOURCES

    def _ready_for(self, proposal: Proposal) -> Requestor | None:
        """An association on which this may be sent; None when the door does not take it. Raises PeerError."""
        if proposal in self._refused:
            return None
        current = self._requestor
        if current is not None and current.is_open and proposal in current.accepted:
            return current
        self.close()
        self._requestor = opened = Requestor.open(self._route, [proposal])
        if proposal not in opened.accepted:
            self._refused[proposal] = _REFUSED.get(opened.results.get(proposal, 0), PROCESSING_FAILURE)
            return None
        return opened


def _meta(held: bytearray, content: Iterator[bytes]) -> FileMeta:
    """Hold as much as it takes to read the file meta information. Raises FileMetaError."""
    for piece in content:
        held += piece
        try:
            return read_file_meta(held, more_may_come=True)
        except CutOffError:
            if len(held) > LONGEST_META:
                raise
    return read_file_meta(held)


def _study(held: bytearray, content: Iterator[bytes], meta: FileMeta) -> str | None:
    """Hold as much as it takes to know the study; None when the object names none early enough."""
    tried = 0
    for piece in chain([b""], content):
        held += piece
        if len(held) < 2 * tried:
            continue
        tried = len(held)
        study = study_of(bytes(held[meta.data_set_at :]), meta.transfer_syntax_uid, is_whole=False)
        if study is not None or tried > LOOKED_THROUGH:
            return study
    return study_of(bytes(held[meta.data_set_at :]), meta.transfer_syntax_uid, is_whole=True)
