"""What is told of a cohort."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSeries:
    """One series of a cohort; all identifiers are pseudonymised."""

    series_instance_uid: str
    study_instance_uid: str
    pseudonym: str
    modality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCounts:
    """How much there is: `objects` and `bytes` are those of the series, `readings` the signed ones of their studies."""

    patients: int
    studies: int
    series: int
    objects: int
    bytes: int
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortStudy:
    """One study of a cohort: the counts are those of its series that belong to the cohort.

    `day`: days since the patient's earliest dated study, None for an undated one.
    """

    pseudonym: str
    study_instance_uid: str
    sex: str | None
    day: int | None
    modalities: tuple[str, ...]
    series: int
    objects: int
    bytes: int
    readings: int


Shares = Mapping[str | None, int]
"""How many there are of each value, the most frequent first; None: it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDistributions:
    """What a cohort is made of.

    Lesions are those that were read on the cohort's studies, readings the signed ones of these, scores those of the
    readings; `bands` by instrument, None where the band is not decided.
    """

    primary_tumours: Shares
    modalities: Shares
    bones: Shares
    lesion_types: Shares
    bands: Mapping[str, Shares]
