"""The words by which an object names a person or a place, so that kept texts can be checked against them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

SHORTEST_WORD = 3
_SOURCES = (
    "PatientName",
    "PatientID",
    "OtherPatientNames",
    "OtherPatientIDs",
    "PatientBirthName",
    "PatientMotherBirthName",
    "PatientBirthDate",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "MilitaryRank",
    "MedicalRecordLocator",
    "AccessionNumber",
    "StudyID",
    "ReferringPhysicianName",
    "PhysiciansOfRecord",
    "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy",
    "OperatorsName",
    "RequestingPhysician",
    "ResponsiblePerson",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StationName",
    "DeviceSerialNumber",
    "RequestedProcedureID",
    "ScheduledProcedureStepID",
    "PerformedProcedureStepID",
    "PlacerOrderNumberImagingServiceRequest",
    "FillerOrderNumberImagingServiceRequest",
    "AdmissionID",
    "IssuerOfPatientID",
)
DEFINED_TERMS = frozenset(
    {
        "original",
        "derived",
        "primary",
        "secondary",
        "axial",
        "localizer",
        "reformatted",
        "average",
        "mpr",
        "mip",
        "volume",
        "none",
        "start",
        "admin",
        "yes",
        "decy",
        "attn",
        "scat",
        "rans",
        "dtim",
        "norm",
        "radl",
        "calf",
        "bed",
        "whole",
        "body",
        "static",
        "dynamic",
        "gated",
        "image",
        "decaying",
        "bqml",
        "cnts",
        "gml",
        "brain",
        "head",
        "neck",
        "chest",
        "abdomen",
        "pelvis",
        "spine",
        "lspine",
        "tspine",
        "cspine",
        "sspine",
        "femur",
        "humerus",
        "hip",
        "knee",
        "shoulder",
        "foot",
        "hand",
        "monochrome1",
        "monochrome2",
        "rgb",
        "signed",
        "magnitude",
        "phase",
        "real",
        "imaginary",
        "mixed",
        "perfusion",
        "rcbf",
        "rcbv",
        "mtt",
        "ttp",
        "adc",
    }
)
"""Words of the standard's own defined terms: in a code string they say nothing about anybody of that name."""
_TAGS = frozenset(tag for keyword in _SOURCES if (tag := tag_for_keyword(keyword)) is not None)
_WORD = re.compile(r"[^\W_]+")
_TITLES = frozenset({"mme", "mlle", "madame", "monsieur", "prof", "the", "des", "les", "and"})


@dataclass(frozen=True, slots=True)
class Identifying:
    """What names a person or a place in one object, folded: whole values as runs of letters and digits, and words."""

    words: frozenset[str]
    """Of three characters and more."""
    short: frozenset[str]
    """Shorter words, which count only where a whole component is made of them."""

    def is_in(self, text: str, *, but: frozenset[str] = frozenset(), short: bool = True) -> bool:
        """Whether a text holds one of the words, also inside another word, or is made of the `short` ones alone."""
        folded = fold(text)
        run = "".join(_WORD.findall(folded))
        if any(word in run for word in self.words - but if len(word) > SHORTEST_WORD):
            return True
        parts = set(_WORD.findall(folded))
        return bool(parts & (self.words - but)) or (short and bool(parts) and parts <= self.short)


def identifying(dataset: Dataset) -> Identifying:
    """Collected at every nesting level, private sequences excepted, from names (PN) and from `_SOURCES`."""
    words: set[str] = set()
    for text in _texts(dataset):
        found = _WORD.findall(fold(text))
        words.update(found)
        words.add("".join(found))
    words -= _TITLES
    long = frozenset(word for word in words if len(word) >= SHORTEST_WORD)
    return Identifying(long, frozenset(word for word in words if 0 < len(word) < SHORTEST_WORD))


def fold(text: str) -> str:
    """A text without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def _texts(dataset: Dataset) -> Iterator[str]:
    for tag in list(dataset.keys()):
        if tag.is_private:
            continue
        vr = _vr(dataset, tag)
        if vr == "SQ":
            for item in dataset[tag].value or ():
                yield from _texts(item)
        elif vr == "PN" or int(tag) in _TAGS:
            yield _text(dataset[tag].value)


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    element = dataset.get_item(tag)
    said = None if element is None else element.VR
    if said not in {None, "UN"} or not dictionary_has_tag(tag):
        return str(said)
    return dictionary_VR(tag)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, MultiValue) else str(value or "")
