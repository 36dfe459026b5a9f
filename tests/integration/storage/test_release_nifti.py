"""A release of CT series as NIfTI, converted in another process: volumes that SimpleITK reads, and refusals."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import SimpleITK
from sqlalchemy import Engine

from storage.jobs.errors import JobFailedError
from storage.ledger import Ledger
from storage.releases.converting import FolderConverter
from storage.releases.job import ReleaseHandler
from storage.releases.nifti_volumes import convert_folder
from storage.releases.records import Contents, FileKind, ReleaseState
from tests.builders.measurable import ct_series, keep
from tests.builders.release_place import Place
from tests.builders.releases import Foreground, new_release
from tests.integration.storage.test_release_jobs import HeldJob

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

Item = TypeVar("Item")
Result = TypeVar("Result")
NIFTI = Contents(dicom=False, nifti=True, tables=())


class OneProcess:
    """Computes in a process of its own, one item after the other."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for item in items:
                yield pool.submit(function, item).result()


def test_a_series_becomes_the_volume_that_its_slices_are(engine: Engine, tmp_path: Path) -> None:
    place = Place(engine, tmp_path / "releases")
    voxels = np.random.default_rng(1).integers(-1000, 1000, (7, 12, 10)).astype(np.int16)
    whole = ct_series(voxels, spacing=(2.5, 0.8, 0.7), origin=(5, 6, 7))
    gap = ct_series(voxels, series="2.25.777")
    del gap[3]
    rows = keep([*whole, *gap], lambda file, orthanc_id: place.images.files.update({orthanc_id: file}))
    Ledger(engine).record(rows)
    begun = place.store.begin(new_release(contents=NIFTI))
    converter = FolderConverter(place.images, OneProcess(), convert_folder)
    release = place.builder(converter=converter).build(begun.number, Foreground())

    (volume,) = [each for each in place.listed(release.number) if each.kind is FileKind.NIFTI]
    (tmp_path / "volume.nii.gz").write_bytes(place.bytes_of(release.number, volume))
    image: Any = SimpleITK.ReadImage(tmp_path / "volume.nii.gz")
    assert image.GetSpacing() == pytest.approx((0.7, 0.8, 2.5))
    assert image.GetSize() == (10, 12, 7)
    for (number, row, column), value in np.ndenumerate(voxels):  # wherever the file begins, each value is in its place
        point = (5 + 0.7 * column, 6 + 0.8 * row, 7 + 2.5 * number)
        assert image[image.TransformPhysicalPointToIndex(point)] == value
    (refused,) = place.manifest(release.number)["refused"]
    assert refused["series_instance_uid"] == "2.25.777"
    assert "slice gaps" in refused["reason"]


def test_a_folder_that_the_computing_side_does_not_see_fails_the_release_and_refuses_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    class Elsewhere:
        """A machine that has another disk."""

        def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
            for item in items:
                yield function(replace(item, sources=(tmp_path / "elsewhere.dcm",)))  # type: ignore[type-var]

    place = Place(engine, tmp_path / "releases")
    rows = keep(
        ct_series(np.zeros((3, 12, 10), dtype=np.int16)),
        lambda file, orthanc_id: place.images.files.update({orthanc_id: file}),
    )
    Ledger(engine).record(rows)
    begun = place.store.begin(new_release(contents=NIFTI))
    builder = place.builder(converter=FolderConverter(place.images, Elsewhere(), convert_folder))
    with pytest.raises(JobFailedError, match="No such file or directory"):
        ReleaseHandler(builder)({"number": begun.number}, HeldJob())

    failed = place.store.get(begun.number)
    assert failed.state is ReleaseState.FAILED
    assert failed.failure == "files could not be read or written: No such file or directory"
