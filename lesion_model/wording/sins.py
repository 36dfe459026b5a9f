"""SINS on screen and on paper, in English and French."""

from lesion_model.findings import Alignment
from lesion_model.labels import label
from lesion_model.sins import Collapse, Location, Pain, Posterolateral
from lesion_model.skeleton import LEVELS
from lesion_model.wording.shared import LESION_TYPE
from lesion_model.wording.wording import ItemWording, Wording

WORDING = Wording(
    title=label("SINS, Spinal Instability Neoplastic Score", "SINS, score d'instabilité rachidienne tumorale"),
    purpose=label("Instability of a spine with a tumour", "Instabilité d'un rachis tumoral"),
    items={
        "level": ItemWording(
            label=label("Level", "Niveau"),
            values={level: label(term.en, term.fr) for level, term in LEVELS.items()},
            help=label("Stands in for the location.", "Remplace la localisation."),
        ),
        "location": ItemWording(
            label=label("Location", "Localisation"),
            values={
                Location.JUNCTIONAL: label(
                    "junctional (C0-C2, C7-T2, T11-L1, L5-S1)", "charnière (C0-C2, C7-T2, T11-L1, L5-S1)"
                ),
                Location.MOBILE: label("mobile (C3-C6, L2-L4)", "mobile (C3-C6, L2-L4)"),
                Location.SEMIRIGID: label("semirigid (T3-T10)", "semi-rigide (T3-T10)"),
                Location.RIGID: label("rigid (S2-S5)", "rigide (S2-S5)"),
            },
        ),
        "pain": ItemWording(
            label=label("Type of pain", "Type de douleur"),
            values={
                Pain.MECHANICAL: label("mechanical", "mécanique"),
                Pain.NON_MECHANICAL: label("not mechanical", "non mécanique"),
                Pain.NONE: label("none", "aucune"),
            },
            help=label(
                "Mechanical: on movement or loading, relieved by lying down.",
                "Mécanique : au mouvement ou à la charge, soulagée par le décubitus.",
            ),
        ),
        "lesion_type": LESION_TYPE,
        "alignment": ItemWording(
            label=label("Radiographic alignment", "Alignement radiographique"),
            values={
                Alignment.SUBLUXATION_TRANSLATION: label("subluxation or translation", "subluxation ou translation"),
                Alignment.DE_NOVO_DEFORMITY: label(
                    "de novo deformity (kyphosis, scoliosis)", "déformation récente (cyphose, scoliose)"
                ),
                Alignment.NORMAL: label("normal", "normal"),
            },
            help=label(
                "Retropulsion of the posterior wall alone is no subluxation: it scores 0.",
                "Le recul du mur postérieur seul n'est pas une subluxation : il vaut 0.",
            ),
        ),
        "collapse": ItemWording(
            label=label("Vertebral body collapse", "Tassement du corps vertébral"),
            values={
                Collapse.GT_50: label("more than 50 %", "plus de 50 %"),
                Collapse.LT_50: label("50 % or less", "50 % ou moins"),
                Collapse.NO_COLLAPSE_GT_50_BODY: label(
                    "no collapse, more than 50 % of the body involved",
                    "pas de tassement, plus de 50 % du corps atteint",
                ),
                Collapse.NONE: label("none of these", "aucun de ceux-ci"),
            },
        ),
        "posterolateral": ItemWording(
            label=label("Posterolateral involvement", "Atteinte postérolatérale"),
            values={
                Posterolateral.BILATERAL: label("bilateral", "bilatérale"),
                Posterolateral.UNILATERAL: label("unilateral", "unilatérale"),
                Posterolateral.NONE: label("none", "aucune"),
            },
            help=label(
                "Facet, pedicle or costovertebral joint, fractured or replaced by tumour.",
                "Facette, pédicule ou articulation costo-vertébrale, fracturé ou remplacé par la tumeur.",
            ),
        ),
    },
    bands={
        "stable": label("stable", "stable"),
        "potentially_unstable": label("potentially unstable", "potentiellement instable"),
        "unstable": label("unstable", "instable"),
    },
    conventions=(
        label("S1 is junctional.", "S1 est une charnière."),
        label(
            "A transitional vertebra scores at the level by which it is called, with a flag.",
            "Une vertèbre transitionnelle est cotée au niveau dont elle porte le nom, avec un signalement.",
        ),
        label(
            "Exactly 50 % of collapse scores 2 points, exactly 50 % of the body involved 0, both with a flag.",
            "Exactement 50 % de tassement vaut 2 points, exactement 50 % du corps atteint 0, avec un signalement.",
        ),
        label(
            "A collapse outweighs the share of the body involved.",
            "Un tassement l'emporte sur la part du corps atteinte.",
        ),
        label(
            "A measured loss under 20 % counts as collapse only when the reader calls it one.",
            "Une perte mesurée de moins de 20 % ne compte comme tassement que si le lecteur le dit.",
        ),
        label(
            "Several vertebrae: each is scored; the highest counts, never a sum. "
            "A lesion over several levels takes its most severe level.",
            "Plusieurs vertèbres : chacune est cotée ; la plus élevée compte, jamais de somme. "
            "Une lésion sur plusieurs niveaux prend son niveau le plus sévère.",
        ),
    ),
    not_applicable=(
        label("a lesion outside the spine", "une lésion hors du rachis"),
        label("the coccyx", "le coccyx"),
    ),
)
