"""Measurable bone metastases in RECIST 1.1: lytic or mixed, with soft tissue of 10 mm or twice a thick slice."""

from decimal import Decimal

import pytest

from lesion_model.grades.recist_bone import ENTRY, decide
from tests.unit.lesion_model.completions import Domain, check_complete_sets, check_incomplete_sets

DOMAIN: Domain = {
    "lesion_type": ["lytic", "mixed", "blastic"],
    "soft_tissue_mm": ["0", "9.999999", "10", "15.999999", "16", "39.999999", "40", "1000"],
    "modality": ["ct", "mri", "other"],
    "slice_thickness_mm": ["0.1", "5", "5.000001", "8", "20"],
}
LEAST = {"0.1": "10", "5": "10", "5.000001": "10.000002", "8": "16", "20": "40"}


def paper(*, lesion_type: str, soft_tissue_mm: str, modality: str, slice_thickness_mm: str) -> str:
    imaged = lesion_type in ("lytic", "mixed") and modality in ("ct", "mri")
    long_enough = Decimal(soft_tissue_mm) >= Decimal(LEAST[slice_thickness_mm])
    return "measurable" if imaged and long_enough else "non_measurable"


def test_every_combination_of_facts_answers_as_the_paper_says() -> None:
    check_complete_sets(ENTRY, DOMAIN, paper)


def test_every_incomplete_set_answers_only_what_no_missing_fact_can_change() -> None:
    check_incomplete_sets(ENTRY, DOMAIN, paper)


@pytest.mark.parametrize(
    ("soft_tissue", "thickness", "answer", "flags"),
    [
        pytest.param("9.999999", "5", "non_measurable", (), id="just under 10 mm"),
        pytest.param("10", "5", "measurable", ("boundary",), id="exactly 10 mm"),
        pytest.param("10", "5.000001", "non_measurable", (), id="exactly 10 mm on slices over 5 mm"),
        pytest.param("16", "8", "measurable", ("boundary",), id="exactly twice the thickness of the slices"),
    ],
)
def test_the_least_measurable_length(soft_tissue: str, thickness: str, answer: str, flags: tuple[str, ...]) -> None:
    facts = {"lesion_type": "lytic", "modality": "ct", "soft_tissue_mm": soft_tissue, "slice_thickness_mm": thickness}
    given = decide(facts)
    assert (given.answer, given.flags) == (answer, flags)


def test_a_blastic_lesion_is_not_measurable_whatever_else_is_missing() -> None:
    assert decide({"lesion_type": "blastic"}).answer == "non_measurable"
