"""The form of a presentation: one patient at one meeting, with the cancer of that day and the seven points."""

from annotation.registry.building import SHORT_CODE, bare, between, choices, group, listed, variable
from annotation.registry.forms.cancer import CANCER
from annotation.registry.forms.checklist import CHECKLIST
from annotation.registry.variables import Form, Type
from lesion_model.labels import label

LONGEST_MONTHS = between(0, 1200)

DECISIONS = choices(
    radiotherapy=("Radiotherapy", "Radiothérapie"),
    SBRT=("Stereotactic radiotherapy", "Radiothérapie stéréotaxique"),
    surgery=("Surgery", "Chirurgie"),
    cementoplasty=("Cementoplasty", "Cimentoplastie"),
    screw=("Percutaneous screw", "Vissage percutané"),
    ablation=("Thermal ablation", "Thermo-ablation"),
    systemic=("Systemic treatment", "Traitement systémique"),
    antiresorptive=("Antiresorptive agent", "Antirésorbeur"),
    surveillance=("Surveillance", "Surveillance"),
)

MEETING = group(
    "meeting",
    "Meeting",
    "Réunion de concertation",
    variable(
        "meeting_date",
        Type.DATE,
        "Date of the meeting",
        "Date de la réunion",
        spec="presentation.meeting_date",
        required=True,
    ),
    variable("centre", Type.CODE, "Centre", "Centre", spec="presentation.centre", pattern=SHORT_CODE, lasting=True),
    variable(
        "question",
        Type.CHOICE,
        "Question put to the meeting",
        "Question posée à la réunion",
        spec="presentation.question",
        choices=choices(
            pain=("Pain", "Douleur"),
            fracture_risk=("Risk of fracture", "Risque fracturaire"),
            cord_compression=("Cord compression", "Compression médullaire"),
            oligomet_ablation=("Ablation of oligometastases", "Ablation d'oligométastases"),
            diagnosis=("Diagnosis", "Diagnostic"),
            follow_up=("Follow-up", "Suivi"),
        ),
    ),
    variable(
        "karnofsky",
        Type.CHOICE,
        "Karnofsky, %",
        "Karnofsky, %",
        spec="presentation.karnofsky",
        choices=bare(*(str(decade) for decade in range(10, 101, 10))),
        context_item="karnofsky",
    ),
    variable(
        "ecog",
        Type.CHOICE,
        "ECOG",
        "ECOG (OMS)",
        spec="presentation.ecog",
        choices=bare("0", "1", "2", "3", "4"),
        context_item="ecog",
    ),
    variable(
        "frankel",
        Type.CHOICE,
        "Frankel grade",
        "Grade de Frankel",
        spec="presentation.frankel",
        choices=listed(
            ("A", "A: complete", "A : complet"),
            ("B", "B: sensation only", "B : sensibilité seule"),
            ("C", "C: motor power useless", "C : motricité inutile"),
            ("D", "D: motor power useful", "D : motricité utile"),
            ("D1", "D1: with a walking frame", "D1 : avec déambulateur"),
            ("D2", "D2: with a cane", "D2 : avec canne"),
            ("D3", "D3: without aid", "D3 : sans aide"),
            ("E", "E: normal", "E : normal"),
        ),
        context_item="frankel",
    ),
    variable(
        "life_expectancy_min",
        Type.WHOLE,
        "Life expectancy, at least so many months",
        "Espérance de vie, au moins (mois)",
        spec="presentation.life_expectancy",
        allowed=LONGEST_MONTHS,
        context_item="life_expectancy",
    ),
    variable(
        "life_expectancy_max",
        Type.WHOLE,
        "Life expectancy, at most so many months",
        "Espérance de vie, au plus (mois)",
        spec="presentation.life_expectancy",
        allowed=LONGEST_MONTHS,
        context_item="life_expectancy",
    ),
    variable(
        "life_expectancy_method",
        Type.CHOICE,
        "Life expectancy, how it was estimated",
        "Espérance de vie, méthode",
        spec="presentation.life_expectancy",
        choices=choices(
            clinician=("By a clinician", "Estimation clinique"),
            tokuhashi=("Revised Tokuhashi", "Tokuhashi révisé"),
            tomita=("Tomita", "Tomita"),
            other=("Another instrument", "Autre outil"),
        ),
    ),
    variable(
        "creatinine_clearance",
        Type.NUMBER,
        "Creatinine clearance the meeting goes by, mL/min",
        "Clairance de la créatinine retenue, mL/min",
        allowed=between(0, 500),
        plausible=between(5, 250),
        context_item="creatinine_clearance_ml_min",
    ),
    variable(
        "decision",
        Type.CHOICES,
        "Decision",
        "Décision",
        spec="presentation.decision",
        choices=DECISIONS,
    ),
    variable("decision_rationale", Type.TEXT, "Reasons for the decision", "Justification de la décision"),
)

PRESENTATION = Form(
    name="presentation",
    label=label("Presentation to the meeting", "Présentation en RCP"),
    groups=(MEETING, CANCER, CHECKLIST),
    key=("meeting_date",),
    when="meeting_date",
)
