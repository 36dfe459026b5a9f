"""The tables of a release: which there are, and what each column means, in English and French.

What is not in them: names of readers and free texts, which may tell of somebody; and the times at which readings were
recorded, which are true times and would give the moved dates of a patient away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lesion_model.labels import Label, label


class ColumnType(Enum):
    """What the cells hold; an empty cell is "not known" or "does not apply"."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "boolean"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`codes`: permitted values with their words, where they have any; `formula`: how it is computed, if it is."""

    name: str
    type: ColumnType
    meaning: Label
    unit: str | None = None
    codes: tuple[tuple[str, Label | None], ...] = ()
    formula: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table; every one has a pseudonym, so that a patient can be taken out of it."""

    name: str
    meaning: Label
    columns: tuple[Column, ...]


def _text(name: str, en: str, fr: str) -> Column:
    return Column(name=name, type=ColumnType.TEXT, meaning=label(en, fr))


def _whole(name: str, en: str, fr: str, unit: str | None = None) -> Column:
    return Column(name=name, type=ColumnType.INTEGER, meaning=label(en, fr), unit=unit)


def _number(name: str, unit: str, en: str, fr: str) -> Column:
    return Column(name=name, type=ColumnType.NUMBER, meaning=label(en, fr), unit=unit)


def _yes_no(name: str, en: str, fr: str) -> Column:
    return Column(name=name, type=ColumnType.YES_NO, meaning=label(en, fr))


PSEUDONYM = _text("pseudonym", "Patient, by pseudonym", "Patient, par pseudonyme")
SESSION = _text(
    "session",
    "Session: D and the days since the patient's first study; b, c, … for more than one study of a day",
    "Session : D et les jours depuis le premier examen du patient ; b, c, … pour plusieurs examens d'un jour",
)
STUDY = _text("study_instance_uid", "Study Instance UID (pseudonymised)", "Study Instance UID (pseudonymisé)")
LESION = _text("lesion_id", "Lesion, the same on all studies", "Lésion, la même sur tous les examens")
READING = _text("reading_id", "Reading of one lesion on one study", "Lecture d'une lésion sur un examen")
REVISION = _whole("revision", "Revision of the reading, as released", "Révision de la lecture, telle que diffusée")

PATIENTS = Sheet(
    name="patients",
    meaning=label("One row per patient", "Une ligne par patient"),
    columns=(
        PSEUDONYM,
        _text("sex", "Patient's Sex (0010,0040)", "Sexe du patient (0010,0040)"),
        _whole("studies", "Studies in the release", "Examens dans la diffusion"),
        _whole("series", "Series in the release", "Séries dans la diffusion"),
    ),
)
STUDIES = Sheet(
    name="studies",
    meaning=label("One row per study", "Une ligne par examen"),
    columns=(
        PSEUDONYM,
        SESSION,
        STUDY,
        _whole(
            "days_since_baseline",
            "Days since the patient's first study in the registry",
            "Jours depuis le premier examen du patient dans le registre",
            "d",
        ),
        Column(
            name="study_date",
            type=ColumnType.DATE,
            meaning=label(
                "Study date, moved by the patient's own number of days", "Date d'examen, décalée selon le patient"
            ),
        ),
        _text("modalities", "Modalities of its released series", "Modalités de ses séries diffusées"),
        _whole("series", "Series in the release", "Séries dans la diffusion"),
    ),
)
SERIES = Sheet(
    name="series",
    meaning=label("One row per series", "Une ligne par série"),
    columns=(
        PSEUDONYM,
        SESSION,
        STUDY,
        _text("series_instance_uid", "Series Instance UID (pseudonymised)", "Series Instance UID (pseudonymisé)"),
        _text("modality", "Modality (0008,0060)", "Modalité (0008,0060)"),
        _whole("series_number", "Series Number (0020,0011)", "Numéro de série (0020,0011)"),
        _text("frame_of_reference_uid", "Frame of Reference UID", "Frame of Reference UID"),
        _whole("objects", "DICOM objects in the registry", "Objets DICOM dans le registre"),
        _whole("bytes", "Size of these objects", "Taille de ces objets", "B"),
        _text("refused", "Why it is not converted or not given", "Motif de non-conversion ou de refus"),
    ),
)
LESIONS = Sheet(
    name="lesions",
    meaning=label("One row per lesion with a released reading", "Une ligne par lésion dont une lecture est diffusée"),
    columns=(
        PSEUDONYM,
        LESION,
        _text("lesion", "Name within the patient: L1, L2, …", "Nom chez le patient : L1, L2, …"),
        _text("bone", "Bone", "Os"),
        _text("level", "Vertebral level", "Niveau vertébral"),
        _whole("rib_number", "Number of the rib", "Numéro de la côte"),
        _text("region", "Region of the bone", "Région de l'os"),
        _text("side", "Side", "Côté"),
        _text("transitional", "Transitional vertebra", "Vertèbre transitionnelle"),
        _text("merged_into", "Lesion that it was found to be the same as", "Lésion avec laquelle elle est confondue"),
        _text("resolved_on", "Study on which it is no longer seen", "Examen sur lequel elle n'est plus vue"),
    ),
)
FINDINGS: tuple[tuple[Column, tuple[str, ...]], ...] = (
    (_text("lesion_type", "Lytic, mixed or blastic", "Lytique, mixte ou condensante"), ("lesion_type",)),
    (_text("alignment", "Spinal alignment", "Alignement rachidien"), ("alignment",)),
    (_yes_no("retropulsion", "Retropulsed fragment", "Recul du mur"), ("retropulsion",)),
    (_yes_no("pathological_fracture", "Pathological fracture", "Fracture pathologique"), ("pathological_fracture",)),
    (_yes_no("cortical_breach", "Cortical breach", "Rupture corticale"), ("cortical_breach",)),
    (
        _text("cortex_category", "Share of the cortex or bone that is destroyed", "Part de cortex ou d'os détruite"),
        ("cortical_involvement", "category"),
    ),
    (
        _text("cortex_denominator", "Of what it is a share", "De quoi elle est une part"),
        ("cortical_involvement", "denominator"),
    ),
    (
        _yes_no("collapse_present", "Vertebral collapse", "Tassement vertébral"),
        ("vertebral_collapse", "present"),
    ),
    (_yes_no("soft_tissue_present", "Soft-tissue component", "Composante tissulaire"), ("soft_tissue", "present")),
    (
        _yes_no("medial_wall_deficient", "Medial acetabular wall deficient", "Paroi acétabulaire médiale déficiente"),
        ("acetabular_defect", "medial_wall_deficient"),
    ),
    (
        _yes_no("rim_deficient", "Acetabular rim deficient", "Bord de l'acétabulum déficient"),
        ("acetabular_defect", "rim_deficient"),
    ),
    (_text("bilsky", "Epidural extension (Bilsky)", "Extension épidurale (Bilsky)"), ("epidural_extension", "bilsky")),
    (_text("hounsfield_modality", "Modality of the HU", "Modalité des UH"), ("hounsfield", "modality")),
    (
        _text("change_earlier_study", "Study that it is compared with", "Examen de comparaison"),
        ("change", "earlier_study_instance_uid"),
    ),
    (_text("change_lysis", "Lysis since then", "Lyse depuis lors"), ("change", "lysis")),
    (
        _text("change_soft_tissue", "Soft-tissue component since then", "Composante tissulaire depuis lors"),
        ("change", "soft_tissue"),
    ),
    (_text("change_sclerosis", "Sclerosis since then", "Condensation depuis lors"), ("change", "sclerosis")),
    (
        _yes_no("new_lytic_lesion", "New lytic lesion since then", "Nouvelle lésion lytique depuis lors"),
        ("change", "new_lytic_lesion"),
    ),
)
READINGS = Sheet(
    name="readings",
    meaning=label("One row per reading: findings", "Une ligne par lecture : constatations"),
    columns=(
        PSEUDONYM,
        SESSION,
        LESION,
        READING,
        REVISION,
        STUDY,
        _yes_no("adjudicated", "Decided by an adjudicator", "Tranchée par un arbitre"),
        _text("assignment_id", "Assignment it was made under", "Attribution sous laquelle elle est faite"),
        _text("decided_from", "Readings it was decided from", "Lectures dont elle est tirée"),
        *(column for column, _ in FINDINGS),
        _text("posterolateral", "Posterolateral elements involved", "Éléments postérolatéraux atteints"),
        _text("sop_instance_uid", "Image that it is drawn on", "Image où elle est dessinée"),
        _text("frame_of_reference_uid", "Frame of reference of the points", "Référentiel des points"),
        Column(
            name="points",
            type=ColumnType.TEXT,
            meaning=label("Drawn points [[x, y, z], …], LPS", "Points dessinés [[x, y, z], …], LPS"),
            unit="mm",
        ),
    ),
)
SCORES = Sheet(
    name="scores",
    meaning=label(
        "One row per reading and instrument, completed by what the meeting knew when the release was made",
        "Une ligne par lecture et instrument, complétée par ce que savait la RCP à la création",
    ),
    columns=(
        PSEUDONYM,
        LESION,
        READING,
        REVISION,
        _text("instrument", "Score or grade", "Score ou grade"),
        _text("version", "Its version", "Sa version"),
        _yes_no("applicable", "Whether it applies here", "S'il s'applique ici"),
        _whole("total", "Total; empty while undecided", "Total ; vide si indéterminé"),
        _whole("minimum", "Lowest total still possible", "Plus petit total encore possible"),
        _whole("maximum", "Highest total still possible", "Plus grand total encore possible"),
        _text("band", "Band or answer; empty while undecided", "Classe ou réponse ; vide si indéterminée"),
        _text("possible", "Answers still possible", "Réponses encore possibles"),
        _yes_no("decided", "Whether the band or answer is decided", "Si la classe ou réponse est déterminée"),
        _text("points", "Points by item (JSON)", "Points par critère (JSON)"),
        _text("flags", "What to look at", "Points d'attention"),
        _text("reference", "Publication", "Publication"),
    ),
)
MEASURES: tuple[tuple[str, str, tuple[str, ...], Label], ...] = (
    ("long_axis", "mm", ("long_axis_mm",), label("Long axis", "Grand axe")),
    ("short_axis", "mm", ("short_axis_mm",), label("Short axis", "Petit axe")),
    ("volume", "cm³", ("volume_cm3",), label("Volume", "Volume")),
    ("axial_cortex", "mm", ("axial_cortical_mm",), label("Involved cortex along the bone", "Cortex atteint, axial")),
    (
        "circumferential_cortex",
        "%",
        ("circumferential_cortical_percent",),
        label("Involved cortex around the bone", "Cortex atteint, circonférence"),
    ),
    (
        "height_loss",
        "%",
        ("vertebral_collapse", "height_loss_percent"),
        label("Loss of height", "Perte de hauteur"),
    ),
    (
        "body_involved",
        "%",
        ("vertebral_collapse", "body_involved_percent"),
        label("Vertebral body involved", "Corps vertébral atteint"),
    ),
    ("anterior_height", "mm", ("vertebral_heights", "anterior_mm"), label("Anterior height", "Hauteur antérieure")),
    ("middle_height", "mm", ("vertebral_heights", "middle_mm"), label("Middle height", "Hauteur moyenne")),
    ("posterior_height", "mm", ("vertebral_heights", "posterior_mm"), label("Posterior height", "Hauteur postérieure")),
    (
        "canal_narrowing",
        "%",
        ("epidural_extension", "canal_narrowing_percent"),
        label("Narrowing of the canal", "Rétrécissement canalaire"),
    ),
    (
        "cord_distance",
        "mm",
        ("epidural_extension", "cord_distance_mm"),
        label("Distance to the cord", "Distance à la moelle"),
    ),
    ("soft_tissue", "mm", ("soft_tissue", "longest_mm"), label("Soft-tissue component", "Composante tissulaire")),
    ("hounsfield_mean", "HU", ("hounsfield", "mean_hu"), label("Mean density", "Densité moyenne")),
    ("hounsfield_sd", "HU", ("hounsfield", "sd_hu"), label("Standard deviation", "Écart type")),
    ("hounsfield_minimum", "HU", ("hounsfield", "minimum_hu"), label("Lowest density", "Densité minimale")),
    ("hounsfield_maximum", "HU", ("hounsfield", "maximum_hu"), label("Highest density", "Densité maximale")),
)
MEASUREMENTS = Sheet(
    name="measurements",
    meaning=label("One row per measured value of a reading", "Une ligne par valeur mesurée d'une lecture"),
    columns=(
        PSEUDONYM,
        LESION,
        READING,
        REVISION,
        STUDY,
        _text("measurement", "What is measured", "Ce qui est mesuré"),
        _number("value", "see unit", "The value", "La valeur"),
        _text("unit", "Its unit", "Son unité"),
        _text("how", "How it was obtained, where not simply seen", "Obtention, si non simplement vue"),
    ),
)
SHEETS = (PATIENTS, STUDIES, SERIES, LESIONS, READINGS, SCORES, MEASUREMENTS)


def dictionary(sheets: Sequence[Sheet] = SHEETS) -> dict[str, Any]:
    """What every one of these tables and its columns mean, for people and programs."""
    return {
        "empty_cell": {"en": "not known, or does not apply", "fr": "non connu, ou sans objet"},
        "tables": {
            sheet.name: {
                "meaning": _both(sheet.meaning),
                "columns": [_column(each) for each in sheet.columns],
            }
            for sheet in sheets
        },
        "measurements": {name: {"unit": unit, "meaning": _both(meaning)} for name, unit, _, meaning in MEASURES},
    }


def _column(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "type": column.type.value,
        "unit": column.unit,
        "meaning": _both(column.meaning),
    }
    if column.codes:
        said["codes"] = {code: None if words is None else _both(words) for code, words in column.codes}
    return said | ({"formula": column.formula} if column.formula else {})


def _both(meaning: Label) -> dict[str, str]:
    return {"en": meaning.en, "fr": meaning.fr}
