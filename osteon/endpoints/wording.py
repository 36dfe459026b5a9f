"""Words of the report in English and French: of tables, columns, variables and codes."""

from enum import Enum

from annotation.endpoints.describing import AGE, DECISION, PRIMARY, SEX
from annotation.endpoints.grouping import ALL, BAND, OTHER, TREATMENT, UNKNOWN_GROUP
from annotation.endpoints.tables import BIOLOGY, TABLES
from lesion_model.labels import Label, label
from lesion_model.wording.shared import PRIMARY_TUMOUR_VALUES


class Language(Enum):
    ENGLISH = "en"
    FRENCH = "fr"


SCORES = {
    "mirels": label("Mirels", "Mirels"),
    "sins": label("SINS", "SINS"),
    "tokuhashi_revised": label("Revised Tokuhashi", "Tokuhashi révisé"),
    "tomita": label("Tomita", "Tomita"),
    "rades": label("Rades", "Rades"),
}
_BIOLOGY = {
    "calcium_corrected": label("Corrected calcium", "Calcium corrigé"),
    "creatinine": label("Creatinine", "Créatinine"),
    "crcl_cockcroft": label("Creatinine clearance, Cockcroft-Gault", "Clairance de la créatinine, Cockcroft-Gault"),
    "albumin": label("Albumin", "Albumine"),
    "CRP": label("C-reactive protein", "Protéine C réactive"),
    "LDH": label("Lactate dehydrogenase", "Lactate déshydrogénase"),
    "ALP": label("Alkaline phosphatase", "Phosphatase alcaline"),
    "25OH_vitD": label("25-hydroxyvitamin D", "25-hydroxyvitamine D"),
    "platelets": label("Platelets", "Plaquettes"),
    "bilirubin": label("Bilirubin", "Bilirubine"),
    "Hb": label("Haemoglobin", "Hémoglobine"),
}
_VARIABLES = (
    {each.name: each.meaning for table in TABLES for each in table.columns}
    | {name: label(f"{_BIOLOGY[name].en} ({unit})", f"{_BIOLOGY[name].fr} ({unit})") for name, unit in BIOLOGY}
    | SCORES
    | {
        AGE: label("Age (years)", "Âge (années)"),
        SEX: label("Sex", "Sexe"),
        PRIMARY: label("Primary tumour", "Tumeur primitive"),
        DECISION: label("Treatments decided on (several per patient)", "Traitements décidés (plusieurs par patient)"),
        TREATMENT: label("Treatment", "Traitement"),
    }
)
_PRIMARIES = {each.value: words for each, words in PRIMARY_TUMOUR_VALUES.items()}
_CODES = {
    ALL: label("all", "tous"),
    OTHER: label("small groups", "petits groupes"),
    UNKNOWN_GROUP: label("not known", "non connu"),
    "F": label("female", "femme"),
    "M": label("male", "homme"),
    "X": label("other", "autre"),
    "yes": label("yes", "oui"),
    "no": label("no", "non"),
    "radiotherapy": label("radiotherapy", "radiothérapie"),
    "SBRT": label("stereotactic radiotherapy", "radiothérapie stéréotaxique"),
    "surgery": label("surgery", "chirurgie"),
    "cementoplasty": label("cementoplasty", "cimentoplastie"),
    "screw": label("percutaneous screw", "vissage percutané"),
    "ablation": label("ablation", "ablation"),
    "systemic": label("systemic", "systémique"),
    "antiresorptive": label("antiresorptive", "antirésorptif"),
    "surveillance": label("surveillance", "surveillance"),
    "pain": label("pain", "douleur"),
    "fracture_risk": label("fracture risk", "risque fracturaire"),
    "cord_compression": label("cord compression", "compression médullaire"),
    "oligomet_ablation": label("ablation of oligometastases", "ablation d'oligométastases"),
    "diagnosis": label("diagnosis", "diagnostic"),
    "follow_up": label("follow-up", "suivi"),
    "none": label("none", "aucune"),
    "resectable": label("resectable", "résécables"),
    "unresectable": label("unresectable", "non résécables"),
    "unknown": label("unknown", "inconnu"),
    "response": label("response", "réponse"),
    "stable": label("stable", "stable"),
    "progression": label("progression", "progression"),
    "flare_excluded": label("flare", "flare"),
    "inconclusive": label("inconclusive", "non concluant"),
    "not_adjudicated": label("not adjudicated", "non adjugé"),
    "new_bone_lesion": label("new bone lesion", "nouvelle lésion osseuse"),
    "local_recurrence_treated_site": label("local recurrence at a treated site", "récidive locale d'un site traité"),
    "progression_treated_lesion": label("progression of a treated lesion", "progression d'une lésion traitée"),
}


def say(words: Label, language: Language) -> str:
    return words.en if language is Language.ENGLISH else words.fr


def variable(name: str, language: Language) -> str:
    """What a column, or what makes a subgroup, is called."""
    if name.startswith(BAND):
        score = SCORES.get(name.removeprefix(BAND))
        words = name if score is None else say(score, language)
        return f"{words}, band" if language is Language.ENGLISH else f"{words}, classe"
    return say(_VARIABLES[name], language) if name in _VARIABLES else name


def code(name: str, language: Language, of: str = "") -> str:
    """What one of a column's codes means; several are joined by " + "; one that has no words is told as it is."""
    if of == PRIMARY and name in _PRIMARIES:
        return say(_PRIMARIES[name], language)
    return " + ".join(say(_CODES[part], language) if part in _CODES else part for part in name.split(" + "))


def number(value: float | None, digits: int, language: Language) -> str:
    """With a decimal comma in French; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language is Language.FRENCH else text
