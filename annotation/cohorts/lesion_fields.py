"""Fields of lesions, of signed readings of them, and of the scores and grades that follow."""

from annotation.cohorts.fields import Field, Fields, Scope
from lesion_model.change import Sclerosis, Trend
from lesion_model.description import Kind as DescribedKind
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.findings import Alignment, BilskyGrade, CorticalShare, Denominator, LesionType
from lesion_model.labels import label
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.numbering import TransitionalAnatomy
from lesion_model.sins import Pain as SinsPain
from lesion_model.sins import Posterolateral
from lesion_model.skeleton import Bone, Kind, Level, Region, Side

_LESION, _READING, _SCORE = Fields(Scope.LESION), Fields(Scope.READING), Fields(Scope.SCORE)

CT_RESPONSE = "ct_response"
INSTRUMENTS = (
    *(name for name, each in DESCRIPTIONS.items() if each.kind in (DescribedKind.SCORE, DescribedKind.GRADE)),
    CT_RESPONSE,
)
BANDS = tuple(outcome.name for name in INSTRUMENTS for outcome in DESCRIPTIONS[name].outcomes)

LESION_FIELDS: tuple[Field, ...] = (
    _LESION.choice("bone", Bone, label("Bone", "Os")),
    _LESION.choice("kind", Kind, label("Kind of bone", "Type d'os")),
    _LESION.choice("level", Level, label("Vertebral level", "Niveau vertébral")),
    _LESION.whole("rib_number", label("Number of the rib", "Numéro de la côte")),
    _LESION.choice("region", Region, label("Region of the bone", "Région de l'os")),
    _LESION.choice("side", Side, label("Side", "Côté")),
    _LESION.choice("transitional", TransitionalAnatomy, label("Transitional vertebra", "Vertèbre transitionnelle")),
    _LESION.yes_no("resolved", label("Resolved", "Résolue")),
    _LESION.choice("mirels_pain", MirelsPain, label("Pain at the lesion (Mirels)", "Douleur de la lésion (Mirels)")),
    _LESION.choice("sins_pain", SinsPain, label("Pain at the lesion (SINS)", "Douleur de la lésion (SINS)")),
    _LESION.whole("pain_intensity", label("Pain at the lesion, 0 to 10", "Douleur de la lésion, de 0 à 10")),
)

READING_FIELDS: tuple[Field, ...] = (
    _READING.text("protocol", label("Protocol it was made under", "Protocole de la lecture")),
    _READING.yes_no("adjudicated", label("Made by an adjudicator", "Établie par un arbitre")),
    _READING.choice("lesion_type", LesionType, label("Type of lesion", "Type de lésion")),
    _READING.choice("cortical_share", CorticalShare, label("Cortex destroyed, class", "Destruction corticale, classe")),
    _READING.choice(
        "cortical_denominator", Denominator, label("What the cortex is a share of", "Dénominateur de la corticale")
    ),
    _READING.number("cortical_destroyed_percent", "%", label("Cortex destroyed, measured", "Corticale détruite")),
    _READING.number("axial_cortical_mm", "mm", label("Axial cortical involvement", "Atteinte corticale axiale")),
    _READING.number(
        "circumferential_cortical_percent", "%", label("Circumferential involvement", "Atteinte circonférentielle")
    ),
    _READING.yes_no("cortical_breach", label("Cortical breach", "Rupture corticale")),
    _READING.yes_no("collapse", label("Vertebral collapse", "Tassement vertébral")),
    _READING.number("height_loss_percent", "%", label("Loss of vertebral height", "Perte de hauteur vertébrale")),
    _READING.number("body_involved_percent", "%", label("Vertebral body involved", "Corps vertébral atteint")),
    _READING.number("anterior_height_mm", "mm", label("Anterior height", "Hauteur antérieure")),
    _READING.number("middle_height_mm", "mm", label("Middle height", "Hauteur moyenne")),
    _READING.number("posterior_height_mm", "mm", label("Posterior height", "Hauteur postérieure")),
    _READING.choice("posterolateral", Posterolateral, label("Posterolateral elements", "Éléments postéro-latéraux")),
    _READING.choice("alignment", Alignment, label("Spinal alignment", "Alignement rachidien")),
    _READING.yes_no("retropulsion", label("Retropulsion", "Recul du mur postérieur")),
    _READING.choice("bilsky", BilskyGrade, label("Bilsky grade given by the reader", "Grade de Bilsky du lecteur")),
    _READING.number("canal_narrowing_percent", "%", label("Narrowing of the canal", "Rétrécissement canalaire")),
    _READING.number("cord_distance_mm", "mm", label("Distance to the cord", "Distance à la moelle")),
    _READING.yes_no("medial_wall_deficient", label("Medial wall deficient", "Paroi médiale déficiente")),
    _READING.yes_no("rim_deficient", label("Acetabular rim deficient", "Rebord acétabulaire déficient")),
    _READING.yes_no("pathological_fracture", label("Pathological fracture", "Fracture pathologique")),
    _READING.number("long_axis_mm", "mm", label("Long axis", "Grand axe")),
    _READING.number("short_axis_mm", "mm", label("Short axis", "Petit axe")),
    _READING.yes_no("soft_tissue", label("Soft-tissue component", "Composante des tissus mous")),
    _READING.number(
        "soft_tissue_mm", "mm", label("Longest soft-tissue diameter", "Plus grand diamètre des tissus mous")
    ),
    _READING.number("volume_cm3", "cm3", label("Volume", "Volume")),
    _READING.number("mean_hu", "HU", label("Mean attenuation", "Densité moyenne")),
    _READING.number("sd_hu", "HU", label("Standard deviation of attenuation", "Écart-type de la densité")),
    _READING.number("minimum_hu", "HU", label("Lowest attenuation", "Densité minimale")),
    _READING.number("maximum_hu", "HU", label("Highest attenuation", "Densité maximale")),
    _READING.choice("change_lysis", Trend, label("Lysis since the earlier study", "Lyse depuis l'examen antérieur")),
    _READING.choice("change_soft_tissue", Trend, label("Soft tissue since then", "Tissus mous depuis lors")),
    _READING.choice("change_sclerosis", Sclerosis, label("Sclerosis since then", "Sclérose depuis lors")),
    _READING.yes_no("new_lytic_lesion", label("New lytic lesion since then", "Nouvelle lésion lytique depuis lors")),
)

SCORE_FIELDS: tuple[Field, ...] = (
    _SCORE.choice("instrument", INSTRUMENTS, label("Score or grade", "Score ou grade")),
    _SCORE.whole("total", label("Total, when all items are known", "Total, si tout est connu")),
    _SCORE.whole("minimum", label("Lowest total still possible", "Total minimal possible")),
    _SCORE.whole("maximum", label("Highest total still possible", "Total maximal possible")),
    _SCORE.choice("band", BANDS, label("Band or grade, when decided", "Classe ou grade, si décidé")),
    _SCORE.yes_no("decided", label("Whether the band or grade is decided", "Classe ou grade décidé")),
)
