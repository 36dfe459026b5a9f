"""Mirels on screen and on paper, in English and French."""

from lesion_model.findings import CorticalShare
from lesion_model.labels import label
from lesion_model.mirels import LimbSite, Pain
from lesion_model.wording.shared import LESION_TYPE
from lesion_model.wording.wording import ItemWording, Wording

WORDING = Wording(
    title=label("Mirels score", "Score de Mirels"),
    purpose=label("Risk of fracture of a metastasis in a long bone", "Risque de fracture d'une métastase d'un os long"),
    items={
        "site": ItemWording(
            label=label("Site", "Localisation"),
            values={
                LimbSite.UPPER_LIMB: label("upper limb", "membre supérieur"),
                LimbSite.LOWER_LIMB: label("lower limb", "membre inférieur"),
                LimbSite.PERITROCHANTERIC: label("peritrochanteric", "péritrochantérienne"),
            },
            help=label(
                "Peritrochanteric: intertrochanteric and subtrochanteric, to 5 cm below the lesser trochanter.",
                "Péritrochantérienne : inter- et sous-trochantérienne, jusqu'à 5 cm sous le petit trochanter.",
            ),
        ),
        "size": ItemWording(
            label=label("Share of the cortex destroyed", "Part de la corticale détruite"),
            values={
                CorticalShare.LT_1_3: label("less than 1/3", "moins de 1/3"),
                CorticalShare.FROM_1_3_TO_2_3: label("1/3 to 2/3", "de 1/3 à 2/3"),
                CorticalShare.GT_2_3: label("more than 2/3", "plus de 2/3"),
            },
            help=label("The largest in any plane.", "La plus grande, quel que soit le plan."),
        ),
        "lesion_type": LESION_TYPE,
        "pain": ItemWording(
            label=label("Pain", "Douleur"),
            values={
                Pain.NONE: label("none", "aucune"),
                Pain.MILD: label("mild", "légère"),
                Pain.MODERATE: label("moderate", "modérée"),
                Pain.FUNCTIONAL: label("functional", "fonctionnelle"),
            },
            help=label(
                "Functional: aggravated by use of the limb, not merely severe.",
                "Fonctionnelle : aggravée par l'usage du membre, et pas seulement intense.",
            ),
        ),
    },
    bands={
        "low": label("low risk", "risque faible"),
        "borderline": label("borderline", "limite"),
        "high": label("high risk", "risque élevé"),
    },
    conventions=(
        label(
            "The range is 4 to 12: no entry gives 3, which some guidelines print.",
            "L'étendue est de 4 à 12 : aucune cotation ne donne 3, que certains référentiels impriment.",
        ),
        label(
            "Exactly 1/3 and exactly 2/3 score 2 points.",
            "Exactement 1/3 et exactement 2/3 valent 2 points.",
        ),
        label(
            "No pain is not in the paper: it scores as mild, with a flag.",
            "L'absence de douleur n'est pas dans l'article : elle est cotée comme légère, avec un signalement.",
        ),
        label(
            "Femoral head and neck count as lower limb, with a flag; both trochanters as peritrochanteric.",
            "La tête et le col du fémur comptent comme membre inférieur, avec un signalement ; "
            "les deux trochanters comme péritrochantériens.",
        ),
        label(
            "Sources differ on what the share is of: cortex (default) or diameter of the bone. "
            "The declared one is scored; both are shown when they disagree.",
            "Les sources diffèrent sur le dénominateur : corticale (par défaut) ou diamètre de l'os. "
            "Celui qui est déclaré est coté ; les deux sont montrés s'ils divergent.",
        ),
        label(
            "Several lesions: one score each, the highest for each bone, never a sum.",
            "Plusieurs lésions : un score par lésion, le plus élevé par os, jamais de somme.",
        ),
    ),
    not_applicable=(
        label("any bone that is not a long bone", "tout os qui n'est pas un os long"),
        label("a completed fracture", "une fracture constituée"),
    ),
)
