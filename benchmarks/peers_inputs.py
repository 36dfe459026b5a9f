"""What the tools are given: series of identified CT slices, the same bytes for all of them."""

from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID

from osteon.sample.study import image, sample_series
from tests.builders.identities import Identity, inject
from tests.builders.real_files import GE_CT, SHARED_DATA

ROOT = "1.2.250.1.99.6."
SIDE = 512
PHANTOM_SLICES = 40
_MAY_BE_ABSENT = (
    "TableHeight",
    "FocalSpots",
    "GeneratorPower",
    "DataCollectionDiameter",
    "ReconstructionDiameter",
    "TableTraverse",
    "GantryDetectorTilt",
)


def carriers() -> tuple[str, list[bytes]]:
    """What the slices are made from: a real series where it is here, otherwise a phantom; and what it is called."""
    paths = sorted((SHARED_DATA / GE_CT).glob("*.dcm"))
    if paths:
        return "GE LightSpeed16", [path.read_bytes() for path in paths]
    series, _ = sample_series()
    return "phantom", [resized(_file(image(series, number + 1)), SIDE) for number in range(PHANTOM_SLICES)]


def series_of(slices: list[bytes], count: int, number: int) -> Iterator[bytes]:
    """A series of the `number`-th patient: all UIDs and numbers are of this series alone."""
    for instance, source in enumerate(islice(cycle(slices), count), start=1):
        yield slice_of(source, patient=number, series=number, instance=instance)


def each_of_another_series(slices: list[bytes], count: int, number: int) -> Iterator[bytes]:
    """One patient, whose slices are all of different series: no two have the same elements (up to 128 of them)."""
    for instance, source in enumerate(islice(cycle(slices), count), start=1):
        dataset = _identified(source, patient=number, series=number * 1000 + instance, instance=1)
        for bit, keyword in enumerate(_MAY_BE_ABSENT):
            if instance >> bit & 1:
                setattr(dataset, keyword, "1.0")
            elif keyword in dataset:
                delattr(dataset, keyword)
        yield _file(dataset)


def each_of_another_patient(slices: list[bytes], count: int, number: int) -> Iterator[bytes]:
    """One slice each of many patients."""
    for instance, source in enumerate(islice(cycle(slices), count), start=1):
        yield slice_of(source, patient=number * 1000 + instance, series=number * 1000 + instance, instance=1)


def slice_of(source: bytes, *, patient: int, series: int, instance: int) -> bytes:
    """One slice with the invented identity, in explicit VR little endian as it came."""
    return _file(_identified(source, patient=patient, series=series, instance=instance))


def write_series(folder: Path, files: Iterator[bytes]) -> Path:
    folder.mkdir(parents=True)
    for number, content in enumerate(files, start=1):
        (folder / f"{number:04}.dcm").write_bytes(content)
    return folder


def resized(source: bytes, side: int) -> bytes:
    """The same header with `side` × `side` pixels of nothing."""
    dataset = pydicom.dcmread(BytesIO(source))
    dataset.Rows = dataset.Columns = side
    dataset.PixelData = bytes(side * side * dataset.BitsAllocated // 8)
    return _file(dataset)


def _identified(source: bytes, *, patient: int, series: int, instance: int) -> Dataset:
    dataset = pydicom.dcmread(BytesIO(source))
    inject(dataset, Identity(family_name=f"ZWYNGELBERT{_letters(patient)}", number=f"QX{7741982035 + patient}"))
    dataset.StudyInstanceUID = UID(f"{ROOT}1.{patient}")
    dataset.FrameOfReferenceUID = UID(f"{ROOT}2.{patient}")
    dataset.SeriesInstanceUID = UID(f"{ROOT}3.{series}")
    dataset.SOPInstanceUID = UID(f"{ROOT}4.{series}.{instance}")
    dataset.InstanceNumber = instance
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _file(dataset: Dataset) -> bytes:
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _letters(number: int) -> str:
    """A part of a surname: letters only, another one for each number."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))
