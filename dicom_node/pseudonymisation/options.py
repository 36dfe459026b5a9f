"""The options of the Basic Application Level Confidentiality Profile (PS3.15 E.3): one per column of Table E.1-1."""

from enum import Enum

BASIC_PROFILE = ("113100", "Basic Application Confidentiality Profile")
"""De-identification method (PS3.16 CID 7050) of the profile itself."""


class Option(Enum):
    """The value is the name of the column in the data and of the option in a profile file."""

    RETAIN_SAFE_PRIVATE = "retain_safe_private"
    RETAIN_UIDS = "retain_uids"
    RETAIN_DEVICE_IDENTITY = "retain_device_identity"
    RETAIN_INSTITUTION_IDENTITY = "retain_institution_identity"
    RETAIN_PATIENT_CHARACTERISTICS = "retain_patient_characteristics"
    RETAIN_LONG_FULL_DATES = "retain_long_full_dates"
    RETAIN_LONG_MODIFIED_DATES = "retain_long_modified_dates"
    CLEAN_DESC = "clean_desc"
    CLEAN_STRUCT_CONT = "clean_struct_cont"
    CLEAN_GRAPH = "clean_graph"

    @property
    def code(self) -> tuple[str, str]:
        """Code value (scheme DCM) and meaning in CID 7050, for (0012,0064)."""
        return _CODES[self]


_CODES = {
    Option.CLEAN_GRAPH: ("113103", "Clean Graphics Option"),
    Option.CLEAN_STRUCT_CONT: ("113104", "Clean Structured Content Option"),
    Option.CLEAN_DESC: ("113105", "Clean Descriptors Option"),
    Option.RETAIN_LONG_FULL_DATES: ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    Option.RETAIN_LONG_MODIFIED_DATES: ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    Option.RETAIN_PATIENT_CHARACTERISTICS: ("113108", "Retain Patient Characteristics Option"),
    Option.RETAIN_DEVICE_IDENTITY: ("113109", "Retain Device Identity Option"),
    Option.RETAIN_UIDS: ("113110", "Retain UIDs Option"),
    Option.RETAIN_SAFE_PRIVATE: ("113111", "Retain Safe Private Option"),
    Option.RETAIN_INSTITUTION_IDENTITY: ("113112", "Retain Institution Identity Option"),
}
