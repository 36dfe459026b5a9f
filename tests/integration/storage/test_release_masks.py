"""A release with segmentations as NIfTI: masks beside the volumes that they belong to, or the reason why not."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK
from pydicom.dataset import Dataset
from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.releases.converting import FolderConverter
from storage.releases.errors import FormatMissingError
from storage.releases.masking import FolderMasks
from storage.releases.nifti_volumes import convert_folder, make_masks
from storage.releases.records import Contents, FileKind, FileRecord, ReleaseRecord
from tests.builders.measurable import CT_SERIES, ct_series, keep
from tests.builders.release_place import Place
from tests.builders.releases import Foreground, LedgerSeries, new_release
from tests.builders.segmentations import segmentation

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

Item = TypeVar("Item")
Result = TypeVar("Result")
WITH_MASKS = Contents(dicom=False, nifti=True, masks=True, tables=())
SEG, SEG_SERIES = "2.25.772", "2.25.771"
NAME = "data/nifti/sub-OST7K3M9QPXRC/ses-D0000/sub-OST7K3M9QPXRC_ses-D0000_acq-225902_seg-225772_dseg"
SHAPE = (5, 12, 10)


class Here:
    """Computes in this process."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        for item in items:
            yield function(item)


def lesion() -> npt.NDArray[np.bool_]:
    marked = np.zeros(SHAPE, dtype=bool)
    marked[1:4, 2:5, 3:8] = True
    return marked


def images(**attributes: Any) -> list[Dataset]:
    return list(ct_series(np.zeros(SHAPE, dtype=np.int16), spacing=(2.5, 0.8, 0.7), origin=(5, 6, 7), **attributes))


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    return Place(engine, tmp_path / "releases")


def stored(place: Place, *datasets: Dataset) -> None:
    rows = keep(datasets, lambda file, orthanc_id: place.images.files.update({orthanc_id: file}))
    Ledger(place.engine).record(rows)


def built(place: Place, contents: Contents = WITH_MASKS) -> ReleaseRecord:
    begun = place.store.begin(new_release(contents=contents))
    converter = FolderConverter(place.images, Here(), convert_folder)
    maker = FolderMasks(place.images, Here(), make_masks)
    return place.builder(converter=converter, mask_maker=maker).build(begun.number, Foreground())


def masks(place: Place, number: int) -> dict[str, FileRecord]:
    return {each.path: each for each in place.listed(number) if each.kind is FileKind.MASK}


def test_a_segmentation_is_there_as_it_is_and_as_a_mask_on_the_grid_of_the_volume(place: Place, tmp_path: Path) -> None:
    series = images()
    stored(place, *series, segmentation(lesion(), series))
    release = built(place)

    found = masks(place, release.number)
    assert set(found) == {
        f"data/masks/OST-7K3M9-QPXRC/D0000/{SEG_SERIES}/{SEG}.dcm",
        f"{NAME}.nii.gz",
        f"{NAME}.json",
    }
    mask, volume = read(place, tmp_path, f"{NAME}.nii.gz"), read(place, tmp_path, volume_of(place, release.number))
    assert mask.GetSize() == volume.GetSize()
    assert (mask.GetOrigin(), mask.GetSpacing(), mask.GetDirection()) == (
        volume.GetOrigin(),
        volume.GetSpacing(),
        volume.GetDirection(),
    )
    for (number, row, column), is_marked in np.ndenumerate(lesion()):
        at = mask.TransformPhysicalPointToIndex((5 + 0.7 * column, 6 + 0.8 * row, 7 + 2.5 * number))
        assert mask[at] == is_marked
    said = json.loads(place.bytes_of(release.number, found[f"{NAME}.json"]))
    assert (said["SourceSeriesInstanceUID"], said["Segments"][0]["Voxels"]) == (CT_SERIES, int(lesion().sum()))
    assert place.manifest(release.number)["refused"] == []


def volume_of(place: Place, number: int) -> str:
    (volume,) = [each.path for each in place.listed(number) if each.kind is FileKind.NIFTI]
    return volume


def read(place: Place, folder: Path, path: str) -> Any:
    (file,) = [each for each in place.listed(1) if each.path == path]
    (folder / "read.nii.gz").write_bytes(place.bytes_of(1, file))
    return SimpleITK.ReadImage(folder / "read.nii.gz")


def test_a_mask_without_its_series_in_the_release_is_refused_and_the_segmentation_stays(place: Place) -> None:
    series = images()
    stored(place, *series, segmentation(lesion(), series))
    others = images(series="2.25.777")
    stored(place, *others)
    place.cohorts = LedgerSeries(place.engine, only="2.25.777")
    release = built(place)
    assert set(masks(place, release.number)) == {f"data/masks/OST-7K3M9-QPXRC/D0000/{SEG_SERIES}/{SEG}.dcm"}
    (refused,) = place.manifest(release.number)["refused"]
    assert refused == {
        "series_instance_uid": SEG_SERIES,
        "reason": f"no mask of {SEG}: the series that it was drawn on is not in this release",
    }


def test_a_mask_on_a_series_that_is_no_volume_is_refused_for_that(place: Place) -> None:
    series = images()
    seg = segmentation(lesion(), series)
    del series[2]
    stored(place, *series, seg)
    release = built(place)
    reasons = {each["series_instance_uid"]: each["reason"] for each in place.manifest(release.number)["refused"]}
    assert reasons.keys() == {CT_SERIES, SEG_SERIES}
    assert reasons[SEG_SERIES] == f"no mask of {SEG}: {reasons[CT_SERIES]}"
    assert reasons[CT_SERIES].startswith("slice gaps")


def test_a_segmentation_that_names_several_series_has_no_mask(place: Place) -> None:
    series = images()
    seg = segmentation(lesion(), series)
    seg.ReferencedSeriesSequence.append(Dataset())
    seg.ReferencedSeriesSequence[1].SeriesInstanceUID = "2.25.5"
    stored(place, *series, seg)
    release = built(place)
    (refused,) = place.manifest(release.number)["refused"]
    assert refused["reason"] == f"no mask of {SEG}: it was drawn on several series"


def test_masks_are_made_only_where_segmentations_and_volumes_are_both_asked_for(place: Place) -> None:
    series = images()
    stored(place, *series, segmentation(lesion(), series))
    for contents in (replace(WITH_MASKS, nifti=False), replace(WITH_MASKS, masks=False)):
        release = built(place, contents)
        assert not [path for path in masks(place, release.number) if path.endswith(".nii.gz")]


def test_without_a_maker_of_masks_they_are_refused_before_anything_is_written(place: Place) -> None:
    series = images()
    stored(place, *series, segmentation(lesion(), series))
    begun = place.store.begin(new_release(contents=WITH_MASKS))
    converter = FolderConverter(place.images, Here(), convert_folder)
    with pytest.raises(FormatMissingError):
        place.builder(converter=converter).build(begun.number, Foreground())
