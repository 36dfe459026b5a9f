"""Questions that several instruments ask in the same words."""

from collections.abc import Mapping
from enum import Enum

from lesion_model.findings import LesionType
from lesion_model.labels import Label, label
from lesion_model.primary import PrimaryTumour
from lesion_model.wording.wording import ItemWording

LESION_TYPE = ItemWording(
    label=label("Lesion type", "Type de lésion"),
    values={
        LesionType.BLASTIC: label("blastic", "condensante"),
        LesionType.MIXED: label("mixed", "mixte"),
        LesionType.LYTIC: label("lytic", "lytique"),
    },
)

PRIMARY_TUMOUR_VALUES: Mapping[Enum, Label] = {
    PrimaryTumour.LUNG: label("lung", "poumon"),
    PrimaryTumour.LUNG_NSCLC: label("lung, non-small-cell", "poumon, non à petites cellules"),
    PrimaryTumour.LUNG_SCLC: label("lung, small-cell", "poumon, à petites cellules"),
    PrimaryTumour.BREAST: label("breast", "sein"),
    PrimaryTumour.PROSTATE: label("prostate", "prostate"),
    PrimaryTumour.KIDNEY: label("kidney", "rein"),
    PrimaryTumour.THYROID: label("thyroid", "thyroïde"),
    PrimaryTumour.COLON: label("colon", "côlon"),
    PrimaryTumour.RECTUM: label("rectum", "rectum"),
    PrimaryTumour.LIVER: label("liver", "foie"),
    PrimaryTumour.GALLBLADDER: label("gallbladder", "vésicule biliaire"),
    PrimaryTumour.STOMACH: label("stomach", "estomac"),
    PrimaryTumour.OESOPHAGUS: label("oesophagus", "œsophage"),
    PrimaryTumour.PANCREAS: label("pancreas", "pancréas"),
    PrimaryTumour.BLADDER: label("bladder", "vessie"),
    PrimaryTumour.UTERUS: label("uterus", "utérus"),
    PrimaryTumour.CARCINOID: label("carcinoid tumour", "tumeur carcinoïde"),
    PrimaryTumour.MELANOMA: label("melanoma", "mélanome"),
    PrimaryTumour.OSTEOSARCOMA: label("osteosarcoma", "ostéosarcome"),
    PrimaryTumour.MYELOMA: label("myeloma", "myélome"),
    PrimaryTumour.LYMPHOMA: label("lymphoma", "lymphome"),
    PrimaryTumour.UNIDENTIFIED: label("unidentified", "non identifiée"),
    PrimaryTumour.OTHER: label("other", "autre"),
}
PRIMARY_TUMOUR = label("Primary tumour", "Tumeur primitive")
