"""A registry with two patients, an image store and a folder for releases, and what is made of them."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from annotation.entities import Lesion, Reading
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.releases.building import Builder
from storage.releases.content import ReleaseContent
from storage.releases.files import ReleaseFiles
from storage.releases.made import MadeFiles
from storage.releases.ports import Cohorts
from storage.releases.records import FileRecord, ReleaseRecord
from storage.releases.store import Releases
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.images import FakeImages
from tests.builders.registry import OBJECTS, new_lesion, new_reading
from tests.builders.releases import Foreground, LedgerSeries, StoredImages, content, new_release, sized

Images = StoredImages | FakeImages
MOMENT = datetime(2031, 8, 1, 12, tzinfo=UTC)


def objects() -> list[StoredObject]:
    """Of two patients: three studies with two images each, and one with one."""
    first = [replace(each, **sized(each.sop_instance_uid)) for each in OBJECTS]
    second = [
        replace(each, **sized(f"{each.sop_instance_uid}9", 2000), orthanc_id=f"second-{number}")
        for number, each in enumerate(OBJECTS[:3])
    ]
    return first + second


class Place:
    """A registry, an image store and a folder, and what is made of them."""

    def __init__(
        self, engine: Engine, folder: Path, images: Images | None = None, cohorts: Cohorts | None = None
    ) -> None:
        self.engine = engine
        self.images: Images = images or StoredImages()
        self.cohorts: Cohorts = cohorts or LedgerSeries(engine)
        self.made = MadeFiles(folder)
        self.folder = folder
        self.store = Releases(engine, lambda: MOMENT)
        self.files = ReleaseFiles(engine)

    def fill(self, *stored: StoredObject) -> None:
        Ledger(self.engine).record(list(stored))
        for each in stored:
            self.images.files[each.orthanc_id] = content(each.sop_instance_uid, each.size)

    def builder(self, **changes: Any) -> Builder:
        parts: dict[str, Any] = {
            "cohorts": self.cohorts,
            "images": self.images,
            "now": lambda: MOMENT + timedelta(minutes=1),
        }
        return Builder(self.engine, self.made, **(parts | changes))

    def built(self, **changes: Any) -> ReleaseRecord:
        begun = self.store.begin(new_release(**changes))
        return self.builder().build(begun.number, Foreground())

    def listed(self, number: int) -> list[FileRecord]:
        return list(self.files.every(number))

    def bytes_of(self, number: int, file: FileRecord) -> bytes:
        return b"".join(ReleaseContent(self.images, self.made).read(number, file))

    def unpack(self, number: int, into: Path) -> Path:
        """As it is pulled."""
        for file in self.listed(number):
            target = into / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.bytes_of(number, file))
        return into

    def manifest(self, number: int) -> dict[str, Any]:
        (file,) = [each for each in self.listed(number) if each.path == "release.json"]
        found: dict[str, Any] = json.loads(self.bytes_of(number, file))
        return found

    def table(self, number: int, name: str) -> list[dict[str, str]]:
        (file,) = [each for each in self.listed(number) if each.path == f"data/tables/{name}.csv"]
        return list(csv.DictReader(io.StringIO(self.bytes_of(number, file).decode())))


def read(engine: Engine, **changes: Any) -> tuple[Lesion, Reading]:
    """One lesion with one reading."""
    lesion = new_lesion(**{name: changes.pop(name) for name in ("pseudonym", "number") if name in changes})
    reading = new_reading(lesion.id, **changes)
    with SqlUnitOfWork(engine, write=True) as uow:
        uow.lesions.add(lesion)
        uow.readings.add(reading)
        uow.commit()
    return lesion, reading
