"""Real images in an Orthanc, and their rows in the ledger: what DICOMweb is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pydicom

from storage.ledger import Ledger
from storage.orthanc import Orthanc, instance_id
from tests.builders.ledger import stored_object
from tests.builders.real_files import packaged


@dataclass(frozen=True)
class Archived:
    """One packaged file, by its name."""

    name: str

    @cached_property
    def file(self) -> bytes:
        return packaged(self.name).read_bytes()

    @cached_property
    def dataset(self) -> pydicom.Dataset:
        return pydicom.dcmread(packaged(self.name))

    @property
    def study(self) -> str:
        return str(self.dataset.StudyInstanceUID)

    @property
    def series(self) -> str:
        return str(self.dataset.SeriesInstanceUID)

    @property
    def instance(self) -> str:
        return str(self.dataset.SOPInstanceUID)

    @property
    def path(self) -> str:
        return f"/studies/{self.study}/series/{self.series}/instances/{self.instance}"

    @property
    def orthanc_id(self) -> str:
        return instance_id(str(self.dataset.get("PatientID", "")), self.study, self.series, self.instance)


CT = Archived("CT_small.dcm")
JPEG_2000 = Archived("693_J2KR.dcm")
MULTI_FRAME = Archived("eCT_Supplemental.dcm")
ARCHIVED = (CT, JPEG_2000, MULTI_FRAME)
HIDDEN = Archived("emri_small.dcm")
"""In Orthanc, and not in the ledger."""


def fill(orthanc: Orthanc, all_of: Iterable[Archived]) -> None:
    for one in all_of:
        orthanc.store(one.file, one.orthanc_id)


def record(ledger: Ledger, all_of: Iterable[Archived]) -> None:
    ledger.record(
        objects=[
            stored_object(
                study_instance_uid=one.study,
                series_instance_uid=one.series,
                sop_instance_uid=one.instance,
                pseudonym=f"OST-{number}",
                orthanc_id=one.orthanc_id,
            )
            for number, one in enumerate(all_of)
        ]
    )
