"""What became of one input file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.marks import MARKED
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
    elements: dict[str, int] = field(default_factory=dict)
    """How many of its elements were removed, kept and so on (`kind_of`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What was done to the elements of an object, each kind once: usually the same for a whole series."""

    name: str
    steps: tuple[Step, ...]


_KINDS: Mapping[Action, str] = MappingProxyType(
    {
        Action.REMOVE: "removed",
        Action.EMPTY: "emptied",
        Action.DUMMY: "replaced",
        Action.KEEP: "kept",
        Action.KEEP_TEXT: "cleaned",
        Action.KEEP_CODE: "cleaned",
        Action.KEEP_TIME_ZONE: "kept",
        Action.MAP_UID: "mapped",
        Action.SHIFT: "shifted",
        Action.CLEAN_TEXT: "cleaned",
        Action.RECURSE: "entered",
        Action.RECURSE_KEEPING_CODES: "entered",
        Action.CAP_AGE: "cleaned",
        Action.CLEAN_BIRTH_DATE: "cleaned",
    }
)


def kind_of(step: Step) -> str:
    """What is counted of a step: one word."""
    path, tag, action = step
    return "replaced" if tag in MARKED and not path else _KINDS[action]
