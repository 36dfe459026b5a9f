"""Any number of different objects made of a few real ones: other identifiers, and pixels that tell them apart."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import count
from pathlib import Path

import pydicom
from pydicom.uid import UID

from tests.builders.peer import data_set_of

_PATIENT, _STUDY, _SERIES, _NUMBER = "PATIENT1111111", "2222222", "3333333", "4444444"
"""Stand in a template for what differs; replaced by texts of the same length that are none of them."""

_KNOWN_PATIENT = re.compile(rb"PATIENT5\d{6}(?!\^)")
_MARK_BYTES = 16
_MOST = 2_000_000
_PIXEL_DATA = 0x7FE00010


@dataclass(frozen=True, slots=True)
class Specimen:
    """One object to send, and how it is recognised wherever it comes to rest."""

    sop_class_uid: str
    transfer_syntax_uid: str
    sop_instance_uid: str
    pixels: str
    """SHA-256 of its Pixel Data, which no other specimen shares."""
    data_set: bytes = field(repr=False)

    def of_nobody(self) -> "Specimen":
        """The same object, its patient number made of blanks."""
        return replace(self, data_set=_KNOWN_PATIENT.sub(lambda found: b" " * len(found[0]), self.data_set))


class Template:
    """A real image as a pattern for others. Its Pixel Data must be native, and comes last in what is made of it."""

    def __init__(self, path: Path) -> None:
        dataset = pydicom.dcmread(path)
        for tag in [element.tag for element in dataset if element.tag > _PIXEL_DATA]:
            del dataset[tag]
        dataset.PatientName, dataset.PatientID = f"{_PATIENT}^NAME", _PATIENT
        dataset.StudyInstanceUID = f"1.2.250.1.9999.{_STUDY}"
        dataset.SeriesInstanceUID = f"1.2.250.1.9999.{_SERIES}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.250.1.9999.1.{_NUMBER}")
        dataset.InstanceNumber = _NUMBER
        buffer = BytesIO()
        pydicom.dcmwrite(buffer, dataset)
        whole, pixels = data_set_of(buffer.getvalue()), len(dataset.PixelData)
        self.sop_class_uid = str(dataset.SOPClassUID)
        self.transfer_syntax_uid = str(dataset.file_meta.TransferSyntaxUID)
        self._head, self._pixels = whole[:-pixels], whole[-pixels:-_MARK_BYTES]

    def specimen(self, number: int, *, study: int = 0, series: int = 0, content: int | None = None) -> Specimen:
        """Object `number` of a study, each study another patient's. `content`: of its pixels, `number` unless given."""
        head = (
            self._head.replace(_PATIENT.encode(), f"PATIENT{5_000_000 + study}".encode())
            .replace(_STUDY.encode(), f"{6_000_000 + study}".encode())
            .replace(_SERIES.encode(), f"{7_000_000 + series}".encode())
            .replace(_NUMBER.encode(), f"{8_000_000 + number}".encode())
        )
        pixels = self._pixels + (number if content is None else content).to_bytes(_MARK_BYTES, "little")
        return Specimen(
            sop_class_uid=self.sop_class_uid,
            transfer_syntax_uid=self.transfer_syntax_uid,
            sop_instance_uid=f"1.2.250.1.9999.1.{8_000_000 + number}",
            pixels=hashlib.sha256(pixels).hexdigest(),
            data_set=head + pixels,
        )


class Supply:
    """Specimens that were never given out before, study by study, of several templates in turn."""

    def __init__(self, *templates: Template) -> None:
        self._templates = templates
        self._numbers, self._studies = count(1), count(1)

    def study(self, objects: int) -> list[Specimen]:
        """A study of one patient, with one series."""
        study = next(self._studies)
        template = self._templates[study % len(self._templates)]
        return [template.specimen(next(self._numbers), study=study, series=study) for _ in range(objects)]

    def nobodys(self, objects: int) -> list[Specimen]:
        """Objects that name no patient: they end in quarantine."""
        return [one.of_nobody() for one in self.study(objects)]

    def studies(self, objects: int) -> Iterator[list[Specimen]]:
        """Studies without end."""
        while True:
            yield self.study(objects)


def identity_of(file: bytes) -> tuple[str, str]:
    """SOPInstanceUID and SHA-256 of the Pixel Data of a DICOM file, as pydicom reads it."""
    dataset = pydicom.dcmread(BytesIO(file))
    return str(dataset.SOPInstanceUID), hashlib.sha256(dataset.PixelData).hexdigest()


def pixels_of(file: bytes) -> str:
    return hashlib.sha256(pydicom.dcmread(BytesIO(file)).PixelData).hexdigest()
