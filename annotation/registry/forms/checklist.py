"""The group of a presentation with the seven points of a good request to the bone meeting."""

from annotation.registry.building import ATC, between, choices, group, variable
from annotation.registry.formulas import OPIOIDS
from annotation.registry.variables import Type, Variable

DOSE = between(0, 100_000)


def _opioids() -> tuple[Variable, ...]:
    return tuple(
        variable(
            f"opioid_{each.name}",
            Type.NUMBER,
            f"{each.label.en}, {each.unit}",
            f"{each.label.fr}, {each.unit_fr}",
            spec="RCP_checklist.2c_analgesia_OMEQ",
            allowed=DOSE,
        )
        for each in OPIOIDS
    )


CHECKLIST = group(
    "checklist",
    "The request's seven points",
    "Les sept points de la demande",
    variable(
        "circumstances",
        Type.CHOICE,
        "1. Circumstances of the bone diagnosis",
        "1. Circonstances du diagnostic osseux",
        spec="RCP_checklist.1_circumstances_and_duration",
        choices=choices(
            systematic_imaging=("Systematic imaging", "Imagerie systématique"),
            pain=("Pain", "Douleur"),
            fracture=("Fracture", "Fracture"),
            neurologic=("Neurologic signs", "Signes neurologiques"),
            hypercalcaemia=("Hypercalcaemia", "Hypercalcémie"),
            other=("Other", "Autre"),
        ),
    ),
    variable(
        "bone_diagnosis_date",
        Type.DATE,
        "1. Bone metastases known since",
        "1. Métastases osseuses connues depuis",
        spec="RCP_checklist.1_circumstances_and_duration",
        partial=True,
        lasting=True,
    ),
    variable("pain", Type.YES_NO, "2. Pain", "2. Douleur", spec="RCP_checklist.2_pain"),
    variable(
        "pain_types",
        Type.CHOICES,
        "2. Types of pain",
        "2. Types de douleur",
        spec="RCP_checklist.2_pain",
        choices=choices(
            neuropathic=("Neuropathic", "Neuropathique"),
            nocturnal=("Nocturnal", "Nocturne"),
            mechanical=("Mechanical", "Mécanique"),
            inflammatory=("Inflammatory", "Inflammatoire"),
            none=("None", "Aucune"),
        ),
    ),
    variable(
        "pain_nrs",
        Type.WHOLE,
        "2. Pain, 0 to 10",
        "2. Douleur (EN), 0 à 10",
        spec="RCP_checklist.2b_pain_nrs",
        allowed=between(0, 10),
        context_item="pain_intensity",
    ),
    *_opioids(),
    variable(
        "drugs",
        Type.CODES,
        "3. Current drugs (ATC codes)",
        "3. Traitements en cours (codes ATC)",
        spec="RCP_checklist.3_current_drugs",
        pattern=ATC,
    ),
    variable(
        "prior_local_treatment",
        Type.YES_NO,
        "4. Earlier local treatment (each one is a treatment of the record)",
        "4. Traitement local antérieur (chacun est un traitement du dossier)",
        spec="RCP_checklist.4_prior_local_treatment",
    ),
    variable(
        "systemic_line_start",
        Type.DATE,
        "4. Current systemic line began on",
        "4. Début de la ligne systémique en cours",
        context_item="systemic_line_started_on",
    ),
    variable(
        "bone_agent",
        Type.CHOICE,
        "5. Antiresorptive agent",
        "5. Antirésorbeur",
        spec="RCP_checklist.5_bone_agent",
        choices=choices(
            none=("None", "Aucun"),
            zoledronate=("Zoledronic acid", "Acide zolédronique"),
            denosumab=("Denosumab", "Dénosumab"),
            other=("Other", "Autre"),
        ),
    ),
    variable(
        "bone_agent_start",
        Type.DATE,
        "5. Antiresorptive agent began on",
        "5. Début de l'antirésorbeur",
        spec="RCP_checklist.5_bone_agent",
        context_item="antiresorptive_started_on",
    ),
    variable(
        "bone_agent_last_dose",
        Type.DATE,
        "5. Last dose",
        "5. Dernière dose",
        spec="RCP_checklist.5_bone_agent",
    ),
    variable(
        "dental_check_date",
        Type.DATE,
        "5. Last dental check",
        "5. Dernier bilan dentaire",
        spec="RCP_checklist.5_bone_agent",
        partial=True,
    ),
    variable(
        "anticoagulant",
        Type.CHOICE,
        "6. Anticoagulant or antiplatelet",
        "6. Anticoagulant ou antiagrégant",
        spec="RCP_checklist.6_anticoagulant",
        choices=choices(
            none=("None", "Aucun"),
            VKA=("Vitamin K antagonist", "AVK"),
            DOAC=("Direct oral anticoagulant", "AOD"),
            heparin=("Heparin", "Héparine"),
            antiplatelet=("Antiplatelet", "Antiagrégant"),
            dual=("Both", "Les deux"),
        ),
    ),
    variable(
        "intent",
        Type.CHOICE,
        "7. Intent of the plan",
        "7. Intention du projet",
        spec="RCP_checklist.7_global_prognosis_and_project",
        choices=choices(
            curative=("Curative", "Curatif"),
            disease_control=("Disease control", "Contrôle de la maladie"),
            symptom=("Symptoms", "Symptomatique"),
            supportive=("Supportive care", "Soins de support"),
        ),
    ),
    variable(
        "prognosis_and_plan",
        Type.TEXT,
        "7. Overall prognosis and plan",
        "7. Pronostic global et projet",
        spec="RCP_checklist.7_global_prognosis_and_project",
    ),
)
