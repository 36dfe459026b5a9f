"""What the meeting knows of a patient, in words, English and French."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from lesion_model.clinical import VisceralDisease
from lesion_model.instruments import CALCULATORS
from lesion_model.labels import Label, label
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.sins import Pain as SinsPain
from lesion_model.wording.frankel import FRANKEL
from lesion_model.wording.performance_status import ECOG, KARNOFSKY
from lesion_model.wording.shared import PRIMARY_TUMOUR, PRIMARY_TUMOUR_VALUES

ITEMS: Mapping[str, Label] = MappingProxyType(
    {
        "primary_tumour": PRIMARY_TUMOUR,
        "diagnosed_on": label("Diagnosed on", "Diagnostic le"),
        "karnofsky": KARNOFSKY.label,
        "ecog": ECOG.label,
        "mirels_pain": label("Pain, for Mirels", "Douleur, pour Mirels"),
        "sins_pain": label("Pain, for SINS", "Douleur, pour SINS"),
        "pain_intensity": label("Intensity of pain", "Intensité de la douleur"),
        "visceral": label("Visceral metastases", "Métastases viscérales"),
        "vertebral_metastases": label("Vertebral metastases", "Métastases vertébrales"),
        "extraspinal_bone_metastases": label("Bone metastases outside the spine", "Métastases osseuses hors rachis"),
        "metastases": label("Metastases of all organs", "Métastases, tous organes"),
        "cord_compression": label("Cord compression", "Compression médullaire"),
        "cord_compression_on": label("Cord compression on", "Compression médullaire le"),
        "frankel": FRANKEL.label,
        "motor_deficit": label("Motor deficit", "Déficit moteur"),
        "motor_deficit_days": label("Motor deficit developed over", "Déficit moteur installé en"),
        "creatinine_clearance_ml_min": label("Creatinine clearance", "Clairance de la créatinine"),
        "systemic_line_started_on": label("Systemic line started on", "Ligne systémique débutée le"),
        "radiotherapy_at_site_on": label("Radiotherapy at the site on", "Radiothérapie au site le"),
        "radionuclide_therapy_started_on": label("Radionuclide therapy started on", "Radiothérapie interne débutée le"),
        "antiresorptive_started_on": label("Antiresorptive started on", "Antirésorptif débuté le"),
        "life_expectancy": label("Life expectancy", "Espérance de vie"),
    }
)
"""In the order in which a meeting looks at them."""

YES, NO = label("yes", "oui"), label("no", "non")


def words_of(item: str, value: object) -> Label:
    """One known item of a clinical context."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return label(value.isoformat(), f"{value:%d/%m/%Y}")
    if isinstance(value, Enum):
        return _of_a_choice(value)
    if isinstance(value, VisceralDisease):
        return _visceral(value)
    if isinstance(value, LifeExpectancy):
        return _expectancy(value)
    return _counted(item, value)


def _counted(item: str, value: object) -> Label:
    plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if item == "pain_intensity":
        return label(f"{plain} of 10", f"{plain} sur 10")
    if item == "motor_deficit_days":
        return label(f"{plain} days", f"{plain} jours")
    if item == "creatinine_clearance_ml_min":
        return label(f"{plain} mL/min", f"{plain.replace('.', ',')} mL/min")
    return label(plain, plain)


def _of_a_choice(value: Enum) -> Label:
    if isinstance(value, MirelsPain):
        return CALCULATORS["mirels"].wording.items["pain"].values[value]
    if isinstance(value, SinsPain):
        return CALCULATORS["sins"].wording.items["pain"].values[value]
    for values in (KARNOFSKY.values, ECOG.values, FRANKEL.values, PRIMARY_TUMOUR_VALUES):
        if value in values:
            return values[value]
    raise TypeError(f"no words for a {type(value).__name__}")


def _visceral(visceral: VisceralDisease) -> Label:
    if not visceral.present:
        return NO
    parts = [YES, *_chances(visceral)]
    return label(", ".join(part.en for part in parts), ", ".join(part.fr for part in parts))


def _chances(visceral: VisceralDisease) -> Iterator[Label]:
    for known, en, fr in (
        (visceral.resectable, "resectable", "résécables"),
        (visceral.treatable, "treatable", "traitables"),
    ):
        if known is not None:
            yield label(en if known else f"not {en}", fr if known else f"non {fr}")


def _expectancy(expected: LifeExpectancy) -> Label:
    parts = []
    if expected.at_least is not None:
        parts.append(label(f"at least {_span(expected.at_least).en}", f"au moins {_span(expected.at_least).fr}"))
    if expected.at_most is not None:
        parts.append(label(f"at most {_span(expected.at_most).en}", f"au plus {_span(expected.at_most).fr}"))
    return label(", ".join(part.en for part in parts), ", ".join(part.fr for part in parts))


def _span(span: Span) -> Label:
    unit = {Unit.WEEKS: ("weeks", "semaines"), Unit.MONTHS: ("months", "mois")}[span.unit]
    return label(f"{span.count} {unit[0]}", f"{span.count} {unit[1]}")
