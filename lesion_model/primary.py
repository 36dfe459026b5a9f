"""The primary tumour by name, as the registry and the prognostic scores ask for it."""

from enum import Enum


class PrimaryTumour(Enum):
    """Where the cancer started. Each score has its own classes of these; a class is looked up, never typed."""

    LUNG = "lung"
    LUNG_NSCLC = "lung_nsclc"
    LUNG_SCLC = "lung_sclc"
    BREAST = "breast"
    PROSTATE = "prostate"
    KIDNEY = "kidney"
    THYROID = "thyroid"
    COLON = "colon"
    RECTUM = "rectum"
    LIVER = "liver"
    GALLBLADDER = "gallbladder"
    STOMACH = "stomach"
    OESOPHAGUS = "oesophagus"
    PANCREAS = "pancreas"
    BLADDER = "bladder"
    UTERUS = "uterus"
    CARCINOID = "carcinoid"
    MELANOMA = "melanoma"
    OSTEOSARCOMA = "osteosarcoma"
    MYELOMA = "myeloma"
    LYMPHOMA = "lymphoma"
    UNIDENTIFIED = "unidentified"
    OTHER = "other"


LUNG = frozenset({PrimaryTumour.LUNG, PrimaryTumour.LUNG_NSCLC, PrimaryTumour.LUNG_SCLC})
