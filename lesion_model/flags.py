"""The words in which a score says what a reader of it should know.

Short and stable: they are stored in exports and translated by user interfaces.
"""

# A finding sits exactly on the edge between two classes (1/3, 2/3, 50 %, 15 months).
BOUNDARY = "boundary"

# Mirels
NO_PAIN_SCORED_AS_MILD = "no_pain_scored_as_mild"  # the paper has no level for it
FEMORAL_HEAD_OR_NECK = "femoral_head_or_neck"  # counted as lower limb
TROCHANTER_PERITROCHANTERIC = "trochanter_counted_as_peritrochanteric"
SIZE_BY_BONE_DIAMETER = "size_by_bone_diameter"  # the reader declared this denominator, not the cortex
SIZE_DENOMINATORS_DISAGREE = "size_denominators_disagree"  # cortex and bone diameter give different classes
FRACTURE_NOT_EXCLUDED = "fracture_not_excluded"  # a completed fracture would make the score not applicable

# SINS
RETROPULSION_SCORES_ZERO = "retropulsion_scores_zero"  # posterior wall alone; not a translation
COLLAPSE_NEEDS_CONFIRMATION = "collapse_needs_confirmation"  # a measured loss under 20 % the reader has not called
TRANSITIONAL_VERTEBRA = "transitional_vertebra"  # its number is disputable, and its location with it

# Revised Tokuhashi
LUNG_PREDATES_TARGETED_THERAPY = (
    "lung_score_predates_targeted_therapy"  # with it, a lung primary never passes 10 points
)

# Tomita
GROWTH_OVERRIDES_PRIMARY = "growth_overrides_primary"  # another growth was given than the paper's for this primary
PRIMARY_WITHOUT_PUBLISHED_GROWTH = "primary_without_published_growth"  # growth stays open until it is given

# Rades
ONSET_UNDER_ONE_DAY = "onset_under_one_day"  # counted as 1 to 7 days
CORD_COMPRESSION_NOT_CONFIRMED = "cord_compression_not_confirmed"  # without it the score does not apply
MOTOR_DEFICIT_NOT_CONFIRMED = "motor_deficit_not_confirmed"  # without one its onset is undefined
MOTOR_FROM_FRANKEL = "motor_from_frankel"  # the paper's motor classes were read from the Frankel grade

# Tokuhashi beside Tomita
TOKUHASHI_TOMITA_DISCORDANT = "tokuhashi_tomita_discordant"  # they aim at different treatments

# Rules
BETWEEN_BANDS_LOWER_DOSE = "between_bands_lower_dose"  # a clearance that the printed bands leave out

# Grades
CORTICAL_BREACH = "cortical_breach"  # recorded, but not among the predictors of van der Linden's papers
RIM_DEFICIENT_MEDIAL_WALL_INTACT = "rim_deficient_medial_wall_intact"  # Harrington describes III with both

ALL = (
    BOUNDARY,
    NO_PAIN_SCORED_AS_MILD,
    FEMORAL_HEAD_OR_NECK,
    TROCHANTER_PERITROCHANTERIC,
    SIZE_BY_BONE_DIAMETER,
    SIZE_DENOMINATORS_DISAGREE,
    FRACTURE_NOT_EXCLUDED,
    RETROPULSION_SCORES_ZERO,
    COLLAPSE_NEEDS_CONFIRMATION,
    TRANSITIONAL_VERTEBRA,
    LUNG_PREDATES_TARGETED_THERAPY,
    GROWTH_OVERRIDES_PRIMARY,
    PRIMARY_WITHOUT_PUBLISHED_GROWTH,
    ONSET_UNDER_ONE_DAY,
    CORD_COMPRESSION_NOT_CONFIRMED,
    MOTOR_DEFICIT_NOT_CONFIRMED,
    MOTOR_FROM_FRANKEL,
    TOKUHASHI_TOMITA_DISCORDANT,
    BETWEEN_BANDS_LOWER_DOSE,
    CORTICAL_BREACH,
    RIM_DEFICIENT_MEDIAL_WALL_INTACT,
)
