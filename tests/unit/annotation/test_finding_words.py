"""Findings in words: every field and value has some, in both languages."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given

from annotation.finding_words import FIELDS, PARTS, VALUES, in_words
from annotation.reading_history import differences
from lesion_model.findings import Alignment, Finding, FindingSource, How, ImagingFindings, PosterolateralElement
from lesion_model.geometry import Geometry
from tests.builders.every_finding import imaging_findings
from tests.builders.lesions import collapse, cortex, elements, findings
from tests.builders.registry import minutes, new_lesion, new_reading


def inside(kind: Any) -> set[type]:
    """Every type of ours that a field of this type can hold."""
    found = {kind} if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, Enum)) else set()
    parts = [*get_args(kind), *(get_type_hints(kind).values() if is_dataclass(kind) else ())]
    return found.union(*(inside(part) for part in parts)) if parts else found


IN_ELEMENTS = (PosterolateralElement, FindingSource)
HELD = inside(ImagingFindings) - {Finding}


def test_every_field_part_and_value_has_words() -> None:
    assert {field.name for field in fields(ImagingFindings)} <= set(FIELDS)
    composite = [kind for kind in HELD if is_dataclass(kind) and kind not in (ImagingFindings, *IN_ELEMENTS)]
    assert {field.name for kind in composite for field in fields(kind)} <= set(PARTS)
    assert {value for kind in HELD if issubclass(kind, Enum) for value in kind} == set(VALUES)
    assert all(words.en and words.fr for words in (*FIELDS.values(), *PARTS.values(), *VALUES.values()))


@given(imaging_findings(), imaging_findings())
def test_whatever_differs_is_told_and_nothing_else(one: ImagingFindings, other: ImagingFindings) -> None:
    lesion = new_lesion()
    before = new_reading(lesion.id, findings=one, geometry=None)
    later = {"revision": 2, "reason": "Again.", "recorded_at": minutes(1), "note": "Seen."}
    after = new_reading(lesion.id, id=before.id, findings=other, geometry=None, **later)
    told = {each.field for each in differences(before, after)}
    differing = {
        field.name for field in fields(ImagingFindings) if getattr(one, field.name) != getattr(other, field.name)
    }
    assert told == differing | {"note"}
    assert list(differences(before, before)) == []


@pytest.mark.parametrize(
    ("field", "value", "english", "french"),
    [
        ("alignment", Alignment.NORMAL, "normal", "normal"),
        ("alignment", None, "not known", "non renseigné"),
        ("retropulsion", False, "no", "non"),
        ("posterolateral", frozenset(), "looked, none", "recherché, aucun"),
        (
            "posterolateral",
            elements("left pedicle", "right facet"),
            "left pedicle, right facet",
            "pédicule à gauche, facette à droite",
        ),
        (
            "vertebral_collapse",
            collapse(present=True, loss="40.5"),
            "present yes, height loss 40.5 %",
            "présence oui, perte de hauteur 40,5\u00a0%",
        ),
        (
            "cortical_involvement",
            cortex("10", "30"),
            "measured of the cortex, destroyed 10 mm, total 30 mm, of the cortex",
            "mesures rapportée à la corticale, détruit 10\u00a0mm, total 30\u00a0mm, rapportée à la corticale",
        ),
        ("sources", frozenset(), "not known", "non renseigné"),
        (
            "sources",
            frozenset({FindingSource(finding=Finding.ALIGNMENT, how=How.VISUAL)}),
            "alignment by eye",
            "alignement : à l'œil",
        ),
    ],
)
def test_a_value_reads_like_a_sentence(field: str, value: object, english: str, french: str) -> None:
    words = in_words(field, value)
    assert (words.en, words.fr) == (english, french)


def test_a_place_on_the_images_is_told_by_its_points() -> None:
    geometry = new_reading(new_lesion().id).geometry
    assert isinstance(geometry, Geometry)
    assert in_words("geometry", geometry).en == "points 2, image 2.25.3001"
    assert findings().known == frozenset()
