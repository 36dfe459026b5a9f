"""C-STORE answers (PS3.4 B.2.3, PS3.7 Annex C) and the reasons for quarantine."""

from enum import Enum, IntEnum


class Status(IntEnum):
    """Status (0000,0900)."""

    SUCCESS = 0x0000
    OUT_OF_RESOURCES = 0xA700
    DATASET_DOES_NOT_MATCH_SOP_CLASS = 0xA900
    CANNOT_UNDERSTAND = 0xC000
    QUARANTINED = 0xC100
    """Of the range Cxxx, "cannot understand", whose meaning is the receiver's: kept, encrypted, for the custodian."""


class Reason(Enum):
    """Why an object is in quarantine; also the Error Comment (0000,0902) that the sender gets."""

    UNREADABLE = "unreadable"
    INVALID_UID = "invalid_uid"
    MISSING_PATIENT_ID = "missing_patient_id"
    NOT_AN_IMAGE = "not_an_image"
    PIXELS_DO_NOT_FIT = "pixels_do_not_fit"
    BURNED_IN_ANNOTATION = "burned_in_annotation"
    RESIDUE = "residue"
    UNEXPECTED_ERROR = "unexpected_error"
    CONFLICT = "conflict"
    STUDY_CONFLICT = "study_conflict"
    """A second person in one study; the vault marks the study (`osteon vault conflicts`)."""
    REJECTED_BY_ORTHANC = "rejected_by_orthanc"
