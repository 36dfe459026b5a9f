"""Images and segmentations that are measured on, damaged: a finding that is refused, never an error of ours."""

from random import Random

import numpy as np
import pytest

from lesion_model.errors import FindingError
from storage.image_slices import header
from tests.builders.measurable import ct_series, stored_bytes

pytestmark = pytest.mark.filterwarnings("ignore")  # pydicom warns of what is damaged here on purpose


def test_a_damaged_header_is_read_or_refused() -> None:
    (image,) = ct_series(np.zeros((1, 8, 8), dtype=np.int16))
    whole, dice, refused = stored_bytes(image), Random(3), 0  # noqa: S311 - chance, not a secret
    for _ in range(2000):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            damaged[dice.randrange(132, len(damaged))] = dice.choice((0, 255, dice.randrange(256)))
        try:
            header(bytes(damaged[: dice.choice((len(damaged), dice.randrange(140, len(damaged))))]), ("Modality",))
        except FindingError:
            refused += 1
    assert refused > 0
