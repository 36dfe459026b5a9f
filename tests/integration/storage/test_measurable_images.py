"""Series of the registry, read once from the image store however many ask for them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import Engine

from annotation.errors import StudyNotFoundError
from lesion_model.errors import FindingError
from storage.errors import ImageMissingError
from storage.ledger import Ledger
from storage.measurable_images import MeasurableImages
from tests.builders.images import FakeImages
from tests.builders.measurable import CT_FRAME, CT_SERIES, CT_STUDY, ct_series, keep

VOXELS = np.zeros((8, 64, 64), dtype=np.int16)


def kept(engine: Engine, images: FakeImages, count: int = 8) -> None:
    """The first images of the series."""
    rows = keep(ct_series(VOXELS)[:count], lambda file, uid: images.files.update({uid: file}))
    Ledger(engine).record(objects=rows)


def test_a_series_is_read_once_by_many_threads(engine: Engine) -> None:
    images = FakeImages()
    kept(engine, images)
    measurable = MeasurableImages(engine, images)

    with ThreadPoolExecutor(8) as threads:
        volumes = list(threads.map(lambda _: measurable.volume(CT_SERIES), range(16)))

    assert images.opened == len(VOXELS)
    assert len({id(each) for each in volumes}) == 1
    assert measurable.cache.kept_bytes == VOXELS.nbytes


def test_images_that_come_later_are_in_the_next_volume(engine: Engine) -> None:
    images = FakeImages()
    kept(engine, images, count=5)
    measurable = MeasurableImages(engine, images)
    assert measurable.volume(CT_SERIES).grid.shape[0] == 5

    kept(engine, images)

    assert measurable.volume(CT_SERIES).grid.shape[0] == 8


def test_a_series_that_is_larger_than_the_bound_is_refused_before_it_is_read(engine: Engine) -> None:
    images = FakeImages()
    rows = keep(ct_series(np.zeros((80, 128, 64), dtype=np.int16)), lambda file, uid: images.files.update({uid: file}))
    Ledger(engine).record(objects=rows)

    with pytest.raises(FindingError, match="too large"):
        MeasurableImages(engine, images, cache_mb=1).volume(CT_SERIES)
    assert images.opened == 0


def test_a_file_that_is_missing_is_not_kept_as_missing(engine: Engine) -> None:
    images = FakeImages()
    kept(engine, images)
    files = images.files.copy()
    measurable = MeasurableImages(engine, images)
    images.files.popitem()

    with pytest.raises(ImageMissingError):
        measurable.volume(CT_SERIES)
    images.files.update(files)
    assert measurable.volume(CT_SERIES).grid.shape[0] == 8


def test_series_and_images_are_found(engine: Engine) -> None:
    images = FakeImages()
    kept(engine, images)
    measurable = MeasurableImages(engine, images)

    (series,) = measurable.series_of_study(CT_STUDY)
    assert (series.series_instance_uid, series.modality, series.frame_of_reference_uid) == (CT_SERIES, "CT", CT_FRAME)
    assert measurable.series_of_image(f"{CT_SERIES}.3") == CT_SERIES
    assert measurable.series_of_image("2.25.5") is None
    assert measurable.image(f"{CT_SERIES}.3").plane.position == (0.0, 0.0, 4.0)
    with pytest.raises(StudyNotFoundError):
        measurable.series_of_study("2.25.5")
