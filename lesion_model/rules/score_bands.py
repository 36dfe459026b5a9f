"""Bands of scores as facts of rules: a band can be known before the last points of its score are."""

from enum import Enum

from lesion_model.facts import Choice
from lesion_model.labels import label
from lesion_model.wording import mirels as mirels_wording
from lesion_model.wording import sins as sins_wording


class SinsBand(Enum):
    """Named as the score names them."""

    STABLE = "stable"
    POTENTIALLY_UNSTABLE = "potentially_unstable"
    UNSTABLE = "unstable"


class MirelsBand(Enum):
    """Named as the score names them."""

    LOW = "low"
    BORDERLINE = "borderline"
    HIGH = "high"


SINS = Choice(
    name="sins_band",
    label=label("Band of the SINS", "Classe du SINS"),
    values={band: sins_wording.WORDING.bands[band.value] for band in SinsBand},
    help=label(
        "Stable: 0 to 6 points; potentially unstable: 7 to 12; unstable: 13 to 18.",
        "Stable : 0 à 6 points ; potentiellement instable : 7 à 12 ; instable : 13 à 18.",
    ),
)
MIRELS = Choice(
    name="mirels_band",
    label=label("Band of the Mirels score", "Classe du score de Mirels"),
    values={band: mirels_wording.WORDING.bands[band.value] for band in MirelsBand},
    help=label(
        "Low: up to 7 points; borderline: 8; high: 9 and more.",
        "Faible : jusqu'à 7 points ; limite : 8 ; élevé : 9 et plus.",
    ),
)
