"""Volumes in a release: fetched, converted, taken over with their sidecars, refused with the reason."""

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from storage.releases.building import Builder
from storage.releases.converting import ConvertFolder, FolderConverter, FolderToConvert
from storage.releases.errors import FormatMissingError, VanishedObjectError
from storage.releases.reading_ahead import AlteredFileError
from storage.releases.records import Contents, FileKind, ReleaseRecord, ReleaseState
from tests.builders.ledger import PSEUDONYM
from tests.builders.release_place import Place, objects
from tests.builders.releases import Foreground, StoredImages, content, new_release

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

Item = TypeVar("Item")
Result = TypeVar("Result")
NIFTI = Contents(dicom=False, nifti=True, suv=True, tables=())
REFUSED = "2.25.2002"


class OneAfterTheOther:
    """Computes here."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        for item in items:
            yield function(item)


def joined(folder: FolderToConvert) -> str | None:
    """Stands for a conversion: the files one after the other, which a test can foretell."""
    if folder.series_instance_uid == REFUSED:
        return "a gap between slices"
    together = b"".join(each.read_bytes() for each in folder.sources)
    folder.destination.write_bytes(gzip.compress(together, mtime=0))
    folder.destination.with_name("volume.json").write_text(f'{{"suv": {str(folder.suv).lower()}}}')
    return None


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    return made


def converter(place: Place) -> FolderConverter:
    return FolderConverter(place.images, OneAfterTheOther(), joined)


def test_each_series_becomes_a_volume_with_a_sidecar_or_a_reason(place: Place) -> None:
    begun = place.store.begin(new_release(contents=NIFTI))
    release = place.builder(converter=converter(place)).build(begun.number, Foreground())

    files = {each.path: each for each in place.listed(release.number)}
    subject = PSEUDONYM.replace("-", "")
    name = f"data/nifti/sub-{subject}/ses-D0000/sub-{subject}_ses-D0000_acq-2252001_ct"
    volume = files[f"{name}.nii.gz"]
    wanted = [each for each in objects() if each.series_instance_uid == "2.25.2001"]
    in_order = sorted(wanted, key=lambda each: each.sop_instance_uid)
    assert gzip.decompress(place.bytes_of(1, volume)) == b"".join(
        content(each.sop_instance_uid, each.size) for each in in_order
    )
    assert (volume.kind, volume.pseudonym, volume.series_instance_uid) == (FileKind.NIFTI, PSEUDONYM, "2.25.2001")
    assert place.bytes_of(1, files[f"{name}.json"]) == b'{"suv": false}'  # it is no PET
    assert not any("2252002" in path for path in files)
    manifest = place.manifest(release.number)
    assert manifest["refused"] == [{"series_instance_uid": REFUSED, "reason": "a gap between slices"}]
    assert manifest["counts"]["by_kind"]["nifti"]["files"] == 3
    assert not (place.folder / "1" / "parts").exists()


def test_without_a_converter_volumes_are_refused_before_anything_is_written(place: Place) -> None:
    begun = place.store.begin(new_release(contents=NIFTI))
    with pytest.raises(FormatMissingError, match="NIfTI cannot be made here"):
        place.builder().build(begun.number, Foreground())
    assert place.store.get(begun.number).state is ReleaseState.FAILED


def test_an_object_that_goes_while_it_is_converted_is_named(place: Place) -> None:
    first = min(each.sop_instance_uid for each in objects() if each.series_instance_uid == "2.25.2004")
    emptied = FolderConverter(StoredImages(), OneAfterTheOther(), joined)
    begun = place.store.begin(new_release(contents=NIFTI))
    with pytest.raises(VanishedObjectError, match=first):
        place.builder(converter=emptied).build(begun.number, Foreground())


def test_an_object_that_is_not_what_the_ledger_says_is_not_converted(place: Place) -> None:
    victim = objects()[1].orthanc_id
    place.images.files[victim] = place.images.files[victim][:-1] + b"!"
    begun = place.store.begin(new_release(contents=NIFTI))
    with pytest.raises(AlteredFileError):
        place.builder(converter=converter(place)).build(begun.number, Foreground())
    assert not (place.folder / "1" / "parts").exists()


def test_a_run_that_was_taken_over_and_fails_leaves_its_successors_files_alone(place: Place) -> None:
    begun = place.store.begin(new_release(contents=NIFTI))
    is_over, is_at_work, may_go_on = threading.Event(), threading.Event(), threading.Event()

    def of_successor(folder: FolderToConvert) -> str | None:
        is_at_work.set()
        assert may_go_on.wait(60)
        return joined(folder)

    def of_slow_one(folder: FolderToConvert) -> str | None:
        is_over.set()
        assert is_at_work.wait(60)
        return joined(folder)

    def follow() -> ReleaseRecord:
        assert is_over.wait(60)
        return builder(place, of_successor).build(begun.number, Foreground())

    with ThreadPoolExecutor(1) as pool:
        successor = pool.submit(follow)
        try:
            with pytest.raises(FileNotFoundError):
                builder(place, of_slow_one).build(begun.number, Foreground())
        finally:
            may_go_on.set()
        assert successor.result(60).state is ReleaseState.READY
    assert {each.kind for each in place.listed(begun.number)} >= {FileKind.NIFTI, FileKind.SIDECAR}
    assert not (place.folder / "1" / "parts").exists()


def builder(place: Place, convert: ConvertFolder) -> Builder:
    """As in a process of its own."""
    own = Place(place.engine, place.folder, place.images)
    return own.builder(converter=FolderConverter(place.images, OneAfterTheOther(), convert))


def test_a_run_that_ends_in_the_middle_converts_no_series_twice(place: Place) -> None:
    converted: list[str] = []

    def counting(folder: FolderToConvert) -> str | None:
        converted.append(folder.series_instance_uid)
        return joined(folder)

    class KilledError(BaseException):
        pass

    class Killed(Foreground):
        def check_cancelled(self) -> None:
            if len(converted) >= 3:
                raise KilledError

    counted = FolderConverter(place.images, OneAfterTheOther(), counting)
    begun = place.store.begin(new_release(contents=NIFTI))
    with pytest.raises(KilledError):
        place.builder(converter=counted).build(begun.number, Killed())
    place.builder(converter=counted).build(begun.number, Foreground())

    assert len(converted) - len(set(converted)) <= 1
    assert {each.kind for each in place.listed(1)} == {
        FileKind.NIFTI, FileKind.SIDECAR, FileKind.TEXT, FileKind.BAG,
    }  # fmt: skip
