"""What is known of a patient as a document in a column, and back."""

from datetime import date
from typing import Any

from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.sins import Pain as SinsPain
from storage.document_values import Document, Stored, decimal, known, member, name, text

_AS_THEY_ARE = (
    "pain_intensity",
    "vertebral_metastases",
    "extraspinal_bone_metastases",
    "metastases",
    "cord_compression",
    "motor_deficit",
    "motor_deficit_days",
)
_DATES = (
    "diagnosed_on",
    "cord_compression_on",
    "systemic_line_started_on",
    "radiotherapy_at_site_on",
    "radionuclide_therapy_started_on",
    "antiresorptive_started_on",
)


def clinical_document(clinical: ClinicalContext) -> Document:
    """What is known; unknown items have no key. Decimals and dates are text."""
    return known(
        {
            "mirels_pain": name(clinical.mirels_pain),
            "sins_pain": name(clinical.sins_pain),
            "karnofsky": name(clinical.karnofsky),
            "ecog": name(clinical.ecog),
            "frankel": name(clinical.frankel),
            "primary_tumour": name(clinical.primary_tumour),
            "visceral": _visceral_document(clinical.visceral),
            "creatinine_clearance_ml_min": text(clinical.creatinine_clearance_ml_min),
            "life_expectancy": _expectancy_document(clinical.life_expectancy),
            **{item: getattr(clinical, item) for item in _AS_THEY_ARE},
            **{item: _day_text(getattr(clinical, item)) for item in _DATES},
        }
    )


def clinical_from(document: Stored) -> ClinicalContext:
    """Valid again once built: a document that the model refuses raises FindingError."""
    others: dict[str, Any] = {item: document.get(item) for item in _AS_THEY_ARE}
    others |= {item: _day(document.get(item)) for item in _DATES}
    return ClinicalContext(
        mirels_pain=member(MirelsPain, document.get("mirels_pain")),
        sins_pain=member(SinsPain, document.get("sins_pain")),
        karnofsky=member(Karnofsky, document.get("karnofsky")),
        ecog=member(Ecog, document.get("ecog")),
        frankel=member(Frankel, document.get("frankel")),
        primary_tumour=member(PrimaryTumour, document.get("primary_tumour")),
        visceral=_visceral(document.get("visceral")),
        creatinine_clearance_ml_min=decimal(document.get("creatinine_clearance_ml_min")),
        life_expectancy=_expectancy(document.get("life_expectancy")),
        **others,
    )


def _visceral_document(visceral: VisceralDisease | None) -> Document | None:
    if visceral is None:
        return None
    return known({"present": visceral.present, "resectable": visceral.resectable, "treatable": visceral.treatable})


def _visceral(document: Stored | None) -> VisceralDisease | None:
    if document is None:
        return None
    return VisceralDisease(
        present=document["present"], resectable=document.get("resectable"), treatable=document.get("treatable")
    )


def _expectancy_document(expected: LifeExpectancy | None) -> Document | None:
    if expected is None:
        return None
    return known({"at_least": _span_document(expected.at_least), "at_most": _span_document(expected.at_most)})


def _expectancy(document: Stored | None) -> LifeExpectancy | None:
    if document is None:
        return None
    return LifeExpectancy(at_least=_span(document.get("at_least")), at_most=_span(document.get("at_most")))


def _span_document(span: Span | None) -> Document | None:
    return None if span is None else {"count": span.count, "unit": span.unit.value}


def _span(document: Stored | None) -> Span | None:
    return None if document is None else Span(count=document["count"], unit=Unit(document["unit"]))


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
