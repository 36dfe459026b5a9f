"""Fields of patients: who they are, and what the newest meeting knows of them.

Clinical items are those of the patient's newest clinical context that says anything, taken whole; days are counted
from the baseline, the patient's earliest dated study, and are negative before it.
"""

from annotation.cohorts.fields import Field, Fields, Scope
from lesion_model.frankel import Frankel
from lesion_model.labels import label
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.performance_status import Ecog
from lesion_model.primary import PrimaryTumour
from lesion_model.sins import Pain as SinsPain

_OF = Fields(Scope.PATIENT)

SEXES = ("F", "M", "O")
PATIENT_FIELDS: tuple[Field, ...] = (
    _OF.choice("sex", SEXES, label("Sex, as in the images", "Sexe, d'après les images")),
    _OF.whole("studies", label("Number of studies", "Nombre d'examens")),
    _OF.choice("primary_tumour", PrimaryTumour, label("Primary tumour", "Tumeur primitive")),
    _OF.choice("mirels_pain", MirelsPain, label("Pain, as Mirels asks it", "Douleur, selon Mirels")),
    _OF.choice("sins_pain", SinsPain, label("Pain, as SINS asks it", "Douleur, selon le SINS")),
    _OF.whole("pain_intensity", label("Pain intensity, 0 to 10", "Intensité de la douleur, de 0 à 10")),
    _OF.whole("karnofsky", label("Karnofsky index", "Indice de Karnofsky"), "%"),
    _OF.choice("ecog", Ecog, label("ECOG performance status", "Indice de performance ECOG")),
    _OF.choice("frankel", Frankel, label("Frankel grade", "Grade de Frankel")),
    _OF.yes_no("visceral", label("Visceral metastases", "Métastases viscérales")),
    _OF.yes_no("visceral_resectable", label("Visceral metastases: resectable", "Métastases viscérales : résécables")),
    _OF.yes_no("visceral_treatable", label("Visceral metastases: treatable", "Métastases viscérales : traitables")),
    _OF.whole("vertebral_metastases", label("Vertebral metastases", "Métastases vertébrales")),
    _OF.whole(
        "extraspinal_bone_metastases",
        label("Bone metastases outside the spine", "Métastases osseuses hors du rachis"),
    ),
    _OF.whole("metastases", label("Metastases of all organs", "Métastases de tous les organes")),
    _OF.yes_no("cord_compression", label("Spinal cord compression", "Compression médullaire")),
    _OF.yes_no("motor_deficit", label("Motor deficit", "Déficit moteur")),
    _OF.whole("motor_deficit_days", label("Days over which it developed", "Délai d'installation du déficit"), "d"),
    _OF.number("creatinine_clearance_ml_min", "mL/min", label("Creatinine clearance", "Clairance de la créatinine")),
    _OF.number(
        "life_expectancy_at_least_days",
        "d",
        label("Life expectancy, lower bound (months of 30.4375 days)", "Espérance de vie, borne inférieure"),
    ),
    _OF.number(
        "life_expectancy_at_most_days",
        "d",
        label("Life expectancy, upper bound (months of 30.4375 days)", "Espérance de vie, borne supérieure"),
    ),
    _OF.whole("diagnosed_day", label("Diagnosis of the tumour", "Diagnostic de la tumeur"), "d"),
    _OF.whole("cord_compression_day", label("Cord compression found", "Compression médullaire constatée"), "d"),
    _OF.whole("systemic_line_started_day", label("Systemic line started", "Début de la ligne systémique"), "d"),
    _OF.whole("radiotherapy_at_site_day", label("Radiotherapy at the site", "Radiothérapie du site"), "d"),
    _OF.whole(
        "radionuclide_therapy_started_day",
        label("Radionuclide therapy started", "Début de la radiothérapie interne vectorisée"),
        "d",
    ),
    _OF.whole("antiresorptive_started_day", label("Antiresorptive started", "Début du traitement antirésorptif"), "d"),
)
