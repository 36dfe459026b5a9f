"""Facts that the guideline's rules ask for, taken from where they are: the record, its context, the readings.

Nothing is guessed: what nobody recorded is left out, and the rule stays open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from annotation.meetings.points import LOCAL_TREATMENTS
from annotation.registry.computing import Person, biology_results
from annotation.registry.partial_dates import span_of
from annotation.registry.values import Values, day_of
from lesion_model.anatomy import Site
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.clinical import ClinicalContext
from lesion_model.findings import ImagingFindings
from lesion_model.rules.percutaneous_screw import ScrewSite
from lesion_model.scoring import Score
from lesion_model.skeleton import Bone, Region

BIOLOGY_DAYS = timedelta(days=90)
"""So old may a sample be that a meeting goes by, as in the tables of the endpoints."""

_BONE_AGENTS = frozenset({"zoledronate", "denosumab"})
_PROXIMAL_FEMUR = frozenset(
    {
        Region.HEAD,
        Region.NECK,
        Region.GREATER_TROCHANTER,
        Region.LESSER_TROCHANTER,
        Region.INTERTROCHANTERIC,
        Region.SUBTROCHANTERIC,
        Region.PROXIMAL,
        Region.PROXIMAL_EPIPHYSIS,
        Region.PROXIMAL_METAPHYSIS,
    }
)


class Origin(Enum):
    """Where a fact comes from."""

    PRESENTATION = "presentation"
    TREATMENTS = "treatments"
    BIOLOGY = "biology"
    READING = "reading"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact as a rule takes it, and where it comes from."""

    value: object
    origin: Origin


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the record says of one patient at one meeting. `clinical` is the context of that meeting."""

    on: date | None
    presentation: Values
    clinical: ClinicalContext
    treatments: Sequence[Values]
    samples: Sequence[Values]
    person: Person


def facts_of_patient(recorded: Recorded) -> dict[str, Fact]:
    """Without the life expectancy, of which bounds are known: see `rule_answers`."""
    return {**_counts(recorded.clinical), **_course(recorded), **_clearance(recorded), **_bone_agent(recorded)}


def facts_of_lesion(
    site: Site, findings: ImagingFindings, clinical: ClinicalContext, assessment: LesionAssessment
) -> dict[str, Fact]:
    """`clinical`: with what is said of this lesion alone."""
    found: dict[str, object] = {
        "lesion_type": None if findings.lesion_type is None else findings.lesion_type.value,
        "site": _screw_site(site),
        "pathological_fracture": findings.pathological_fracture,
        "mirels_band": _band(assessment.mirels),
        "sins_band": _band(assessment.sins),
        "cord_distance": None if findings.epidural_extension is None else findings.epidural_extension.cord_distance_mm,
    }
    facts = {name: Fact(value=value, origin=Origin.READING) for name, value in found.items() if value is not None}
    irradiated = clinical.radiotherapy_at_site_on
    if irradiated is not None:
        facts["radiotherapy_at_site"] = Fact(value=True, origin=Origin.PRESENTATION)
        facts["last_radiotherapy_date"] = Fact(value=irradiated, origin=Origin.PRESENTATION)
    return facts


def _counts(clinical: ClinicalContext) -> dict[str, Fact]:
    found: dict[str, object] = {"n_all_mets": clinical.metastases, "n_bone_sites": clinical.bone_metastases}
    return {name: Fact(value=value, origin=Origin.PRESENTATION) for name, value in found.items() if value is not None}


def _course(recorded: Recorded) -> dict[str, Fact]:
    clinical, presentation = recorded.clinical, recorded.presentation
    found: dict[str, object] = {
        "symptomatic_cord_compression": _symptomatic(clinical),
        "systemic_line_start": clinical.systemic_line_started_on,
        "visceral_mets": _known(presentation, "visceral_mets"),
        "oncologic_control": _known(presentation, "oncologic_control"),
    }
    if presentation.get("prior_local_treatment") is False and not _of_kind(recorded, LOCAL_TREATMENTS):
        found["radiotherapy_at_site"] = False
    facts = {name: Fact(value=value, origin=Origin.PRESENTATION) for name, value in found.items() if value is not None}
    if clinical.radionuclide_therapy_started_on is not None:
        facts["radionuclide_therapy"] = Fact(value=True, origin=Origin.PRESENTATION)
    elif _of_kind(recorded, ("radionuclide",)):
        facts["radionuclide_therapy"] = Fact(value=True, origin=Origin.TREATMENTS)
    if recorded.on is not None:
        facts["meeting_date"] = Fact(value=recorded.on, origin=Origin.MEETING)
    return facts


def _clearance(recorded: Recorded) -> dict[str, Fact]:
    """The one that the meeting goes by; else that of the newest sample, computed."""
    stated = recorded.clinical.creatinine_clearance_ml_min
    if stated is not None:
        return {"crcl_cockcroft": Fact(value=stated, origin=Origin.PRESENTATION)}
    if recorded.on is None:
        return {}
    recent = [
        (day, sample)
        for sample in recorded.samples
        if (day := day_of(sample.get("sample_date"))) is not None
        and recorded.on - BIOLOGY_DAYS <= day <= recorded.on
        and biology_results(sample, recorded.person)["crcl_cockcroft"].value is not None
    ]
    if not recent:
        return {}
    _day, newest = max(recent, key=lambda each: each[0])
    value = biology_results(newest, recorded.person)["crcl_cockcroft"].value
    return {"crcl_cockcroft": Fact(value=value, origin=Origin.BIOLOGY)}


def _bone_agent(recorded: Recorded) -> dict[str, Fact]:
    """Calcium and vitamin D are known from a treatment that goes on; that there is none in the record says nothing."""
    facts: dict[str, Fact] = {}
    checked = day_of(recorded.presentation.get("dental_check_date"))
    if checked is not None and (recorded.on is None or checked <= recorded.on):
        facts["last_dental_check_date"] = Fact(value=checked, origin=Origin.PRESENTATION)
    agents = [each for each in _of_kind(recorded, _BONE_AGENTS) if "treatment_dental_check" in each]
    if agents:
        newest = max(agents, key=lambda each: str(each["treatment_start"]))
        value = newest["treatment_dental_check"]
        facts["dental_check_before_start"] = Fact(value=value, origin=Origin.TREATMENTS)
    if any(_goes_on(each, recorded.on) for each in _of_kind(recorded, ("calcium_vitamin_d",))):
        facts |= {name: Fact(value=True, origin=Origin.TREATMENTS) for name in ("calcium", "vitamin_d")}
    return facts


def _of_kind(recorded: Recorded, kinds: Sequence[str] | frozenset[str]) -> list[Values]:
    """Treatments that had surely begun."""
    return [
        each
        for each in recorded.treatments
        if each.get("treatment_type") in kinds
        and (recorded.on is None or span_of(str(each["treatment_start"])).last <= recorded.on)
    ]


def _goes_on(treatment: Values, on: date | None) -> bool:
    end = treatment.get("treatment_end")
    return end is None or (on is not None and span_of(str(end)).last >= on)


def _symptomatic(clinical: ClinicalContext) -> bool | None:
    """Compressed, and with a motor deficit; that there is no deficit does not say that there is no symptom."""
    if clinical.cord_compression is False:
        return False
    return True if clinical.cord_compression and clinical.has_motor_deficit else None


def _known(presentation: Values, name: str) -> object | None:
    value = presentation.get(name)
    return None if value == "unknown" else value


def _band(answer: object) -> str | None:
    return answer.band if isinstance(answer, Score) and answer.category_decided else None


def _screw_site(site: Site) -> str:
    if site.bone is Bone.PELVIS:
        return ScrewSite.PELVIS.value
    if site.bone is Bone.FEMUR and site.region in _PROXIMAL_FEMUR:
        return ScrewSite.PROXIMAL_FEMUR.value
    return ScrewSite.ELSEWHERE.value
