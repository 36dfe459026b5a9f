"""The engine with a fixed person, offset and key, for tests of what it makes of an object's bytes."""

from functools import cache
from io import BytesIO

import pydicom
from pydicom.dataset import FileDataset

from dicom_node.pseudonymisation.engine import Engine
from dicom_node.pseudonymisation.profile import DEFAULT, Profile
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.uids import UidMap
from storage.identities import Pseudonymity

PSEUDONYM = "OST-23456-789AB"
DAYS = -400
UIDS = UidMap(b"k" * 32)


def engine_for(profile: Profile = DEFAULT, days: int = DAYS) -> Engine:
    """A new engine: it remembers no study and no series. Everybody is the same person to it."""
    return Engine(
        profile=profile,
        identify=lambda _facts, _charset, _sender: Pseudonymity(PSEUDONYM, days),
        map_uid=UIDS,
        clean=_cleaner(),
    )


def pseudonymised(source: bytes, profile: Profile = DEFAULT, days: int = DAYS) -> FileDataset:
    """What a new engine makes of a file, as pydicom reads it."""
    return read(engine_for(profile, days)(source).file)


def read(file: bytes) -> FileDataset:
    return pydicom.dcmread(BytesIO(file))


def written(dataset: FileDataset) -> bytes:
    """A data set as a file, encoded as it was read."""
    if "SOPInstanceUID" in dataset:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


@cache
def _cleaner() -> TextCleaner:
    return TextCleaner(Vocabulary.default())
