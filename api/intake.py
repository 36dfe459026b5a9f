"""Where uploaded objects go: to the door, which the API does not know; `osteon` puts something behind this."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

STORED = 0x0000
PROCESSING_FAILURE = 0x0110
CLASS_NOT_SUPPORTED = 0x0122
OUT_OF_RESOURCES = 0xA700
OTHER_STUDY = 0xA901
"""Of the range A9xx, "does not match": the study is not the one that the request is for."""
CANNOT_UNDERSTAND = 0xC000
SYNTAX_NOT_SUPPORTED = 0xC122
"""Failure Reason (0008,1197), as of PS3.18 Table I.2-2."""

_PASSING = range(OUT_OF_RESOURCES, OUT_OF_RESOURCES + 0x100)
_WARNINGS = range(0xB000, 0xC000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one object: the door's status (PS3.4 B.2.3) or one of ours, and the UIDs that the client sent."""

    status: int
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None

    @property
    def is_stored(self) -> bool:
        return self.status == STORED or self.has_warning

    @property
    def has_warning(self) -> bool:
        return self.status in _WARNINGS

    @property
    def is_passing(self) -> bool:
        """Whether sending it again later may help."""
        return self.status in _PASSING


class Relay(Protocol):
    """Takes the objects of one request, one after the other."""

    def store(self, content: Iterator[bytes]) -> Fate:
        """Pass on a DICOM file that comes in pieces, not all of which need be asked for.

        Raises what `content` raises, and then nothing of the object is kept.
        """
        ...


class Intake(Protocol):
    """Made once, used by several requests at a time."""

    def open(self, study_instance_uid: str | None) -> AbstractContextManager[Relay]:
        """For one request. `study_instance_uid`: the only study that its objects may belong to."""
        ...
