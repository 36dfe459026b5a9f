"""What an association serves with: its requests and their answers, how it may end, and its limits."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from dicom_node.upper_layer.collecting import LARGE, Collected, Sink
from dicom_node.upper_layer.commands import Command
from dicom_node.upper_layer.negotiation import Context
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.pdus import Rejection

LARGEST_OBJECT = (1 << 32) + (1 << 26)
"""Native pixels have at most 4 GiB (PS3.5 7.1.1); the rest is for what stands around them."""

UNRECOGNISED_OPERATION = 0x0211


class Ending(Enum):
    """How an association ended; a later one in this order is the better explanation."""

    LOST = "lost"
    ABORTED = "aborted"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request, whole."""

    context: Context
    command: Command
    data_set: Collected | None


def _nothing() -> None:
    """There is nothing to do after the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status (0000,0900) and Error Comment (0000,0902)."""

    status: int
    comment: str = ""
    afterwards: Callable[[], None] = _nothing
    """Done when it is written, or cannot be, before the next request is read: the peer need not wait for it."""


class Service(Protocol):
    """What is done with requests."""

    @property
    def largest_object(self) -> int | None:
        """In bytes, of this peer once `opened`; None: as in the limits of the association."""

    def opened(self, calling_ae_title: str) -> Rejection | None:
        """An association was asked for, and nothing speaks against it so far."""

    def accepted(self, contexts: Collection[Context]) -> Notices | None:
        """It stands, with these contexts. What is returned, if anything, is sent whenever the peer is quiet."""

    def handle(self, message: Message) -> Answer:
        """Do what is asked for."""

    def released(self) -> None:
        """The peer has asked for its release, and is told next that it may come back."""

    def ended(self, ending: Ending) -> None:
        """An association that was opened is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a peer may be silent, in seconds, and how large an object may be, in bytes."""

    negotiation_seconds: float = 5.0
    idle_seconds: float = 60.0
    largest_object: int = LARGEST_OBJECT
    largest_collected: int = 1 << 30
    """Of those that nobody takes while they come: in memory, two or three times for a moment."""
    large_object: int = LARGE
    """What is larger is offered to whoever takes it while it comes."""
    quiet_seconds: float = 0.5
    """Silence of the peer's, between two requests, in which we may say something of our own."""


Prefix = Callable[[Message], bytes]
"""Asked, of a request whose data set is still to come, what to put before that where it is collected."""

Begin = Callable[[Message], None]
"""Told, of a request whose data set is still coming, what has come of it: work that need not wait for the rest."""

TakeLarge = Callable[[Message], Sink | None]
"""Offered a request of which not all has come; see `collecting.Offer`."""
