"""Computing on the cores of this machine and on a Dask cluster: the same results, a lost process begun again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pytest

from osteon.jobs.dask_cluster import DaskCluster
from osteon.jobs.process_pool import ProcessPool
from storage.jobs.computing import Computing, ComputingUnavailableError, ItemLostError
from storage.releases.converting import FolderToConvert
from storage.releases.masking import MaskFolder, MasksMade
from storage.releases.nifti_volumes import convert_folder, make_masks
from tests.builders.computed import doubled, killed_always, killed_once, refused
from tests.builders.measurable import CT_SERIES, ct_series, stored_bytes
from tests.builders.segmentations import segmentation

# Dask's own threads and sockets end when they like.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Two worker processes behind one scheduler, on loopback; one that is killed is started again."""
    local: Any = distributed.LocalCluster
    with local(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, protocol="tcp") as made:
        yield made.scheduler_address


@pytest.fixture(params=["pool", "dask"])
def computing(request: pytest.FixtureRequest) -> Computing:
    if request.param == "pool":
        return ProcessPool(2)
    return DaskCluster(request.getfixturevalue("cluster"))


def test_results_come_in_the_order_of_the_items(computing: Computing) -> None:
    assert list(computing.map(doubled, range(20))) == list(range(0, 40, 2))
    assert list(computing.map(doubled, [])) == []


def test_an_item_whose_process_is_killed_in_the_middle_is_begun_again(computing: Computing, tmp_path: Path) -> None:
    items = [(number, str(tmp_path / str(number))) for number in range(4)]
    for _, mark in items[1:]:
        Path(mark).touch()  # only the first one's process is killed
    assert list(computing.map(killed_once, items)) == [0, 2, 4, 6]


def test_volumes_and_masks_are_the_same_files_wherever_they_are_made(computing: Computing, tmp_path: Path) -> None:
    voxels = np.random.default_rng(3).integers(-1000, 1000, (9, 40, 30)).astype(np.int16)
    series = ct_series(voxels)
    seg = segmentation(voxels > 900, series)
    (tmp_path / "seg.dcm").write_bytes(stored_bytes(seg))
    sources = tuple(tmp_path / f"{number}.dcm" for number in range(len(series)))
    for path, image in zip(sources, series, strict=True):
        path.write_bytes(stored_bytes(image))

    def volume(name: str) -> FolderToConvert:
        (tmp_path / name).mkdir()
        out = tmp_path / name / "volume.nii.gz"
        return FolderToConvert(series_instance_uid=CT_SERIES, sources=sources, destination=out, suv=False)

    def mask(name: str) -> MaskFolder:
        seg_file, out = tmp_path / "seg.dcm", tmp_path / name
        return MaskFolder(series_instance_uid=CT_SERIES, segmentation=seg_file, sources=sources, destination=out)

    names = [str(number) for number in range(4)]
    assert convert_folder(volume("here")) is None
    assert make_masks(mask("here")) == MasksMade(names=("dseg",))
    assert list(computing.map(convert_folder, [volume(name) for name in names])) == [None] * len(names)
    assert list(computing.map(make_masks, [mask(name) for name in names])) == [MasksMade(names=("dseg",))] * len(names)
    wanted = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    assert set(wanted) == {"volume.nii.gz", "volume.json", "dseg.nii.gz", "dseg.json"}
    for name in names:
        assert {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} == wanted


def test_an_error_of_the_function_is_raised_in_its_items_place(computing: Computing) -> None:
    results = computing.map(refused, range(3))
    assert next(results) == 0
    with pytest.raises(ValueError, match="not one"):
        next(results)


def test_an_item_that_kills_every_process_is_named() -> None:
    with pytest.raises(ItemLostError, match=r"series 2\.25\.7: the process that worked on it was lost 2 times"):
        list(ProcessPool(2).map(killed_always, [7], name=lambda number: f"series 2.25.{number}"))


class EndsWhileItIsAskedFor:
    """A result that comes between the end of a wait and the question whether it is there."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def result(self, timeout: float | None = None) -> int:
        self.waits.append(timeout)
        if timeout is not None:
            raise TimeoutError
        return 42

    def done(self) -> bool:
        return True


def test_a_result_that_comes_as_the_wait_for_it_ends_is_no_failure() -> None:
    future = EndsWhileItIsAskedFor()
    cluster = DaskCluster("tcp://127.0.0.1:9")
    assert cluster._result(future, lambda: "item 1", lambda: None) == 42  # noqa: SLF001 - the moment cannot be met from outside
    assert future.waits[-1] is None


def test_a_scheduler_that_is_not_there_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osteon.jobs.dask_cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(ComputingUnavailableError, match="does not answer"):
        list(DaskCluster("tcp://127.0.0.1:9").map(doubled, [1]))
