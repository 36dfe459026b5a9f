"""All fields of cohorts, by name."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from annotation.cohorts.fields import Field
from annotation.cohorts.image_fields import ASSIGNMENT_FIELDS, SERIES_FIELDS, STUDY_FIELDS
from annotation.cohorts.lesion_fields import LESION_FIELDS, READING_FIELDS, SCORE_FIELDS
from annotation.cohorts.patient_fields import PATIENT_FIELDS

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            *PATIENT_FIELDS,
            *STUDY_FIELDS,
            *SERIES_FIELDS,
            *ASSIGNMENT_FIELDS,
            *LESION_FIELDS,
            *READING_FIELDS,
            *SCORE_FIELDS,
        )
    }
)

_NEAREST = 5


def nearest(name: str) -> tuple[str, ...]:
    """The fields that were perhaps meant, the likeliest first; all of them when none is near."""
    item = name.rpartition(".")[2]
    alike = get_close_matches(name, FIELDS, n=_NEAREST, cutoff=0.6)
    items = {field.item for field in FIELDS.values()}
    meant = get_close_matches(item, items, n=_NEAREST, cutoff=0.7)
    same = [field.name for each in meant for field in FIELDS.values() if field.item == each]
    return tuple(dict.fromkeys((*alike, *same)))[:_NEAREST] or tuple(FIELDS)
