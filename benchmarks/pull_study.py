"""A study of many slices, in Orthanc and in the ledger, for measurements of what researchers fetch."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import UID

from benchmarks.dicomweb import SIDE
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.orthanc import instance_id
from storage.tokens import Tokens
from tests.builders.ledger import stored_object
from tests.builders.real_files import packaged
from tests.services.orthanc import OrthancServer

PSEUDONYM = "OST-7K3M9-QPXRC"
STUDY, SERIES = "2.25.1001", "2.25.2001"
BENCHMARK = "benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """`size`: of all its files, in bytes."""

    uid: str
    orthanc_study: str
    orthanc_ids: tuple[str, ...]
    size: int
    token: str


def filled(orthanc: OrthancServer, home: Path, slices: int) -> Study:
    """One CT of 512 × 512 slices: smooth shades with noise, which deflate to about the size that a real one does."""
    database = f"sqlite:///{home / 'registry.sqlite'}"
    migrate_registry(database)
    engine = open_database(database)
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.Rows = dataset.Columns = SIDE
    dataset.PatientID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = PSEUDONYM, STUDY, SERIES
    noise = np.random.default_rng(1)
    shade = np.add.outer(np.arange(SIDE), np.arange(SIDE))
    client, objects, places, size = orthanc.client(), [], [], 0
    for number in range(slices):
        uid = UID(f"2.25.{3000 + number}")
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.InstanceNumber = number + 1
        dataset.PixelData = (shade + noise.integers(0, 64, (SIDE, SIDE))).astype(np.uint16).tobytes()
        buffer = BytesIO()
        pydicom.dcmwrite(buffer, dataset)
        content = buffer.getvalue()
        place = instance_id(PSEUDONYM, STUDY, SERIES, uid)
        client.store(content, place)
        objects.append(
            stored_object(
                pseudonym=PSEUDONYM,
                study_instance_uid=STUDY,
                series_instance_uid=SERIES,
                sop_instance_uid=str(uid),
                orthanc_id=place,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
        places.append(place)
        size += len(content)
    Ledger(engine).record(objects=objects)
    token = Tokens(engine).create(BENCHMARK)
    engine.dispose()
    # Orthanc's id of a study is the SHA-1 of the first two of the four parts that an instance's is made of.
    digest = hashlib.sha1(f"{PSEUDONYM}|{STUDY}".encode(), usedforsecurity=False).hexdigest()
    study = "-".join(digest[start : start + 8] for start in range(0, 40, 8))
    return Study(uid=STUDY, orthanc_study=study, orthanc_ids=tuple(places), size=size, token=token)
