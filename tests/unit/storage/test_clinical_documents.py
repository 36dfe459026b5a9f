"""What is known of a patient survives its document: as text in JSON, as the databases keep it."""

import json
from dataclasses import fields

from lesion_model.clinical import ClinicalContext
from storage.clinical_documents import clinical_document, clinical_from
from tests.builders.contexts import EVERYTHING_KNOWN


def through_json(clinical: ClinicalContext) -> ClinicalContext:
    return clinical_from(json.loads(json.dumps(clinical_document(clinical), allow_nan=False)))


def test_everything_known_comes_back_from_its_document() -> None:
    assert None not in [getattr(EVERYTHING_KNOWN, field.name) for field in fields(ClinicalContext)]
    assert through_json(EVERYTHING_KNOWN) == EVERYTHING_KNOWN
    assert str(through_json(EVERYTHING_KNOWN).creatinine_clearance_ml_min) == "39.50"


def test_each_item_comes_back_on_its_own_and_only_it_is_written() -> None:
    for field in fields(ClinicalContext):
        alone = ClinicalContext(**{field.name: getattr(EVERYTHING_KNOWN, field.name)})
        assert set(clinical_document(alone)) == {field.name}
        assert through_json(alone) == alone


def test_a_document_from_before_an_item_existed_still_loads() -> None:
    assert clinical_from({}) == ClinicalContext()
