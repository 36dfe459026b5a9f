"""Karnofsky and ECOG on screen and on paper, in English and French."""

from lesion_model.labels import label
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.wording.wording import ItemWording

KARNOFSKY = ItemWording(
    label=label("Karnofsky performance status", "Indice de Karnofsky"),
    values={
        Karnofsky.K10: label("10 %: moribund", "10 % : moribond"),
        Karnofsky.K20: label(
            "20 %: very sick, active supportive treatment in hospital",
            "20 % : très malade, traitement de soutien actif à l'hôpital",
        ),
        Karnofsky.K30: label(
            "30 %: severely disabled, hospital admission indicated",
            "30 % : sévèrement handicapé, hospitalisation indiquée",
        ),
        Karnofsky.K40: label(
            "40 %: disabled, needs special care and assistance",
            "40 % : handicapé, soins et aide particuliers nécessaires",
        ),
        Karnofsky.K50: label(
            "50 %: needs considerable assistance and frequent medical care",
            "50 % : aide importante et soins médicaux fréquents",
        ),
        Karnofsky.K60: label(
            "60 %: needs occasional assistance, meets most needs",
            "60 % : aide occasionnelle, subvient à la plupart de ses besoins",
        ),
        Karnofsky.K70: label(
            "70 %: cares for self, unable to work or be normally active",
            "70 % : autonome, mais ni travail ni activité normale",
        ),
        Karnofsky.K80: label(
            "80 %: normal activity with effort, some symptoms",
            "80 % : activité normale avec effort, quelques symptômes",
        ),
        Karnofsky.K90: label("90 %: normal activity, minor symptoms", "90 % : activité normale, symptômes mineurs"),
        Karnofsky.K100: label("100 %: no complaint, no evidence of disease", "100 % : ni plainte ni signe de maladie"),
    },
    help=label("Decades only.", "Par dizaines uniquement."),
)

ECOG = ItemWording(
    label=label("ECOG performance status", "Indice de performance ECOG"),
    values={
        Ecog.E0: label("0: fully active", "0 : activité normale"),
        Ecog.E1: label(
            "1: ambulatory, restricted in strenuous activity",
            "1 : ambulatoire, limité dans les efforts importants",
        ),
        Ecog.E2: label(
            "2: cares for self, unable to work, up more than half of waking hours",
            "2 : autonome, incapable de travailler, debout plus de la moitié de la journée",
        ),
        Ecog.E3: label(
            "3: limited self-care, in bed or chair more than half of waking hours",
            "3 : autonomie limitée, au lit ou au fauteuil plus de la moitié de la journée",
        ),
        Ecog.E4: label(
            "4: completely disabled, confined to bed or chair",
            "4 : totalement dépendant, confiné au lit ou au fauteuil",
        ),
        Ecog.E5: label("5: dead", "5 : décédé"),
    },
)
