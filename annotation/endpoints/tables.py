"""The tables that the endpoints are computed from: names, columns, and what each may hold, in English and French.

Names and codes are those of the registry's data model. A column that is not named here is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from annotation.endpoints.records import Adjudication, EventType, VitalStatus
from lesion_model.labels import Label, label
from lesion_model.primary import PrimaryTumour


class Kind(Enum):
    """How a cell is written; an empty one is not known."""

    TEXT = "text"
    DATE = "date"
    DAY_OR_MONTH = "date, or month"
    MONTH = "month"
    PARTIAL_DATE = "date, month or year"
    NUMBER = "number"
    CODE = "code"
    CODES = "codes, by ;"
    YES_NO = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`codes` are those permitted, of CODE and CODES; `least` and `most` bound a number."""

    name: str
    kind: Kind
    meaning: Label
    required: bool = False
    codes: tuple[str, ...] = ()
    least: float = 0
    most: float = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    meaning: Label
    required: bool
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.name == name)


def _column(name: str, kind: Kind, en: str, fr: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=kind, meaning=label(en, fr), required=required)


def _code(name: str, codes: tuple[str, ...], en: str, fr: str, *, required: bool = False) -> Column:
    return Column(name=name, kind=Kind.CODE, codes=codes, meaning=label(en, fr), required=required)


def _number(name: str, en: str, fr: str, least: float = 0, most: float = 1e6) -> Column:
    return Column(name=name, kind=Kind.NUMBER, meaning=label(en, fr), least=least, most=most)


def _values(of: type[Enum]) -> tuple[str, ...]:
    return tuple(each.value for each in of)


NO_PRIMARY_FOUND = "unknown"
"""The data model's word for a primary that was looked for and not found; here it is PrimaryTumour.UNIDENTIFIED."""
PSEUDONYM = _column("pseudonym", Kind.TEXT, "Patient, by pseudonym", "Patient, par pseudonyme", required=True)
DECISIONS = (
    "radiotherapy",
    "SBRT",
    "surgery",
    "cementoplasty",
    "screw",
    "ablation",
    "systemic",
    "antiresorptive",
    "surveillance",
)
QUESTIONS = ("pain", "fracture_risk", "cord_compression", "oligomet_ablation", "diagnosis", "follow_up")
BANDS: Mapping[str, bool] = MappingProxyType(
    {"mirels": True, "sins": True, "tokuhashi_revised": False, "tomita": True, "rades": False}
)
"""Scores whose band may make subgroups, and whether a higher total is worse."""
BIOLOGY = (
    ("calcium_corrected", "mmol/L"),
    ("creatinine", "µmol/L"),
    ("crcl_cockcroft", "mL/min"),
    ("albumin", "g/L"),
    ("CRP", "mg/L"),
    ("LDH", "U/L"),
    ("ALP", "U/L"),
    ("25OH_vitD", "nmol/L"),
    ("platelets", "G/L"),
    ("bilirubin", "µmol/L"),
    ("Hb", "g/L"),
)

REGISTRY_PATIENTS = Table(
    name="registry_patients",
    meaning=label("One row per patient of the registry", "Une ligne par patient du registre"),
    required=True,
    columns=(
        PSEUDONYM,
        _code("sex", ("F", "M", "X"), "Sex", "Sexe"),
        _column("birth_month", Kind.MONTH, "Month of birth, moved", "Mois de naissance, décalé"),
        _code("vital_status", _values(VitalStatus), "At the last news", "Aux dernières nouvelles"),
        _column("death_date", Kind.DAY_OR_MONTH, "Day of death", "Jour du décès"),
        _column("last_alive_date", Kind.DAY_OR_MONTH, "Last day known alive", "Dernier jour connu vivant"),
        _column("opposition_recorded", Kind.YES_NO, "Objects to the study", "Opposé à l'étude"),
        _column(
            "last_bone_imaging_date",
            Kind.DAY_OR_MONTH,
            "Last images of bone, where studies of the release are not all of them",
            "Dernière imagerie osseuse, si les examens de la diffusion ne les comptent pas toutes",
        ),
        _column(
            "enrolment_date",
            Kind.DATE,
            "Enrolled in the study, where later than the first meeting",
            "Inclusion dans l'étude, si postérieure à la première RCP",
        ),
        _column(
            "lock_date",
            Kind.DATE,
            "The data lock, moved by this patient's number of days",
            "Le gel des données, décalé du nombre de jours de ce patient",
        ),
    ),
)
CANCERS = Table(
    name="cancers",
    meaning=label("One row per patient: the primary cancer", "Une ligne par patient : le cancer primitif"),
    required=False,
    columns=(
        PSEUDONYM,
        _code("primary", (*_values(PrimaryTumour), NO_PRIMARY_FOUND), "Primary tumour", "Tumeur primitive"),
        _column("diagnosis_date", Kind.PARTIAL_DATE, "Diagnosis of the cancer", "Diagnostic du cancer"),
        _column("haematologic", Kind.YES_NO, "Haematologic disease", "Hémopathie"),
        _code(
            "visceral_mets",
            ("none", "resectable", "unresectable", "unknown"),
            "Visceral metastases",
            "Métastases viscérales",
        ),
        _column("brain_mets", Kind.YES_NO, "Brain metastases", "Métastases cérébrales"),
        _number("n_vertebral_mets", "Vertebral metastases", "Métastases vertébrales"),
        _number("n_extraspinal_bone", "Bone metastases elsewhere", "Autres métastases osseuses"),
        _number("n_all_mets", "Metastases, all", "Métastases, toutes"),
        _code(
            "oncologic_control",
            ("response", "stable", "progression", "unknown"),
            "Control of the cancer",
            "Contrôle de la maladie",
        ),
    ),
)
PRESENTATIONS = Table(
    name="presentations",
    meaning=label("One row per patient and meeting", "Une ligne par patient et RCP"),
    required=True,
    columns=(
        PSEUDONYM,
        _column("meeting_date", Kind.DATE, "Day of the meeting", "Jour de la RCP", required=True),
        _number("presentation_no", "1 for the first", "1 pour la première", least=1),
        _number("karnofsky", "Karnofsky index", "Indice de Karnofsky", most=100),
        _code("ecog", ("0", "1", "2", "3", "4"), "ECOG performance status", "Indice ECOG"),
        _code("question", QUESTIONS, "What is asked", "Question posée"),
        Column(
            name="decision",
            kind=Kind.CODES,
            codes=DECISIONS,
            meaning=label("Treatments decided on", "Traitements décidés"),
        ),
        _code("frankel", ("A", "B", "C", "D", "E"), "Frankel grade", "Grade de Frankel"),
        *(
            _column(
                f"{name}_band",
                Kind.TEXT,
                f"Band of {name} at this meeting; empty: from the scores of the release",
                f"Classe de {name} à cette RCP ; vide : d'après les scores de la diffusion",
            )
            for name in BANDS
        ),
    ),
)
BIOLOGIES = Table(
    name="biology",
    meaning=label("One row per patient and meeting", "Une ligne par patient et RCP"),
    required=False,
    columns=(
        PSEUDONYM,
        _column("meeting_date", Kind.DATE, "Meeting that it was known at", "RCP où elle était connue", required=True),
        *(_number(name, f"In {unit}", f"En {unit}") for name, unit in BIOLOGY),
    ),
)
EVENTS = Table(
    name="events",
    meaning=label("One row per event", "Une ligne par événement"),
    required=True,
    columns=(
        PSEUDONYM,
        _code("type", _values(EventType), "What happened", "Ce qui est survenu", required=True),
        _column("date", Kind.DAY_OR_MONTH, "Day it was seen on", "Jour où il est constaté", required=True),
        _column(
            "date_prev_negative",
            Kind.DAY_OR_MONTH,
            "Last day on which it was known not to be there",
            "Dernier jour où il était connu absent",
        ),
        _code("adjudicated", _values(Adjudication), "What adjudication found", "Conclusion de l'adjudication"),
    ),
)
TABLES = (REGISTRY_PATIENTS, CANCERS, PRESENTATIONS, BIOLOGIES, EVENTS)


def described(language: str) -> Iterator[str]:
    """Lines of Markdown: each table with its columns; `docs/endpoints.md` has them."""
    for table in TABLES:
        need = "" if table.required else " (optional)" if language == "en" else " (facultative)"
        yield f"**`{table.name}`**{need}: {getattr(table.meaning, language)}"
        yield ""
        yield "| column | type | meaning |"
        yield "|---|---|---|"
        for column in table.columns:
            codes = f": {', '.join(f'`{each}`' for each in column.codes)}" if column.codes else ""
            mark = " **needed**" if column.required else ""
            yield f"| `{column.name}`{mark} | {column.kind.value}{codes} | {getattr(column.meaning, language)} |"
        yield ""
