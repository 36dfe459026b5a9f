"""The values by which an object names a person or a place, prepared once to be looked for in many texts and files.

Two forms: folded words, against which texts are cleaned, and byte sequences (`Needle`) in every plausible spelling
and encoding, for which a written header is searched (`residue`). What is too short or too common to mean anything
is not searched; those values were dropped with their attributes all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from types import MappingProxyType

from pydicom.datadict import dictionary_VR, tag_for_keyword

from dicom_node.pseudonymisation.dictionary import dictionary_vrs
from dicom_node.pseudonymisation.folding import fold, folded_words
from dicom_node.pseudonymisation.spellings import (
    components_of,
    dates_of,
    encodings_of,
    identifiers_of,
    names_of,
    numbers_of,
    stem_of,
    wholes_of,
)
from dicom_node.pseudonymisation.vocabulary import Vocabulary

REMEMBERED = 512
"""Sets of values that are remembered: about as many studies as arrive at the same time."""

SHORTEST_WORD = 3
SHORTEST_NAME = 2
SHORTEST_TEXT = 4
"""Characters of a part of an address, an institution or an identifier that is searched for in a file."""
SHORTEST_PART_OF_A_NAME = 3
SHORTEST_NUMBER = 5
SHORTEST_NUMBER_IN_PARTS = 4
SHORTEST_UNBOUNDED = 5
SHORTEST_IDEOGRAMS = 2
_FIRST_IDEOGRAM = 0x2E80


class Kind(Enum):
    """What a value is; all that may be said of a hit."""

    NAME = "name of the patient"
    STAFF = "name of staff or of another person"
    IDENTIFIER = "identifier of the patient"
    ORDER = "number of the visit, the order or the examination"
    BIRTH_DATE = "birth date"
    ADDRESS = "address"
    TELEPHONE = "telephone number or electronic address"
    INSTITUTION = "institution, department or station"
    DEVICE = "serial number"
    OTHER = "other identifying text"
    UID = "UID"


_KEYWORDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.NAME: "PatientName OtherPatientNames PatientBirthName PatientMotherBirthName ResponsiblePerson",
        Kind.STAFF: """
            ReferringPhysicianName ConsultingPhysicianName PhysiciansOfRecord PerformingPhysicianName
            NameOfPhysiciansReadingStudy OperatorsName RequestingPhysician ScheduledPerformingPhysicianName
            NamesOfIntendedRecipientsOfResults HumanPerformerName PersonName VerifyingObserverName ContentCreatorName
            OrderEnteredBy ReviewerName InterpretationRecorder InterpretationTranscriber InterpretationAuthor
            PhysicianApprovingInterpretation DistributionName
        """,
        Kind.IDENTIFIER: """
            PatientID OtherPatientIDs MedicalRecordLocator InsurancePlanIdentification ClinicalTrialSubjectID
            ClinicalTrialSubjectReadingID IssuerOfPatientID
        """,
        Kind.ORDER: """
            AccessionNumber StudyID AdmissionID ServiceEpisodeID PlacerOrderNumberImagingServiceRequest
            FillerOrderNumberImagingServiceRequest RequestedProcedureID ScheduledProcedureStepID
            PerformedProcedureStepID PlacerOrderNumberProcedure FillerOrderNumberProcedure ResultsID InterpretationID
        """,
        Kind.BIRTH_DATE: "PatientBirthDate PatientBirthDateInAlternativeCalendar",
        Kind.ADDRESS: """
            PatientAddress CountryOfResidence RegionOfResidence InstitutionAddress ReferringPhysicianAddress
            PersonAddress OrderEntererLocation CurrentPatientLocation PatientInstitutionResidence
        """,
        Kind.TELEPHONE: """
            PatientTelephoneNumbers PatientTelecomInformation ReferringPhysicianTelephoneNumbers PersonTelephoneNumbers
            PersonTelecomInformation OrderCallbackPhoneNumber
        """,
        Kind.INSTITUTION: """
            InstitutionName InstitutionalDepartmentName StationName RequestingService PerformedStationName
            PerformedLocation ScheduledStationName ScheduledProcedureStepLocation ResponsibleOrganization
            ClinicalTrialSiteName ClinicalTrialSiteID ClinicalTrialCoordinatingCenterName PerformedStationAETitle
            ScheduledStationAETitle RetrieveAETitle
        """,
        Kind.DEVICE: "DeviceSerialNumber GantryID DetectorID PlateID CassetteID GeneratorID DeviceUID",
        Kind.OTHER: "MilitaryRank BranchOfService Occupation PatientReligiousPreference",
    }
)


def _tags() -> dict[int, Kind]:
    return {tag_for_keyword(word) or 0: kind for kind, words in _KEYWORDS.items() for word in words.split()}


SOURCES: Mapping[int, Kind] = MappingProxyType(_tags())
"""The attributes whose values identify, at whatever level of nesting, and what they are."""


@lru_cache(maxsize=8192)
def is_source(tag: int) -> bool:
    """Whether the value of a standard attribute names a person or a place: by `SOURCES`, or a name by its VR (PN)."""
    return tag in SOURCES or "PN" in dictionary_vrs(tag)


def kind_of(tag: int) -> Kind:
    """What the value of an attribute is: by `SOURCES`, otherwise by the VR of the dictionary (PN, UI)."""
    kind = SOURCES.get(tag)
    if kind is not None:
        return kind
    try:
        vr = dictionary_VR(tag)
    except KeyError:
        return Kind.OTHER
    return {"PN": Kind.STAFF, "UI": Kind.UID, "AE": Kind.INSTITUTION}.get(vr, Kind.OTHER)


class Bound(Enum):
    """Between what a needle must stand to count as found."""

    ANYWHERE = "anywhere"
    WORD = "no letter and no digit beside it"
    SHORT_WORD = "punctuation, or the edge of a value, on both sides"
    NUMBER = "no digit and no decimal point beside it"
    UID = "no digit and no point beside it"


_NUMBERED = frozenset({Kind.IDENTIFIER, Kind.ORDER, Kind.DEVICE, Kind.TELEPHONE})
_WIDE = frozenset({Bound.ANYWHERE, Bound.WORD, Bound.NUMBER})


@dataclass(frozen=True, slots=True)
class Needle:
    """Bytes to search for in a header whose ASCII letters were made small."""

    sought: bytes = field(repr=False)
    bound: Bound
    kind: Kind


@dataclass(frozen=True, slots=True)
class Stem:
    """What remains of several needles without their separators: where it is absent, all of them are."""

    sought: bytes = field(repr=False)
    needles: tuple[Needle, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentifyingValues:
    """Everything that identifies in one object, or in all objects of a study: the same values, the same object."""

    words: frozenset[str] = field(repr=False)
    """Folded words that go from every text (`TextCleaner`)."""
    stems: tuple[Stem, ...] = field(repr=False)
    """What a header is searched for (`find_residue`)."""
    wide: tuple[Needle, ...] = field(repr=False)
    """Those needles that are searched for as UTF-16 too: longer ASCII words, and numbers."""

    @property
    def needles(self) -> tuple[Needle, ...]:
        return tuple(needle for stem in self.stems for needle in stem.needles)


NOTHING_IDENTIFYING = IdentifyingValues(frozenset(), (), ())


@lru_cache(maxsize=REMEMBERED)
def identifying_values(values: tuple[tuple[int, str], ...], charsets: tuple[str, ...] = ()) -> IdentifyingValues:
    """Prepare the values of one object, decoded; remembered, as they are the same for all objects of a study.

    `values`: (tag, value) of attributes that the profile removes or replaces, at any level; several values are
    given one by one or joined by backslashes. `charsets`: the terms of Specific Character Set (0008,0005).
    """
    words: set[str] = set()
    needles: dict[tuple[bytes, Bound], Needle] = {}
    for kind, value in dict.fromkeys(_one_by_one(values)):
        more_words, more_needles = _prepared(kind, value, charsets)
        words.update(more_words)
        for needle in more_needles:
            needles.setdefault((needle.sought, needle.bound), needle)
    wide = tuple(needle for needle in needles.values() if needle.bound in _WIDE and needle.sought.isascii())
    return IdentifyingValues(frozenset(words), tuple(_stems(needles.values())), wide)


@lru_cache(maxsize=8 * REMEMBERED)
def _prepared(kind: Kind, value: str, charsets: tuple[str, ...]) -> tuple[frozenset[str], tuple[Needle, ...]]:
    """One value's words and needles: remembered by themselves, as most values of two studies of a day are the same."""
    needles = dict.fromkeys(
        Needle(sought, bound, kind)
        for text, bound in dict.fromkeys(_texts(kind, value))
        for sought in encodings_of(text, charsets)
    )
    return frozenset(_words(kind, value)), _fewest(tuple(needles))


def _one_by_one(values: Iterable[tuple[int, str]]) -> Iterator[tuple[Kind, str]]:
    for tag, value in values:
        kind = kind_of(tag)
        yield from ((kind, part) for one in value.split("\\") if (part := one.strip(" \0\r\n\t")))


def _words(kind: Kind, value: str) -> Iterator[str]:
    """The folded words to keep out of texts.

    Of the patient's name all of them, however harmless they look. Of other values not those that stand in such
    attributes instead of a name ("TECH", "SCANNER 2", "PANCREAS_0001"), or every description would lose them.
    """
    parts = folded_words(value)
    if kind is Kind.UID:
        return
    if kind is Kind.BIRTH_DATE:
        yield from (digits for digits in dates_of(value) if digits.isdigit())
    elif _is_a_patients_name(kind, value):
        yield from (part for part in parts if len(part) >= SHORTEST_WORD)
        yield from (name for name in map(fold, components_of(value)) if len(name) == SHORTEST_NAME)
    elif kind in _NUMBERED:
        whole = "".join(parts)
        shortest = SHORTEST_WORD if kind is Kind.IDENTIFIER else _shortest_part(whole)
        if len(whole) >= shortest and _may_name(whole):
            yield whole
        yield from (part for part in parts if len(part) >= _shortest_part(part) and _may_name(part))
    else:
        yield from (part for part in parts if len(part) >= _shortest_part(part) and _may_name(part))


def _is_a_patients_name(kind: Kind, value: str) -> bool:
    """Not the label of a phantom or of a research collection ("PANCREAS_0001"), whose every part has a digit."""
    if kind is not Kind.NAME:
        return False
    parts = [part for part in components_of(value) if any(map(str.isalpha, part))]
    return not parts or not all(any(map(str.isdigit, part)) for part in parts)


def _may_name(part: str) -> bool:
    """Whether a word is not plainly harmless: unknown, or a name too."""
    vocabulary = Vocabulary.default()
    return part not in vocabulary or part in vocabulary.names


def _shortest_part(part: str) -> int:
    return SHORTEST_NUMBER_IN_PARTS if part.isdigit() else SHORTEST_WORD


def _texts(kind: Kind, value: str) -> Iterator[tuple[str, Bound]]:
    """What to search a file for, in small letters."""
    if kind is Kind.UID:
        yield value, Bound.UID
    elif kind is Kind.BIRTH_DATE:
        yield from ((text, Bound.NUMBER) for text in dates_of(value))
    elif kind in {Kind.NAME, Kind.STAFF}:
        like, shortest = Kind.NAME if _is_a_patients_name(kind, value) else Kind.STAFF, SHORTEST_PART_OF_A_NAME
        yield from ((text, _bound(text)) for text in names_of(value) if _is_telling(like, text, shortest))
    else:
        if kind is Kind.TELEPHONE:
            yield from ((text, Bound.NUMBER) for text in numbers_of(value))
        spellings = identifiers_of(value) if kind in _NUMBERED else wholes_of(value)
        yield from ((text, _bound(text)) for text in spellings if _is_telling(kind, text, SHORTEST_TEXT))


def _is_telling(kind: Kind, text: str, shortest: int) -> bool:
    """Whether finding a text would mean something: long enough, and no common word.

    A word that stays in texts (`_words`) is never searched, nor is one that coded values hold: a patient may be called
    HEAD, and his head be examined. Two common words that make a patient's name are searched together.
    """
    if _has_ideograms(text):
        return len(text) >= SHORTEST_IDEOGRAMS
    parts = folded_words(text)
    if all(part.isdigit() for part in parts):
        return sum(map(len, parts)) >= SHORTEST_NUMBER and len(set("".join(parts))) > 1
    if len(text) < shortest:
        return False
    common = Vocabulary.default().common
    if kind is Kind.NAME:
        return len(parts) > 1 or any(part not in common for part in parts)
    return any(part not in common and _may_name(part) for part in parts)


def _has_ideograms(text: str) -> bool:
    return not text.isascii() and any(ord(character) >= _FIRST_IDEOGRAM for character in text)


def _bound(text: str) -> Bound:
    """A longer text counts wherever it is, unless it is a part of a harmless word ("thora" of "thorax")."""
    if _has_ideograms(text):
        return Bound.ANYWHERE
    if all(character.isdigit() or not character.isalnum() for character in text):
        return Bound.NUMBER
    if len(text) < SHORTEST_UNBOUNDED:
        return Bound.SHORT_WORD
    return Bound.WORD if _is_part_of_a_word(text) else Bound.ANYWHERE


@lru_cache(maxsize=4096)
def _is_part_of_a_word(text: str) -> bool:
    return text in Vocabulary.default().text


def _fewest(needles: tuple[Needle, ...]) -> tuple[Needle, ...]:
    """Without the needles that hold another one which is looked for anywhere: that one is found first."""
    anywhere = [needle.sought for needle in needles if needle.bound is Bound.ANYWHERE]
    return tuple(
        needle for needle in needles if not any(other in needle.sought and other != needle.sought for other in anywhere)
    )


def _stems(needles: Iterable[Needle]) -> Iterator[Stem]:
    """Needles by what they have in common; a stem that holds a shorter one is the shorter one's."""
    by_stem: dict[bytes, list[Needle]] = {}
    lengths: set[int] = set()
    for stem, needle in sorted(((stem_of(needle.sought), needle) for needle in needles), key=lambda pair: len(pair[0])):
        shorter = next((part for part in _parts_of(stem, lengths) if part in by_stem), stem)
        by_stem.setdefault(shorter, []).append(needle)
        lengths.add(len(shorter))
    yield from (Stem(stem, tuple(group)) for stem, group in by_stem.items())


def _parts_of(stem: bytes, lengths: Iterable[int]) -> Iterator[bytes]:
    """All parts of a stem that have one of some lengths."""
    for length in lengths:
        yield from (stem[at : at + length] for at in range(len(stem) - length + 1))
