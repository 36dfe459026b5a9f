"""Facts of a presentation that the clinical context holds, and nobody twice."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from annotation.meeting_context import MeetingContext
from annotation.registry.dictionary import FORMS
from annotation.registry.entries import State
from annotation.registry.exchange.checking import CheckedRow
from annotation.registry.exchange.planning import Existing, Stamp, planned
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.shared_facts import LINKS, merged, parted
from annotation.registry.values import Values
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.errors import FindingError
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour

EVERYTHING: Values = {
    "meeting_date": "2031-06-12",
    "karnofsky": "70",
    "ecog": "1",
    "frankel": "D2",
    "primary": "unknown",
    "visceral_mets": "unresectable",
    "n_vertebral_mets": 1,
    "n_extraspinal_bone": 0,
    "n_all_mets": 4,
    "pain_nrs": 6,
    "diagnosis_date": "2030-01-31",
    "systemic_line_start": "2031-03-01",
    "bone_agent_start": "2031-06-01",
    "life_expectancy_min": 3,
    "life_expectancy_max": 12,
    "creatinine_clearance": "39.50",
}
NOTHING = ClinicalContext()
NOW = datetime(2031, 6, 13, 9, tzinfo=UTC)


def test_links_are_those_that_the_dictionary_names() -> None:
    named = {(each.context_item, each.name) for form in FORMS for each in form.variables if each.context_item}
    assert {(link.item, name) for link in LINKS for name in link.variables} == named


def test_what_a_context_can_hold_is_held_there_only_and_read_back_as_it_was() -> None:
    own, clinical = parted(EVERYTHING, NOTHING)
    assert own == {"meeting_date": "2031-06-12"}
    assert clinical.primary_tumour is PrimaryTumour.UNIDENTIFIED
    assert clinical.visceral == VisceralDisease(present=True, resectable=False)
    assert clinical.creatinine_clearance_ml_min == Decimal("39.50")
    assert merged(own, clinical) == EVERYTHING


def test_what_a_context_cannot_say_stays_with_the_entry() -> None:
    values: Values = {"diagnosis_date": "2030-01", "visceral_mets": "unknown"}
    own, clinical = parted(values, NOTHING)
    assert (own, clinical) == (values, NOTHING)
    assert merged(own, clinical) == values


def test_what_is_more_exact_in_the_context_is_kept_when_nothing_else_is_said() -> None:
    before = ClinicalContext(
        visceral=VisceralDisease(present=True),
        life_expectancy=LifeExpectancy(at_most=Span(count=6, unit=Unit.WEEKS)),
        primary_tumour=PrimaryTumour.LUNG,
        ecog=Ecog.E5,
        cord_compression=True,
    )
    said = merged({}, before)
    assert said == {"visceral_mets": "unknown"}
    assert parted(said, before) == ({}, before)


def test_a_fact_that_is_taken_back_is_taken_from_the_context() -> None:
    before = ClinicalContext(karnofsky=Karnofsky.K70, vertebral_metastases=0)
    assert parted({"n_vertebral_mets": 0}, before) == ({}, ClinicalContext(vertebral_metastases=0))


def test_the_context_counts_where_it_was_changed_since() -> None:
    assert merged({"diagnosis_date": "2030"}, ClinicalContext(diagnosed_on=date(2030, 5, 1))) == {
        "diagnosis_date": "2030-05-01"
    }


def test_facts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(FindingError):
        parted({"n_vertebral_mets": 3, "n_all_mets": 1}, NOTHING)


def test_no_item_is_linked_twice() -> None:
    items = [link.item for link in LINKS]
    assert len(items) == len(set(items))
    assert set(items) <= {field.name for field in fields(ClinicalContext)}


def test_an_import_that_brings_the_presentation_withdraws_nothing_that_the_context_said_before() -> None:
    clinical = ClinicalContext(karnofsky=Karnofsky.K70, pain_intensity=6)
    context = MeetingContext(
        id=uuid4(),
        pseudonym="OST-7K3M9-QPXRC",
        meeting_date=date(2031, 6, 12),
        lesion_id=None,
        version=1,
        clinical=clinical,
        entered_by="clinician",
        entered_at=NOW,
    )
    values: Values = {"meeting_date": "2031-06-12", "pain_nrs": 2}
    row = CheckedRow(
        number=2, part="", form=PRESENTATION, patient="1", values=values, state=State.FINAL, key="2031-06-12"
    )
    stamp = Stamp(by="importer", at=NOW, import_id=uuid4())
    plan = planned(row, context.pseudonym, Existing(context=context), stamp)
    assert plan.context is not None
    assert plan.context.clinical == replace(clinical, pain_intensity=2)
