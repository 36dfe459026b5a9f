"""What is done to one attribute: the action codes of PS3.15 E.3, made final for one profile and one IOD."""

from enum import IntEnum


class Action(IntEnum):
    """The last word on one element. Whether the value is what its VR allows is the engine's to check."""

    REMOVE = 0
    """The element goes (X)."""
    EMPTY = 1
    """Left with no value (Z)."""
    DUMMY = 2
    """Its value replaced by one that means nothing (D); of a sequence, by one item (`dummies`)."""
    KEEP = 3
    """Kept as received (K)."""
    KEEP_TEXT = 4
    """What equipment or its maker wrote: kept when plain ASCII and free of the object's own identifying words."""
    KEEP_CODE = 5
    """Part of a coded entry (PS3.3 Table 8.8-1): kept when a public dictionary holds the code, meaning from there."""
    KEEP_TIME_ZONE = 6
    """Kept when it is an offset from UTC (&ZZXX), else dropped."""
    MAP_UID = 7
    """Replaced by the keyed UID (U), unless the value is a UID registered in PS3.6 Annex A."""
    SHIFT = 8
    """A date moved by the patient's whole-day offset (C of the Modified Dates Option); time of day untouched."""
    CLEAN_TEXT = 9
    """Only the words known to be harmless stay (C of the Clean options)."""
    RECURSE = 10
    """A sequence: every item treated alike, element by element."""
    RECURSE_KEEPING_CODES = 11
    """A code sequence that a Retain option names: as RECURSE, but the items' own codes stay as received."""
    CAP_AGE = 12
    """An age kept, those above 89 years as 090Y."""
    CLEAN_BIRTH_DATE = 13
    """The birth date reduced to its year or month, as the profile says."""
