"""Questions that several instruments ask in the same words."""

from lesion_model.findings import LesionType
from lesion_model.labels import label
from lesion_model.wording.wording import ItemWording

LESION_TYPE = ItemWording(
    label=label("Lesion type", "Type de lésion"),
    values={
        LesionType.BLASTIC: label("blastic", "condensante"),
        LesionType.MIXED: label("mixed", "mixte"),
        LesionType.LYTIC: label("lytic", "lytique"),
    },
)
