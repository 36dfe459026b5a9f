"""The data dictionary: every form of the clinical record, and where the study's other variables are held.

It is the one source: forms on screen, imports, exports and the description over HTTP are made from it. A test holds it
against the study's data model.
"""

from collections.abc import Mapping
from types import MappingProxyType

from annotation.registry.errors import NoSuchFormError
from annotation.registry.forms.biology import BIOLOGY
from annotation.registry.forms.event import EVENT
from annotation.registry.forms.imaging import IMAGING
from annotation.registry.forms.patient import PATIENT
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.forms.treatment import TREATMENT
from annotation.registry.formulas import COCKCROFT_GAULT, CORRECTED_CALCIUM, MORPHINE_EQUIVALENTS
from annotation.registry.variables import Computed, Form
from lesion_model.labels import label

VERSION = "1"
"""Goes up with every change of what the forms ask."""

FORMS = (PATIENT, PRESENTATION, BIOLOGY, TREATMENT, EVENT, IMAGING)

COMPUTED = (
    Computed(
        name="presentation_no",
        label=label("Number of the presentation", "Numéro de la présentation"),
        form=PRESENTATION.name,
        spec="presentation.presentation_no",
        unit=None,
        formula="rank of the meeting's date among the presentations of the patient, from 1",
    ),
    Computed(
        name="omeq",
        label=label("Oral morphine equivalent", "Équivalent morphine orale"),
        form=PRESENTATION.name,
        spec="RCP_checklist.2c_analgesia_OMEQ",
        unit="mg/day",
        formula=MORPHINE_EQUIVALENTS,
    ),
    Computed(
        name="calcium_corrected_computed",
        label=label("Calcium, corrected", "Calcium corrigé"),
        form=BIOLOGY.name,
        spec="biology.calcium_corrected",
        unit="mmol/L",
        formula=CORRECTED_CALCIUM,
    ),
    Computed(
        name="crcl_cockcroft",
        label=label("Creatinine clearance, Cockcroft-Gault", "Clairance de la créatinine, Cockcroft-Gault"),
        form=BIOLOGY.name,
        spec="biology.crcl_cockcroft",
        unit="mL/min",
        formula=COCKCROFT_GAULT,
    ),
)

HELD_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "patient.pseudonym": "the patient itself",
        "lesion.pain_at_site": "clinical context of the lesion: sins_pain",
        "lesion.pain_level_mirels": "clinical context of the lesion: mirels_pain",
        "lesion.*": "lesions and readings",
    }
)
"""Variables of the study that other parts hold; the record does not hold them a second time."""

_BY_NAME: Mapping[str, Form] = MappingProxyType({form.name: form for form in FORMS})


def form_named(name: str) -> Form:
    """Raises NoSuchFormError."""
    if name not in _BY_NAME:
        raise NoSuchFormError
    return _BY_NAME[name]
