"""The Rades score on screen and on paper, in English and French."""

from lesion_model.labels import label
from lesion_model.rades import (
    NO_CORD_COMPRESSION_REASON,
    NO_MOTOR_DEFICIT_REASON,
    Interval,
    Motor,
    Onset,
    Primary,
    Visceral,
)
from lesion_model.wording.wording import ItemWording, Wording

WORDING = Wording(
    title=label("Rades score", "Score de Rades"),
    purpose=label(
        "Walking after radiotherapy for metastatic spinal cord compression",
        "Marche après radiothérapie d'une compression médullaire métastatique",
    ),
    items={
        "primary": ItemWording(
            label=label("Primary tumour", "Tumeur primitive"),
            values={
                Primary.BREAST: label("breast", "sein"),
                Primary.PROSTATE: label("prostate", "prostate"),
                Primary.MYELOMA_LYMPHOMA: label("myeloma or lymphoma", "myélome ou lymphome"),
                Primary.NSCLC: label("non-small-cell lung cancer", "cancer du poumon non à petites cellules"),
                Primary.SCLC: label("small-cell lung cancer", "cancer du poumon à petites cellules"),
                Primary.CUP: label("cancer of unknown primary", "cancer de primitif inconnu"),
                Primary.KIDNEY: label("kidney", "rein"),
                Primary.COLORECTAL: label("colorectal", "côlon ou rectum"),
                Primary.OTHER: label("other", "autre"),
            },
        ),
        "interval": ItemWording(
            label=label(
                "Interval from the diagnosis of the tumour to cord compression",
                "Délai entre le diagnostic de la tumeur et la compression médullaire",
            ),
            values={
                Interval.LE_15_MONTHS: label("15 months or less", "15 mois ou moins"),
                Interval.GT_15_MONTHS: label("more than 15 months", "plus de 15 mois"),
            },
        ),
        "visceral": ItemWording(
            label=label("Visceral metastases", "Métastases viscérales"),
            values={Visceral.YES: label("yes", "oui"), Visceral.NO: label("no", "non")},
        ),
        "motor": ItemWording(
            label=label("Motor function before radiotherapy", "Fonction motrice avant radiothérapie"),
            values={
                Motor.AMBULATORY_UNAIDED: label("walks without aid", "marche sans aide"),
                Motor.AMBULATORY_AIDED: label("walks with aid", "marche avec aide"),
                Motor.NON_AMBULATORY: label("not able to walk", "marche impossible"),
                Motor.PARAPLEGIC: label("paraplegic", "paraplégie"),
            },
        ),
        "onset": ItemWording(
            label=label("Time over which the motor deficit developed", "Durée d'installation du déficit moteur"),
            values={
                Onset.D1_7: label("1 to 7 days", "1 à 7 jours"),
                Onset.D8_14: label("8 to 14 days", "8 à 14 jours"),
                Onset.GT_14: label("more than 14 days", "plus de 14 jours"),
            },
            help=label("Less than 1 day counts as 1 to 7 days.", "Moins de 1 jour compte comme 1 à 7 jours."),
        ),
    },
    bands={
        "I": label("group I (21-28)", "groupe I (21-28)"),
        "II": label("group II (29-37)", "groupe II (29-37)"),
        "III": label("group III (38-44)", "groupe III (38-44)"),
    },
    conventions=(
        label(
            "Exactly 15 months scores 6 points, with a flag where the interval is measured.",
            "Exactement 15 mois vaut 6 points, avec un signalement si le délai est mesuré.",
        ),
        label(
            "A deficit that developed in less than 1 day counts as 1 to 7 days, with a flag where it is measured.",
            "Un déficit installé en moins de 1 jour compte comme 1 à 7 jours, avec un signalement s'il est mesuré.",
        ),
        label(
            "For a lesion, motor function is read from the Frankel grade, with a flag: A and B paraplegic, C not "
            "ambulatory, D1 and D2 ambulatory with an aid, D3 unaided; D leaves both possible.",
            "Pour une lésion, la fonction motrice est lue sur le grade de Frankel, avec un signalement : A et B "
            "paraplégique, C non ambulatoire, D1 et D2 ambulatoire avec aide, D3 sans aide ; D laisse les deux "
            "possibilités.",
        ),
        label(
            "The five groups of 2008 became three in 2011; the rates of both are shown beside the score.",
            "Les cinq groupes de 2008 sont devenus trois en 2011 ; les taux des deux figurent à côté du score.",
        ),
    ),
    not_applicable=(NO_CORD_COMPRESSION_REASON, NO_MOTOR_DEFICIT_REASON),
)
