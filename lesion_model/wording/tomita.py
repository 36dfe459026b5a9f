"""The Tomita score on screen and on paper, in English and French."""

from lesion_model.labels import label
from lesion_model.tomita import Bone, Growth, Visceral
from lesion_model.wording.shared import PRIMARY_TUMOUR, PRIMARY_TUMOUR_VALUES
from lesion_model.wording.wording import ItemWording, Wording

WORDING = Wording(
    title=label("Tomita score", "Score de Tomita"),
    purpose=label(
        "Surgical strategy for metastases of the spine", "Stratégie chirurgicale des métastases rachidiennes"
    ),
    items={
        "growth": ItemWording(
            label=label("Growth of the primary tumour", "Croissance de la tumeur primitive"),
            values={
                Growth.SLOW: label("slow (breast, prostate, thyroid)", "lente (sein, prostate, thyroïde)"),
                Growth.MODERATE: label("moderate (kidney, uterus)", "modérée (rein, utérus)"),
                Growth.RAPID: label(
                    "rapid (lung, liver, stomach, colon, unidentified)",
                    "rapide (poumon, foie, estomac, côlon, non identifiée)",
                ),
            },
        ),
        "visceral": ItemWording(
            label=label("Visceral metastases", "Métastases viscérales"),
            values={
                Visceral.NONE: label("none", "aucune"),
                Visceral.TREATABLE: label("treatable", "traitables"),
                Visceral.UNTREATABLE: label("untreatable", "non traitables"),
            },
        ),
        "bone": ItemWording(
            label=label("Bone metastases, spine included", "Métastases osseuses, rachis compris"),
            values={
                Bone.SOLITARY: label("solitary", "unique"),
                Bone.MULTIPLE: label("multiple", "multiples"),
            },
        ),
        "primary_tumour": ItemWording(
            label=PRIMARY_TUMOUR,
            values=PRIMARY_TUMOUR_VALUES,
            help=label(
                "Gives the growth where the paper names this tumour; a growth that is given wins.",
                "Donne la croissance si l'article cite cette tumeur ; une croissance indiquée l'emporte.",
            ),
        ),
    },
    bands={
        "en_bloc": label("wide or marginal excision", "exérèse large ou marginale"),
        "intralesional": label("marginal or intralesional excision", "exérèse marginale ou intralésionnelle"),
        "palliative_surgery": label("palliative surgery", "chirurgie palliative"),
        "supportive_care": label("supportive care", "soins de support"),
    },
    conventions=(
        label(
            "Rapid growth scores 4: no entry gives 3 for growth.",
            "Une croissance rapide vaut 4 : aucune croissance ne vaut 3.",
        ),
        label(
            "A growth given beside a primary of another published growth is used, with a flag.",
            "Une croissance différente de celle publiée pour la tumeur primitive est utilisée, avec un signalement.",
        ),
        label(
            "A primary that the paper does not name leaves the growth open, with a flag.",
            "Une tumeur primitive que l'article ne cite pas laisse la croissance ouverte, avec un signalement.",
        ),
        label(
            "Shown beside the revised Tokuhashi score; a disagreement is flagged, the two are never merged.",
            "Présenté à côté du score de Tokuhashi révisé ; une discordance est signalée, jamais de fusion des deux.",
        ),
    ),
    not_applicable=(),
)
