"""The words in which a score says what a reader of it should know.

Short and stable: they are stored in exports and translated by user interfaces.
"""

# A finding sits exactly on the edge between two classes (1/3, 2/3, 50 %).
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
    BETWEEN_BANDS_LOWER_DOSE,
    CORTICAL_BREACH,
    RIM_DEFICIENT_MEDIAL_WALL_INTACT,
)
