"""From values to grey: bone window for CT, SUV for PET, what is there for MR."""

from dataclasses import dataclass

import numpy as np

from annotation.image_measurement.image_volume import Modality
from annotation.image_measurement.suv import PetScan, suv_factor
from lesion_model.errors import FindingError
from lesion_model.measurement.vectors import Rows

BONE_CENTRE, BONE_WIDTH = 400.0, 1800.0
HIGHEST_SUV = 10.0
DARKEST_SHARE, BRIGHTEST_SHARE = 1.0, 99.5
"""Of the values of an MR, or of a PET without SUV, in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`low` is shown black and `high` white, or the other way round. `words`: what is written on the image."""

    low: float
    high: float
    words: str
    inverted: bool = False
    factor: float = 1.0

    def tones(self, values: Rows) -> Rows:
        """From 0 (black) to 1 (white)."""
        share = np.clip((values * self.factor - self.low) / (self.high - self.low), 0.0, 1.0)
        return 1.0 - share if self.inverted else share


def window_of(values: Rows, modality: Modality, pet: PetScan | None = None) -> Window:
    """`values`: what is shown, in the image's own unit."""
    if modality is Modality.CT:
        low, high = BONE_CENTRE - BONE_WIDTH / 2, BONE_CENTRE + BONE_WIDTH / 2
        return Window(low=low, high=high, words=f"CT  W {BONE_WIDTH:g}  C {BONE_CENTRE:g} HU")
    factor = _suv(pet) if modality is Modality.PET else None
    if factor is not None:
        return Window(low=0.0, high=HIGHEST_SUV, words=f"PET  SUVbw 0-{HIGHEST_SUV:g}", inverted=True, factor=factor)
    low, high = (float(each) for each in np.percentile(values, (DARKEST_SHARE, BRIGHTEST_SHARE)))
    pet_without = modality is Modality.PET
    words = "PET  no SUV" if pet_without else "MR"
    return Window(low=low, high=max(high, low + 1e-6), words=words, inverted=pet_without)


def _suv(pet: PetScan | None) -> float | None:
    """None where the header does not surely tell."""
    if pet is None:
        return None
    try:
        return suv_factor(pet)
    except FindingError:
        return None
