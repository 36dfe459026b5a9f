"""The seven points of a good request, and how far a presentation says each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType

from annotation.registry.forms.checklist import CHECKLIST
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.forms.treatment import TREATMENTS
from annotation.registry.partial_dates import span_of
from annotation.registry.values import Value, Values
from annotation.registry.variables import Variable
from annotation.registry.wording import day_in_words, value_in_words
from lesion_model.labels import Label, label

LOCAL_TREATMENTS = ("radiotherapy", "sbrt", "radionuclide", "surgery", "cementoplasty", "screw", "ablation")
"""Treatments of one site; radionuclides reach all bone, and are asked for with them."""

_TREATMENT_WORDS = {each.code: each.label for each in TREATMENTS}
_PHRASES: Mapping[str | tuple[str, bool], Label] = MappingProxyType(
    {
        "bone_diagnosis_date": label("since {}", "depuis {}"),
        ("pain", True): label("pain", "douleur"),
        ("pain", False): label("no pain", "pas de douleur"),
        "pain_nrs": label("{} of 10", "{} sur 10"),
        ("prior_local_treatment", True): label("yes", "oui"),
        ("prior_local_treatment", False): label("none", "aucun"),
        "bone_agent_start": label("since {}", "depuis {}"),
        "bone_agent_last_dose": label("last dose {}", "dernière dose {}"),
        "dental_check_date": label("dental check {}", "bilan dentaire {}"),
        "life_expectancy_min": label("at least {} months", "au moins {} mois"),
        "life_expectancy_max": label("at most {} months", "au plus {} mois"),
    }
)
_OPIOIDS = tuple(each.name for each in CHECKLIST.variables if each.name.startswith("opioid_"))


class Said(Enum):
    """How far a point is said."""

    YES = "said"
    PARTLY = "partly"
    NO = "not_said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is said of a point. `short`: what is said without the label, for who knows the point."""

    label: Label
    value: Label
    short: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One of the seven. `missing`: what would make it whole."""

    number: int
    name: str
    label: Label
    said: Said
    lines: tuple[Line, ...]
    missing: tuple[Label, ...]


def seven_points(presentation: Values, treatments: Sequence[Values], on: date | None) -> tuple[Point, ...]:
    """`treatments` of the record; those that had begun by the day `on` tell of the fourth point."""
    begun = [each for each in treatments if _had_begun(each, on)]
    return tuple(_point(number, asked, presentation, begun) for number, asked in enumerate(_ASKED, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """`lacking`: variables of the form, or words of their own, without which the point is not whole."""

    name: str
    label: Label
    variables: tuple[str, ...]
    lacking: Callable[[Values, Sequence[Values]], Iterator[str | Label]]


def _point(number: int, asked: _Asked, values: Values, treatments: Sequence[Values]) -> Point:
    lines = [
        _line(variable, values[variable.name])
        for variable in PRESENTATION.variables
        if variable.name in asked.variables and variable.name in values
    ]
    if asked.name == "local_treatment":
        lines += _local_treatments(treatments)
    missing = tuple(
        PRESENTATION.by_name[each].label if isinstance(each, str) else each
        for each in asked.lacking(values, treatments)
    )
    partly = Said.PARTLY if lines else Said.NO
    return Point(
        number=number,
        name=asked.name,
        label=asked.label,
        said=partly if missing else Said.YES,
        lines=tuple(lines),
        missing=missing,
    )


def _line(variable: Variable, value: Value) -> Line:
    words = value_in_words(variable, value)
    phrase = _PHRASES.get((variable.name, value) if isinstance(value, bool) else variable.name)
    if phrase is None and variable.name in _OPIOIDS:
        phrase = label(f"{variable.label.en}: {{}}", f"{variable.label.fr} : {{}}")
    short = words if phrase is None else label(phrase.en.format(words.en), phrase.fr.format(words.fr))
    return Line(label=variable.label, value=words, short=short)


def _local_treatments(treatments: Sequence[Values]) -> Iterator[Line]:
    for each in treatments:
        kind = str(each["treatment_type"])
        if kind in LOCAL_TREATMENTS:
            when = day_in_words(str(each["treatment_start"]))
            site = f", {each['treatment_site']}" if "treatment_site" in each else ""
            name, value = _TREATMENT_WORDS[kind], label(when.en + site, when.fr + site)
            yield Line(label=name, value=value, short=label(f"{name.en} {value.en}", f"{name.fr} {value.fr}"))


def _had_begun(treatment: Values, on: date | None) -> bool:
    return on is None or span_of(str(treatment["treatment_start"])).first <= on


def _all(*names: str) -> Callable[[Values, Sequence[Values]], Iterator[str | Label]]:
    def lacking(values: Values, _treatments: Sequence[Values]) -> Iterator[str | Label]:
        yield from (name for name in names if name not in values)

    return lacking


def _pain(values: Values, _treatments: Sequence[Values]) -> Iterator[str | Label]:
    """Who has none needs to say no more."""
    if "pain" not in values:
        yield "pain"
    if values.get("pain") is not False:
        yield from (name for name in ("pain_types", "pain_nrs") if name not in values)


def _local(values: Values, treatments: Sequence[Values]) -> Iterator[str | Label]:
    if "prior_local_treatment" not in values:
        yield "prior_local_treatment"
    elif values["prior_local_treatment"] is True and not list(_local_treatments(treatments)):
        yield label("which, when and where: a treatment of the record", "lequel, quand, où : un traitement du dossier")


def _bone_agent(values: Values, _treatments: Sequence[Values]) -> Iterator[str | Label]:
    if "bone_agent" not in values:
        yield "bone_agent"
    if values.get("bone_agent") != "none":
        asked = ("bone_agent_start", "bone_agent_last_dose", "dental_check_date")
        yield from (name for name in asked if name not in values)


def _outlook(values: Values, _treatments: Sequence[Values]) -> Iterator[str | Label]:
    """Prognosis and plan: the free text says both, a life expectancy the one and an intent the other."""
    if "prognosis_and_plan" in values:
        return
    if "intent" not in values:
        yield "intent"
    if not {"life_expectancy_min", "life_expectancy_max"} & set(values):
        yield label("Life expectancy", "Espérance de vie")


_ASKED = (
    _Asked(
        name="circumstances",
        label=label(
            "Circumstances and duration of the bone diagnosis", "Circonstances et ancienneté du diagnostic osseux"
        ),
        variables=("circumstances", "bone_diagnosis_date"),
        lacking=_all("circumstances", "bone_diagnosis_date"),
    ),
    _Asked(
        name="pain",
        label=label("Pain and its type", "Douleur et son type"),
        variables=("pain", "pain_types", "pain_nrs", *_OPIOIDS),
        lacking=_pain,
    ),
    _Asked(
        name="drugs",
        label=label("Current drugs", "Traitements en cours"),
        variables=("drugs",),
        lacking=_all("drugs"),
    ),
    _Asked(
        name="local_treatment",
        label=label("Earlier local treatment", "Traitements locaux antérieurs"),
        variables=("prior_local_treatment",),
        lacking=_local,
    ),
    _Asked(
        name="bone_agent",
        label=label("Systemic bone treatment", "Traitement osseux systémique"),
        variables=("bone_agent", "bone_agent_start", "bone_agent_last_dose", "dental_check_date"),
        lacking=_bone_agent,
    ),
    _Asked(
        name="anticoagulant",
        label=label("Anticoagulants", "Anticoagulants"),
        variables=("anticoagulant",),
        lacking=_all("anticoagulant"),
    ),
    _Asked(
        name="outlook",
        label=label("Overall prognosis and plan", "Pronostic global et projet"),
        variables=("intent", "life_expectancy_min", "life_expectancy_max", "prognosis_and_plan"),
        lacking=_outlook,
    ),
)
