"""What became of one input file."""

from dataclasses import dataclass
from enum import Enum

from dicom_node.pseudonymisation.trail import Step


class Ending(Enum):
    """How it ended."""

    PSEUDONYMISED = "pseudonymised"
    DUPLICATE = "duplicate"
    """The same object came before, in another file."""
    QUARANTINED = "quarantined"
    """Not written, for the reason given; the input stays where it is."""
    UNREADABLE = "unreadable"
    """The file itself could not be read."""
    NOT_DICOM = "not DICOM"
    """No DICOM file, or the directory of a medium; never copied."""


FAILED = frozenset({Ending.QUARANTINED, Ending.UNREADABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One file's end. Everything in it is pseudonymised."""

    token: str
    ending: Ending
    reason: str = ""
    pseudonym: str = ""
    study_instance_uid: str = ""
    sop_class_uid: str = ""
    output: str = ""
    """Relative to the output folder."""
    sha256: str = ""
    size: int = 0
    treatment: str = ""
    """Which of the treatments it had (`Treatment.name`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What was done to all elements of an object: usually the same for a whole series."""

    name: str
    steps: tuple[Step, ...]
