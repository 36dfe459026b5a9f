"""What each flag says, in English and French."""

from collections.abc import Mapping
from types import MappingProxyType

from lesion_model import flags
from lesion_model.labels import Label, label

FLAGS: Mapping[str, Label] = MappingProxyType(
    {
        flags.BOUNDARY: label(
            "A value sits exactly on the edge between two classes.",
            "Une valeur est exactement à la limite entre deux classes.",
        ),
        flags.NO_PAIN_SCORED_AS_MILD: label(
            "The paper has no level for no pain: it is scored as mild, 1 point.",
            "L'article n'a pas de niveau pour l'absence de douleur : elle est cotée comme légère, 1 point.",
        ),
        flags.FEMORAL_HEAD_OR_NECK: label(
            "The femoral head and neck count as lower limb, not as peritrochanteric.",
            "La tête et le col du fémur comptent comme membre inférieur, non comme péritrochantériens.",
        ),
        flags.TROCHANTER_PERITROCHANTERIC: label(
            "The greater and the lesser trochanter count as peritrochanteric.",
            "Le grand et le petit trochanter comptent comme péritrochantériens.",
        ),
        flags.SIZE_BY_BONE_DIAMETER: label(
            "The share was declared to be of the diameter of the bone, not of its cortex.",
            "La part a été déclarée par rapport au diamètre de l'os, non à sa corticale.",
        ),
        flags.SIZE_DENOMINATORS_DISAGREE: label(
            "The cortex and the diameter of the bone put the lesion in different classes.",
            "La corticale et le diamètre de l'os placent la lésion dans des classes différentes.",
        ),
        flags.FRACTURE_NOT_EXCLUDED: label(
            "Whether there is a fracture is not known; a completed one would make the score not applicable.",
            "On ignore s'il y a une fracture ; une fracture constituée rendrait le score non applicable.",
        ),
        flags.RETROPULSION_SCORES_ZERO: label(
            "The posterior wall is pushed back; that alone is no translation and gives no points.",
            "Le mur postérieur recule ; à lui seul, ce n'est pas une translation et cela ne donne pas de point.",
        ),
        flags.COLLAPSE_NEEDS_CONFIRMATION: label(
            "A loss of height under 20 % was measured: the reader has to say whether it is a collapse.",
            "Une perte de hauteur de moins de 20 % a été mesurée : au lecteur de dire si c'est un tassement.",
        ),
        flags.TRANSITIONAL_VERTEBRA: label(
            "A transitional vertebra: its number is disputable, and its location with it.",
            "Vertèbre transitionnelle : son numéro est discutable, et sa localisation avec lui.",
        ),
        flags.LUNG_PREDATES_TARGETED_THERAPY: label(
            "The score is older than targeted therapy; with it a cancer of the lung never passes 10 points.",
            "Le score est antérieur aux thérapies ciblées ; un cancer du poumon n'y dépasse jamais 10 points.",
        ),
        flags.GROWTH_OVERRIDES_PRIMARY: label(
            "Another growth was given than the paper's for this primary tumour.",
            "Une autre vitesse de croissance a été donnée que celle de l'article pour cette tumeur primitive.",
        ),
        flags.PRIMARY_WITHOUT_PUBLISHED_GROWTH: label(
            "The paper gives no growth for this primary tumour: it stays open until it is given.",
            "L'article ne donne pas de vitesse de croissance pour cette tumeur primitive : elle reste à préciser.",
        ),
        flags.ONSET_UNDER_ONE_DAY: label(
            "The deficit developed in less than a day: counted as 1 to 7 days.",
            "Le déficit s'est installé en moins d'un jour : compté de 1 à 7 jours.",
        ),
        flags.CORD_COMPRESSION_NOT_CONFIRMED: label(
            "Whether the cord is compressed is not known; without compression the score does not apply.",
            "On ignore s'il y a une compression médullaire ; sans elle, le score ne s'applique pas.",
        ),
        flags.MOTOR_DEFICIT_NOT_CONFIRMED: label(
            "Whether there is a motor deficit is not known; without one its onset is undefined.",
            "On ignore s'il y a un déficit moteur ; sans lui, son installation n'est pas définie.",
        ),
        flags.MOTOR_FROM_FRANKEL: label(
            "The paper's classes of motor function were read from the Frankel grade.",
            "Les classes motrices de l'article ont été déduites du grade de Frankel.",
        ),
        flags.TOKUHASHI_TOMITA_DISCORDANT: label(
            "Tokuhashi and Tomita aim at different treatments: both are shown, neither is merged.",
            "Tokuhashi et Tomita visent des traitements différents : les deux sont montrés, sans être fondus.",
        ),
        flags.BETWEEN_BANDS_LOWER_DOSE: label(
            "The clearance lies between two printed bands: the lower dose is given.",
            "La clairance est entre deux tranches imprimées : la dose la plus faible est donnée.",
        ),
        flags.CORTICAL_BREACH: label(
            "The cortex is breached; this is recorded, but no predictor in the papers.",
            "La corticale est rompue ; cela est noté, sans être un facteur prédictif dans les articles.",
        ),
        flags.RIM_DEFICIENT_MEDIAL_WALL_INTACT: label(
            "The rim is deficient and the medial wall intact: class III is described with both deficient.",
            "Le rebord est déficient et la paroi médiale intacte : la classe III est décrite avec les deux atteints.",
        ),
    }
)
