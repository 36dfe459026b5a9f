"""What happened to an object's elements: tags and actions, never a value."""

from dataclasses import dataclass, field

from dicom_node.pseudonymisation.action import Action

Step = tuple[tuple[int, ...], int, Action]
"""The sequences it lies in (outermost first), its tag, what was done."""

Named = tuple[int, str]
"""Tag and value of something that names a person or a place."""


@dataclass(slots=True)
class Trail:
    """Grows while an object is rewritten."""

    steps: list[Step] = field(default_factory=list)
    named: list[Named] = field(default_factory=list, repr=False)
    """Names and numbers met inside sequences and private groups: to be looked for, never to be reported."""
    dropped_words: list[str] = field(default_factory=list, repr=False)
