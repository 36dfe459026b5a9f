"""Which facts each item of a score is made of, and so who supplied it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType

from annotation.completion import Known, Source, Supplier
from annotation.entities import Lesion, Reading
from lesion_model.answers import Answer
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.scoring import NotApplicable, Score

BySupplier = Mapping[str, Supplier]

# By instrument and item: the findings of the reading, and the items of the clinical context.
FROM_FINDINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "mirels": {"size": "cortical_involvement", "lesion_type": "lesion_type"},
        "sins": {
            "lesion_type": "lesion_type",
            "alignment": "alignment",
            "collapse": "vertebral_collapse",
            "posterolateral": "posterolateral",
        },
    }
)
FROM_CLINICAL: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mirels": {"pain": ("mirels_pain",)},
        "sins": {"pain": ("sins_pain",)},
        "tokuhashi_revised": {
            "general": ("karnofsky",),
            "extraspinal_bone": ("extraspinal_bone_metastases",),
            "vertebral": ("vertebral_metastases",),
            "visceral": ("visceral",),
            "primary": ("primary_tumour",),
            "palsy": ("frankel",),
        },
        "tomita": {
            "growth": ("primary_tumour",),
            "visceral": ("visceral",),
            "bone": ("vertebral_metastases", "extraspinal_bone_metastases", "metastases"),
        },
        "rades": {
            "primary": ("primary_tumour",),
            "interval": ("diagnosed_on", "cord_compression_on"),
            "visceral": ("visceral",),
            "motor": ("frankel",),
            "onset": ("motor_deficit_days",),
        },
        "harrington": {
            "resection_for_cure": (
                "vertebral_metastases",
                "extraspinal_bone_metastases",
                "metastases",
                "visceral",
            )
        },
    }
)
FROM_LESION: Mapping[str, str] = MappingProxyType({"mirels": "site", "sins": "location", "van_der_linden": "femur"})


def suppliers(lesion: Lesion, reading: Reading, known: Known, assessment: LesionAssessment) -> Mapping[str, BySupplier]:
    """By instrument and item, for every item of which something is known; nothing where it does not apply."""
    found = {}
    for field in fields(assessment):
        answer = getattr(assessment, field.name)
        if isinstance(answer, Score | Answer):
            found[field.name] = dict(_of_answer(field.name, answer, lesion, reading, known))
        elif isinstance(answer, NotApplicable):
            found[field.name] = {}
    return found


def _of_answer(
    instrument: str, answer: Score | Answer, lesion: Lesion, reading: Reading, known: Known
) -> Iterator[tuple[str, Supplier]]:
    clinical = FROM_CLINICAL.get(instrument, {})
    read = FROM_FINDINGS.get(instrument, {})
    for item in answer.points if isinstance(answer, Score) else answer.facts_used:
        if item == FROM_LESION.get(instrument):
            yield item, _of_lesion(lesion)
        elif item in clinical:
            sources = [known.suppliers[each] for each in clinical[item] if each in known.suppliers]
            yield from ((item, source) for source in sources[:1])
        elif isinstance(answer, Answer) or getattr(reading.findings, read[item]) is not None:
            yield item, _of_reading(reading)


def _of_lesion(lesion: Lesion) -> Supplier:
    return Supplier(
        source=Source.LESION,
        by=lesion.site_by or lesion.created_by,
        at=lesion.site_at or lesion.created_at,
        id=lesion.id,
    )


def _of_reading(reading: Reading) -> Supplier:
    return Supplier(source=Source.READING, by=reading.recorded_by, at=reading.recorded_at, id=reading.id)
