"""The revised Tokuhashi score on screen and on paper, in English and French."""

from lesion_model.labels import label
from lesion_model.tokuhashi_revised import (
    NO_VERTEBRA_REASON,
    ExtraspinalBone,
    General,
    Palsy,
    Primary,
    Vertebral,
    Visceral,
)
from lesion_model.wording.frankel import FRANKEL
from lesion_model.wording.performance_status import KARNOFSKY
from lesion_model.wording.shared import PRIMARY_TUMOUR, PRIMARY_TUMOUR_VALUES
from lesion_model.wording.wording import ItemWording, Wording

WORDING = Wording(
    title=label("Revised Tokuhashi score", "Score de Tokuhashi révisé"),
    purpose=label(
        "Life expectancy with metastases of the spine, before surgery",
        "Espérance de vie en cas de métastases rachidiennes, avant chirurgie",
    ),
    items={
        "general": ItemWording(
            label=label("General condition (Karnofsky)", "État général (Karnofsky)"),
            values={
                General.KPS_10_40: label("poor (10-40 %)", "mauvais (10-40 %)"),
                General.KPS_50_70: label("moderate (50-70 %)", "moyen (50-70 %)"),
                General.KPS_80_100: label("good (80-100 %)", "bon (80-100 %)"),
            },
        ),
        "extraspinal_bone": ItemWording(
            label=label("Bone metastases outside the spine", "Métastases osseuses extrarachidiennes"),
            values={
                ExtraspinalBone.GE_3: label("3 or more", "3 ou plus"),
                ExtraspinalBone.FROM_1_TO_2: label("1 or 2", "1 ou 2"),
                ExtraspinalBone.NONE: label("none", "aucune"),
            },
        ),
        "vertebral": ItemWording(
            label=label("Metastases in the vertebral bodies", "Métastases des corps vertébraux"),
            values={
                Vertebral.GE_3: label("3 or more", "3 ou plus"),
                Vertebral.TWO: label("2", "2"),
                Vertebral.ONE: label("1", "1"),
            },
        ),
        "visceral": ItemWording(
            label=label("Metastases to the major internal organs", "Métastases des organes internes majeurs"),
            values={
                Visceral.UNRESECTABLE: label("unresectable", "non résécables"),
                Visceral.RESECTABLE: label("resectable", "résécables"),
                Visceral.NONE: label("none", "aucune"),
            },
        ),
        "primary": ItemWording(
            label=label("Primary site of the cancer, in the paper's rows", "Siège primitif, selon les lignes publiées"),
            values={
                Primary.P0: label(
                    "lung, osteosarcoma, stomach, bladder, oesophagus, pancreas",
                    "poumon, ostéosarcome, estomac, vessie, œsophage, pancréas",
                ),
                Primary.P1: label("liver, gallbladder, unidentified", "foie, vésicule biliaire, non identifié"),
                Primary.P2: label("others", "autres"),
                Primary.P3: label("kidney, uterus", "rein, utérus"),
                Primary.P4: label("rectum", "rectum"),
                Primary.P5: label(
                    "thyroid, breast, prostate, carcinoid tumour", "thyroïde, sein, prostate, tumeur carcinoïde"
                ),
            },
        ),
        "palsy": ItemWording(
            label=label("Palsy (Frankel)", "Paralysie (Frankel)"),
            values={
                Palsy.FRANKEL_AB: label("complete (A, B)", "complète (A, B)"),
                Palsy.FRANKEL_CD: label("incomplete (C, D)", "incomplète (C, D)"),
                Palsy.FRANKEL_E: label("none (E)", "aucune (E)"),
            },
        ),
        "primary_tumour": ItemWording(
            label=PRIMARY_TUMOUR,
            values=PRIMARY_TUMOUR_VALUES,
            help=label("Stands in for the paper's row.", "Remplace la ligne publiée."),
        ),
        "karnofsky": ItemWording(
            label=KARNOFSKY.label,
            values=KARNOFSKY.values,
            help=label(
                "Stands in for the general condition. Decades only.",
                "Remplace l'état général. Par dizaines uniquement.",
            ),
        ),
        "frankel": ItemWording(
            label=FRANKEL.label,
            values=FRANKEL.values,
            help=label(
                "Stands in for the palsy. D1 to D3 subdivide the published grade D by the aid needed to walk.",
                "Remplace la paralysie. D1 à D3 subdivisent le grade D publié selon l'aide nécessaire à la marche.",
            ),
        ),
    },
    bands={
        "lt_6_months": label("less than 6 months", "moins de 6 mois"),
        "ge_6_months": label("6 months or more", "6 mois ou plus"),
        "ge_1_year": label("1 year or more", "1 an ou plus"),
    },
    conventions=(
        label(
            "Six items: an entry without the number of vertebral metastases, which some guidelines omit, is "
            "incomplete and gives an interval.",
            "Six items : une cotation sans le nombre de métastases vertébrales, que certains référentiels omettent, "
            "est incomplète et donne un intervalle.",
        ),
        label(
            "A primary that the paper does not list counts as other, 2 points; only the rectum scores 4, the colon "
            "counts as other.",
            "Une tumeur primitive absente de l'article compte comme autre, 2 points ; seul le rectum vaut 4, le "
            "côlon compte comme autre.",
        ),
        label(
            "Every lung cancer, small-cell included, scores 0 and so never passes 10 points, with a flag: the score "
            "predates targeted therapy.",
            "Tout cancer du poumon, à petites cellules compris, vaut 0 et ne dépasse donc jamais 10 points, avec un "
            "signalement : le score est antérieur aux thérapies ciblées.",
        ),
    ),
    not_applicable=(NO_VERTEBRA_REASON,),
)
