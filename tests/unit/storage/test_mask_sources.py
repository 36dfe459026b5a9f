"""What a segmentation was drawn on, read from files that may be damaged."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from storage.releases.masking import UNREADABLE, series_drawn_on
from tests.builders.measurable import CT_SERIES, ct_series, stored_bytes
from tests.builders.segmentations import segmentation


@pytest.fixture(scope="module")
def whole() -> bytes:
    images = ct_series(np.zeros((3, 12, 10), dtype=np.int16))
    return stored_bytes(segmentation(np.ones((3, 12, 10), dtype=bool), images))


def test_the_series_that_it_names_is_found(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "whole.dcm").write_bytes(whole)
    assert series_drawn_on(tmp_path / "whole.dcm") == (CT_SERIES, None)


def test_a_file_that_the_machine_cannot_read_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        series_drawn_on(tmp_path / "gone.dcm")


@pytest.mark.filterwarnings("ignore")  # pydicom warns of what is damaged here on purpose
def test_a_damaged_file_is_read_or_refused_and_stops_nothing(whole: bytes, tmp_path: Path) -> None:
    """Some of them raise what few would think of: struct.error, BytesLengthException, OSError."""
    file, dice, refused = tmp_path / "damaged.dcm", Random(7), 0  # noqa: S311 - chance, not a secret
    for _ in range(1000):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            damaged[dice.randrange(132, len(damaged))] = dice.choice((0, 255, dice.randrange(256)))
        file.write_bytes(damaged[: dice.choice((len(damaged), dice.randrange(140, len(damaged))))])
        uid, why = series_drawn_on(file)
        if why == UNREADABLE:
            refused += 1
            assert uid == ""
    assert refused > 0
