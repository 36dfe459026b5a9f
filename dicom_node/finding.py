"""C-FIND at a peer (PS3.4 C.4.1): one association, bounded in time and size; answers as plain texts, checked."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind  # type: ignore[attr-defined]

from dicom_node.peers import PeerAddress

ANSWER_SECONDS = 30.0
"""For a connection, for an association, between two responses."""
WHOLE_SECONDS = 300.0
"""For everything that is asked in one association."""
MOST_RESPONSES = 200_000
_SUCCESS, _PENDING = 0x0000, frozenset({0xFF00, 0xFF01})

Match = Mapping[str, str]
"""Keyword to value; absent or empty attributes are missing."""
Find = Callable[[Mapping[str, str]], list[Match]]
"""Asks with an identifier (keyword to value; an empty one asks for it) and gives back every match."""


class FindError(Exception):
    """There is no answer that can be used; the message holds nothing of what came.

    FindError
    ├── NoAnswerError       the peer is not there, refuses, breaks off or is silent: try again later
    └── NotAnsweredError    it answered, that it cannot or with what cannot be read
    """


class NoAnswerError(FindError):
    """Ask again later: the peer may be back."""


class NotAnsweredError(FindError):
    """Ask otherwise: this question it cannot answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how much is waited for."""

    answer_seconds: float = ANSWER_SECONDS
    whole_seconds: float = WHOLE_SECONDS
    most_responses: int = MOST_RESPONSES


@contextmanager
def asking(
    address: PeerAddress, called_ae_title: str, calling_ae_title: str, patience: Patience = Patience()
) -> Iterator[Find]:
    """An association with a peer, to ask in. Raises NoAnswerError when there is none to be had."""
    entity = AE(ae_title=calling_ae_title)
    entity.add_requested_context(StudyRootQueryRetrieveInformationModelFind)
    entity.connection_timeout = entity.acse_timeout = patience.answer_seconds
    entity.dimse_timeout = entity.network_timeout = patience.answer_seconds
    try:
        association = entity.associate(address.host, address.port, ae_title=called_ae_title)
    except OSError as error:  # a name that is no host
        raise NoAnswerError(f"the peer is not to be found ({type(error).__name__})") from None
    if not association.is_established:
        raise NoAnswerError("the peer takes no association")
    try:
        yield _Question(association, patience, time.monotonic() + patience.whole_seconds)
    finally:
        if association.is_established:
            association.release()


@dataclass(frozen=True, slots=True)
class _Question:
    association: Association
    patience: Patience
    deadline: float

    def __call__(self, wanted: Mapping[str, str]) -> list[Match]:
        identifier = Dataset()
        for keyword, value in wanted.items():
            setattr(identifier, keyword, value)
        if not self.association.is_established:
            raise NoAnswerError("the association is over")
        found: list[Match] = []
        for status, match in self.association.send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
            code = status.get("Status")
            if code is None:
                raise NoAnswerError("the peer broke off or was silent")
            if code == _SUCCESS:
                return found
            if code not in _PENDING:
                raise NotAnsweredError(f"the peer answers with status 0x{code:04X}")
            try:
                found.append(_texts(match, wanted))
            except NotAnsweredError:
                self.association.abort()  # whatever else is on its way would be taken for the next answer
                raise
            if len(found) > self.patience.most_responses or time.monotonic() > self.deadline:
                self.association.abort()
                raise NoAnswerError("the answer has no end")
        raise NoAnswerError("the peer broke off")


def _texts(match: Dataset | None, wanted: Mapping[str, str]) -> Match:
    if match is None:
        raise NotAnsweredError("a match cannot be read")
    try:
        texts = {keyword: str(match.get(keyword) or "").strip() for keyword in wanted}
    except Exception as error:  # noqa: BLE001 - the boundary to foreign bytes; its text may hold a value
        raise NotAnsweredError(f"a match cannot be read: {type(error).__name__}") from None
    return {keyword: text for keyword, text in texts.items() if text}
