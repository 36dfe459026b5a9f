"""A release with masks of what was drawn: segmentation and NIfTI on the grid of the volume, or the reason why not."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import highdicom
import numpy as np
import pytest
import SimpleITK
from pydicom.dataset import Dataset
from sqlalchemy import Engine

from annotation.protocols import Kind
from annotation.structured_report.identifiers import mask_series_uid, mask_uid
from lesion_model.geometry import Geometry, Point, Shape
from osteon.mask_making import DrawnMaskMaker
from storage.ledger import Ledger
from storage.releases.converting import FolderConverter
from storage.releases.errors import FormatMissingError
from storage.releases.masking import FolderMasks
from storage.releases.nifti_volumes import convert_folder, make_masks
from storage.releases.records import Contents, FileKind, FileRecord, ReleaseRecord
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.measurable import CT_FRAME, CT_STUDY, ct_series, keep
from tests.builders.release_place import Place, read
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.unit.annotation.contract_protocols import ANNE, BEN, eyes_of, given, made_protocol

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

Item = TypeVar("Item")
Result = TypeVar("Result")
WITH_MASKS = Contents(dicom=False, nifti=True, masks=True, tables=())
SHAPE = (5, 90, 100)
SPACING, ORIGIN = (2.5, 0.8, 0.7), (5.0, 6.0, 7.0)
SLICE = 2
NOTHING_INSIDE = "no mask: what was drawn encloses nothing"


class Here:
    """Computes in this process."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        for item in items:
            yield function(item)


def images(**attributes: Any) -> list[Dataset]:
    return list(ct_series(np.zeros(SHAPE, dtype=np.int16), spacing=SPACING, origin=ORIGIN, **attributes))


def square(on: Dataset, **changes: Any) -> Geometry:
    """Round the centres of rows 30 to 44 and columns 20 to 39 of slice 2, mm."""
    left, right = ORIGIN[0] + 19.5 * 0.7, ORIGIN[0] + 39.5 * 0.7
    front, back = ORIGIN[1] + 29.5 * 0.8, ORIGIN[1] + 44.5 * 0.8
    z = ORIGIN[2] + SLICE * 2.5
    corners = [(left, front), (right, front), (right, back), (left, back)]
    values: dict[str, Any] = {"sop_instance_uid": on.SOPInstanceUID, "shape": Shape.CONTOUR}
    return Geometry(points=tuple(Point(x=x, y=y, z=z) for x, y in corners), **(values | changes))


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    return Place(engine, tmp_path / "releases")


def stored(place: Place, *datasets: Dataset) -> None:
    rows = keep(datasets, lambda file, orthanc_id: place.images.files.update({orthanc_id: file}))
    Ledger(place.engine).record(rows)


def drawn(place: Place, number: int, geometry: Geometry | None) -> None:
    read(place.engine, number=number, study_instance_uid=CT_STUDY, geometry=geometry)


def built(place: Place, contents: Contents = WITH_MASKS) -> ReleaseRecord:
    begun = place.store.begin(new_release(contents=contents))
    builder = place.builder(
        converter=FolderConverter(place.images, Here(), convert_folder),
        mask_maker=FolderMasks(place.images, Here(), make_masks),
        masks=DrawnMaskMaker(engine=place.engine, store=place.images),
    )
    return builder.build(begun.number, Foreground())


def masks(place: Place, number: int) -> dict[str, FileRecord]:
    return {each.path: each for each in place.listed(number) if each.kind is FileKind.MASK}


def reasons(place: Place, number: int) -> list[str]:
    return sorted(each["reason"] for each in place.manifest(number)["refused"])


def test_what_was_drawn_is_there_as_a_segmentation_and_as_a_mask_on_the_grid_of_the_volume(
    place: Place, tmp_path: Path
) -> None:
    series = images()
    stored(place, *series)
    drawn(place, 1, square(series[SLICE]))
    release = built(place)

    found = masks(place, release.number)
    (seg,) = [path for path in found if path.endswith(".dcm")]
    (nifti,) = [path for path in found if path.endswith(".nii.gz")]
    (sidecar,) = [path for path in found if path.endswith(".json")]
    segmentation = highdicom.seg.segread(BytesIO(place.bytes_of(release.number, found[seg])))
    assert segmentation.pixel_array.sum() == 15 * 20
    assert segmentation.FrameOfReferenceUID == CT_FRAME
    (tmp_path / "mask.nii.gz").write_bytes(place.bytes_of(release.number, found[nifti]))
    mask: Any = SimpleITK.ReadImage(tmp_path / "mask.nii.gz")
    expected = np.zeros(SHAPE, dtype=bool)
    expected[SLICE, 30:45, 20:40] = True
    for slice_number, row, column in [*np.argwhere(expected), (1, 31, 21), (SLICE, 29, 25), (SLICE, 35, 40)]:
        at = (ORIGIN[0] + 0.7 * column, ORIGIN[1] + 0.8 * row, ORIGIN[2] + 2.5 * slice_number)
        marked = mask[mask.TransformPhysicalPointToIndex([float(each) for each in at])]
        assert bool(marked) is bool(expected[slice_number, row, column])
    assert SimpleITK.GetArrayFromImage(mask).sum() == expected.sum()
    said = json.loads(place.bytes_of(release.number, found[sidecar]))["Segments"][0]
    assert said["Voxels"] == 300
    assert said["VolumeCm3"] == pytest.approx(300 * 0.7 * 0.8 * 2.5 / 1000)
    assert reasons(place, release.number) == []


def test_what_cannot_be_a_mask_is_refused_with_the_reason_and_the_rest_goes_on(place: Place) -> None:
    series = images()
    stored(place, *series)
    on = series[SLICE]
    drawn(place, 1, square(on))
    drawn(place, 2, square(on, shape=None))
    drawn(place, 3, square(on, sop_instance_uid=None, frame_of_reference_uid=CT_FRAME))
    drawn(place, 4, square(on, sop_instance_uid="2.25.1234567"))
    drawn(place, 5, None)
    release = built(place)

    assert sum(path.endswith(".dcm") for path in masks(place, release.number)) == 1
    assert reasons(place, release.number) == [
        "no mask: it was drawn on a reformatted plane, not on an image",
        "no mask: the image that was drawn on is not here",
        NOTHING_INSIDE,
    ]


def test_on_a_series_that_is_no_volume_there_is_a_segmentation_and_no_nifti(place: Place) -> None:
    series = images()
    drawn_on = series[SLICE]
    del series[3]
    stored(place, *series)
    drawn(place, 1, square(drawn_on))
    release = built(place)

    (path,) = masks(place, release.number)
    assert path.endswith(".dcm")
    of_volume, of_mask = sorted(reasons(place, release.number), reverse=True)
    assert of_mask == f"no NIfTI mask: {of_volume}"
    assert of_volume.startswith("slice gaps")


def test_a_segmentation_stays_without_its_series_in_the_release_and_no_nifti_is_made(place: Place) -> None:
    series = images()
    stored(place, *series, *images(series="2.25.777"))
    drawn(place, 1, square(series[SLICE]))
    place.cohorts = LedgerSeries(place.engine, only="2.25.777")
    release = built(place)

    (path,) = masks(place, release.number)
    assert path.endswith(".dcm")
    assert reasons(place, release.number) == ["no NIfTI mask: the series that it was drawn on is not in this release"]


def test_masks_of_what_was_drawn_are_made_only_where_they_are_asked_for(place: Place) -> None:
    series = images()
    stored(place, *series)
    drawn(place, 1, square(series[SLICE]))

    without = built(place, replace(WITH_MASKS, masks=False))
    only_dicom = built(place, replace(WITH_MASKS, nifti=False))

    assert masks(place, without.number) == {}
    assert [path.rsplit(".", 1)[1] for path in masks(place, only_dicom.number)] == ["dcm"]


def test_a_mask_is_of_the_revision_that_is_in_the_release_and_named_after_it(place: Place) -> None:
    series = images()
    stored(place, *series)
    _, reading = read(place.engine, study_instance_uid=CT_STUDY, geometry=square(series[SLICE]))
    first = built(place)
    with SqlUnitOfWork(place.engine, write=True) as uow:
        uow.readings.add(replace(reading, revision=2, reason="Again.", geometry=square(series[SLICE], shape=None)))
        uow.commit()
    second = built(place)

    uids = {each.sop_instance_uid for each in masks(place, first.number).values() if each.path.endswith(".dcm")}
    assert uids == {mask_uid(reading.id, 1)}
    assert masks(place, second.number) == {}
    assert reasons(place, second.number) == [NOTHING_INSIDE]


def test_while_a_study_is_read_blindly_nothing_that_was_drawn_on_it_is_given(place: Place) -> None:
    series = images()
    stored(place, *series)
    _, reading = read(place.engine, study_instance_uid=CT_STUDY, geometry=square(series[SLICE]))
    eyes = eyes_of(lambda sight: SqlUnitOfWork(place.engine, write=True, sight=sight))
    given(eyes, made_protocol(eyes, Kind.DOUBLE_BLIND), CT_STUDY, readers=(ANNE, BEN))
    release = built(place)

    assert masks(place, release.number) == {}
    refused = {each["series_instance_uid"]: each["reason"] for each in place.manifest(release.number)["refused"]}
    assert refused[mask_series_uid(reading.id)] == "made under a blind reading that is not finished"


def test_without_somebody_who_makes_them_they_are_refused(place: Place) -> None:
    series = images()
    stored(place, *series)
    drawn(place, 1, square(series[SLICE]))
    begun = place.store.begin(new_release(contents=replace(WITH_MASKS, nifti=False)))

    with pytest.raises(FormatMissingError):
        place.builder().build(begun.number, Foreground())
